"""Printed numbers of entries beside how many were read: ``Number of transactions: 27``.

A count holds where a set of entries that it may speak of has that many: all of the account,
those of its way, its page or section. One that stands beside an amount speaks of the
entries that come to this amount. What cannot be mapped to entries (checks, days, what is free
of charge) is left alone: a count that is not understood refuses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise, product

from counterfoil.domain.statements import Equation, Place
from counterfoil.rules.statements.blocks import Outcome
from counterfoil.rules.statements.chain import Entry
from counterfoil.rules.statements.count_words import Counted, counted
from counterfoil.rules.statements.counted_rows import Sets, sets_of
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.lines import Line, first_date
from counterfoil.rules.statements.numbers import Amount
from counterfoil.rules.statements.terms import TOTALS
from counterfoil.rules.statements.vocabulary import label_of, section_sign
from counterfoil.rules.statements.whole_numbers import WholeNumber, captions, whole_numbers

WORDS_MAX = 8  # of what is counted
FAR = 10  # times as many as there are entries: a number of something else
TITLES_ABOVE = 3  # lines above a number that may say that it is of fees
TOGETHER = 6  # lines between two counts of which one bears out the other
LISTED_WITHIN = 2  # lines from one number of a list to the next
NOTES = (1, 2)  # most pages have no more
BY_CHANCE = 2  # as many as this bear out nothing
LINED = 100  # hundredths of a point
STROKES = ("/", "|", "·", "•")  # between two things that are counted
YEARS = range(1900, 2101)


@dataclass(frozen=True, slots=True)
class Count:
    """A printed number of entries, and the nearest number of those read."""

    line: Line
    words: str
    printed: int
    read: int
    sure: bool  # its words say that it is a count, or an amount behind it does
    place: Place
    form: tuple[bool, ...]  # how it is written; () where it may be the number of a list

    @property
    def holds(self) -> bool:
        """Whether so many entries were read."""
        return self.printed == self.read

    def equation(self) -> Equation:
        """For the proof."""
        return Equation(
            kind="count",
            says=f"{self.words[:40]}: {self.printed}",
            left=Decimal(self.read),
            right=Decimal(self.printed),
            places=(self.place,),
        )


def counts_of(
    document: Document, outcome: Outcome, outcomes: Sequence[Outcome] = (), *, owed: bool
) -> tuple[Count, ...]:
    """Every printed number of entries of a proved account.

    Of several on a line one may be of either way: ``311 debits / 209 credits``.

    Args:
        outcomes: All accounts of the document: above or below all its own entries a count may
            be of another one, or of all.
        owed: Its balances are money owed: what is called a credit may be either way.
    """
    others = [each for each in outcomes if each is not outcome]
    sets = sets_of(outcome, others, owed=owed)
    entries = {entry.event.line.index for entry in sets.entries}
    texts = {line.index for entry in sets.entries for line in _texts_of(entry)}
    either = {len(sets.of_way(way)) for way in (-1, 0, 1)}
    return tuple(
        count
        for line in document.lines[outcome.block.start : outcome.block.end]
        if line.index not in entries
        for numbers in [list(whole_numbers(line))]
        for number in numbers
        if number.value <= len(sets.entries) * FAR + FAR
        if (count := _count(document, number, sets, alone=line.index not in texts)) is not None
        if count.holds or count.printed not in either or not _is_of_either(number, numbers)
    )


def _is_of_either(number: WholeNumber, numbers: Sequence[WholeNumber]) -> bool:
    """Whether it is one of several on its line, in words of no way or behind a stroke."""
    if len(numbers) == 1:
        return False
    before = number.line.row.words[number.at - 1].text if number.at else ""
    said = (number.behind, *number.before[:1])
    told = next((told for words in said if words and (told := counted(words))), None)
    return before in STROKES or (told is not None and told.entries and not told.way)


def _texts_of(entry: Entry) -> Iterator[Line]:
    """The lines of its text: what begins below its date, at the table's edge, is none."""
    own = entry.event.line
    dated = first_date(own) is not None
    for line in entry.event.words:
        if not dated or line.row.words[0].left > own.row.words[0].left + LINED:
            yield line


def count_contradicts(counts: Sequence[Count]) -> str:
    """The first that is not what was read; "" where there is none.

    One that may be something else has to be borne out: another written alike holds near it.
    """
    wrong = [each for each in counts if not each.holds and not _is_of_quiet_account(each, counts)]
    for each in wrong:
        if each.sure or _borne_out(each, counts):
            return (
                f"page {each.line.row.page}: {each.words[:60]!r} says {each.printed:,},"
                f" and {each.read:,} such entries were read: {each.line.text[:80]}"
            )
    return ""


