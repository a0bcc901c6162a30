"""Read the texts, settle what is certain, and learn from it what the rest is judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import log10

import polars as pl

from counterfoil.domain.reconciliation import Policy
from counterfoil.rules.reconciliation.asking import certain_still
from counterfoil.rules.reconciliation.beginnings import Beginnings
from counterfoil.rules.reconciliation.candidates import FEE, NONE, RATE, linked
from counterfoil.rules.reconciliation.certain import only_ones
from counterfoil.rules.reconciliation.coincidence import lag_weights
from counterfoil.rules.reconciliation.evidence import FEE_PRIOR, Known, chances, weigh
from counterfoil.rules.reconciliation.laying import (
    lines_and_runs,
    of_runs,
    paid_alone,
    uncounted,
)
from counterfoil.rules.reconciliation.misread import otherwise_read
from counterfoil.rules.reconciliation.position import Position
from counterfoil.rules.reconciliation.references import keys_of, link, tokens_of
from counterfoil.rules.reconciliation.scoring import CONFIRMED
from counterfoil.rules.reconciliation.setting import Setting, Texts
from counterfoil.rules.reconciliation.speaking import noise_shapes, numbers_of, speaking
from counterfoil.rules.reconciliation.targets import LINE, POOL, Targets, with_parted
from counterfoil.rules.reconciliation.windows import joined_near

#: A charge is believed of payments in (or out) when seen so often, and on a fifth of all seen.
FEES_SEEN_MIN, FEES_SEEN_SHARE = 3, 5
FEE_PRIOR_MIN = -300
BATCHES_SEEN_MIN = 10  # fewer tell nothing of what batches have in common
CHEQUES_PROVED = -100  # centibans: by nine or more


def read_texts(position: Position, patterns: Sequence[str] = ()) -> Texts:
    """Numbers of the ledger, numbers in the bank's texts, and which name which.

    Args:
        patterns: What the rules say a reference in the text looks like.
    """
    targets = lines_and_runs(position)
    numbered = targets.table.select("target", "purse", "written")
    documents = position.ledger.filter(pl.col("document") != "").select(
        pl.col("line").alias("target"), "purse", pl.col("document").alias("written")
    )
    keys = keys_of(pl.concat([numbered, documents]))
    tokens = tokens_of(position.bank, patterns)
    purses = position.bank.select("line", "purse")
    numbers = numbers_of(tokens, position.bank).join(purses, on="line")
    return Texts(keys=keys, numbers=numbers, links=link(tokens, keys))


def settle_certain(
    position: Position, texts: Texts, policy: Policy, *, begin: int
) -> tuple[Position, Setting]:
    """Settle pairs of number and amount that nothing else claims; learn from them.

    Args:
        begin: Lines of the ledger when it was whole.
    """
    targets = lines_and_runs(position)
    pairs = _certain(position, targets, texts, policy)
    setting = Setting(
        policy=policy,
        texts=replace(
            texts,
            keys=texts.keys.select("target", "purse", "key", "tail"),
            numbers=texts.numbers.select("line", "purse", "key", "tail"),
        ),
        beginnings=Beginnings.of(texts.keys, targets.table.select("target", "party")),
        known=_learned(position, targets, texts, pairs, policy),
        beyond=begin,
    )
    kinds = targets.table.select("target", "kind")
    sure = certain_still(pairs.join(kinds, on="target"), policy.ask).drop("kind")
    position = replace(position, ledger=_with_loose(position.ledger, setting.known))
    facts = weigh(uncounted(sure), position.bank, targets.table, setting.known)
    return position.settled(_as_matches(facts, targets)), setting


def _certain(position: Position, targets: Targets, texts: Texts, policy: Policy) -> pl.DataFrame:
    """Pairs whose number and amount agree, to the cent, and whose names do not disagree."""
    pairs = linked(position.bank, targets.table, texts.links, policy)
    kinds = targets.table.select("target", "kind", "party")
    names = position.bank.select(pl.col("line").alias("bank"), "first", "beyond")
    lists = _lists(texts.links).rename({"line": "bank"})
    pairs = (
        pairs.filter(pl.col("why") == NONE)
        .join(kinds, on="target")
        .join(names, on="bank")
        .join(lists, on="bank", how="left")
    )
    nobody = (pl.col("first") < 0) | (pl.col("party") < 0)
    same = (pl.col("party") >= pl.col("first")) & (pl.col("party") < pl.col("beyond"))
    one_of_many = (pl.col("kind") == LINE) & pl.col("lists").fill_null(value=False)
    columns = ["bank", "target", "difference", "why", "fee"]
    sure = pairs.filter((nobody | same) & ~one_of_many).select(columns)
    # what others list, or is in a payment run, is not certain to be paid alone
    unlisted = sure.join(_listed(position.bank, texts.links), on="target", how="anti")
    unlisted = unlisted.join(of_runs(position.ledger), on="target", how="anti")
    sure = only_ones(unlisted.sort(columns), targets.members)
    return _read_one_way(sure, pairs, position, targets, texts, policy)


def _read_one_way(  # noqa: PLR0913 - what a number may mean besides
    sure: pl.DataFrame,
    pairs: pl.DataFrame,
    position: Position,
    targets: Targets,
    texts: Texts,
    policy: Policy,
) -> pl.DataFrame:
    """Those of the *sure* pairs whose number cannot mean another voucher of amount and party.

    Args:
        pairs: All that a number links, of one amount.
    """
    lines = paid_alone(targets.table.filter(pl.col("kind") == LINE), position.ledger)
    meant = sure.join(targets.table.select("target", "purse", "party", "amount"), on="target")
    payers = position.bank.select("first", bank="line", on="day")
    sides = meant.join(payers, on="bank").select(
        "purse", "party", "amount", "on", "first", line="bank"
    )
    # without a name, anybody's voucher may be meant
    like = pl.concat(
        [
            joined_near(
                who,
                lines.select("target", *keys, "day"),
                keys=keys,
                before=policy.days_before,
                after=policy.days_after,
            ).select("line", "target")
            for who, keys in (
                (sides.filter(pl.col("first") >= 0), ["purse", "amount", "party"]),
                (sides.filter(pl.col("first") < 0), ["purse", "amount"]),
            )
        ]
    )
    named = pairs.select("target", line="bank")
    spellings = texts.keys.select("target", "purse", "key", "tail")
    others = otherwise_read(like, named, texts.numbers, spellings)
    return sure.join(others, left_on="bank", right_on="line", how="anti")


def _listed(bank: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Ledger lines that a bank line names among others: ``target``."""
    several = pl.concat(
        [
            _lists(links).filter("lists").select("line"),
            bank.filter(pl.col("more").is_not_null()).select("line"),
        ]
    )
    return links.join(several, on="line", how="semi").select("target").unique()


