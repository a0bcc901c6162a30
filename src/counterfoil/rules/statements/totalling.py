"""Printed totals beside what the rows come to: those that hold, and those that contradict."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from counterfoil.domain.statements import Equation, Place, sum_of
from counterfoil.rules.statements.blocks import Outcome
from counterfoil.rules.statements.chain import Chain, Entry
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.events import Event, Kind
from counterfoil.rules.statements.facts import Fact
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.runs import last_value
from counterfoil.rules.statements.section_totals import section_totals
from counterfoil.rules.statements.terms import Label
from counterfoil.rules.statements.vocabulary import label_of, section_sign, way_of
from counterfoil.rules.statements.ways import Use

BELOW_MAX = 3  # lines from the last entry to the total of all
MANY = 3  # totals that hold: then a single one that does not is wrong
SUMMARY_REACH = 6  # lines between the total in and the total out of one summary


def totals(document: Document, outcome: Outcome) -> Iterator[Equation]:
    """Every printed total of the account, beside the nearest sum of its entries.

    The sums: all money out, all money in, both; of the whole account, of one page, of one
    table. An equation that does not hold names what is off.
    """
    chain = outcome.chain
    assert chain is not None, "only proved accounts are totalled"
    sums = sums_of_rows(chain)
    for event in chain.totals:
        uses = chain.hypothesis.use_of(event)
        for index, amount in event.cells.items():
            if uses[index] is not Use.NOTHING and amount.value:
                place = event.line.place_of(amount)
                yield _total("total", event.line.label(), amount.value, sums, place)
    used = {event.line.index for event in chain.totals}
    used |= {entry.event.line.index for entry in chain.entries}
    for fact in document.facts:
        inside = outcome.block.start <= fact.line < outcome.block.end and fact.line not in used
        if inside and fact.label in (Label.TOTAL_CREDITS, Label.TOTAL_DEBITS):
            kind = fact.label.value.replace(" ", "_")
            yield _total(kind, fact.words, abs(fact.value), sums, fact.place)


def _total(
    kind: str, words: str, value: Decimal, sums: Sequence[Decimal], place: Place
) -> Equation:
    nearest = min(sums, key=lambda each: (abs(each - value), each))
    return Equation(
        kind=kind, says=f"{words[:40]}: {value:,}", left=nearest, right=value, places=(place,)
    )


def summary_contradicts(document: Document, outcome: Outcome) -> str:
    """A summary that adds up by itself, and whose totals are not those of the rows; or ""."""
    chain = outcome.chain
    assert chain is not None, "only proved accounts have rows to compare"
    block = outcome.block
    facts = [
        fact for fact in document.facts if block.start <= fact.line < block.end and fact.beside
    ]
    money_in = sum_of([entry.amount for entry in chain.entries if entry.amount > 0])
    out = sum_of([entry.amount for entry in chain.entries if entry.amount < 0])
    for credit in (fact for fact in facts if fact.label is Label.TOTAL_CREDITS):
        for debit in (fact for fact in facts if fact.label is Label.TOTAL_DEBITS):
            adds_up = chain.opening + abs(credit.value) - abs(debit.value) == chain.closing
            if adds_up and (abs(credit.value), -abs(debit.value)) != (money_in, out):
                return (
                    f"the summary says {abs(credit.value):,} in and {abs(debit.value):,} out,"
                    f" the rows say {money_in:,} and {-out:,}"
                )
    return ""


def summary_is_half_right(document: Document, outcome: Outcome) -> str:
    """Of the one total in and the one total out of a summary one is the rows', one is not; or "".

    What is missing, or too much, may be printed elsewhere: interest, fees.
    """
    chain = outcome.chain
    assert chain is not None, "only proved accounts have rows to compare"
    block, entries = outcome.block, {entry.event.line.index for entry in chain.entries}
    facts = [
        fact
        for fact in document.facts
        if block.start <= fact.line < block.end and fact.beside and fact.line not in entries
    ]
    came = [fact for fact in facts if _way_of(fact) > 0]
    went = [fact for fact in facts if _way_of(fact) < 0]
    if len(came) != 1 or len(went) != 1 or abs(came[0].line - went[0].line) > SUMMARY_REACH:
        return ""
    sums = sums_of_rows(chain)
    wrong = [fact for fact in (*came, *went) if abs(fact.value) not in sums]
    if len(wrong) != 1:
        return ""
    ways = [entry.amount for entry in chain.entries if (entry.amount > 0) is (wrong[0] in came)]
    missing = abs(abs(sum_of(ways)) - abs(wrong[0].value))
    near = document.lines[min(came[0].line, went[0].line) : max(came[0].line, went[0].line) + 3]
    if any(abs(fact.value) == missing for fact in facts):
        return ""
    if any(amount.value == missing for line in near for amount in line.amounts):
        return ""  # "Charges", beside the other debits
    return f"{wrong[0].words[:40]!r} says {abs(wrong[0].value):,}: no entries come to that"


def _way_of(fact: Fact) -> int:
    """+1 for a total of money in, -1 of money out, 0 for anything else."""
    told = way_of_total(fact.words) if fact.label is Label.TOTAL else 0
    return _WAYS.get(fact.label, told)


def total_contradicts(chain: Chain) -> str:
    """A line of totals below all entries, of which one is the sum of its column and one is none.

    Of one that no word calls so, wherever it stands, each has to be a sum: what else it is, a
    fee and its refund, would be an entry. "" where there is none.
    """
    sums = sums_of_rows(chain)
    last = max(entry.event.line.index for entry in chain.entries)
    for event in (each for each in chain.totals if each.label is None or each.line.index > last):
        uses = chain.hypothesis.use_of(event)
        cells = [
            (use, amount.value)
            for index, amount in event.cells.items()
            if (use := uses[index]) in (Use.DEBIT, Use.CREDIT, Use.AMOUNT)
        ]
        moved = {Use.DEBIT if each.amount < 0 else Use.CREDIT for each in _summed(chain, event)}
        wrong = [value for use, value in cells if value not in sums or (use in moved and not value)]
        unnamed = event.label is None and len(cells) > 1
        if wrong and (unnamed or _is_bare(event, last) or len(wrong) < len(cells)):
            line = event.line
            return f"page {line.row.page}: {line.text[:60]}: no entries come to {wrong[0]:,}"
    return ""


def total_among_entries(chain: Chain) -> str:
    """A line called a total that was taken for an entry, though entries come to it; or ""."""
    for entry in chain.entries:
        if entry.event.kind is Kind.TOTAL:
            others = tuple(each for each in chain.entries if each is not entry)
            if abs(entry.amount) in sums_of_rows(replace(chain, entries=others)):
                line = entry.event.line
                return f"page {line.row.page}: {line.text[:60]}: a total, or one more entry"
    return ""


def _is_bare(total: Event, last: int) -> bool:
    """Whether it is right below the last entry, and only called a total: of all of them."""
    words = re.sub(r"[\W\d_]+", " ", folded(total.line.label())).strip()
    return total.line.index - last <= BELOW_MAX and words in _BARE


_BARE = {
    "total", "totals", "subtotal", "sub total", "grand total", "summe", "gesamtsumme", "suma",
    "sumas", "totale", "totali", "totaux", "totaal", "totais", "totales", "summa", "sum", "razem",
    "celkem", "spolu", "osszesen", "toplam", "ukupno", "yhteensa", "i alt", "итого", "合計", "合计",
    "小計", "小计", "總計", "总计",
}  # fmt: skip


def _summed(chain: Chain, total: Event) -> Sequence[Entry]:
    """The entries between *total* and the one before it; all where there are none."""
    lines = [each.line.index for each in chain.totals if each.line.index < total.line.index]
    since = [each for each in chain.entries if each.event.line.index > max(lines, default=-1)]
    return since or chain.entries


def opposite_contradicts(chain: Chain) -> str:
    """Of a total in and a total out, one under the other, one is a sum and one is none; or "".

    Each says in words of its own which way it is: ``Payments and credits``, ``New transactions``.
    """
    sums = sums_of_rows(chain)
    for one, two in pairwise(chain.totals):
        opposite = way_of_total(one.line.label()) * way_of_total(two.line.label()) < 0
        if not opposite or two.line.index != one.line.index + 1:
            continue
        pair = [(each.line, last_value(each)) for each in (one, two) if len(each.cells) == 1]
        wrong = [(line, value) for line, value in pair if abs(value) not in sums]
        if len(pair) == 2 and len(wrong) == 1:
            line, value = wrong[0]
            return f"page {line.row.page}: {line.text[:60]}: no entries come to {abs(value):,}"
    return ""


def way_of_total(text: str) -> int:
    """+1 for a total of money in, -1 of money out, 0 where its words do not say."""
    words = [each for each in text.split() if each.isalpha() or each in "&/"]
    rest = [each for each in words if label_of(each) is not Label.TOTAL]
    said = " ".join(rest)
    ends = {way_of(each) for each in (*rest[:1], *rest[-1:])} - {0}  # "opérations au crédit"
    way = ends.pop() if len(ends) == 1 else 0
    return section_sign(said) or way_of(said) or way or _WAYS.get(label_of(text), 0)


_WAYS: dict[Label | None, int] = {Label.TOTAL_CREDITS: 1, Label.TOTAL_DEBITS: -1}


def one_of_many_contradicts(totals: Sequence[Equation]) -> str:
    """Of many totals in the same words the only one that does not hold; "" where there is none."""
    groups: dict[str, list[Equation]] = {}
    for each in totals:
        groups.setdefault(_NUMBERS.sub("", each.says), []).append(each)
    for group in groups.values():
        wrong = [each for each in group if not each.holds]
        if len(wrong) == 1 and len(group) > MANY:
            return f"{wrong[0].says}: no entries come to that, as {len(group) - 1} others do"
    return ""


_NUMBERS = re.compile(r"\d[\d.,]*")


def sums_of_rows(chain: Chain) -> list[Decimal]:
    """What a printed total may be: of the account, a page, a table, a section, or so far."""
    groups: dict[object, list[Entry]] = {}
    below = [*sorted(event.line.index for event in chain.totals), 1 << 60]
    for entry, part in zip(chain.entries, _parts(chain.entries), strict=True):
        for key in (
            ("part", part),
            ("total", next(each for each in below if each > entry.event.line.index)),
            "all",
            ("page", entry.event.line.row.page),
            ("table", id(entry.event.table)),
            ("section", entry.event.section.line),
            ("to page", entry.event.line.row.page),
        ):
            groups.setdefault(key, []).append(entry)
    sums = {Decimal(0), abs(chain.opening), abs(chain.closing)}
    sums.update(each.rows for each in section_totals(chain))
    for entries in groups.values():
        out = [entry.amount for entry in entries if entry.amount < 0]
        money_in = [entry.amount for entry in entries if entry.amount > 0]
        for amounts in (out, money_in, [*out, *money_in]):
            sums.add(abs(sum_of(amounts)))
    side = [entry.amount for entry in chain.entries if entry.amount * chain.opening > 0]
    sums.add(abs(chain.opening + sum_of(side)))  # "totals, the opening balance included"
    running = [Decimal(0), Decimal(0)]
    for entry in chain.entries:
        running[entry.amount > 0] += abs(entry.amount)
        sums.update(running)
    return sorted(sums)


def _parts(entries: Sequence[Entry]) -> Iterator[int]:
    """The section of each of *entries*, by number; it may go on at the top of the next page."""
    part = 0
    for before, entry in pairwise([*entries[:1], *entries]):
        part += not (entry is before or _go_on(before, entry))
        yield part


def _go_on(before: Entry, entry: Entry) -> bool:
    """Whether *entry* is of the same section, or the first below the heading repeated for it."""
    one, two = before.event, entry.event
    if one.section.line == two.section.line:
        return True
    upper, lower = one.table.heading, two.table.heading
    if upper is None or lower is None or two.section.line != lower.first:
        return False
    next_page = lower.page == one.line.row.page + 1
    alike = [cell.text for cell in upper.cells] == [cell.text for cell in lower.cells]
    return next_page and alike and one.section.sign == two.section.sign
