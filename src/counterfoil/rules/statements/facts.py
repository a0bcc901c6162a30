"""What a document says outside its transactions: ends, totals, accounts, periods, pages."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import islice, pairwise, product

from counterfoil.domain.statements import Place
from counterfoil.rules.statements.captions import (
    behind_the_last,
    caption_around,
    captions_over,
    stands_apart,
    words_before,
)
from counterfoil.rules.statements.dates import DateToken, Printed
from counterfoil.rules.statements.end_columns import ends_in_columns
from counterfoil.rules.statements.events import Event
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.months import month_of
from counterfoil.rules.statements.numbers import Amount
from counterfoil.rules.statements.summary_rows import EQUALS, ends_in_rows
from counterfoil.rules.statements.tables import Table
from counterfoil.rules.statements.terms import ENDS, TOTALS, Label
from counterfoil.rules.statements.vocabulary import label_of, side_of

ABOVE_MAX = 3  # lines between a number and the words that stand over it
BARE_MAX = 2  # longer words of a balance by its day; more may name another product
TOGETHER = 6  # lines between two balances of which one opens and one closes


@dataclass(frozen=True, slots=True)
class Fact:
    """A number with the words that say what it is."""

    label: Label
    value: Decimal  # signed as printed
    line: int
    words: str
    place: Place
    beside: bool  # the words stand on its line, or are the heading of its column
    day: Printed | None = None  # between the words and the number, or right before them


@dataclass(frozen=True, slots=True)
class Period:
    """Two dates that span the statement, as printed."""

    start: DateToken
    end: DateToken
    line: int
    worded: bool  # the line says that it is the period


@dataclass(frozen=True, slots=True)
class Month:
    """``May 2025``, alone or after a word like "period"."""

    month: int
    year: int  # as printed
    line: int


def facts_of(
    lines: Sequence[Line], tables: Sequence[Table], events: Iterable[Event]
) -> tuple[Fact, ...]:
    """Every number that stands beside, under or between words that name it."""
    columns = {(fact.line, fact.place): fact for fact in _ends(lines)}
    equated = {fact.line for fact in columns.values() if fact.words == EQUALS}
    named = [
        fact
        for fact in _named(lines, tables)
        if fact.label not in (*TOTALS, Label.OTHER) or (fact.line, fact.place) not in columns
        if fact.label not in (*ENDS, Label.BALANCE) or fact.line not in equated
    ]
    places = {(fact.line, fact.place) for fact in named}
    found = [*named, *(each for place, each in columns.items() if place not in places)]
    known = {fact.line for fact in found}
    found += [
        fact
        for event in events
        if event.line.index not in known
        for fact in _of_broken_label(event)
    ]
    told = tuple(_told_by_days(sorted(found, key=lambda fact: fact.line)))
    return tuple(_without_rewards(lines, told))


def _ends(lines: Sequence[Line]) -> Iterator[Fact]:
    """The ends in the columns, and in the rows, of summaries."""
    for line, amount, label, words in ends_in_rows(lines):
        value, place = _signed(amount, label, words), line.place_of(amount)
        yield Fact(label, value, line.index, words, place, beside=True, day=None)
    last = [period.end.printed for period in periods_of(lines)]
    for line, amount, label, words, day in ends_in_columns(lines, last):
        value, place = _signed(amount, label, words), line.place_of(amount)
        yield Fact(label, value, line.index, words, place, beside=True, day=day)


_LONG = re.compile(r"[^\W\d_]{4,}")


def _told_by_days(facts: Sequence[Fact]) -> Iterator[Fact]:
    """*facts*; of two balances of two days that stand together, the earlier one opens."""
    places = [
        index
        for index, each in enumerate(facts)
        if each.label is Label.BALANCE and each.day and len(_LONG.findall(each.words)) <= BARE_MAX
    ]
    ends: dict[int, Label] = {}
    for pair in _pairs(facts, places):
        one, two = (facts[index].day for index in pair)
        if one and two and one.is_before(two):
            ends |= dict(zip(pair, ENDS, strict=True))
        elif one and two and two.is_before(one):
            ends |= dict(zip(pair, reversed(ENDS), strict=True))
    for index, fact in enumerate(facts):
        yield replace(fact, label=ends[index]) if index in ends else fact


def _pairs(facts: Sequence[Fact], places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Those of *places* that stand two by two: a third near them makes a list of days."""
    near = [facts[two].line - facts[one].line <= TOGETHER for one, two in pairwise(places)]
    for index, pair in enumerate(pairwise(places)):
        if near[index] and not any(near[max(index - 1, 0) : index] + near[index + 1 : index + 2]):
            yield pair


