"""Rules of their own for some accounts: accounts with the same rules are matched together.

Lines of two accounts never match, so parts can be matched one after the other and put together.
What is learned (usual gaps, noise, fees) is learned in each part.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from counterfoil.domain.reconciliation import Policy, Progress, RuleBook, unseen
from counterfoil.rules.reconciliation.breaks import DUPLICATE, POSSIBLE_DUPLICATE, Breaks
from counterfoil.rules.reconciliation.decided import NOTHING, Decided, about_lines
from counterfoil.rules.reconciliation.lines import refuse_twice
from counterfoil.rules.reconciliation.matching import Reconciliation, reconcile, totals_of_all

Line = pl.Int64


def reconcile_accounts(  # noqa: PLR0913 - as reconcile
    bank: pl.DataFrame,
    ledger: pl.DataFrame,
    rules: RuleBook,
    decided: Decided = NOTHING,
    as_of: int | None = None,
    progress: Progress = unseen,
) -> Reconciliation:
    """Match each account by its own policy; one policy for all is one run over all lines.

    Args:
        decided: What people decided; each of it is about one account.
        as_of: As :func:`reconcile` takes it; *progress* as well.
    """
    parts = _parts(bank, ledger, rules)
    if len(parts) == 1:
        (policy, _), *_ = parts
        return reconcile(bank, ledger, policy, decided, as_of, progress)
    refuse_twice(bank, ledger)
    found = []
    for policy, accounts in parts:
        ours, theirs = _of(bank, accounts), _of(ledger, accounts)
        mine = about_lines(decided, ours["id"], theirs["id"])
        found.append(reconcile(ours, theirs, policy, mine, as_of, progress))
    return _together(found)


def _parts(
    bank: pl.DataFrame, ledger: pl.DataFrame, rules: RuleBook
) -> list[tuple[Policy, list[str]]]:
    parts: list[tuple[Policy, list[str]]] = []
    for account in sorted({*bank["account"].unique(), *ledger["account"].unique()}):
        policy = rules.of(account).policy
        same = next((those for each, those in parts if each == policy), None)
        if same is None:
            parts.append((policy, [account]))
        else:
            same.append(account)
    return parts or [(rules.default.policy, [])]


def _of(side: pl.DataFrame, accounts: Sequence[str]) -> pl.DataFrame:
    return side.filter(pl.col("account").is_in(accounts))


def _together(parts: Sequence[Reconciliation]) -> Reconciliation:
    """One reconciliation of all lines; other numbers than ``line`` stay those of the parts."""
    bank, of_bank = _numbered_anew([each.bank for each in parts])
    ledger, of_ledger = _numbered_anew([each.ledger for each in parts])
    places = list(zip(parts, of_bank, of_ledger, strict=True))
    matches = pl.concat(
        each.matches.with_columns(
            _moved(each.matches["bank"], ours), _moved(each.matches["ledger"], theirs)
        )
        for each, ours, theirs in places
    )
    breaks = Breaks(
        pl.concat(_placed(each.breaks.bank, ours, theirs) for each, ours, theirs in places),
        pl.concat(_placed(each.breaks.ledger, theirs, ours) for each, ours, theirs in places),
        pl.concat(_proposed(each, ours, theirs) for each, ours, theirs in places),
    )
    breaks = Breaks(
        breaks.bank.sort("line"),
        breaks.ledger.sort("line"),
        breaks.proposals.sort("line", "place"),
    )
    totals = totals_of_all(bank, ledger, matches, breaks)
    return Reconciliation(bank=bank, ledger=ledger, matches=matches, breaks=breaks, totals=totals)


def _numbered_anew(sides: Sequence[pl.DataFrame]) -> tuple[pl.DataFrame, list[pl.Series]]:
    """All lines in order of their ids, and for each part the new number of its every line."""
    whole = pl.concat(
        each.with_columns(pl.lit(part).alias("part")) for part, each in enumerate(sides)
    )
    whole = whole.sort("id").with_row_index("new").with_columns(pl.col("new").cast(Line))
    numbers = [
        whole.filter(pl.col("part") == part).sort("line")["new"] for part in range(len(sides))
    ]
    return whole.with_columns(pl.col("new").alias("line")).drop("new", "part"), numbers


def _moved(lists: pl.Series, numbers: pl.Series) -> pl.Series:
    """*lists* of a part's lines as lists of new numbers."""
    table = pl.DataFrame({"lines": lists}).with_row_index("at")
    flat = table.explode("lines").filter(pl.col("lines").is_not_null())
    moved = (
        flat.select("at", numbers.gather(flat["lines"]).alias("moved"))
        .group_by("at", maintain_order=True)
        .agg(pl.col("moved"))
    )
    whole = table.join(moved, on="at", how="left", maintain_order="left")["moved"]
    return whole.fill_null(pl.Series([[]], dtype=pl.List(Line))).alias(lists.name)


def _placed(breaks: pl.DataFrame, own: pl.Series, other: pl.Series) -> pl.DataFrame:
    return breaks.with_columns(
        own.gather(breaks["line"]).alias("line"), _by_class(breaks, own, other)
    )


def _by_class(breaks: pl.DataFrame, own: pl.Series, other: pl.Series) -> pl.Series:
    repeated = breaks["class"].is_in([DUPLICATE, POSSIBLE_DUPLICATE])
    none = pl.Series([[]], dtype=pl.List(Line))
    lists = breaks.select(
        pl.when(repeated).then(pl.col("other")).otherwise(pl.lit(none)).alias("own"),
        pl.when(repeated).then(pl.lit(none)).otherwise(pl.col("other")).alias("apart"),
    )
    alike, apart = _moved(lists["own"], own), _moved(lists["apart"], other)
    return pl.select(pl.when(repeated).then(alike).otherwise(apart).alias("other")).to_series()


def _proposed(part: Reconciliation, ours: pl.Series, theirs: pl.Series) -> pl.DataFrame:
    claims = part.breaks.proposals
    return claims.with_columns(
        ours.gather(claims["line"]).alias("line"),
        _moved(claims["bank"], ours),
        _moved(claims["ledger"], theirs),
    )
