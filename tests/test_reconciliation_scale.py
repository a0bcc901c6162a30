"""What makes a million lines go: the same answers as the plain way, for any seed."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from counterfoil.adapters.reconciliation_files import read_bank, read_ledger
from counterfoil.adapters.reconciliation_rules import load_policy
from counterfoil.cli.watching import SHARES, Remaining, said
from counterfoil.rules.reconciliation import partition, slips
from counterfoil.rules.reconciliation.beginnings import Beginnings
from counterfoil.rules.reconciliation.in_json import breaks_json, matches_json
from counterfoil.rules.reconciliation.matching import reconcile
from counterfoil.rules.reconciliation.rows import table_of
from counterfoil.rules.reconciliation.subsets import Sums
from counterfoil.rules.reconciliation.ways import ways_of
from counterfoil.rules.reconciliation.windows import count_near, joined_near
from fixtures.reconciliation_pairs import make
from tests.reconciliation_support import POLICY, bank, ledger
from workflows.reconciliation import reconcile_files


@pytest.mark.parametrize("largest", [60, 3_000, 10**12])
def test_many_pools_at_a_time_give_the_ways_that_each_gives_by_itself(largest: int) -> None:
    order = random.Random(largest)
    pools = [
        [order.randrange(-largest, largest) for _ in range(order.randrange(2, 12))]
        for _ in range(60)
    ]
    of = np.array([order.randrange(len(pools)) for _ in range(800)])
    some = [order.sample(pools[at], order.randrange(len(pools[at]) + 1)) for at in of]
    wanted = np.array([sum(each) + order.choice((0, 0, 1)) for each in some])
    found = ways_of(pl.Series(pools), of, wanted)
    together = list(
        zip(found.question.tolist(), found.mask.tolist(), found.chance.tolist(), strict=True)
    )
    one_by_one = [
        (question, sum(1 << place for place in way.places), way.chance)
        for question, (at, sought) in enumerate(zip(of.tolist(), wanted.tolist(), strict=True))
        for way in Sums(pools[at]).ways(sought)
    ]
    assert together == one_by_one
    assert 100 < len({question for question, *_ in together}) < 800


def _lines(order: random.Random, count: int, day: str) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "key": [order.randrange(4) for _ in range(count)],
            day: [order.randrange(-30, 60) for _ in range(count)],
            f"of_{day}": list(range(count)),
        }
    )


@pytest.mark.parametrize(("before", "after"), [(2, 12), (0, 14), (0, 0)])
def test_near_lines_are_joined_and_counted_as_by_a_plain_join(before: int, after: int) -> None:
    order = random.Random(before + after)
    bank, ledger = _lines(order, 300, "on"), _lines(order, 400, "day")
    gap = pl.col("on") - pl.col("day")
    plain = bank.join(ledger, on="key").filter(gap.is_between(-before, after))
    near = joined_near(bank, ledger, keys=["key"], before=before, after=after)
    columns = ["of_on", "of_day"]
    assert near.select(columns).sort(columns).equals(plain.select(columns).sort(columns))

    asked = bank.rename({"on": "day"})
    counts = count_near(asked, ledger, keys=["key"], before=before, after=after)
    around = pl.col("day_right").is_between(pl.col("day") - before, pl.col("day") + after)
    slow = asked.join(ledger, on="key").filter(around).group_by("of_on").len("count")
    joined = asked.join(slow, on="of_on", how="left", maintain_order="left")
    assert counts.to_list() == joined["count"].fill_null(0).to_list()


def test_a_slip_is_a_slip_with_or_without_the_quick_look() -> None:
    order = np.random.default_rng(1)
    for largest in (30, 3_000, 10**6):
        one, other = order.integers(0, largest, (2, 50_000))
        assert (slips.is_slip(one, other) == slips._is(one, other)).all()
    one = order.integers(0, 10**9, 50_000)
    for other in (one // 10, one * 10 + 3, one % 10**7, one + 9 * 10**4, one - 5):
        assert (slips.is_slip(one, other) == slips._is(one, other)).all()


def test_beginnings_are_counted_as_by_looking_at_every_number() -> None:
    """Also where key and tail begin alike, and where a party has none."""
    written = [
        ("1111234", "1111234"),
        ("1NV45001", "45001"),
        ("11112345", "1111999"),
        ("450099", ""),
    ]
    order = random.Random(2)
    keys = pl.DataFrame(
        [(at, order.randrange(2), *written[order.randrange(len(written))]) for at in range(40)],
        schema=["target", "purse", "key", "tail"],
        orient="row",
    )
    parties = pl.DataFrame(
        {"target": range(40), "party": [order.randrange(-1, 3) for _ in range(40)]}
    )
    found = Beginnings.of(keys, parties)
    rows = keys.join(parties, on="target").rows()
    for token in ("1111", "4500", "11112", "9999", "1NV4"):
        asked = pl.DataFrame({"party": [0, 1, 2], "token": [token] * 3})
        expected = {
            party: sum(
                key.startswith(token) or tail.startswith(token)
                for _, _, key, tail, owner in rows
                if owner == party
            )
            - 1
            for party in range(3)
        }
        counted = dict(found.in_parties(asked).select("party", "others").iter_rows())
        assert counted == {party: count for party, count in expected.items() if count >= 0}
        purses = found.in_purses(pl.DataFrame({"purse": [0, 1], "key": [token] * 2}))
        assert purses["sharing"].to_list() == [
            len({one for _, mine, *both, _ in rows if mine == purse for one in both
                 if one.startswith(token)})
            for purse in (0, 1)
        ]  # fmt: skip


def test_how_accounts_are_put_together_decides_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each account by itself, and all at a time: the same bytes."""
    first = make(21, vouchers=150)
    second = make(22, vouchers=120)
    for side, at in ((first.bank, 1), (first.ledger, 1)):
        for row in side:
            row[0], row[at] = f"Z{row[0]}", "OTHER"
    second.bank += first.bank
    second.ledger += first.ledger
    second.write(tmp_path)
    policy = load_policy(tmp_path / "rules.json")
    said_so = []
    for lines_min in (1, 10**9):
        defaults = partition.parts_of.__kwdefaults__
        assert defaults is not None
        monkeypatch.setitem(defaults, "lines_min", lines_min)
        found = reconcile(
            read_bank(tmp_path / "bank.csv"), read_ledger(tmp_path / "ledger.csv"), policy
        )
        said_so.append((matches_json(found), breaks_json(found)))
    assert said_so[0] == said_so[1]