def _is_of_quiet_account(count: Count, others: Sequence[Count]) -> bool:
    """0 in the words of another count: of an account below that did not move."""
    return count.printed == 0 and any(
        each.words == count.words and each.line is not count.line for each in others
    )


def _borne_out(count: Count, others: Sequence[Count]) -> bool:
    return any(
        each.holds
        and each.form == count.form != ()
        and each.printed > BY_CHANCE
        and abs(each.line.index - count.line.index) <= TOGETHER
        for each in others
    )


def _count(document: Document, number: WholeNumber, sets: Sets, *, alone: bool) -> Count | None:
    """What *number* counts.

    Args:
        alone: Its line is no text of an entry, where words alone would say nothing.
    """
    over = _over(document, number)
    words, told = _said(number, over)
    listed = _is_of_list(document, number) and over is None
    beside = _beside_amount(number, sets, headed=over is not None)
    by_words = told if alone and not _is_of_fees(document, number) else None
    own = by_words is not None and by_words.how_many and words != number.behind
    how_many = told is not None and told.how_many
    form = () if listed else (how_many, bool(number.before), number.bracketed, beside is not None)
    if by_words is not None and beside is not None:
        for text, way in _ways_in_turn(number, words, by_words):
            near = sets.near(number.line, way)
            if number.value in near:  # the amount behind it is another one's
                return _judged(number, text, near, form, sure=how_many)
    if beside is not None and (number.value in beside[0] or not own):
        counts, sure = beside
        sure = sure and not listed and (how_many or not _may_be_a_note(number))
        return _judged(number, words or _names_of(number), sorted(counts), form, sure=sure)
    if by_words is None or beside == (set(), False):
        return None
    near = sets.near(number.line, by_words)
    sure = how_many or _says_entries(document, by_words, words, number)
    return _judged(number, words, near, form, sure=sure) if sure or by_words.way else None


def _ways_in_turn(number: WholeNumber, words: str, told: Counted) -> Iterator[tuple[str, Counted]]:
    """The ways it may be of where several counts stand before their amounts.

    ``Out 22 In 8  470 754``; the words behind it too where the first count has none before it:
    ``22 out 8 in  470 754``.
    """
    numbers = [*whole_numbers(number.line)]
    if len(numbers) == 1:
        return
    said = [(words, told)]
    behind = counted(number.behind) if numbers[0].bare and number.behind else None
    if behind is not None:
        said.append((number.behind, behind))
    yield from (each for each in said if each[1].way)


def _may_be_a_note(number: WholeNumber) -> bool:
    """``Total deposits (1)``, ``Total deposits 1``: what the foot of the page explains."""
    return bool(number.before) and number.value in NOTES


def _over(document: Document, number: WholeNumber) -> tuple[str, Counted] | None:
    """The words over it that say that it is a count."""
    for words in captions(document.lines, number):
        told = counted(words)
        if told is not None and told.how_many:
            return words, told
    return None


def _said(number: WholeNumber, over: tuple[str, Counted] | None) -> tuple[str, Counted | None]:
    """The words that say what it counts: on its line, else over it."""
    own = _on_line(number)
    if over is None or (own is not None and own[1].how_many):
        return own if own is not None else ("", None)
    words, told = over
    if number.before and own is None:
        return "", None  # "ATM withdrawals  3"
    ways = {each.way for each in (told, *([own[1]] if own is not None else ()))} - {0}
    if len(ways) > 1 or not (ways or told.entries):
        return "", None
    return words, told._replace(way=ways.pop() if ways else 0)


_THERE_WERE = re.compile(r"(?:^| )there (?:were|was)$")


def _on_line(number: WholeNumber) -> tuple[str, Counted] | None:
    """The words around it that count entries, or those of a way."""
    behind = counted(number.behind) if number.behind else None
    if number.before and _THERE_WERE.search(folded(number.before[0])):
        known = behind is not None and (behind.way or behind.entries)
        return (number.behind, behind._replace(how_many=True)) if behind and known else None
    unit = behind is not None and behind.how_many  # "10 kpl"
    best = None
    for words in number.before:
        told = counted(words) if len(words.split()) <= WORDS_MAX else None
        if told is not None and (told.way or told.entries):
            best = words, told._replace(how_many=told.how_many or unit)
    if best is None and behind is not None and (behind.entries or (behind.way and number.bare)):
        return number.behind, behind
    return best