def _named(lines: Sequence[Line], tables: Sequence[Table]) -> Iterator[Fact]:
    """Every number that stands beside, or under, words that name it."""
    under = {
        (line.index, amount.first): table.columns[index].text
        for table in tables
        for line in table.lines
        if not line.dates and "%" not in line.text  # how interest was reckoned
        for index, amount in table.cells(line).items()
    }
    for line in lines:
        above = tuple(islice(_lines_above(lines, line), 2))
        captions = captions_over(above, line)
        around = caption_around(above, line, lines[line.index + 1 : line.index + 2])
        for amount in line.amounts:
            words, label = _named_before(line, amount)
            day = None
            if label is None:
                words = under.get((line.index, amount.first), "")
                label = label_of(words) if words else None
            if label is None and around:
                words = around
                label = label_of(words)
            if label is None and amount.first in captions:
                words, day = captions[amount.first]
                label = label_of(words)
            beside = label is not None
            if label is None:
                words = _words_above(lines, line, amount)
                label = label_of(words) if words else None
            if label is not None:
                label = Label.OTHER if _is_no_money_held(line, amount, words) else label
                day = day or (_day_before(line, amount) if beside else None)
                place = line.place_of(amount)
                value = _signed(amount, label, words)
                yield Fact(label, value, line.index, words, place, beside, day)


#: Balances, but not of money in the account.
_NOT_HELD = re.compile(
    r"(?<!\w)(?:cash ?back|bonus points?|points?|miles|loyalty|(?:bonus|pramien)punkte|puntos?|"
    r"pontos?|punti|punkty|poeng|poang)(?!\w)"
)
#: What a programme of rewards counts, on a line that says so.
_REWARDED = re.compile(r"(?<!\w)redeemed(?!\w)")
#: What is set aside within an account has no entries of its own.
_SET_ASIDE = re.compile(r"(?<!\w)(?:pots?|vaults?|jars?|spaces?|potjes?)(?!\w)")
#: A number that something would have to reach: "or more", "at least".
_REACHED = re.compile(
    r"(?:or|oder|o|ou|of|eller|lub|e) (?:more|less|above|below|over|greater|higher|lower|mehr|"
    r"weniger|plus|moins|mas|menos|mais|piu|meno|meer|minder|mer|wiecej)(?!\w)"
)
_TO_REACH = re.compile(
    r"(?:at least|more than|less than|exceeds?|exceeding|each day of|daily balance of|mindestens|"
    r"au moins|al menos|pelo menos|almeno|minstens|co najmniej|mindst|minst)$"
)


def _without_rewards(lines: Sequence[Line], facts: Sequence[Fact]) -> Iterator[Fact]:
    """*facts*; an opening above what was redeemed, in line with it, is of no money."""
    for fact in facts:
        below = lines[fact.line + 1 : fact.line + 1 + REDEEMED_REACH]
        redeemed = fact.label is Label.OPENING and any(
            fact.place.box is not None
            and abs(amount.right - fact.place.box[2]) <= IN_LINE
            and _REWARDED.search(folded(words_before(line, amount)))
            for line in below
            for amount in line.amounts
        )
        titled = fact.label is Label.OPENING and _is_titled_rewards(lines, fact.line)
        yield replace(fact, label=Label.OTHER) if redeemed or titled else fact


