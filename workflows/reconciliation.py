"""Reconcile two files: read them, match, write what was found.

Into the folder go ``matches.json``, ``breaks.json`` and ``reconciliation.xlsx``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from counterfoil.adapters.reconciliation_rules import load_policy
from counterfoil.adapters.sheets.reconciliation_book import Rows, Value, write_reconciliation
from counterfoil.domain.reconciliation import ControlTotal, Policy, Progress, unseen
from counterfoil.reconciliation_sides import read_side
from counterfoil.rules.reconciliation.matching import Reconciliation, reconcile
from counterfoil.rules.reconciliation.totals import refuse_other_totals

_SELECTORS = Path(__file__).parent.parent / "selectors"  # this suite's
_EPOCH = date(1970, 1, 1)
_LISTED_MAX = 40  # ids in a cell
_CLAIM = ("bank", "ledger", "rule", "difference")


def reconcile_files(
    bank: Path, ledger: Path, rules: Path, into: Path, progress: Progress = unseen
) -> Reconciliation:
    """Match the lines of *bank* and *ledger* by *rules*; write the result into the folder *into*.

    Raises:
        Quarantined: A file cannot be read as a whole; nothing is written.
        SetupError: The rules are wrong; nothing is written.
    """
    policy = load_policy(rules)
    found, read = _read_and_reconcile(bank, ledger, policy, progress)
    refuse_other_totals(found.totals, read)
    into.mkdir(parents=True, exist_ok=True)
    progress("writing", 0, None)
    (into / "matches.json").write_text(matches_json(found), "utf-8")
    (into / "breaks.json").write_text(breaks_json(found), "utf-8")
    write_reconciliation(into / "reconciliation.xlsx", _summary(found), _sheets(found))
    return found


def _read_and_reconcile(
    bank: Path, ledger: Path, policy: Policy, progress: Progress
) -> tuple[Reconciliation, tuple[ControlTotal, ...]]:
    """What was found, and the totals of what was read."""
    ours = read_side("bank", bank, _SELECTORS, progress)
    theirs = read_side("ledger", ledger, _SELECTORS, progress)
    read, lines = (*ours.totals, *theirs.totals), [theirs.lines, ours.lines]
    del (
        ours,
        theirs,
    )  # a million lines: as they were read they are not needed beside the ordered ones
    return reconcile(lines.pop(), lines.pop(), policy, progress), read


def matches_json(found: Reconciliation) -> str:
    """Every match as ``[[bank ids], [ledger ids], rule]``, a line each, in order of ids."""
    bank, ledger = found.bank["id"].to_list(), found.ledger["id"].to_list()
    rows = sorted(
        [[bank[line] for line in ours], [ledger[line] for line in theirs], rule]
        for ours, theirs, rule in found.matches.select("bank", "ledger", "rule").iter_rows()
    )
    return _lines(json.dumps(row) for row in rows)


def breaks_json(found: Reconciliation) -> str:
    """Every open line with its class, and its proposals, the likeliest first; a line each."""
    bank, ledger = found.bank["id"].to_list(), found.ledger["id"].to_list()
    proposed: dict[int, list[Any]] = {}
    for line, ours, theirs, *why in found.breaks.proposals.select("line", *_CLAIM).iter_rows():
        claim = [[bank[each] for each in ours], [ledger[each] for each in theirs], *why]
        proposed.setdefault(line, []).append(claim)
    rows: list[dict[str, Any]] = []
    for side, own, other, breaks in (
        ("bank", bank, ledger, found.breaks.bank),
        ("ledger", ledger, bank, found.breaks.ledger),
    ):
        for line, kind, others, difference in breaks.iter_rows():
            names = own if "duplicate" in kind else other
            row = {"side": side, "id": own[line], "class": kind, "difference": difference}
            row["other"] = [names[each] for each in others]
            if side == "bank":
                row["proposals"] = proposed.get(line, [])
            rows.append(row)
    return _lines(json.dumps(row) for row in rows)


def _lines(rows: Iterable[str]) -> str:
    return "[\n" + ",\n".join(rows) + "\n]\n"


def _summary(found: Reconciliation) -> Iterator[Sequence[Value]]:
    yield ["Reconciliation"]
    yield []
    yield ["Control totals: matched and open are the input, to the cent"]
    yield ["Side", "Currency", "Lines", "Sum", "Matched", "Sum", "Open", "Sum", "Proof"]
    for each in found.totals:
        yield [
            *(each.side, each.currency, each.count, _money(each.sum), each.matched_count),
            *(_money(each.matched_sum), each.open_count, _money(each.open_sum), "proved"),
        ]
    yield ["Difference of what was matched (fees, rates)", None, None, _money(_differences(found))]
    yield []
    yield ["Matched, by rule"]
    for (tier, rule), count in sorted(Counter(found.matches.select("tier", "rule").rows()).items()):
        yield [rule, tier, count]
    for side, breaks in (("bank", found.breaks.bank), ("ledger", found.breaks.ledger)):
        yield []
        yield [f"Open on the {side}'s side, by class"]
        for kind, count in sorted(Counter(breaks["class"].to_list()).items()):
            yield [kind, None, count]


def _differences(found: Reconciliation) -> int:
    return sum(each or 0 for each in found.matches["difference"].to_list())


def _sheets(found: Reconciliation) -> list[Rows]:
    return [
        Rows(
            name="Matched",
            heads=(
                *("Bank lines", "Ledger lines", "Account", "Bank sum", "Ledger sum", "Difference"),
                *("Fee", "Rule", "Tier", "Evidence", "Rivals beaten", "Expected by chance"),
            ),
            rows=list(_matched(found)),
        ),
        Rows(
            name="Proposed",
            heads=(
                "Bank line",
                "Bank lines",
                "Ledger lines",
                "Place",
                "Rule",
                "Difference",
                "Score",
                "Lead",
            ),
            rows=list(_proposed(found)),
        ),
        Rows(
            name="Breaks",
            heads=(
                *("Side", "Id", "Class", "Day", "Days old", "Amount", "Currency", "Name"),
                *("Reference", "Text", "Difference", "Has to do with"),
            ),
            rows=list(_broken(found)),
        ),
    ]


def _matched(found: Reconciliation) -> Iterator[Sequence[Value]]:
    bank, ledger = found.bank["id"].to_list(), found.ledger["id"].to_list()
    paid, owed = found.bank["amount"].to_list(), found.ledger["amount"].to_list()
    accounts = found.bank["account"].to_list(), found.ledger["account"].to_list()
    columns = (
        *("bank", "ledger", "difference", "fee", "rule", "tier"),
        *("evidence", "rivals_beaten", "by_chance"),
    )
    for ours, theirs, difference, *rest in found.matches.select(columns).iter_rows():
        account = accounts[0][ours[0]] if ours else accounts[1][theirs[0]]
        yield [
            *(_ids(bank, ours), _ids(ledger, theirs), account),
            *(_sum(paid, ours), _sum(owed, theirs), _money(difference), *rest),
        ]


def _proposed(found: Reconciliation) -> Iterator[Sequence[Value]]:
    bank, ledger = found.bank["id"].to_list(), found.ledger["id"].to_list()
    columns = ("line", "bank", "ledger", "place", "rule", "difference", "score", "lead")
    for line, ours, theirs, place, rule, difference, score, lead in found.breaks.proposals.select(
        columns
    ).iter_rows():
        yield [
            *(bank[line], _ids(bank, ours), _ids(ledger, theirs), place, rule),
            *(_money(difference), score, lead),
        ]


def _broken(found: Reconciliation) -> Iterator[Sequence[Value]]:
    last = max(found.bank["day"].to_list(), default=0)
    ids = {"bank": found.bank["id"].to_list(), "ledger": found.ledger["id"].to_list()}
    for side, lines, breaks in (
        ("bank", found.bank, found.breaks.bank),
        ("ledger", found.ledger, found.breaks.ledger),
    ):
        facts = lines.select(
            "line", "id", "day", "amount", "currency", "name", "reference", "text"
        ).join(breaks, on="line", maintain_order="left")
        for _, own, day, amount, currency, name, reference, text, *why in facts.iter_rows():
            kind, others, difference = why
            where = side if "duplicate" in kind else {"bank": "ledger", "ledger": "bank"}[side]
            yield [
                *(side, own, kind, _EPOCH + timedelta(day), last - day, _money(amount), currency),
                *(name, reference, text, _money(difference), _ids(ids[where], others)),
            ]


def _ids(names: Sequence[str], lines: Sequence[int]) -> str:
    more = f" and {len(lines) - _LISTED_MAX} more" if len(lines) > _LISTED_MAX else ""
    return ", ".join(names[line] for line in lines[:_LISTED_MAX]) + more


def _sum(amounts: Sequence[int], lines: Sequence[int]) -> Decimal | None:
    return _money(sum(amounts[line] for line in lines)) if lines else None


def _money(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents).scaleb(-2)