def _says_entries(document: Document, told: Counted, words: str, number: WholeNumber) -> bool:
    """``57 transactions`` alone on its line, ``Total transactions 57``, ``Total debits (9)``."""
    if number.value in YEARS or not document.style.decimal_mark:
        return False
    if words == number.behind:
        return told.entries and number.bare
    if number.bracketed and told.total and number.value not in NOTES:
        return True
    return told.entries and (told.total or words.endswith(":"))


_OF_FEES = re.compile(
    r"(?<!\w)(?:fees?|charges?|charged|chargeable|free|rates?|price|each|per item|allowance|"
    r"allowed|included|excess|waived?|tarif\w*|gebuhr\w*|frais|tarifas?|comision\w*|"
    r"commission\w*|entgelt\w*|preis\w*|kosten|costs?|spese|oplat\w*|prowizj\w*)(?!\w)"
)


def _is_of_fees(document: Document, number: WholeNumber) -> bool:
    """Whether its line, or a title above it, speaks of what entries cost."""
    index = number.line.index
    above = document.lines[max(index - TITLES_ABOVE, 0) : index]
    near = [number.line, *(each for each in above if not each.amounts)]
    return any(_OF_FEES.search(folded(each.text)) for each in near)


def _beside_amount(
    number: WholeNumber, sets: Sets, *, headed: bool
) -> tuple[set[int], bool] | None:
    """How many entries come to an amount beside the number, and whether it has to be of those.

    None where no such amount is a total; no numbers where it is one of other things than sets.

    Args:
        headed: The number stands under words for a count.
    """
    found = [
        (counts, behind)
        for amount, words, behind in number.amounts()
        for counts in [sets.of(amount.value)]
        if _is_total(words) or (headed and counts)
        if not (behind and _is_no_total(number.behind))
    ]
    if not found:
        return None
    counts = set().union(*(each for each, _ in found))
    if columns := [sets.of(each.value) for each in _in_turn(number)]:
        counts |= {sum(each) for each in product(*columns)}
    return {number.value} & counts or counts, any(sure for each, sure in found if each)


def _in_turn(number: WholeNumber) -> list[Amount]:
    """The amounts behind it, where they follow each other: money out, money in."""
    behind = [each for each in number.line.amounts if each.first > number.at]
    alone = all(one.last + 1 == two.first for one, two in pairwise(behind))
    return behind if alone and len(behind) > 1 else []


def _is_of_list(document: Document, number: WholeNumber) -> bool:
    """Whether it leads its line as the numbers one more or less lead those around it."""
    if number.at > 0:
        return False
    index = number.line.index
    around = document.lines[max(index - LISTED_WITHIN, 0) : index + LISTED_WITHIN + 1]
    first = {each.row.words[0].text.strip(".)") for each in around}
    return not first.isdisjoint({str(number.value - 1), str(number.value + 1)})


def _names_of(number: WholeNumber) -> str:
    """What names the amount beside it."""
    names = [words for _, words, _ in number.amounts() if words]
    there_were = not names or _THERE_WERE.search(folded(names[0])) is not None
    return number.behind if there_were else names[0]


_NO_TOTAL = re.compile(
    r"(?<!\w)(?:days?|months?|weeks?|page|balance|saldo|solde|kontostand|tage|monate|jours|mois|"
    r"dias|meses|giorni|mesi|dagen|dager|average|rate|points?|year|ytd|cards?|accounts?|konten|"
    r"comptes|cuentas|ending)(?!\w)"
)


def _is_no_total(words: str) -> bool:
    return _NO_TOTAL.search(folded(words)) is not None


def _is_total(words: str) -> bool:
    """Whether *words* say that an amount is the sum of entries."""
    if _is_no_total(words):
        return False
    told = counted(words)
    if told is not None and (told.way or told.entries or told.total):
        return True
    there_were = _THERE_WERE.search(folded(words)) is not None
    return there_were or label_of(words) in TOTALS or section_sign(words) != 0


def _judged(
    number: WholeNumber, words: str, counts: Sequence[int], form: tuple[bool, ...], *, sure: bool
) -> Count | None:
    if not counts:
        return None
    nearest = min(counts, key=lambda each: (abs(each - number.value), each))
    word = number.line.row.words[number.at]
    place = Place(page=number.line.row.page, box=(word.left, word.top, word.right, word.bottom))
    return Count(number.line, words.strip(" :("), number.value, nearest, sure, place, form)