def _is_titled_rewards(lines: Sequence[Line], index: int) -> bool:
    """Whether the title of the box says what it counts: ``CASH BACK`` over ``Previous Balance``."""
    above = lines[max(index - REDEEMED_REACH, 0) : index]
    title = next((line for line in reversed(above) if not line.amounts), None)
    if title is None or len(title.row.words) > TITLE_MAX:
        return False
    if any(label_of(line.label()) is Label.OPENING for line in lines[title.index + 1 : index]):
        return False  # it is of the box above
    return _NOT_HELD.search(folded(title.text)) is not None


FEW = 3  # numbers on one line
TITLE_MAX = 4  # words of a box's title
REDEEMED_REACH = 4  # lines from the opening of a box of rewards
IN_LINE = 300  # hundredths of a point


def _is_no_money_held(line: Line, amount: Amount, words: str) -> bool:
    """Whether the number is of points, or set aside, or one that is only to be reached."""
    said = folded(line.label())
    if _NOT_HELD.search(folded(words)) or _SET_ASIDE.search(said) or _REWARDED.search(said):
        return True
    if len(line.amounts) >= FEW and _NOT_HELD.search(said):
        return True  # a programme on one line: what it was, what came, what it is
    texts = [word.text for word in line.row.words]
    behind = folded(" ".join(texts[amount.last + 1 : amount.last + 3]))
    before = folded(" ".join(texts[max(amount.first - 3, 0) : amount.first]))
    return bool(_REACHED.match(behind) or _TO_REACH.search(before))


def _of_broken_label(event: Event) -> Iterator[Fact]:
    """An end whose words are broken over the lines around its number."""
    label, line = event.label, event.line
    if label not in ENDS or line.label() or len(event.cells) != 1:
        return
    (amount,) = event.cells.values()
    words = " ".join(each.label() for each in event.words)
    value = _signed(amount, label, words)
    yield Fact(label, value, line.index, words, line.place_of(amount), beside=True, day=event.date)


def _signed(amount: Amount, label: Label, words: str) -> Decimal:
    return amount.signed if amount.mark else amount.value * (_side(label, words) or 1)


def _side(label: Label, words: str) -> int:
    balances = (Label.OPENING, Label.CLOSING, Label.BALANCE)
    return side_of(words) if label in balances else 0


_SENTENCE = re.compile(r"[^\W\d_]{4,}\.")  # the last word of one: no abbreviation is so long


def _named_before(line: Line, amount: Amount) -> tuple[str, Label | None]:
    """The words in front of the number, as far as the nearest wide gap before a label.

    What an earlier sentence speaks of is not the number: "... owed to the bank. Bond amount".
    """
    words = line.row.words
    start = behind_the_last(line, amount)
    for first in range(amount.first - 1, start - 1, -1):
        if first + 1 < amount.first and _SENTENCE.fullmatch(words[first].text):
            break
        apart = first == start or stands_apart(words, first)
        text = " ".join([word.text for word in words[first : amount.first]]) if apart else ""
        if text and (label := label_of(text)) is not None:
            return text, label
    return "", None


def _day_before(line: Line, amount: Amount) -> Printed | None:
    """The nearest date in front of the number, behind the number before."""
    start = behind_the_last(line, amount)
    days = [token.printed for token in line.dates if start <= token.first < amount.first]
    return days[-1] if days else None


def _words_above(lines: Sequence[Line], line: Line, amount: Amount) -> str:
    """The nearest words that stand above the number."""
    for above in _lines_above(lines, line):
        if above.dates:
            return ""
        words = [
            word
            for word in above.row.words
            if word.left <= amount.right + 600 and amount.left <= word.right + 600
        ]
        if words:
            return " ".join(word.text for word in words)
    return ""


def _lines_above(lines: Sequence[Line], line: Line) -> Iterator[Line]:
    """The nearest lines of its page, going up."""
    for above in reversed(lines[max(line.index - ABOVE_MAX, 0) : line.index]):
        if above.row.page != line.row.page:
            return
        yield above


