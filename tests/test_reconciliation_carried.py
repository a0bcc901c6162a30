"""Carried forward: many small runs end where one run does, and a crash leaves the run before."""

from __future__ import annotations

import csv
import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from counterfoil.adapters.reconciliation_files import read_bank, read_ledger
from counterfoil.adapters.reconciliation_rules import load_rules
from counterfoil.domain.reconciliation import ControlTotal, RuleBook, number_of
from counterfoil.errors import Quarantined, Refused
from counterfoil.rules.reconciliation.carrying import (
    Period,
    Run,
    carry_forward,
    nothing_yet,
    refuse_lost,
)
from counterfoil.rules.reconciliation.identity import join_lines, with_ids
from counterfoil.rules.reconciliation.in_json import breaks_json, matches_json
from fixtures.reconciliation_pairs import make
from tests.cli_support import counterfoil
from tests.reconciliation_support import bank, ledger
from workflows.reconciliation import reconcile_files

DAY = {"bank.csv": "stmt_date", "ledger.csv": "posting_date"}
FILES = ("bank.csv", "ledger.csv")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pair")
    make(11, vouchers=220).write(folder)
    return folder


def tables(pair: Path) -> tuple[pl.DataFrame, pl.DataFrame, RuleBook]:
    rules = load_rules(pair / "rules.json")
    return read_bank(pair / "bank.csv"), read_ledger(pair / "ledger.csv"), rules


def daily(
    pair: Path, *, again_days: int = 0, seed: int | None = None, step: int = 4
) -> Iterator[Run]:
    """A run for every so many days that have lines; each delivery begins *again_days* earlier."""
    ours, theirs, rules = tables(pair)
    order = random.Random(seed)
    period, begins = nothing_yet(), 0
    days = sorted({*ours["day"], *theirs["day"]})
    for day in [*days[:-1:step], days[-1]]:
        cut = pl.col("day").is_between(begins - again_days, day)
        some, others = ours.filter(cut), theirs.filter(cut)
        if seed is not None:
            some, others = _shuffled(some, order), _shuffled(others, order)
        run = carry_forward(period, some, others, rules, as_of=day)
        yield run
        period, begins = run.period, day + 1


def _shuffled(lines: pl.DataFrame, order: random.Random) -> pl.DataFrame:
    columns = lines.columns
    order.shuffle(columns)
    return lines.sample(fraction=1, shuffle=True, seed=order.randrange(10**6)).select(columns)


def at_once(pair: Path) -> Run:
    ours, theirs, rules = tables(pair)
    return carry_forward(nothing_yet(), ours, theirs, rules)


def same(one: Period, other: Period) -> bool:
    """All but what tells of the way: since when."""
    return all(
        table.drop("since", strict=False).equals(other.tables()[name].drop("since", strict=False))
        for name, table in one.tables().items()
    )


@pytest.fixture(scope="module")
def runs(pair: Path) -> list[Run]:
    return list(daily(pair))


@pytest.fixture(scope="module")
def once(pair: Path) -> Run:
    return at_once(pair)


def test_runs_one_after_the_other_end_where_one_run_does(runs: list[Run], once: Run) -> None:
    assert len(runs) > 8
    ends_alike(runs[-1], once)


def test_they_do_so_with_deliveries_that_overlap_in_any_order(pair: Path, once: Run) -> None:
    *_, last = daily(pair, again_days=4, seed=7)
    ends_alike(last, once)


@pytest.mark.battery
@pytest.mark.parametrize(("again", "seed"), [(0, None), (4, 7)])
def test_daily_runs_end_where_one_run_does(
    pair: Path, once: Run, again: int, seed: int | None
) -> None:
    *_, last = daily(pair, again_days=again, seed=seed, step=1)
    ends_alike(last, once)


def ends_alike(last: Run, once: Run) -> None:
    """To the byte."""
    assert matches_json(last.found) == matches_json(once.found)
    assert breaks_json(last.found) == breaks_json(once.found)
    assert same(last.period, once.period)
    assert len(once.period.matches) > 100


def test_every_run_adds_up_and_says_how_it_differs_from_the_one_before(runs: list[Run]) -> None:
    matches: set[tuple[Any, ...]] = set()
    opened: set[tuple[str, str]] = set()
    withdrawn = 0
    for run in runs:
        now = {(tuple(a), tuple(b)) for a, b in run.period.matches.select("bank", "ledger").rows()}
        gone = {(tuple(a), tuple(b)) for a, b in run.withdrawn.select("bank", "ledger").rows()}
        assert matches - now == gone
        assert opened | keys(run.opened) == keys(run.period.breaks) | keys(run.closed)
        assert run.closed["by"].null_count() == 0
        assert sum(each.count for each in run.found.totals) == len(run.period.bank) + len(
            run.period.ledger
        )
        matches, opened = now, keys(run.period.breaks)
        withdrawn += len(gone)
    assert matches


