"""Matches and breaks as JSON, a line each: a million of them are put together as columns."""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quote  # what json.dumps makes of a text

import polars as pl

from counterfoil.rules.reconciliation.matching import Reconciliation
from counterfoil.rules.reconciliation.rows import answered

#: What JSON writes otherwise than it is.
_NOT_AS_IT_IS = r"[^ !#-\[\]-~]"
_NONE = pl.Series([[]], dtype=pl.List(pl.Int64))


def matches_json(found: Reconciliation) -> str:
    """Every match as ``[[bank ids], [ledger ids], rule]``, in order of ids."""
    # lines are numbered in order of their ids
    matches = found.matches.select("bank", "ledger", "rule").sort("bank", "ledger", "rule")
    told = _with_names(matches, quoted(found.bank["id"]), quoted(found.ledger["id"]))
    return _array(told.select(pl.format("[{}, {}, {}]", "bank", "ledger", "rule")))


def breaks_json(found: Reconciliation) -> str:
    """Every open line with its class, and its proposals, the likeliest first."""
    bank, ledger = quoted(found.bank["id"]), quoted(found.ledger["id"])
    proposed = _proposed(found, bank, ledger)
    ours = found.breaks.bank.join(proposed, on="line", how="left", maintain_order="left")
    ours = ours.with_columns(pl.format(', "proposals": [{}]', pl.col("more").fill_null("")))
    theirs = found.breaks.ledger.with_columns(pl.lit("").alias("more"))
    sides = [_breaks("bank", ours, bank, ledger), _breaks("ledger", theirs, ledger, bank)]
    return _array(pl.concat(sides))


def quoted(texts: pl.Series) -> pl.Series:
    """Each text as JSON."""
    told = ('"' + texts + '"').alias(texts.name)
    odd = texts.str.contains(_NOT_AS_IT_IS).arg_true()
    return told.scatter(odd, list(map(quote, texts.gather(odd).to_list())))


def _quoted_word(name: str, table: pl.DataFrame) -> pl.Series:
    """A column of few different texts as JSON."""
    words = table[name].unique()
    return table[name].replace_strict(words, quoted(words))


def _with_names(claims: pl.DataFrame, bank: pl.Series, ledger: pl.Series) -> pl.DataFrame:
    """*claims* with their lines and their rule as JSON."""
    return claims.with_columns(
        _named(claims["bank"], bank), _named(claims["ledger"], ledger), _quoted_word("rule", claims)
    )


def _proposed(found: Reconciliation, bank: pl.Series, ledger: pl.Series) -> pl.DataFrame:
    """``line`` of the bank, and the proposals for it: ``more``."""
    told = _with_names(found.breaks.proposals, bank, ledger)
    claim = pl.format("[{}, {}, {}, {}]", "bank", "ledger", "rule", _number("difference"))
    grouped = told.select("line", claim.alias("more")).group_by("line", maintain_order=True)
    return grouped.agg(pl.col("more").str.join(", "))


def _breaks(side: str, breaks: pl.DataFrame, own: pl.Series, other: pl.Series) -> pl.DataFrame:
    """Args: breaks: also ``more``, which comes last."""
    own_side = breaks["class"].str.contains("duplicate", literal=True)
    names = _named(breaks["other"].zip_with(~own_side, _NONE), other)
    named = breaks.with_columns(
        own.gather(breaks["line"]).alias("id"),
        _quoted_word("class", breaks),
        _named(breaks["other"].zip_with(own_side, _NONE), own).zip_with(own_side, names),
    )
    told = '{{"side": {}, "id": {}, "class": {}, "difference": {}, "other": {}{}}}'
    facts = ("id", "class", _number("difference"), "other", "more")
    return named.select(pl.format(told, pl.lit(quote(side)), *facts))


def _number(name: str) -> pl.Expr:
    return pl.col(name).cast(pl.String).fill_null("null")


def _named(lists: pl.Series, names: pl.Series) -> pl.Series:
    """Lists of lines as JSON lists of their *names*."""
    one = ("[" + names.gather(lists.list.first()) + "]").alias(lists.name)
    others = (lists.list.len() != 1).arg_true()
    return one.scatter(others, _joined(lists.gather(others), names)) if len(others) else one


def _joined(lists: pl.Series, names: pl.Series) -> pl.Series:
    """The same of lists of any length, which takes seven times as long."""
    rows = pl.DataFrame({"row": pl.int_range(len(lists), eager=True), lists.name: lists})
    flat = rows.explode(lists.name, empty_as_null=False)
    joined = (
        flat.lazy()
        .with_columns(names.gather(flat[lists.name]).alias(lists.name))
        .group_by("row", maintain_order=True)
        .agg(pl.col(lists.name).str.join(", "))
    )
    told = pl.format("[{}]", pl.col(lists.name).fill_null(""))
    every = rows.lazy().select("row").join(joined, on="row", how="left", maintain_order="left")
    return answered(every.select(told.alias(lists.name))).to_series()


def _array(rows: pl.DataFrame) -> str:
    joined = rows.to_series().str.join(",\n").item()
    return f"[\n{joined}\n]\n"
