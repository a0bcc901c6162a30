"""A hostile workbook costs itself: the parent lives, and no row is dropped without a word."""

from __future__ import annotations

import random
import re
import resource
from collections.abc import Mapping
from pathlib import Path

import pytest

from counterfoil.adapters.parser_box import Limits, run
from counterfoil.domain.batches import Batch
from counterfoil.errors import Quarantined
from fixtures.hostile.book import Book
from fixtures.hostile.makers import SHEET, blown_up
from fixtures.hostile.workbooks import CASES, Case
from tests.intake_support import ROOT, read
from workflows.intake import PARSER


@pytest.mark.parametrize("case", CASES, ids=str)
def test_asvs_5_2_3_a_hostile_workbook_is_read_rightly_or_set_aside_by_name(
    case: Case, tmp_path: Path
) -> None:
    path = tmp_path / "dropped.xlsx"
    case.make(path)

    if case.outcome == "quarantined":
        with pytest.raises(Quarantined, match=case.names) as caught:
            read(path)
        assert caught.value.remedy, "what can be done?"
        return
    batch = read(path)
    assert case.outcome == outcome(batch), batch.findings
    said = [f"{each.code} {each.cell or each.message}" for each in batch.findings]
    assert not case.names or any(re.search(case.names, each) for each in said), said
    assert batch.unaccounted() == 0
    assert batch.rows_read == 3


def outcome(batch: Batch) -> str:
    if batch.refused_rows():
        return "row_refused"
    if batch.held_rows():
        return "row_held"
    if any(each.severity == "hold" for each in batch.findings):
        return "needs_a_person"
    return "taken"


def test_asvs_15_2_2_a_parser_that_eats_memory_ends_alone(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Quarantined, match=r"parser_died.*memory"):
        run("tests.box_victims:eat_memory", tmp_path, {}, limits=in_tests())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


@pytest.mark.parametrize(
    ("victim", "says"),
    [
        ("spin", "processor time"),
        ("sleep", "longer than 2 s"),
        ("abort", "SIGABRT"),
        ("crash", "SIGSEGV"),
        ("write_a_large_file", "OSError|wrote more than|SIGXFSZ"),
        ("talk_too_much", "longer than 100,000 bytes"),
        ("raise_with_an_account", r"ValueError\)"),
        ("leave", "ended with code 3"),
        ("recurse", "nested too deeply|SIGSEGV"),
    ],
)
def test_however_the_parser_dies_the_parent_hears_why(
    victim: str, says: str, tmp_path: Path
) -> None:
    limits = in_tests(wall_seconds=2 if victim == "sleep" else 60)
    with pytest.raises(Quarantined, match=says) as caught:
        run(f"tests.box_victims:{victim}", tmp_path, {}, limits=limits)
    assert "CZ6508" not in str(caught.value)


def test_asvs_15_2_5_the_parser_sees_neither_our_environment_nor_what_we_print(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COUNTERFOIL_SECRET", "hunter2")
    answer = run("tests.box_victims:look_around", tmp_path, {}, limits=in_tests())
    assert "COUNTERFOIL_SECRET" not in answer["environment"]
    assert answer["core"] == 0


def test_a_mutated_workbook_never_gives_another_amount(tmp_path: Path) -> None:
    mutate(tmp_path, rounds=30, seed=7)


@pytest.mark.battery
def test_two_thousand_mutated_workbooks_never_give_another_amount(tmp_path: Path) -> None:
    mutate(tmp_path, rounds=2000, seed=8)


@pytest.mark.battery
def test_an_incompressible_giant_ends_within_the_box(tmp_path: Path) -> None:
    """Below every limit of the directory, above what a reader can hold."""
    path = tmp_path / "giant.xlsx"
    dice = random.Random(1)
    unit = b"".join(
        b"<row>"
        + b"".join(b"<c><v>%d</v></c>" % dice.getrandbits(50) for _ in range(150))
        + b"</row>"
        for _ in range(40)
    )
    blown_up(path, SHEET, unit, 60_000_000)
    with pytest.raises(Quarantined):
        run(PARSER, path, {"map": str(ROOT / "selectors/sheets/payments.toml")})


def mutate(tmp_path: Path, *, rounds: int, seed: int) -> None:
    """Flip, cut and repeat bytes of the sheet or of the file: the same rows, or a word."""
    good, dice = tmp_path / "good.xlsx", random.Random(seed)
    Book().write(good)
    right = {each.row: each.payload for each in read(good).items}
    taken = 0
    for number in range(rounds):
        path = tmp_path / "mutated.xlsx"
        if dice.random() < 0.5:
            path.write_bytes(_mutated(good.read_bytes(), dice))
        else:
            sheet = _mutated(Book().sheet().encode(), dice)
            Book(parts={SHEET: sheet}).write(path)
        try:
            batch = read(path)
        except Quarantined:
            continue
        taken += 1
        assert batch.unaccounted() == 0
        for item in batch.items:
            assert same_money(item.row, item.payload, right), f"round {number}: {item}"
    assert taken > 0, "a mutation test that never takes anything shows nothing"


def same_money(row: int, payload: object, right: Mapping[int, object]) -> bool:
    """The amount and its sum are the original's; words may differ where a letter flipped."""
    original = right.get(row)
    return original is not None and getattr(payload, "amount", 0) == getattr(original, "amount", 1)


def _mutated(content: bytes, dice: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(dice.choice((1, 1, 2, 8))):
        at = dice.randrange(len(changed))
        match dice.randrange(4):
            case 0:
                changed[at] = dice.randrange(256)
            case 1:
                changed[at] ^= 1 << dice.randrange(8)
            case 2:
                del changed[at : at + dice.randrange(1, 9)]
            case _:
                changed[at:at] = changed[at : at + dice.randrange(1, 9)]
    return bytes(changed)


def in_tests(wall_seconds: int = 60) -> Limits:
    """Tight, but for the clock on the wall: on a busy machine a second of processor takes many."""
    return Limits(
        cpu_seconds=1,
        wall_seconds=wall_seconds,
        file_bytes=10_000,
        answer_bytes=100_000,
        memory_bytes=2**28,
    )