def _with_loose(ledger: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Mark the lines that a payment may settle among others of their party and day: ``loose``.

    Not those of a payment run, and not cheques, if cheques are proved to come with their numbers.
    """
    cheque = pl.col("document") != ""
    alone = cheque if known.no_cheque <= CHEQUES_PROVED else pl.lit(value=False)
    loose = (pl.col("run") == "") & (pl.col("party") >= 0) & ~alone
    return ledger.with_columns(loose.alias("loose"))


def _lists(links: pl.DataFrame) -> pl.DataFrame:
    """Lines that name two ledger lines or more: ``line``, ``lists``."""
    named = links.filter(pl.col("sharing") == 1).group_by("line").agg(pl.col("token").n_unique())
    return named.select("line", (pl.col("token") >= 2).alias("lists"))


def _learned(
    position: Position, targets: Targets, texts: Texts, pairs: pl.DataFrame, policy: Policy
) -> Known:
    days = position.bank.select(pl.col("line").alias("bank"), pl.col("day").alias("on"))
    proved = (
        pairs.join(days, on="bank")
        .join(targets.table.select("target", "day", "document"), on="target")
        .with_columns((pl.col("on") - pl.col("day")).alias("lag"))
    )
    by_party, by_purse, share = chances(targets.table, policy)
    fee_signs, fees = _fees_seen(position, targets, texts, policy)
    noise = noise_shapes(texts.numbers, pairs.select("bank", "target"), texts.keys)
    return Known(
        links=texts.links,
        keys=len(position.ledger),
        lists=_lists(texts.links),
        loud=speaking(texts.numbers, noise, texts.links),
        lags=lag_weights(proved, policy),
        by_party=by_party,
        by_purse=by_purse,
        share=share,
        days=_recurring(position.ledger),
        window=(policy.days_before, policy.days_after),
        one_purpose=_one_purpose(position.ledger, pairs),
        fee_signs=fee_signs,
        fees=fees,
        no_cheque=-_odds_against(0, len(proved.filter("document"))),
        no_rate=-_odds_against(*_rates_seen(position, targets, texts, policy)),
        last_day=max(position.bank["day"].to_list(), default=0),
    )


def _one_purpose(ledger: pl.DataFrame, pairs: pl.DataFrame) -> int:
    """Of a thousand proved payment runs of a party: those for one purpose, where it had more."""
    several = with_parted(ledger.filter(pl.col("party") >= 0)).filter("parted")
    runs = several.join(pairs, left_on="run_number", right_on="target", how="semi")
    batches = runs.group_by("run_number").agg(
        pl.len().alias("size"),
        pl.struct(POOL).n_unique().alias("days"),
        pl.col("purpose").n_unique().alias("purposes"),
    )
    batches = batches.filter((pl.col("size") > 1) & (pl.col("days") == 1))
    if len(batches) < BATCHES_SEEN_MIN:
        return 0
    return len(batches.filter(pl.col("purposes") == 1)) * 1000 // len(batches)


def _fees_seen(
    position: Position, targets: Targets, texts: Texts, policy: Policy
) -> tuple[tuple[int, ...], pl.DataFrame]:
    """Charges on lines that a number links: the signs of payments they are taken from, weights.

    A charge weighs what it is seen, against those lines of the sign that nothing is taken from.
    """
    pairs = linked(position.bank, targets.table, texts.links, policy)
    signs = position.bank.select(pl.col("line").alias("bank"), pl.col("amount").sign())
    pairs = pairs.join(signs.rename({"amount": "sign"}), on="bank")
    seen = pairs.filter(pl.col("why") == FEE)["sign"].to_list()
    often = max(FEES_SEEN_MIN, len(seen) // FEES_SEEN_SHARE)
    rows = []
    for sign in (-1, 1):
        plain, taken = pairs.filter(pl.col("sign") == sign), pl.col("why") == FEE
        whole = len(plain.filter(pl.col("why") <= FEE))
        for fee in sorted(policy.fees):
            share = (len(plain.filter(taken & (pl.col("fee") == fee))) + 1) / (whole + 1)
            weight = min(FEE_PRIOR, max(FEE_PRIOR_MIN, round(100 * log10(share))))
            rows.append((fee, sign, weight))
    schema = {"fee": pl.String, "sign": pl.Int64, "w_fee": pl.Int64}
    fees = pl.DataFrame(rows, schema=schema, orient="row")
    return tuple(sign for sign in (-1, 1) if seen.count(sign) >= often), fees


def _rates_seen(
    position: Position, targets: Targets, texts: Texts, policy: Policy
) -> tuple[int, int]:
    """Of lines with a foreign amount that a number links: those to the same cent, and all."""
    rated = targets.table.filter("rated")
    pairs = linked(position.bank, rated, texts.links, policy).filter(pl.col("why") <= RATE)
    return len(pairs.filter(pl.col("why") == NONE)), len(pairs)


def _odds_against(seen: int, whole: int) -> int:
    """Centibans against what was *seen* so often in the *whole*."""
    return max(0, round(100 * log10((whole + 1) / (seen + 1))))


def _recurring(ledger: pl.DataFrame) -> pl.DataFrame:
    key = ["purse", "party", "amount"]
    named = ledger.filter(pl.col("party") >= 0).select(*key, "day")
    return named.filter(pl.len().over(key) > 1)


def _as_matches(facts: pl.DataFrame, targets: Targets) -> pl.DataFrame:
    lines = targets.members.join(facts.select("target"), on="target", how="semi")
    lines = lines.group_by("target").agg(pl.col("line").sort().alias("ledger"))
    return (
        facts.join(lines, on="target")
        .with_columns(
            pl.concat_list("bank").alias("bank"),
            pl.lit("number and amount, nothing else claims either").alias("rule"),
            pl.lit(CONFIRMED).alias("tier"),
            pl.lit(0, pl.Int64).alias("rivals"),
        )
        .sort(pl.col("bank").list.first())
    )
