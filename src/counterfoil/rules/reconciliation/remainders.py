"""Sums of what is left of a party's day, once what is likelier has been proposed for its lines.

A day of thirty open lines has a thousand subsets for any amount, and no match can come of it.
But most of those lines are the likeliest voucher of some payment, and of the ten that are left
often one subset alone makes up what another payment brought. It is proposed, never matched. What
one payment takes leaves fewer ways to the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from counterfoil.domain.reconciliation import Policy
from counterfoil.rules.reconciliation.evidence import Known
from counterfoil.rules.reconciliation.position import less
from counterfoil.rules.reconciliation.rows import table_of
from counterfoil.rules.reconciliation.targets import POOL
from counterfoil.rules.reconciliation.windows import joined_near

REST_MAX = 28  # lines; of more, too many subsets make any sum
FEW_OF_MAX, FEW_LIKE = 62, 16  # up to three of so many; as many sums as all of so many make
NAMELESS_MAX = 8  # lines, where the bank says no name: any party's day may be meant
WAYS_MAX = 12  # of a question; that there are more says nothing
WHOLE_MAX = 11  # lines: of so few all sums are made
HITS_MAX = 128  # before their size is known
PASSES_MAX = 4
REST = "amount, party and day, of what is left"
LISTED_REST = "the lines that it lists, and others"
ANYBODYS_REST = "amount and day, of what is left of a party's day"
#: What adds up comes before what only resembles.
REST_SCORE, LISTED_SCORE, NAMELESS_SCORE = 700, 1100, 600
WHOLE_DAY = 100
#: Each further line among which a sum is found doubles the sums that hit by chance.
A_LINE = 30  # centibans
UNUSUAL_DAY = -200
#: Lines for two purposes, where the files prove that what is paid together is for one.
TWO_PURPOSES = -150
LAST_BITS_MAX = 20  # sums are compared by so many first

Numbers = npt.NDArray[np.int64]
Place = tuple[int, int, int]  # purse, party, day
FOUND: dict[str, pl.DataType] = {
    "rule": pl.String(),
    "bank": pl.List(pl.Int64()),
    "ledger": pl.List(pl.Int64()),
    "difference": pl.Int64(),
    "w_number": pl.Int64(),
    "score": pl.Int64(),
    "lead": pl.Int64(),
}


class Question(NamedTuple):
    """A bank line and a day of its party: which of the day's lines does it pay?"""

    line: int
    wanted: int  # cents, less what the listed lines come to
    w_day: int  # centibans
    listed: tuple[int, ...]  # ledger lines that the bank names
    size: int | None  # how many lines beyond those, where the bank says


class Day(NamedTuple):
    """Open ledger lines of one party and day, as far as they are left."""

    lines: Sequence[int]
    amounts: Sequence[int]
    purposes: Sequence[int]

    def less(self, spent: set[int]) -> Day:
        """The same without the lines *spent*."""
        left = [at for at, line in enumerate(self.lines) if line not in spent]
        return Day(*([column[at] for at in left] for column in self))


class Way(NamedTuple):
    """An answer to a question."""

    question: Question
    place: Place
    lines: tuple[int, ...]
    score: int

    def used(self) -> set[int]:
        """Its ledger lines and, below 0, its bank line."""
        return {*self.lines, -1 - self.question.line}


Asked = dict[Place, list[Question]]


