"""Which currency a statement is kept in, and how surely it says so.

Nothing adds up differently in another currency: no equation holds it. So only what
stands with the account's own money, headings and titles counts as printed; small print
and the bank's land only suggest, and entries (which speak of foreign money) never count.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from counterfoil.rules.statements.currency_words import (
    BEHIND,
    CODES,
    IBAN_LANDS,
    NAMES,
    PLACES,
    SHARED,
    STATES,
    SYMBOLS,
)
from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.events import Event
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.lines import Line
from counterfoil.rules.statements.terms import Label

NUMBER_FROM = 6  # digits of an account's number
_IBAN = re.compile(r"(?<![A-Z0-9])([A-Z]{2})\d{2}(?: ?[A-Z0-9]{4}){3,}")
_ZIP = re.compile(rf"(?<![A-Za-z])(?:{STATES}),? +\d{{5}}(?:-\d{{4}})?(?!\d)")
_COMPANY = re.compile(r"SDN\.? BHD\b")  # a form of company, no dinar
_BRACKETED = re.compile(r"\((MOP|BAM)\)")  # words elsewhere
_CODE = re.compile(r"(?<![A-Z0-9])([A-Z]{3})(?![A-Z0-9])")
_WORDED = re.compile(
    r"currency|wahrung|moneda|devise|divisa|moeda|valuta\b|mena\b|waluta|devizanem|para birimi|"
    r"валюта|通貨|币种|幣別|통화|สกุลเงิน|mata uang|loai tien"
)


#: Of those that lands share the ones that are no letters of ours, which a word may begin with.
_SHARED_SIGNS = [sign for sign in SHARED if not (sign.isascii() and sign.isalpha())]


def is_code(word: str) -> bool:
    """Whether *word* is a currency's code (ISO 4217)."""
    return word in CODES


@dataclass(frozen=True, slots=True)
class Kept:
    """The currency of one account."""

    code: str  # ISO 4217; "" where nothing says it
    shortfall: str  # why that is less than sure; "" where it is printed


class Account(NamedTuple):
    """What of a document is one account's."""

    lines: range
    events: Sequence[Event] = ()  # the signs beside their money count, their words do not
    titles: Sequence[str] = ()  # the lines that head its first table
    heads: Sequence[str] = ()  # all short lines between the account before it and its first entry
    number: str = ""
    others: Sequence[str] = ()  # the titles of the other accounts


def currency_of(document: Document, account: Account) -> Kept:
    """The currency of one account. What another account's title says is that one's."""
    block, events = account.lines, account.events
    outside = [line for line in document.lines if line.index not in document.entry_lines]
    own = [line for line in outside if line.index in block]
    beyond = [line for line in outside if line.index in block or not _is_of(account.others, line)]
    tiers = (
        _leading(document, block) or _beside_money(events, document, block),
        _nearest(account.titles),
        _nearest(account.heads),
        _spoken(line.text for line in outside if _has_number(line, account.number)),
        _spoken(line.text for line in own if _WORDED.search(folded(line.text))),
        _spoken(line.text for line in _naming(document, own)),
        _spoken(line.text for line in beyond if _WORDED.search(folded(line.text))),
    )
    for votes in tiers:
        if leader := _leader(votes):
            return Kept(leader, _rival(leader, tiers[:-1]))
    lands = _lands(outside)
    for lines in (own, beyond):
        leader = _leader(_spoken(line.text for line in lines))
        if leader and (not lands or leader in lands):
            sure = leader in lands
            return Kept(leader, "" if sure else f"{leader} is printed in the small print only")
    signs = {amount.currency.upper() for line in document.lines for amount in line.amounts}
    signs |= {sign for sign in _SHARED_SIGNS if any(sign in line.text for line in outside)}
    shared = {code for sign in signs & SHARED.keys() for code in SHARED[sign].split()}
    if len(fits := [land for land in lands if land in shared]) == 1:
        return Kept(fits[0], "")
    if len(lands) == 1:
        return Kept(lands[0], f"no currency is printed: {lands[0]} is that of the bank's land")
    return Kept("", "no currency is printed")


def _is_of(titles: Sequence[str], line: Line) -> bool:
    """Whether *line* is one of *titles*, or says nothing of money but what one of them says."""
    codes = _codes_in(line.text)
    return any(line.text == each or (codes and codes == _codes_in(each)) for each in titles)


def _has_number(line: Line, number: str) -> bool:
    """Whether *line*, of a summary, names the account by its number."""
    return sum(map(str.isdigit, number)) >= NUMBER_FROM and number in line.text


def _nearest(titles: Sequence[str]) -> Counter[str]:
    """What the nearest title that names one says: the others may be the page's foot above."""
    votes = (_spoken([title]) for title in reversed(titles))
    return next((each for each in votes if _leader(each)), Counter())


