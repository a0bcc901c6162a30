"""Which printed periods the days of the entries have to be in."""

from __future__ import annotations

import pytest

from tests.test_statement_summaries import BOX, HEAD, Cells, box, codes, reading, table

WHOLE = "Statement period 03/01/2025 to 03/31/2025"
YEAR = "Statement period 01/01/2025 to 12/31/2025"
FEES = "Fees for the period 02/16/2025 to 03/15/2025"


def printed(*periods: str) -> set[str]:
    """Why entries from the 3rd to the 28th of March are refused below *periods*."""
    lines: list[Cells] = [[(period, 4_000)] for period in periods]
    return codes(reading(HEAD[:2], lines, box(BOX), table()))


def test_a_period_as_long_as_the_one_of_the_entries_may_be_of_something_else() -> None:
    assert printed(WHOLE, FEES) == set()


@pytest.mark.parametrize("periods", [(FEES,), (FEES, WHOLE), (YEAR, FEES)])
def test_a_day_outside_the_nearest_period_or_a_shorter_one_is_refused(
    periods: tuple[str, ...],
) -> None:
    assert printed(*periods) == {"outside_period"}