def of_what_is_left(
    bank: pl.DataFrame, ledger: pl.DataFrame, listed: pl.DataFrame, policy: Policy, known: Known
) -> pl.DataFrame:
    """Proposals for *bank* out of *ledger*: FOUND.

    Args:
        bank: Lines for which there is nothing better; with ``items`` and ``more``.
        ledger: Lines that nothing better is proposed for.
        listed: ``line`` of *bank*; ledger lines of one day that it names and that are not in
            *ledger*: ``listed`` (a list), their ``listed_day`` and ``sum``.
    """
    asked, days = _asked(bank, ledger, listed, policy, known)
    one_purpose = known.one_purpose > 0
    answers: dict[Place, list[Way]] = {}
    changed: Iterable[Place] = asked
    sure: list[Way] = []
    for _ in range(PASSES_MAX):
        for place in changed:
            answers[place] = _answers(place, asked[place], days[place], one_purpose=one_purpose)
        only = _only_ones(answers)
        sure += only
        spent = {each for way in only for each in way.used()}
        changed = sorted({way.place for way in only})
        if not spent:
            break
        for place in changed:
            days[place] = days[place].less(spent)
        asked = {
            place: [each for each in questions if -1 - each.line not in spent]
            for place, questions in asked.items()
        }
        answers = {
            place: [way for way in ways if not spent & way.used()]
            for place, ways in answers.items()
        }
    every = [*sure, *(way for ways in answers.values() for way in ways)]
    named = table_of([_row(way) for way in every], FOUND)
    used = named["ledger"].list.explode(empty_as_null=False)
    return pl.concat([named, _of_anybody(bank, less(ledger, used), policy, known)])


def _row(way: Way) -> tuple[object, ...]:
    rule = LISTED_REST if way.question.listed else REST
    return rule, [way.question.line], sorted(way.lines), 0, 0, way.score, None


def _only_ones(answers: dict[Place, list[Way]]) -> list[Way]:
    """Ways that are the only ones of their bank line, and share no ledger line."""
    every = [way for ways in answers.values() for way in ways]
    ways_of: dict[int, int] = {}
    for way in every:
        ways_of[way.question.line] = ways_of.get(way.question.line, 0) + 1
    only = [way for way in every if ways_of[way.question.line] == 1]
    wanted: dict[int, int] = {}
    for way in only:
        for line in way.lines:
            wanted[line] = wanted.get(line, 0) + 1
    return [way for way in only if all(wanted[line] == 1 for line in way.lines)]


def _asked(
    bank: pl.DataFrame, ledger: pl.DataFrame, listed: pl.DataFrame, policy: Policy, known: Known
) -> tuple[Asked, dict[Place, Day]]:
    """The questions of each day, and what is left of it."""
    sides = bank.filter(pl.col("beyond") - pl.col("first") == 1).select(
        *("line", "purse", "amount", "items", "more", pl.col("day").alias("on")),
        pl.col("first").alias("party"),
    )
    loose = ledger.filter("loose")
    near = joined_near(
        sides.join(listed, on="line", how="left"),
        loose.select(POOL).unique(),
        keys=["purse", "party"],
        before=policy.days_before,
        after=policy.days_after,
    )
    near = (
        near.filter(pl.col("listed_day").is_null() | (pl.col("listed_day") == pl.col("day")))
        .with_columns((pl.col("on") - pl.col("day")).alias("lag"))
        .join(known.lags.filter(~pl.col("document")), on="lag", how="left")
        .select(
            *POOL,
            "line",
            pl.col("amount") - pl.col("sum").fill_null(0),
            pl.col("w_day").fill_null(UNUSUAL_DAY),
            "listed",
            pl.when(pl.col("listed").is_null()).then("items").otherwise("more"),
        )
        .sort(*POOL, "line")
    )
    asked: Asked = {}
    for *place, line, wanted, w_day, named, size in near.iter_rows():
        question = Question(line, wanted, w_day, tuple(named or ()), size)
        asked.setdefault((place[0], place[1], place[2]), []).append(question)
    pools = (
        loose.join(near.select(POOL).unique(), on=POOL, how="semi")
        .sort("line")
        .group_by(POOL, maintain_order=True)
        .agg("line", "amount", "purpose")
    )
    return asked, {(row[0], row[1], row[2]): Day(*row[3:]) for row in pools.iter_rows()}


