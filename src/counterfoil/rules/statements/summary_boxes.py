"""The summary over a statement: previous balance, money in, money out, balance.

Line under line, or side by side in one row under their captions.

It is an equation of its own, and the bank's. Where it does not come out, one of its numbers,
or a balance, is not what the bank wrote.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from counterfoil.domain.statements import sum_of
from counterfoil.rules.statements.blocks import Outcome
from counterfoil.rules.statements.captions import captions_over, words_before
from counterfoil.rules.statements.chain import Chain
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.facts import Fact
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.numbers import Amount
from counterfoil.rules.statements.terms import ENDS, Label
from counterfoil.rules.statements.vocabulary import label_of, section_sign

NUMBERS_MIN, NUMBERS_MAX = 3, 8  # of a row
LINES_MAX = 16  # between the two balances, those of a box beside it too
MOVED_MAX = 10  # numbers between them
IN_LINE = 300  # hundredths of a point: their numbers end under each other


class _Box(NamedTuple):
    """A summary: the line of its last number, its balances, (words, number) between them."""

    line: Line
    opening: Decimal
    closing: Decimal
    between: Sequence[tuple[str, Amount]]
    in_a_row: bool


def box_contradicts(document: Document, outcome: Outcome) -> str:
    """What a summary of the account says that cannot add up; "" where every one does.

    A number counts as its sign says and, without one, either way; any may be part of another.
    Where no choice adds up, one of the numbers is wrong.
    """
    chain = outcome.chain
    assert chain is not None, "only proved accounts have ends to compare"
    for box in (*_boxes(document, chain), *_rows(document, chain)):
        moved = [(words, amount) for words, amount in box.between if amount.value]
        if not _both_ways(moved) and not (box.in_a_row and _is_half_right(moved, chain)):
            continue
        gaps = {
            box.closing - box.opening,
            abs(box.closing) - abs(box.opening),
            chain.closing - chain.opening,
        }
        gaps |= {-gap for gap in gaps}  # CR is less owed
        if not any(_comes_to([amount for _, amount in moved], gap) for gap in gaps):
            said = " ".join(f"{amount.signed:,}" for _, amount in box.between)
            return (
                f"page {box.line.row.page}: the summary from {box.opening:,} to {box.closing:,}"
                f" does not add up with {said}"
            )
    return ""


def ways_said(document: Document, chain: Chain) -> Iterator[tuple[int, Decimal]]:
    """(1 for money in, -1 for money out; how much) in the summaries between the ends of *chain*."""
    for box in _boxes(document, chain):
        yield from ((_way(words), amount.value) for words, amount in box.between)


def _boxes(document: Document, chain: Chain) -> Iterator[_Box]:
    """Each summary, line under line, between the ends of *chain*.

    One that begins with no word for an opening says of each number what it is: days do not.
    """
    opening, closing = abs(chain.opening), abs(chain.closing)
    booked = {entry.event.line.index for entry in chain.entries}
    ends = [fact for fact in document.facts if fact.label in (*ENDS, Label.BALANCE)]
    for one in ends:
        if one.label is not Label.CLOSING and abs(one.value) == opening:
            below = (each for each in ends if _is_below(each, one) and abs(each.value) == closing)
            if (two := next(below, None)) is not None:
                between = list(_between(document, one, two, booked))
                if one.label is Label.OPENING or all(words for words, _ in between):
                    yield _Box(
                        document.lines[two.line], one.value, two.value, between, in_a_row=False
                    )


def _rows(document: Document, chain: Chain) -> Iterator[_Box]:
    """Each summary in one row that goes from one end of *chain* to the other."""
    ends = abs(chain.opening), abs(chain.closing)
    booked = {entry.event.line.index for entry in chain.entries}
    for line in document.lines:
        amounts = line.amounts[:NUMBERS_MAX]
        last = max((at for at, each in enumerate(amounts) if each.value == ends[1]), default=0)
        if line.index in booked or line.dates or last < NUMBERS_MIN:
            continue
        if amounts[0].value == ends[0]:
            over = captions_over(document.lines[max(line.index - 2, 0) : line.index][::-1], line)
            between = [(over.get(each.first, ("", None))[0], each) for each in amounts[1:last]]
            yield _Box(line, amounts[0].signed, amounts[last].signed, between, in_a_row=True)


def _is_half_right(said: Sequence[tuple[str, Amount]], chain: Chain) -> bool:
    """Whether one of two numbers between the ends is all that came in, or all that went out."""
    ways = [[each.amount for each in chain.entries if each.amount * way > 0] for way in (1, -1)]
    moved = {abs(sum_of(amounts)) for amounts in ways if amounts}
    return len(said) == 2 and any(amount.value in moved for _, amount in said)


def _is_below(two: Fact, one: Fact) -> bool:
    """Whether *two* may end the summary that *one* begins: a few lines down, in line with it."""
    if one.place.box is None or two.place.box is None or two.label is Label.OPENING:
        return False
    in_line = abs(two.place.box[2] - one.place.box[2]) <= IN_LINE
    near = 2 < two.line - one.line <= LINES_MAX and one.place.page == two.place.page
    return in_line and near


def _between(
    document: Document, one: Fact, two: Fact, booked: Collection[int]
) -> Iterator[tuple[str, Amount]]:
    """(words, number) of the numbers that stand in line with both balances, between them.

    The running balances of the lines *booked*, its entries, sum nothing up.
    """
    assert one.place.box is not None, "only what stands on a page is in line"
    right = one.place.box[2]
    for line in document.lines[one.line + 1 : two.line]:
        for amount in line.amounts if line.index not in booked else ():
            edges = amount.right, line.row.words[amount.last].right  # without its mark, and with it
            if any(abs(edge - right) <= IN_LINE for edge in edges):
                yield words_before(line, amount), amount


def _both_ways(said: Sequence[tuple[str, Amount]]) -> bool:
    """Whether words, or signs, say of one number that it came in and of another that it went."""
    words = {_way(each) for each, _ in said}
    signs = {amount.mark for _, amount in said}
    marked = {0, 1} == signs and any(amount.lettered for _, amount in said)  # "279.00 CR"
    marked = marked or signs == {0, -1}  # "Interest 529.92", "Payments - 912.40"
    both = marked or any({1, -1} <= each for each in (words, signs))
    return both and len(said) <= MOVED_MAX


def _way(words: str) -> int:
    totals = {Label.TOTAL_CREDITS: 1, Label.TOTAL_DEBITS: -1}
    label = label_of(words)
    return totals[label] if label in totals else section_sign(words)


def _comes_to(amounts: Sequence[Amount], gap: Decimal) -> bool:
    choices = [(amount.mark, 0) if amount.mark else (1, -1, 0) for amount in amounts]
    return _is_a_sum([each.value for each in amounts], choices, gap)


def _is_a_sum(values: Sequence[Decimal], choices: Sequence[Sequence[int]], wanted: Decimal) -> bool:
    """Whether *values*, each with one of its *choices* of signs, come to what is *wanted*."""
    return any(
        sum_of([sign * value for sign, value in zip(signs, values, strict=True)]) == wanted
        for signs in product(*choices)
    )


def row_leads_to_end(values: Collection[Decimal], chain: Chain) -> bool:
    """Whether *values*, one row, are a summary: its ends apart, each is used and all that moved."""
    ends = {abs(chain.opening), abs(chain.closing)}
    moved = [value for value in values if value and value not in ends]
    if not NUMBERS_MIN <= len(values) <= NUMBERS_MAX or len(moved) < 2:
        return False
    return _is_a_sum(moved, [(1, -1)] * len(moved), chain.closing - chain.opening)
