"""Words that say what numbers are, changed: labels, titles, headings, the currency."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from counterfoil.rules.statements.document import is_title
from tests.statement_edits import Edit, Edits
from tests.statement_fault_numbers import exchange
from tests.statement_spots import Ground, Spot

#: Words that turn what is said into its opposite.
_OPPOSITES = {
    one: other
    for pair in (
        ("opening", "closing"), ("beginning", "ending"), ("previous", "new"), ("debit", "credit"),
        ("debits", "credits"), ("deposits", "withdrawals"), ("in", "out"), ("brought", "carried"),
        ("alter", "neuer"), ("anfangssaldo", "endsaldo"), ("soll", "haben"), ("inicial", "final"),
        ("cargos", "abonos"), ("cargo", "abono"), ("entradas", "saidas"), ("initial", "final"),
        ("additions", "subtractions"), ("paid", "received"), ("payments", "receipts"),
        ("débit", "crédit"), ("début", "fin"), ("iniziale", "finale"), ("dare", "avere"),
    )
    for one, other in (pair, pair[::-1])
}  # fmt: skip
_CODE = re.compile(
    r"(?<![A-Z])(?:AED|ARS|AUD|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EUR|GBP|GHS|HKD|HUF|IDR|ILS|INR|JPY|"
    r"KES|KRW|MXN|MYR|NGN|NOK|NZD|PHP|PLN|RON|SAR|SEK|SGD|THB|TRY|TWD|USD|VND|ZAR)(?![A-Z])"
)
_SYMBOL = re.compile(r"[€£¥₹₦₱₩₺฿₽$]")


class _Worded(NamedTuple):
    """A word that may say what numbers are."""

    page: int
    row: int
    place: int
    text: str


def label(ground: Ground, dice: Random) -> Edits | None:
    """A word of a label, title or heading is another, or two labelled numbers are exchanged."""
    spots = _labelled(ground)
    if len(spots) > 1 and dice.random() < 0.3:
        one, two = dice.sample(spots, 2)
        return exchange(ground, one, two) if one.text != two.text else None
    words = dice.choice([list(_of_labels(ground)), list(_of_titles(ground)), _of_headings(ground)])
    if not words:
        return None
    word = dice.choice(words)
    other = dice.choice([_opposite(word.text), dice.choice(words).text, "Xqvz"])
    if other == word.text:
        return None
    return (Edit("write", word.page, word.row, word.place, other),)


def _opposite(text: str) -> str:
    found = _OPPOSITES.get(text.lower().strip(":"), text)
    if text.isupper():
        return found.upper()
    return found.capitalize() if text[:1].isupper() else found


def _labelled(ground: Ground) -> list[Spot]:
    outside = [spot for spot in ground.others if (spot.page, spot.row) not in ground.entry_rows]
    return [*ground.ends, *outside]


def _of_labels(ground: Ground) -> Iterator[_Worded]:
    """The words before each number that is no entry's."""
    for spot in _labelled(ground):
        for index, word in enumerate(ground.words(spot)[: spot.first]):
            if any(each.isalpha() for each in word.text):
                yield _Worded(spot.page, spot.row, index, word.text)


def _of_titles(ground: Ground) -> Iterator[_Worded]:
    """The words of short lines without number that stand right above entries or headings."""
    for place, line in ground.lines:
        over_entry = (place[0], place[1] + 1) in ground.entry_rows
        above = over_entry and not line.amounts and not line.dates
        if above or is_title(line):
            for index, word in enumerate(ground.rows(place[0])[place[1]].words):
                if any(each.isalpha() for each in word.text):
                    yield _Worded(*place, index, word.text)


def _of_headings(ground: Ground) -> list[_Worded]:
    return [
        _Worded(spot.page, spot.row, index, ground.words(spot)[index].text)
        for _, cells in ground.headings
        for cell in cells
        for spot in cell
        for index in spot.words
    ]


def one_currency(ground: Ground, dice: Random) -> Edits | None:
    """One of the places that say the currency says another."""
    places = list(_currencies(ground))
    return _in_other_money(dice.choice(places), dice) if len(places) > 1 else None


def only_currency(ground: Ground, dice: Random) -> Edits | None:
    """The only place that says it says another: nothing on the paper can tell."""
    places = list(_currencies(ground))
    return _in_other_money(places[0], dice) if len(places) == 1 else None


def _currencies(ground: Ground) -> Iterator[_Worded]:
    for page in ground.printed.pages:
        for number, row in enumerate(page.rows):
            for index, word in enumerate(row.words):
                if _CODE.search(word.text) or _SYMBOL.search(word.text):
                    yield _Worded(page.number, number, index, word.text)


def _in_other_money(word: _Worded, dice: Random) -> Edits:
    found = _CODE.search(word.text) or _SYMBOL.search(word.text)
    assert found is not None, "only words with a currency come here"
    pool = ("USD", "EUR", "GBP", "CHF") if len(found[0]) == 3 else ("€", "£", "$")
    other = dice.choice([each for each in pool if each != found[0]])
    text = word.text[: found.start()] + other + word.text[found.end() :]
    return (Edit("write", word.page, word.row, word.place, text),)