def _answers(place: Place, questions: list[Question], day: Day, *, one_purpose: bool) -> list[Way]:
    """All ways to answer each of the *questions*, of those that have few."""
    if not questions or not 1 <= len(day.lines) <= FEW_OF_MAX:
        return []
    amounts = np.array(day.amounts, np.int64)
    wanted = np.array([each.wanted for each in questions], np.int64)
    short = len(amounts) <= REST_MAX
    among = A_LINE * min(len(amounts), FEW_LIKE)
    found = []
    for at, ways in _masks(amounts, wanted) if short else _few(amounts, wanted):
        question = questions[at]
        sizes = np.bitwise_count(ways)
        least = 1 if question.listed else 2
        ways = ways[sizes >= least if question.size is None else sizes == question.size]
        for mask in ways.tolist() if len(ways) <= WAYS_MAX else ():
            chosen = _places(mask)
            several = one_purpose and len({day.purposes[each] for each in chosen}) > 1
            score = (LISTED_SCORE if question.listed else REST_SCORE) + question.w_day
            score += (TWO_PURPOSES if several else 0) - among
            lines = (*question.listed, *(day.lines[each] for each in chosen))
            found.append(Way(question, place, tuple(sorted(lines)), score))
    return found


def _few(amounts: Numbers, wanted: Numbers) -> Iterator[tuple[int, Numbers]]:
    """As _masks, but up to three of the amounts, of which there are fewer than 64."""
    first, second = _pairs(len(amounts))
    sums = amounts[first] + amounts[second]
    none_or_one = np.concatenate((np.zeros(1, np.int64), amounts))
    lacks = wanted[:, None] - none_or_one
    question, third = np.nonzero(_may_be_in(lacks, sums))
    alone = wanted[:, None] == amounts
    for each in np.unique(question).tolist():
        thirds = third[question == each]
        if len(thirds) > HITS_MAX:
            continue
        which, pair = np.nonzero(lacks[each, thirds][:, None] == sums)
        masks = np.int64(1) << first[pair] | np.int64(1) << second[pair]
        masks |= np.int64(1) << thirds[which] >> 1  # the third that is none leaves no bit
        several = np.bitwise_count(masks) == 2 + (thirds[which] > 0)
        one = np.int64(1) << np.flatnonzero(alone[each])
        yield each, np.unique(np.concatenate((one, masks[several])))


@cache
def _pairs(count: int) -> tuple[Numbers, Numbers]:
    first, second = np.triu_indices(count, 1)
    return first, second


def _places(mask: int) -> list[int]:
    return [each for each in range(mask.bit_length()) if mask >> each & 1]


def _masks(amounts: Numbers, wanted: Numbers) -> Iterator[tuple[int, Numbers]]:
    """Places in *wanted* and the subsets that make it: a bit for each amount, ascending."""
    if len(amounts) <= WHOLE_MAX:
        question, masks = np.nonzero(wanted[:, None] == _sums(amounts))
        for each in np.unique(question).tolist():
            yield each, masks[question == each]
        return
    half = len(amounts) // 2
    first, second = _sums(amounts[:half]), _sums(amounts[half:])
    low, high = np.minimum(amounts, 0).sum(), np.maximum(amounts, 0).sum()
    inside = np.flatnonzero((wanted >= low) & (wanted <= high))
    if not len(inside):
        return
    lacks = wanted[inside, None] - first
    question, mine = np.nonzero(_may_be_in(lacks, second))
    if not len(question):
        return
    order = np.argsort(second, kind="stable")
    second = second[order]
    missing = lacks[question, mine]
    since = np.searchsorted(second, missing, side="left")
    many = np.searchsorted(second, missing, side="right") - since
    ways = np.bincount(question, many, minlength=len(inside))
    few = (many > 0) & (ways[question] <= HITS_MAX)
    question, mine, since, many = (each[few] for each in (question, mine, since, many))
    at = np.arange(many.sum()) + np.repeat(since - np.cumsum(many) + many, many)
    masks = np.repeat(mine, many) | order[at] << half
    question = np.repeat(question, many)
    for each in np.unique(question).tolist():
        yield int(inside[each]), np.sort(masks[question == each])


def _may_be_in(asked: Numbers, sums: Numbers) -> npt.NDArray[np.bool_]:
    """All of *asked* that are among the *sums*, and few others: by their last bits."""
    last = (1 << min(LAST_BITS_MAX, len(sums).bit_length() + 6)) - 1
    seen = np.zeros(last + 1, np.bool_)
    seen[sums & last] = True
    found: npt.NDArray[np.bool_] = seen[asked & last]
    return found


