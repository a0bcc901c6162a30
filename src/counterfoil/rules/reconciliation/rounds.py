"""One round: every claim on open lines, weighed, compared, and the ones that stand out settled."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from counterfoil.rules.reconciliation.asking import left_to_people
from counterfoil.rules.reconciliation.evidence import Known, of_link, weigh
from counterfoil.rules.reconciliation.laying import Table, laid
from counterfoil.rules.reconciliation.parts import claims_of_parts
from counterfoil.rules.reconciliation.position import Position
from counterfoil.rules.reconciliation.rivals import passes
from counterfoil.rules.reconciliation.scoring import SILENT, as_claims
from counterfoil.rules.reconciliation.setting import Setting
from counterfoil.rules.reconciliation.thresholds import NUMBER_COUNTS

#: Centibans by which a claim must lead every rival: about forty to one; three hundred to one
#: where one payment is to be several lines and none is named: other sums were not tried.
LEAD_MIN, LEAD_MIN_OF_SUMS = 160, 250


def settle_round(
    position: Position, setting: Setting, *, silent: bool, late: bool = False
) -> tuple[Position, pl.DataFrame]:
    """Settle what stands out.

    Args:
        silent: Also claims that no number supports.
        late: All that stood out has been settled: ask less.

    Returns: The position, and the claims on what is open of those that were laid.
    """
    claims = claims_on(position, setting, silent=silent, late=late)
    for good, left in passes(claims, lead_min=_lead_min()):
        position = position.settled(good.sort("bank", "ledger"))
        claims = left
    return position, claims


def _lead_min() -> pl.Expr:
    sums = (pl.col("bank").list.len() == 1) & (pl.col("ledger").list.len() > 1)
    return pl.when(sums & (pl.col("tier") == SILENT)).then(LEAD_MIN_OF_SUMS).otherwise(LEAD_MIN)


def claims_on(
    position: Position, setting: Setting, *, silent: bool, late: bool = False
) -> pl.DataFrame:
    """Every claim on open lines: CLAIM, numbered by ``claim``."""
    table = laid(position, setting, groups=silent, late=late)
    known = replace(setting.known, links=table.links)
    pairs = table.pairs if silent else _numbered(table, known)
    facts = weigh(pairs, position.bank, table.targets.table, known)
    claims = [
        as_claims(facts, table, setting, late=late),
        claims_of_parts(table, setting, late=late),
    ]
    left = left_to_people(_once(pl.concat(claims)), setting.policy.ask)
    return left.with_row_index("claim")


def _numbered(table: Table, known: Known) -> pl.DataFrame:
    """Pairs that a number links that counts: of the others it only says what is against them."""
    counts = table.links.filter(of_link(known) >= NUMBER_COUNTS)
    linked = counts.select(pl.col("line").alias("bank"), "target")
    return table.pairs.join(linked, on=linked.columns, how="semi", maintain_order="left")


def _once(claims: pl.DataFrame) -> pl.DataFrame:
    """The same lines found together by two rules are one claim, the stronger one."""
    several = pl.col("bank").list.len() + pl.col("ledger").list.len() > 2
    order = [pl.col("score") - pl.col("score_min"), pl.col("rule")]
    groups = claims.filter(several).sort(order, descending=[True, False])
    groups = groups.unique(["bank", "ledger"], keep="first", maintain_order=True)
    return pl.concat([claims.filter(~several), groups])