def keys(breaks: pl.DataFrame) -> set[tuple[str, str]]:
    return set(breaks.select("side", "id").rows())


def test_a_match_is_provisional_until_no_later_line_is_near_enough() -> None:
    ours = bank({"amount": -100, "reference": "PV00012345", "day": 100})
    theirs = ledger({"amount": -100, "reference": "PV00012345", "day": 100})
    rules = RuleBook()
    last = 100 + rules.default.policy.days_after_with_reference
    for as_of, final in ((100, False), (last, False), (last + 1, True)):
        run = carry_forward(nothing_yet(), ours, theirs, rules, as_of=as_of)
        assert run.period.matches["final"].to_list() == [final]


def test_a_match_that_a_later_line_undoes_is_withdrawn_and_on_record() -> None:
    """Two payments for one voucher: which of them it was, nobody can say."""
    theirs = ledger({"amount": -100, "reference": "PV00012345", "day": 100})
    first = bank({"amount": -100, "reference": "PV00012345", "text": "ONE", "day": 101})
    second = bank(
        {"id": "B2", "amount": -100, "reference": "PV00012345", "text": "TWO", "day": 102}
    )
    monday = carry_forward(nothing_yet(), first, theirs, RuleBook())
    assert len(monday.period.matches) == 1

    tuesday = carry_forward(monday.period, second, theirs.clear(), RuleBook())

    assert tuesday.withdrawn["bank"].to_list() == [["B1"]]
    assert tuesday.period.matches.is_empty()
    assert set(tuesday.opened["id"]) == {"B1", "B2", "L1"}


def test_a_later_day_than_said_is_refused() -> None:
    with pytest.raises(Refused, match="as_of_too_early"):
        carry_forward(nothing_yet(), bank({"amount": 1, "day": 9}), ledger(), RuleBook(), as_of=8)


# --- which line is which ---------------------------------------------------------------


def nameless(*amounts: int) -> pl.DataFrame:
    return bank(*({"id": "", "amount": each, "text": "CARD"} for each in amounts))


def test_lines_without_an_id_that_are_alike_both_count_and_are_both_recognised() -> None:
    none = bank()
    first = join_lines(none, none, none, nameless(-500, -500, -700))
    assert first.lines["id"].n_unique() == 3
    assert sorted(first.lines["amount"].to_list()) == [-700, -500, -500]

    again = join_lines(first.lines, none, none, nameless(-900, -500, -500))
    assert (len(again.new), again.again) == (1, 2)
    assert sorted(again.lines["amount"].to_list()) == [-900, -700, -500, -500]


def test_an_id_made_of_content_is_the_same_wherever_it_is_made() -> None:
    (made,) = with_ids(nameless(-500))["id"]
    assert made == "~7bc9cf5550612a2f405f-1"


def test_two_contents_cannot_be_told_as_one() -> None:
    """The text of one column cannot run over into the next."""
    one = with_ids(bank({"id": "", "amount": 1, "name": "AB", "reference": "C"}))
    other = with_ids(bank({"id": "", "amount": 1, "name": "A", "reference": "BC"}))
    assert one["id"][0] != other["id"][0]


def test_the_same_id_with_other_content_is_set_aside_by_name() -> None:
    known = bank({"id": "B1", "amount": -500})
    joined = join_lines(known, known.clear(), known.clear(), bank({"id": "B1", "amount": -501}))
    assert joined.lines["amount"].to_list() == [-500]
    assert joined.changed["amount"].to_list() == [-501]
    assert (len(joined.new), joined.again) == (0, 0)


# --- the folder ------------------------------------------------------------------------