def _rival(leader: str, tiers: Sequence[Counter[str]]) -> str:
    """What the account's own money, titles or headings say against *leader*; "" for nothing."""
    rivals = sorted({each for tier in tiers if (each := _leader(tier))} - {leader})
    return f"{leader} is printed, and {' and '.join(rivals)} too" if rivals else ""


def _leader(votes: Counter[str]) -> str:
    """The code with most votes; "" where none leads."""
    ranked = votes.most_common(2)
    if not ranked or (len(ranked) == 2 and ranked[0][1] == ranked[1][1]):
        return ""
    return ranked[0][0]


def _leading(document: Document, block: range) -> Counter[str]:
    """Codes that lines with money begin with: a column of currencies."""
    lines = [
        line
        for line in document.lines[block.start : block.stop]
        if line.index in document.event_lines
    ]
    firsts = [line.row.words[0].text for line in lines]
    codes = [word for word in firsts if is_code(word)]
    if not codes:  # or the words behind their dates
        behind = [line.row.words[place].text for line in lines for place in _behind_date(line)]
        return Counter(_if_usual([word for word in behind if is_code(word)], len(lines)))
    return Counter(codes if codes[:1] == firsts[:1] else _if_usual(codes, len(firsts)))


def _behind_date(line: Line) -> Iterator[int]:
    """The place of the word right behind the date that *line* begins with."""
    first = next((token for token in line.dates if token.first == 0), None)
    if first is not None and first.last + 1 < len(line.row.words):
        yield first.last + 1


def _if_usual(codes: Sequence[str], among: int) -> Sequence[str]:
    """*codes*, if at least every other entry has one: "USD 45.00" in a text is one of few."""
    return codes if len(codes) * 2 >= among else ()


def _beside_money(events: Sequence[Event], document: Document, block: range) -> Counter[str]:
    """Signs and codes beside the amounts that the proof rests on."""
    cells = [amount.currency for event in events for amount in event.cells.values()]
    amounts = [*_if_usual([each for each in cells if each], len(cells))]
    ends = {fact.line for fact in document.facts if fact.beside and fact.label is not Label.OTHER}
    ends -= {line.index for event in events for line in event.words}
    for line in document.lines:
        if line.index in block and line.index in ends:
            amounts += [amount.currency for amount in line.amounts]
    codes = (SYMBOLS.get(each.upper(), each.upper()) for each in amounts if each)
    return Counter(code for code in codes if code in CODES)


def _naming(document: Document, lines: Sequence[Line]) -> Iterator[Line]:
    """The lines that name the account, head its table or print its ends."""
    naming = {each.line for each in document.accounts}
    naming |= {each.line for each in document.facts if each.label is not Label.OTHER}
    for heading in document.headings:
        naming |= set(range(heading.first, heading.last + 1))
    for line in lines:
        if line.index in naming:
            yield line


def _spoken(texts: Iterable[str]) -> Counter[str]:
    """Codes, unmistakable signs and names of currencies in *texts*."""
    return Counter(code for text in texts for code in _codes_in(text))


@lru_cache(maxsize=4_000)
def _codes_in(text: str) -> tuple[str, ...]:
    codes = [code for code in _CODE.findall(_COMPANY.sub(" ", text)) if code in CODES]
    codes += [code for code in _BRACKETED.findall(text) if code not in codes]
    bare, upper = folded(text), text.upper()
    if not codes and _ANY_NAME.search(bare):  # "moneda nacional (CLP)"
        codes += [code for code, name in NAMES if re.search(name, bare)]
    for sign, code in SYMBOLS.items():
        if (sign in text or sign in upper) and _stands_in(sign, text, upper):
            codes.append(code)
    return tuple(codes)


_ANY_NAME = re.compile("|".join(name for _, name in NAMES))


def _stands_in(sign: str, text: str, upper: str) -> bool:
    """Whether *sign* is in *text*; one of letters only beside a number."""
    if not sign[-1].isalnum() or not sign.isascii():
        before = r"(?<![A-Za-z])" if sign[0].isalpha() else ""
        return re.search(before + re.escape(sign), text) is not None
    before = "" if sign in BEHIND else rf"(?<!\w){re.escape(sign)}\.? ?\d|"
    return re.search(rf"{before}\d ?{re.escape(sign)}(?!\w)", upper) is not None


def _lands(lines: Sequence[Line]) -> list[str]:
    """The currencies of the lands that the bank's own words and IBANs speak of."""
    text = " ".join(line.text for line in lines)
    found = []
    if _ZIP.search(text):
        found.append("USD")
    if hit := _IBAN.search(text):
        found += [code for code, lands in IBAN_LANDS.items() if hit[1] in lands.split()]
    bare = folded(text)
    found += [code for code, words in PLACES if re.search(words, bare)]
    return list(dict.fromkeys(found))