def _sums(amounts: Numbers) -> Numbers:
    """Of all subsets: a bit of a sum's place for each amount in it."""
    sums = np.zeros(1, np.int64)
    for amount in amounts:
        sums = np.concatenate((sums, sums + amount))
    return sums


def _of_anybody(
    bank: pl.DataFrame, ledger: pl.DataFrame, policy: Policy, known: Known
) -> pl.DataFrame:
    """Sums of what is left of short days of any party, for payments without a name: FOUND."""
    nameless = bank.filter((pl.col("first") < 0) & ~pl.col("own_charge")).select(
        *("line", "purse", "amount", "items", pl.col("day").alias("on"))
    )
    days = (
        ledger.filter(pl.col("loose") & (pl.col("party") >= 0))
        .sort("line")
        .group_by(POOL, maintain_order=True)
        .agg(pl.col("line").alias("lines"), pl.col("amount").alias("amounts"))
        .filter(pl.col("lines").list.len().is_between(2, NAMELESS_MAX))
        .sort(POOL)
        .with_columns(pl.col("lines").list.len().cast(pl.Int64).alias("of"))
    )
    wanted = nameless["amount"].unique().sort().to_numpy()
    if not len(wanted) or days.is_empty():
        return pl.DataFrame(schema=pl.Schema(FOUND))
    hits = [_hits(days.filter(pl.col("of") == of), of, wanted) for of in range(2, NAMELESS_MAX + 1)]
    ways = pl.concat(hits).join(nameless, on=["purse", "amount"])
    lag = (pl.col("on") - pl.col("day")).alias("lag")
    size = pl.col("ledger").list.len()
    ways = ways.with_columns(lag).filter(
        pl.col("lag").is_between(-policy.days_before, policy.days_after)
        & (pl.col("items").is_null() | (pl.col("items") == size))
        & (pl.len().over("line") <= WAYS_MAX)
    )
    whole = pl.when(size == pl.col("of")).then(WHOLE_DAY).otherwise(0)
    score = pl.col("w_day").fill_null(UNUSUAL_DAY) + whole - pl.col("of") * A_LINE + NAMELESS_SCORE
    return ways.join(known.lags.filter(~pl.col("document")), on="lag", how="left").select(
        pl.lit(ANYBODYS_REST).alias("rule"),
        pl.concat_list("line").alias("bank"),
        "ledger",
        pl.lit(0, pl.Int64).alias("difference"),
        pl.lit(0, pl.Int64).alias("w_number"),
        score.cast(pl.Int64).alias("score"),
        pl.lit(None, pl.Int64).alias("lead"),
    )


def _hits(days: pl.DataFrame, of: int, wanted: Numbers) -> pl.DataFrame:
    """Subsets of two or more of the *days* of so many lines that make one of the sums *wanted*.

    Returns: POOL, ``of``, ``amount``, ``ledger``.
    """
    amounts, lines = (
        days[each].list.explode(empty_as_null=False).to_numpy().reshape(-1, of)
        for each in ("amounts", "lines")
    )
    masks = np.arange(2**of, dtype=np.int64)
    masks = masks[np.bitwise_count(masks) >= 2]
    bits = masks[None, :] >> np.arange(of)[:, None] & 1
    sums = amounts @ bits
    at = np.searchsorted(wanted, sums).clip(None, len(wanted) - 1)
    day, which = np.nonzero(wanted[at] == sums)
    chosen = bits.T[which].astype(np.bool_)
    flat = pl.Series(lines[day][chosen], dtype=pl.Int64)
    rows = pl.Series(np.repeat(np.arange(len(day)), chosen.sum(axis=1)))
    members = pl.DataFrame({"row": rows, "ledger": flat}).group_by("row", maintain_order=True)
    return (
        days[day]
        .select(*POOL, "of")
        .with_columns(
            pl.Series("amount", sums[day, which], dtype=pl.Int64),
            members.agg("ledger")["ledger"]
            if len(day)
            else pl.Series("ledger", [], pl.List(pl.Int64)),
        )
    )
