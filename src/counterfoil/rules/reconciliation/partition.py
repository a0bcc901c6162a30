"""Accounts apart: no claim reaches from one to another, so each may be settled by itself.

What was learned is of all of them. How they are put together decides nothing but how much is
held at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from counterfoil.rules.reconciliation.misread import slips_between
from counterfoil.rules.reconciliation.position import Position
from counterfoil.rules.reconciliation.setting import Misread, Setting, Texts

#: Open lines of both sides from which on the next account is settled by itself: small ones
#: together, since a round has its price however few lines there are.
LINES_MIN = 100_000


def parts_of(
    position: Position, setting: Setting, *, lines_min: int = LINES_MIN
) -> Iterator[tuple[Position, Setting]]:
    """Accounts one after the other: what is open in them, and what of the setting is theirs.

    One part at least, though nothing may be open.
    """
    for mine in accounts_of(position, lines_min):
        bank, ledger = position.bank.filter(mine), position.ledger.filter(mine)
        yield Position(bank, ledger), _of(setting, mine, bank, ledger)


def accounts_of(position: Position, lines_min: int = LINES_MIN) -> Iterator[pl.Expr]:
    """Which lines are of the next account, or of the next small ones; all of them in turn."""
    for purses in _purses(position, lines_min):
        yield pl.col("purse").is_in(pl.Series(purses, dtype=pl.Int64).implode())


def _purses(position: Position, lines_min: int) -> Iterator[list[int]]:
    sizes = (
        pl.concat([each.select("purse") for each in (position.bank, position.ledger)])
        .group_by("purse")
        .len()
        .sort("purse")
    )
    together: list[int] = []
    lines = 0
    for purse, size in sizes.iter_rows():
        together.append(purse)
        lines += size
        if lines >= lines_min:
            yield together
            together, lines = [], 0
    if together or sizes.is_empty():
        yield together


def _of(setting: Setting, mine: pl.Expr, bank: pl.DataFrame, ledger: pl.DataFrame) -> Setting:
    known, texts = setting.known, setting.texts
    part = replace(
        setting,
        texts=Texts(
            keys=texts.keys.filter(mine),
            numbers=texts.numbers.filter(mine),
            # a number may link lines of two accounts
            links=texts.links.filter(mine).join(bank, on=["line", "purse"], how="semi"),
        ),
        known=replace(
            known,
            links=known.links.clear(),  # a round lays its own
            by_party=known.by_party.filter(mine),
            by_purse=known.by_purse.filter(mine),
            days=known.days.filter(mine),
        ),
        counted={},
        answered=[],
    )
    part = of_what_is_open(part, bank, ledger)
    return replace(
        part,
        misread=Misread(
            slips=slips_between(part.texts.numbers, part.texts.keys),
            broken_off=part.beginnings.begun(part.texts.numbers),
        ),
    )


def of_what_is_open(setting: Setting, bank: pl.DataFrame, ledger: pl.DataFrame) -> Setting:
    """The same for these lines: what no round will ask for again is left out."""
    targets = pl.concat([ledger.select(target=each) for each in ("line", "run_number")]).unique()
    texts, known = setting.texts, setting.known
    amounts = bank.select("purse", "amount").unique()
    return replace(
        setting,
        texts=Texts(
            keys=texts.keys.join(targets, on="target", how="semi"),
            numbers=texts.numbers.join(bank, on="line", how="semi"),
            links=texts.links.join(targets, on="target", how="semi").join(
                bank, on="line", how="semi"
            ),
        ),
        beginnings=setting.beginnings.asked_of(targets),
        known=replace(
            known,
            loud=known.loud.join(bank, on="line", how="semi"),
            lists=known.lists.join(bank, on="line", how="semi"),
            **{
                each: getattr(known, each).join(amounts, on=amounts.columns, how="semi")
                for each in ("by_party", "by_purse", "days")
            },
        ),
    )


def put_together(
    position: Position, settled: list[tuple[Position, pl.DataFrame]]
) -> tuple[Position, pl.DataFrame]:
    """The whole position again, and the claims of all parts, numbered anew."""
    whole = Position(
        bank=pl.concat([each.bank for each, _ in settled]).sort("line"),
        ledger=pl.concat([each.ledger for each, _ in settled]).sort("line"),
        matches=(*position.matches, *(found for each, _ in settled for found in each.matches)),
    )
    claims = pl.concat([each.drop("claim") for _, each in settled])
    return whole, claims.with_row_index("claim")
