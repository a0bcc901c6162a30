"""Carry a reconciliation forward: a day's lines join the open period, which is matched anew.

A match is a function of the open period's lines, the rules and what people decided, and of
nothing else. So many daily runs end where one run does, and what a run leaves behind (when a
line was first open, when a match was first made) is told, never used.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

import polars as pl

from counterfoil.domain.reconciliation import ControlTotal, Progress, RuleBook, unseen
from counterfoil.errors import Refused
from counterfoil.rules.reconciliation.accounts import reconcile_accounts
from counterfoil.rules.reconciliation.contra import DAYS_APART_MAX
from counterfoil.rules.reconciliation.decided import DECIDED, NOTHING, Decided
from counterfoil.rules.reconciliation.identity import CONTENT, Joined, join_lines, replaced
from counterfoil.rules.reconciliation.matching import Reconciliation

_TEXTS = pl.List(pl.String())
_LINE: dict[str, dict[str, pl.DataType]] = {
    side: {
        name: pl.Int64() if name in ("day", "amount", "foreign_amount") else pl.String()
        for name in names
    }
    for side, names in CONTENT.items()
}
#: A match by ids; ``final``: no later line is near enough to undo it; ``since``: the day
#: (since 1970) of the run that first made it.
MATCHES: dict[str, pl.DataType] = {
    **{"bank": _TEXTS, "ledger": _TEXTS, "rule": pl.String(), "tier": pl.String()},
    **{"difference": pl.Int64(), "fee": pl.String(), "evidence": pl.String()},
    **{"rivals_beaten": pl.String(), "by_chance": pl.String()},
    **{"final": pl.Boolean(), "since": pl.Int64()},
}
#: An open line; ``other``: ids that it has to do with; ``since``: as above, first seen open.
BREAKS: dict[str, pl.DataType] = {
    **{"side": pl.String(), "id": pl.String(), "account": pl.String(), "currency": pl.String()},
    **{"day": pl.Int64(), "amount": pl.Int64(), "class": pl.String(), "other": _TEXTS},
    **{"difference": pl.Int64(), "since": pl.Int64()},
}
#: Claims that did not stand out, for the bank's line ``id``, the likeliest at place 1.
PROPOSALS: dict[str, pl.DataType] = {
    **{"id": pl.String(), "place": pl.Int64(), "bank": _TEXTS, "ledger": _TEXTS},
    **{"rule": pl.String(), "difference": pl.Int64(), "score": pl.Int64(), "lead": pl.Int64()},
}
TABLES = ("bank", "ledger", "matches", "breaks", "proposals", "bank_aside", "ledger_aside")
#: By what a match, and a break, is the same as one before.
_OF_MATCH, _OF_BREAK = ["bank", "ledger"], ["side", "id"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The open period as a run leaves it. Lines as the readers give them, none without an id."""

    as_of: int  # days since 1970
    bank: pl.DataFrame
    ledger: pl.DataFrame
    matches: pl.DataFrame  # MATCHES
    breaks: pl.DataFrame  # BREAKS
    proposals: pl.DataFrame  # PROPOSALS
    bank_aside: pl.DataFrame  # lines that came again with other content, undecided
    ledger_aside: pl.DataFrame

    def tables(self) -> dict[str, pl.DataFrame]:
        """What has to be kept of it, by name; ``Period(as_of=..., **tables)`` is it again."""
        return {name: getattr(self, name) for name in TABLES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a run made of the open period, and how that differs from the run before."""

    period: Period
    found: Reconciliation
    bank: Joined
    ledger: Joined
    withdrawn: pl.DataFrame  # MATCHES of the run before that are none any more
    opened: pl.DataFrame  # BREAKS that are new
    closed: pl.DataFrame  # BREAKS of the run before, and ``by``: the match that closed each


def nothing_yet() -> Period:
    """The open period before the first run."""
    lines = {side: pl.DataFrame(schema=pl.Schema(kinds)) for side, kinds in _LINE.items()}
    return Period(
        as_of=0,
        matches=pl.DataFrame(schema=pl.Schema(MATCHES)),
        breaks=pl.DataFrame(schema=pl.Schema(BREAKS)),
        proposals=pl.DataFrame(schema=pl.Schema(PROPOSALS)),
        **lines,
        **{f"{side}_aside": table for side, table in lines.items()},
    )


def carry_forward(  # noqa: PLR0913 - a run has these parts
    before: Period,
    bank: pl.DataFrame,
    ledger: pl.DataFrame,
    rules: RuleBook,
    *,
    as_of: int | None = None,
    decided: Decided = NOTHING,
    gone: Period | None = None,
    progress: Progress = unseen,
) -> Run:
    """Add what *bank* and *ledger* deliver to the period *before*, and match all of it anew.

    Args:
        as_of: The day up to which the lines are known (days since 1970); None: the bank's last.
        gone: Lines that a close has frozen; they are recognised and stay out. None: none are.

    Raises:
        Refused: "as_of_too_early"; a bank line is of a later day.
    """
    gone = gone or nothing_yet()
    before = with_replaced(before, decided)
    joined = join_lines(before.bank, gone.bank, before.bank_aside, bank)
    theirs = join_lines(before.ledger, gone.ledger, before.ledger_aside, ledger)
    now = _as_of(as_of, before, joined.lines)
    found = reconcile_accounts(joined.lines, theirs.lines, rules, decided, now, progress)
    matches = _since(_matches(found, rules, now), before.matches, _OF_MATCH)
    breaks = _since(_breaks(found, now), before.breaks, _OF_BREAK)
    period = Period(
        as_of=now,
        bank=joined.lines,
        ledger=theirs.lines,
        matches=matches,
        breaks=breaks,
        proposals=_proposals(found),
        bank_aside=joined.changed,
        ledger_aside=theirs.changed,
    )
    return Run(
        period=period,
        found=found,
        bank=joined,
        ledger=theirs,
        withdrawn=_absent(before.matches, matches, _OF_MATCH),
        opened=_absent(breaks, before.breaks, _OF_BREAK),
        closed=_closed(_absent(before.breaks, breaks, _OF_BREAK), matches),
    )


def refuse_lost(run: Run, read: Iterable[ControlTotal]) -> None:
    """What was read of a delivery is what was new, known or set aside, to the cent.

    Raises:
        ValueError: It is not: lines were lost or changed on the way; nothing may be written.
    """
    taken = {
        f"{side} {currency}": sums
        for side, joined in (("bank", run.bank), ("ledger", run.ledger))
        for currency, sums in joined.taken.items()
    }
    came = {f"{each.side} {each.currency}": (each.count, each.sum) for each in read}
    for key in sorted(taken.keys() | came.keys()):
        if taken.get(key) != came.get(key):
            raise ValueError(
                f"{key}: {came.get(key)} (lines, cents) were read, {taken.get(key)} were taken"
            )


def with_replaced(before: Period, decided: Decided) -> Period:
    """Give changed lines the content that people took, and forget the one that they refused."""
    which = {"taken": decided.taken, "dropped": decided.dropped}
    bank, bank_aside = replaced(before.bank, before.bank_aside, **which)
    ledger, ledger_aside = replaced(before.ledger, before.ledger_aside, **which)
    return replace(
        before, bank=bank, ledger=ledger, bank_aside=bank_aside, ledger_aside=ledger_aside
    )


def _as_of(asked: int | None, before: Period, bank: pl.DataFrame) -> int:
    last = max(bank["day"].to_list(), default=0)
    if asked is not None and asked < last:
        raise Refused(
            "as_of_too_early", "the bank has lines of a later day: give that day or later"
        )
    return max(last, before.as_of) if asked is None else asked


def _matches(found: Reconciliation, rules: RuleBook, as_of: int) -> pl.DataFrame:
    """By ids, in order of ids."""
    sides = (("bank", found.bank), ("ledger", found.ledger))
    reach = _reach(rules)
    until = pl.max_horizontal(f"{side}_last" for side, _ in sides)
    return (
        found.matches.with_columns(
            _last_day(found.matches[side], lines["day"]).alias(f"{side}_last") + reach[side]
            for side, lines in sides
        )
        .with_columns(_by_id(found.matches[side], lines["id"], side) for side, lines in sides)
        .with_columns(
            ((until < as_of) | (pl.col("tier") == DECIDED)).alias("final"),
            pl.lit(as_of, pl.Int64).alias("since"),
        )
        .select(*MATCHES)
        .sort("bank", "ledger", "rule")
    )


def _reach(rules: RuleBook) -> dict[str, int]:
    """Days within which a later line may claim one of a side, by any account's rules."""
    policies = [each.policy for each in (rules.default, *rules.accounts.values())]
    return {
        "bank": max(DAYS_APART_MAX, *(each.days_before for each in policies)),
        "ledger": max(DAYS_APART_MAX, *(each.days_after_with_reference for each in policies)),
    }


def _breaks(found: Reconciliation, as_of: int) -> pl.DataFrame:
    """By ids, in order of side and id."""
    own = pl.col("class").str.contains("duplicate")
    parts = []
    for side, lines, breaks, across in (
        ("bank", found.bank, found.breaks.bank, found.ledger),
        ("ledger", found.ledger, found.breaks.ledger, found.bank),
    ):
        facts = lines.select("line", "id", "account", "currency", "day", "amount")
        rows = breaks.join(facts, on="line").with_columns(
            pl.lit(side).alias("side"), pl.lit(as_of, pl.Int64).alias("since")
        )
        for part, others in ((rows.filter(own), lines), (rows.filter(~own), across)):
            named = part.with_columns(_by_id(part["other"], others["id"], "other"))
            parts.append(named.select(*BREAKS))
    return pl.concat(parts).sort("side", "id")


def _proposals(found: Reconciliation) -> pl.DataFrame:
    rows = found.breaks.proposals
    return (
        rows.with_columns(
            found.bank["id"].gather(rows["line"]).alias("id"),
            _by_id(rows["bank"], found.bank["id"], "bank"),
            _by_id(rows["ledger"], found.ledger["id"], "ledger"),
        )
        .select(*PROPOSALS)
        .sort("id", "place")
    )


def _by_id(lists: pl.Series, ids: pl.Series, name: str) -> pl.Series:
    """Lists of lines as lists of their ids."""
    flat = _flat(lists)
    named = flat.with_columns(ids.gather(flat["line"]).alias(name))
    return _gathered(named.group_by("row", maintain_order=True).agg(name), len(lists))[
        name
    ].fill_null(pl.Series([[]], dtype=_TEXTS))


def _last_day(lists: pl.Series, days: pl.Series) -> pl.Series:
    """The last day of each list of lines; null: the list is empty."""
    flat = _flat(lists)
    dated = flat.with_columns(days.gather(flat["line"]).alias("day"))
    return _gathered(dated.group_by("row").agg(pl.col("day").max()), len(lists))["day"]


def _flat(lists: pl.Series) -> pl.DataFrame:
    rows = pl.DataFrame({"row": pl.int_range(len(lists), eager=True), "line": lists})
    return rows.explode("line", empty_as_null=False)


def _gathered(grouped: pl.DataFrame, count: int) -> pl.DataFrame:
    every = pl.DataFrame({"row": pl.int_range(count, eager=True)})
    return every.join(grouped, on="row", how="left", maintain_order="left")


def _since(now: pl.DataFrame, before: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """*now*, with the first day on which each was there."""
    if before.is_empty():
        return now
    known = before.select(*key, pl.col("since").alias("first"))
    first = pl.coalesce("first", "since").alias("since")
    joined = now.join(known, on=key, how="left", maintain_order="left")
    return joined.with_columns(first).select(now.columns)


def _absent(these: pl.DataFrame, those: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """*these* that are not among *those*."""
    if those.is_empty():
        return these
    return these.join(those.select(key), on=key, how="anti", maintain_order="left")


def _closed(breaks: pl.DataFrame, matches: pl.DataFrame) -> pl.DataFrame:
    """Add ``by``: rule and lines of the match that closed each; null: none did."""
    if breaks.is_empty():
        return breaks.with_columns(pl.lit(None, pl.String).alias("by"))
    told = pl.format(
        "{}: {} = {}", "rule", pl.col("bank").list.join(", "), pl.col("ledger").list.join(", ")
    )
    by = pl.concat(
        matches.select(
            pl.lit(side).alias("side"), pl.col(side).alias("id"), told.alias("by")
        ).explode("id", empty_as_null=False)
        for side in ("bank", "ledger")
    )
    return breaks.join(by, on=_OF_BREAK, how="left", maintain_order="left")


def told_of(run: Run) -> dict[str, Any]:
    """The run in figures and names, for a file and for the record."""
    final = int(run.period.matches["final"].sum())
    return {
        "lines": {"bank": len(run.period.bank), "ledger": len(run.period.ledger)},
        "new": {"bank": len(run.bank.new), "ledger": len(run.ledger.new)},
        "again": {"bank": run.bank.again, "ledger": run.ledger.again},
        "changed": {
            "bank": run.bank.changed["id"].to_list(),
            "ledger": run.ledger.changed["id"].to_list(),
        },
        "matches": {"final": final, "provisional": len(run.period.matches) - final},
        "withdrawn": [
            {"bank": ours, "ledger": theirs, "rule": rule, "was_final": was_final}
            for ours, theirs, rule, was_final in run.withdrawn.select(
                "bank", "ledger", "rule", "final"
            ).iter_rows()
        ],
        "breaks": {
            "open": len(run.period.breaks),
            "opened": len(run.opened),
            "closed": len(run.closed),
        },
        "totals": [asdict(each) for each in run.found.totals],
    }
