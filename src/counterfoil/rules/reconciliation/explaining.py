"""Say of every match why it is one: the evidence, the rivals it beat, what chance would bring."""

from __future__ import annotations

import polars as pl

from counterfoil.rules.reconciliation.references import (
    BARE,
    CUT,
    EDIT,
    LISTED,
    OTHERWISE,
    PRINTED,
    TAIL,
    WHOLE,
)

_READ = {
    WHOLE: "number as the ledger has it",
    TAIL: "number without its letters",
    BARE: "number without letters and zeros",
    EDIT: "number but for one slip",
    CUT: "number cut short",
    LISTED: "the bank lists its lines",
    PRINTED: "the bank prints the foreign amount",
    OTHERWISE: "number that may be this one, misread",
}
_AGAINST = "its own number, its cheque or its currency speaks against it"
_UNRELATED = 10**6


def with_reasons(matches: pl.DataFrame) -> pl.DataFrame:
    """Add ``evidence``, ``rivals_beaten`` and ``by_chance``, sentences for people."""
    return matches.with_columns(
        pl.concat_str(
            [_number(), _name(), _day(), _rarity()], separator="; ", ignore_nulls=True
        ).alias("evidence"),
        _rivals().alias("rivals_beaten"),
        _by_chance().alias("by_chance"),
    )


def _number() -> pl.Expr:
    read = pl.col("how").replace_strict(_READ, default="a number", return_dtype=pl.String)
    shared = pl.format("{}, which {} of the ledger's begin or resemble", read, pl.col("sharing"))
    own = pl.when(pl.col("sharing") > 1).then(shared).otherwise(read)
    return (
        pl.when(pl.col("how").is_not_null())
        .then(pl.format("{} ({})", own, _odds("w_number")))
        .when(pl.col("w_number") > 0)
        .then(pl.format("numbers of the parts ({})", _odds("w_number")))
        .when(pl.col("w_number") < 0)
        .then(pl.format("{} ({})", pl.lit(_AGAINST), _odds("w_number")))
    )


def _name() -> pl.Expr:
    return (
        pl.when(pl.col("w_name") < 0)
        .then(pl.format("another name ({})", _odds("w_name")))
        .when(pl.col("rule").str.contains("party"))
        .then(pl.lit("party"))
    )


def _day() -> pl.Expr:
    said = pl.format("days apart as usual ({})", _odds("w_day"))
    return pl.when(pl.col("w_day").is_not_null()).then(said)


def _rarity() -> pl.Expr:
    said = pl.format("amount ({})", _odds("w_chance"))
    repeated = pl.lit("opposite amounts, the same number or text")
    return (
        pl.when(pl.col("w_chance").is_not_null())
        .then(said)
        .when(pl.col("rule").str.starts_with("contra"))
        .then(repeated)
    )


def _odds(column: str) -> pl.Expr:
    """Centibans as powers of ten: "10^2.73"."""
    weight = pl.col(column)
    sign = pl.when(weight < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    size = weight.abs()
    parts = (size // 100, (size % 100).cast(pl.String).str.zfill(2))
    return pl.format("10^{}{}.{}", sign, *parts)


def _rivals() -> pl.Expr:
    return (
        pl.when(pl.col("rivals").fill_null(0) == 0)
        .then(pl.lit("nothing else claims these lines"))
        .otherwise(pl.format("{}, the best of them behind by {}", pl.col("rivals"), _odds("lead")))
    )


def _by_chance() -> pl.Expr:
    millionths = pl.col("chance") % _UNRELATED
    whole = pl.col("chance") // _UNRELATED
    digits = millionths.cast(pl.String).str.zfill(6)
    return pl.when(pl.col("chance").is_not_null()).then(pl.format("{}.{}", whole, digits))