def test_rows_become_the_table_that_polars_makes_of_them() -> None:
    kinds: dict[str, pl.DataType] = {
        "line": pl.Int64(),
        "lines": pl.List(pl.Int64()),
        "fee": pl.String(),
    }
    rows = [(1, [3], "wire"), (None, [5, 4, 4], None), (2, [0, 1], "")]
    for some in (rows, rows[:1], []):
        slow = pl.DataFrame(some, schema=pl.Schema(kinds), orient="row")
        assert table_of(some, kinds).equals(slow)
        assert table_of(some, kinds).schema == slow.schema


def test_json_says_what_was_found_whatever_the_ids_are() -> None:
    """Ids with quotes and accents; a side without lines; a break without proposals."""
    ours = bank(
        {"id": 'B"1', "amount": -500, "text": "PV0012345"},
        {"id": "Bé2", "amount": -77, "text": "FEE"},
    )
    theirs = ledger(
        {"id": "L\\1", "amount": -500, "reference": "PV0012345"},
        {"id": "L2", "amount": 900, "reference": "PV0099999"},
        {"id": "L3", "amount": -900, "reference": "PV0099999"},
    )
    found = reconcile(ours, theirs, POLICY)
    matches = [(ours, theirs) for ours, theirs, _ in json.loads(matches_json(found))]
    assert matches == [([], ["L2", "L3"]), (['B"1'], ["L\\1"])]
    assert json.loads(breaks_json(found)) == [
        {
            **{"side": "bank", "id": "Bé2", "class": "bank's own charge or interest"},
            **{"difference": None, "other": [], "proposals": []},
        }
    ]


def test_the_stages_that_are_told_are_those_whose_time_is_known(tmp_path: Path) -> None:
    make(23, vouchers=40).write(tmp_path)
    told: list[str] = []

    def progress(stage: str, done: int, of: int | None) -> None:
        assert done >= 0
        assert of is None or done <= of
        if stage not in told:
            told.append(stage)

    bank, ledger, rules = (tmp_path / name for name in ("bank.csv", "ledger.csv", "rules.json"))
    reconcile_files(bank, ledger, rules, tmp_path / "out", progress=progress)
    assert told == list(SHARES)


def test_the_rest_is_told_by_what_was_done() -> None:
    remaining = Remaining(since=100.0)
    remaining.tell("reading the bank", 5, None)
    assert remaining.seconds(101.0) is None
    remaining.tell("reading the ledger", 0, None)
    assert remaining.seconds(109.0) == 191, "45 of 1,000 took nine seconds"
    remaining.tell("matching", 1, 2)
    assert remaining.done == 45 + 145 + 190
    assert [said(each) for each in (None, 4, 84, 200)] == [
        "",
        "a few seconds left",
        "about 80 s left",
        "about 3 min left",
    ]
