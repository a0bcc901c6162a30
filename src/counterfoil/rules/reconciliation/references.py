"""Numbers that name a payment: as the ledger gave them out, as the bank's text carries them.

Banks print O for 0, drop prefixes and zeros, break a number into blocks. So every number of
the ledger is looked up under four spellings: whole, without its letters in front ("tail"), the
tail without zeros in front ("bare"), and without its first zeros that stand together ("worn").
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from counterfoil.rules.reconciliation.rows import mixed, pair

#: How a number was recognised, the strongest first.
WHOLE, TAIL, BARE, EDIT, LISTED, PRINTED, CUT, OTHERWISE = range(8)
SPELLINGS = (("key", WHOLE), ("tail", TAIL), ("bare", BARE), ("worn", BARE))
#: Letters and digits that a number needs under each spelling to be looked up at all.
LENGTH_MIN = {"key": 4, "tail": 5, "bare": 4, "worn": 6}

_ALIKE = {"O": "0", "I": "1", "S": "5", "B": "8", "Z": "2"}
_WORD = r"[A-Za-z0-9]+(?:[-/._][A-Za-z0-9]+)*"
#: Digits in blocks, letters in front or not: "PV 0012 3456".
_CHAIN = r"\b(?:[A-Za-z]{1,6} )?[0-9]+(?: [0-9]+)*\b"
_PLACEHOLDERS = ("NONREF", "NOTPROVIDED", "NA")
_BLOCKS_MAX = 7


def fold(text: pl.Expr) -> pl.Expr:
    """Letters and digits in capitals, those that look alike made the same."""
    plain = text.str.to_uppercase().str.replace_all(r"[^A-Z0-9]", "")
    return plain.str.replace_many(list(_ALIKE), list(_ALIKE.values()))


def spelled(table: pl.DataFrame) -> pl.DataFrame:
    """Add the four spellings of what was ``written``."""
    written = pl.col("written")
    tail = fold(written.str.replace(r"^[A-Za-z]+[^A-Za-z0-9]*", ""))
    folded = table.with_columns(fold(written).alias("key"), tail.alias("tail"))
    return folded.with_columns(
        pl.col("tail").str.strip_chars_start("0").alias("bare"),
        pl.col("key").str.replace("0{2,}([1-9A-Z])", "${1}").alias("worn"),
    )


def keys_of(targets: pl.DataFrame) -> pl.DataFrame:
    """One row for each number of each target: ``target``, ``purse``, ``key``, other spellings.

    Args:
        targets: ``target``, ``purse`` and ``written`` (the number as it stands in the ledger).
    """
    numbers = targets.filter(pl.col("written").str.contains(r"[0-9]"))
    return spelled(numbers).drop("written")


def tokens_of(bank: pl.DataFrame, patterns: Sequence[str] = ()) -> pl.DataFrame:
    """Every word of the bank's texts that holds a digit, and every run of blocks.

    Args:
        patterns: What else is a reference, wherever it stands in the text: the pattern's first
            group, or all of it. It counts as if it stood in the column for references.

    Returns: ``line``, ``written``, ``key`` and its other spellings, ``column`` (did it stand in the
    column for references?); one row for each spelling of a line.
    """
    parts = []
    for name in ("reference", "text"):
        chosen = bank.select(
            "line", pl.col(name).alias("source"), pl.lit(name == "reference").alias("column")
        ).filter(pl.col("source").str.contains(r"[0-9]"))
        words = chosen.with_columns(pl.col("source").str.extract_all(_WORD).alias("written"))
        parts.append(words.explode("written").drop("source"))
        parts.append(_chains(chosen))
    parts += [_by_pattern(bank, each).select(parts[0].columns) for each in patterns]
    tokens = pl.concat(parts).filter(pl.col("written").str.contains(r"[0-9]"))
    tokens = spelled(tokens)
    tokens = tokens.filter(~pl.col("key").is_in(_PLACEHOLDERS) & (pl.col("key") != ""))
    # most words stand in a line once; few others seem to stand there again
    again = tokens.select(mixed(["line", "key"]).is_duplicated()).to_series()
    several = (
        tokens.filter(again)
        .group_by("line", "key")
        .agg(pl.col("written", "tail", "bare", "worn").min(), pl.col("column").any())
    )
    return pl.concat([several, tokens.filter(~again).select(several.columns)]).sort("line", "key")


def _by_pattern(bank: pl.DataFrame, pattern: str) -> pl.DataFrame:
    text = pl.col("text").str
    found = pl.coalesce(text.extract(pattern, 1), text.extract(pattern, 0)).alias("written")
    table = bank.select("line", pl.lit(value=True).alias("column"), found)
    return table.filter(pl.col("written").is_not_null())


def _chains(chosen: pl.DataFrame) -> pl.DataFrame:
    """Runs of blocks, and every shorter run inside one."""
    chains = (
        chosen.with_columns(pl.col("source").str.extract_all(_CHAIN).alias("chain"))
        .explode("chain")
        .filter(pl.col("chain").str.contains(" ", literal=True))
    )
    words = chains.select(
        "line", "column", pl.col("chain").str.split(" ").list.head(2 * _BLOCKS_MAX).alias("words")
    ).with_columns(pl.col("words").list.len().cast(pl.Int64).alias("count"))
    start, count = pl.col("start"), pl.col("count")
    longest = pl.min_horizontal(count - start, _BLOCKS_MAX)
    return (
        words.with_columns(pl.int_ranges(0, count - 1).alias("start"))
        .explode("start")
        .with_columns(pl.int_ranges(2, longest + 1).alias("length"))
        .explode("length")
        .select(
            *("line", "column"),
            pl.col("words").list.slice("start", "length").list.join(" ").alias("written"),
        )
    )


def link(tokens: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """Which bank line carries which target's number, under the strongest spelling of it.

    Returns: ``line``, ``target``, ``purse`` (of the target), ``how``, ``key`` (as the bank
    wrote it, folded), ``sharing`` (targets that the same writing would name as well).
    """
    parts = []
    for spelling, how in SPELLINGS:
        long_enough = pl.col(spelling).str.len_bytes() >= LENGTH_MIN[spelling]
        theirs = tokens.filter(long_enough).select("line", pl.col("key").alias("token"), spelling)
        ours = keys.filter(long_enough).select("target", "purse", spelling)
        ours = ours.join(theirs, on=spelling, how="semi").unique()
        sharing = ours.group_by(spelling).agg(pl.len().alias("sharing"))
        parts.append(
            theirs.join(sharing, on=spelling)
            .join(ours, on=spelling)
            .select(
                "line",
                "target",
                "purse",
                pl.lit(how, pl.Int64).alias("how"),
                pl.col("token"),
                pl.col("sharing").cast(pl.Int64),
            )
        )
    return best(pl.concat(parts))


def best(links: pl.DataFrame) -> pl.DataFrame:
    """The strongest link of each bank line with each target."""
    both = pair("line", "target")
    several = links.filter(both.is_duplicated())
    ordered = several.sort(both, pair("how", "sharing"), "token").filter(both.is_first_distinct())
    return pl.concat([links.filter(both.is_unique()), ordered]).sort(both)