def split(pair: Path, into: Path, which: Callable[[date], bool]) -> None:
    """Write the lines of some days into *into*, with the rules."""
    into.mkdir()
    (into / "rules.json").write_bytes((pair / "rules.json").read_bytes())
    for name in FILES:
        with (pair / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with (into / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(each for each in rows if which(date.fromisoformat(each[DAY[name]])))


@pytest.fixture
def halves(pair: Path, tmp_path: Path) -> tuple[Path, Path]:
    ours, _, _ = tables(pair)
    middle = sorted(ours["day"])[len(ours) // 2]
    one, other = tmp_path / "one", tmp_path / "other"
    split(pair, one, lambda day: number_of(day) <= middle)
    split(pair, other, lambda day: number_of(day) > middle - 3)
    return one, other


def run(folder: Path, into: Path, carried: Path | None = None) -> Run:
    bank_file, ledger_file, rules = (folder / name for name in (*FILES, "rules.json"))
    return reconcile_files(bank_file, ledger_file, rules, into, carried=carried)


def test_the_folder_of_the_run_before_is_carried_forward(
    pair: Path, halves: tuple[Path, Path], tmp_path: Path
) -> None:
    """Into the same folder; what is left in it is what one run leaves."""
    out, once = tmp_path / "out", tmp_path / "once"
    run(halves[0], out)
    run(halves[1], out, carried=out)
    run(pair, once)
    for name in ("matches.json", "breaks.json"):
        assert (out / name).read_bytes() == (once / name).read_bytes()
    assert len(list((out / "carried").iterdir())) <= 7  # tables of the first run are gone
    told = json.loads((out / "carried.json").read_text("utf-8"))
    assert told["again"]["bank"] > 0
    assert told["breaks"]["closed"] > 0


@dataclass
class Renames:
    """Counts renames, and crashes instead of the one that is *fatal*."""

    fatal: int = 0
    count: int = 0

    def into(self, patched: pytest.MonkeyPatch) -> Renames:
        real = Path.replace

        def replace(path: Path, target: Path) -> Path:
            self.count += 1
            if self.count == self.fatal:
                raise KeyboardInterrupt
            return real(path, target)

        patched.setattr(Path, "replace", replace)
        return self


def crashing(halves: tuple[Path, Path], tmp_path: Path, fatal: Callable[[int], list[int]]) -> None:
    """Crash at some of the renames; the next run ends where it would have without the crash."""
    out, calm = tmp_path / "out", tmp_path / "calm"
    run(halves[0], calm)
    shutil.copytree(calm, out)
    with pytest.MonkeyPatch.context() as patched:
        renames = Renames().into(patched)
        run(halves[1], calm, carried=calm)
    assert renames.count >= 5
    for each in fatal(renames.count):
        with pytest.MonkeyPatch.context() as patched:
            Renames(fatal=each).into(patched)
            with pytest.raises(KeyboardInterrupt):
                run(halves[1], out, carried=out)
    run(halves[1], out, carried=out)
    told = json.loads((out / "carried.json").read_text("utf-8"))
    assert told == json.loads((calm / "carried.json").read_text("utf-8"))
    for name in ("matches.json", "breaks.json"):
        assert (out / name).read_bytes() == (calm / name).read_bytes()
    assert [path.name for path in out.iterdir() if path.name.startswith(".")] == []


def test_a_crash_while_writing_leaves_the_run_before(
    halves: tuple[Path, Path], tmp_path: Path
) -> None:
    """At the first rename, amid them, and at the last."""
    crashing(halves, tmp_path, lambda count: [1, count // 2, count])


@pytest.mark.battery
def test_a_crash_at_each_rename_in_turn_leaves_the_run_before(
    halves: tuple[Path, Path], tmp_path: Path
) -> None:
    crashing(halves, tmp_path, lambda count: list(range(1, count + 1)))


def test_a_table_that_was_altered_is_not_carried(halves: tuple[Path, Path], tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(halves[0], out)
    table = max((out / "carried").iterdir(), key=lambda path: path.stat().st_size)
    table.write_bytes(table.read_bytes()[:-1] + b"\0")
    with pytest.raises(Quarantined, match=r"carried_unreadable: .* was altered"):
        run(halves[1], tmp_path / "next", carried=out)
    assert not (tmp_path / "next").exists()


def test_a_folder_that_no_run_wrote_is_named(halves: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(Quarantined, match=r"nothing_carried: .*carried.json is not there"):
        run(halves[1], tmp_path / "out", carried=tmp_path)


def test_the_command_carries_forward_and_names_what_changed(
    halves: tuple[Path, Path], tmp_path: Path
) -> None:
    run(halves[0], tmp_path / "out")
    known = read_bank(halves[0] / "bank.csv")["id"]
    rows = (halves[1] / "bank.csv").read_text("utf-8").splitlines()
    at = next(at for at, row in enumerate(rows) if row.split(",")[0] in known)
    rows[at] = rows[at].replace("ACC01", "ACC02")
    (halves[1] / "bank.csv").write_text("\n".join(rows) + "\n", "utf-8")
    words = [
        *("--bank", f"{halves[1]}/bank.csv", "--ledger", f"{halves[1]}/ledger.csv"),
        *("--rules", f"{halves[1]}/rules.json", "--out", f"{tmp_path}/out"),
        *("--carry-forward", f"{tmp_path}/out"),
    ]
    done = counterfoil("reconcile", *words)
    assert done.returncode == 1, done.stderr
    assert f"bank line {rows[at].split(',')[0]} came again with other content" in done.stdout
    assert "provisional" in done.stdout


def test_what_was_read_and_is_nowhere_stops_the_run(once: Run) -> None:
    run = once
    read = [
        ControlTotal(side="bank", currency="USD", count=each[0], sum=each[1])
        for each in run.bank.taken.values()
    ]
    read += [
        ControlTotal(side="ledger", currency="USD", count=each[0], sum=each[1])
        for each in run.ledger.taken.values()
    ]
    refuse_lost(run, read)
    with pytest.raises(ValueError, match=r"bank USD: .* were taken"):
        refuse_lost(run, [replace(read[0], sum=read[0].sum + 1), *read[1:]])