_PERIOD_WORDS = re.compile(
    r"period|statement|from|zeitraum|auszug|vom|periode|periodo|releve|du|desde|del|dal|extrato|"
    r"umsatze|okres|obdobi|idoszak|"
    r"perioada|donem|tarih|за период|период|期間|期间|ช่วง|기간|periodi|von|kontoauszug|between|"
    r"for|search|transactions|activity|tempoh|per|udskrift|utskrift|utdrag|tiliote|kausi|wyciag|"
    r"vypis|izvod|izvadak|razdoblje|obdobie|ekstre|afschrift|выписк|estratto|extracto|kivonat|extras|penyata"
)
_BETWEEN = re.compile(
    r"[\s:]*(?:to|through|thru|until|till|and|bis|au|al|a|ate|tot|t/m|til|do|-|–|~|〜|～|·|/|\||"
    r"by|и|по|至|до|hasta|ig|s\.d\.?|sd|hingga|den|et|y|e|un|ถึง|부터|έως|εως|pana la|ile|od|"
    r"all)+[\s:]*",
    re.IGNORECASE,
)


def periods_of(lines: Sequence[Line]) -> tuple[Period, ...]:
    """Every pair of dates with a word like "to" between them."""
    found = []
    for line in lines:
        for one, two in zip(line.dates, line.dates[1:], strict=False):
            between = " ".join(w.text for w in line.row.words[one.last + 1 : two.first])
            if between and not _BETWEEN.fullmatch(folded(between)):
                continue
            worded = _PERIOD_WORDS.search(folded(line.text)) is not None
            if not between and not worded:
                continue
            found.append(Period(one, two, line.index, worded))
    found += [each for upper, lower in pairwise(lines) for each in _broken_period(upper, lower)]
    return tuple(found)


_UNTIL = re.compile(r"to|until|through|bis|au|al|a|ate|tot|t/m|do|до|til|till|hasta|s\.?d\.?")


def _broken_period(upper: Line, lower: Line) -> Iterator[Period]:
    """``Periodo DEL 11/12/2024`` over ``AL 10/01/2025``."""
    if upper.row.page != lower.row.page:
        return
    for one, two in product(upper.dates, lower.dates):
        before = lower.row.words[two.first - 1].text if two.first else ""
        below = one.left <= two.right and two.left <= one.right
        if below and _UNTIL.fullmatch(folded(before)):
            worded = _PERIOD_WORDS.search(folded(upper.text)) is not None
            yield Period(one, two, lower.index, worded)


_MONTH = re.compile(r"(?<![\w\d])([^\W\d_]{3,})\.?[ ,/-]+((?:19|20|25)\d\d)(?!\d)")


def months_of(lines: Sequence[Line]) -> tuple[Month, ...]:
    """Every month with a year that is no part of a date."""
    found: list[Month] = []
    for line in lines:
        if line.amounts or len(line.text) > 120:
            continue
        found += _whole_months(line.text, line.index)
        text = _without_dates(line)
        for hit in _MONTH.finditer(text):
            month = month_of(hit[1])
            if month and not _goes_on(text[: hit.start()]):
                found.append(Month(month, int(hit[2]), line.index))
    return tuple(found)


_WHOLE = re.compile(
    r"(?<![\w\d])([^\W\d_]{3,})\.? 0?1 ?[-–] ?(\d\d),? ((?:19|20)\d\d)(?!\d)"
)  # March 1-31, 2025


def _whole_months(text: str, line: int) -> Iterator[Month]:
    """The months of which *text* says the first day and the last."""
    for hit in _WHOLE.finditer(text):
        month, year = month_of(hit[1]), int(hit[3])
        if month and int(hit[2]) == monthrange(year, month)[1]:
            yield Month(month, year, line)


_JOINED = re.compile(r"([^\W\d_]{3,})\.? ?(?:and|&|to|[-–/+]|und|bis|et|a|au|y|e|i|och|og) ?")


def _goes_on(before: str) -> bool:
    """``May and June 2025``: the month ends a longer time."""
    words = before.split()
    joined = _JOINED.fullmatch(folded(" ".join(words[-2:])) + " ") if words else None
    return joined is not None and month_of(joined[1]) is not None


def _without_dates(line: Line) -> str:
    words = [word.text for word in line.row.words]
    for token in line.dates:
        words[token.first : token.last + 1] = ["|"] * (token.last + 1 - token.first)
    return " ".join(words)
