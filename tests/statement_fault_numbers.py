"""One digit, one sign, one decimal mark of a number, or two numbers exchanged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from tests.statement_edits import Edit, Edits
from tests.statement_spots import Ground, Spot

_DIGITS = "0123456789"


def _digit(ground: Ground, spots: Sequence[Spot], dice: Random) -> Edits | None:
    """Another digit in one of *spots*; never another length."""
    if not spots:
        return None
    spot = dice.choice(spots)
    words = ground.words(spot)
    places = [
        (index, at)
        for index in spot.words
        for at, character in enumerate(words[index].text)
        if character in _DIGITS
    ]
    if not places:
        return None
    index, at = dice.choice(places)
    text = words[index].text
    other = dice.choice([digit for digit in _DIGITS if digit != text[at]])
    return (Edit("write", spot.page, spot.row, index, text[:at] + other + text[at + 1 :]),)


def amount_digit(ground: Ground, dice: Random) -> Edits | None:
    return _digit(ground, [spot for each in ground.entries for spot in each.amount], dice)


def balance_digit(ground: Ground, dice: Random) -> Edits | None:
    return _digit(ground, [spot for each in ground.entries for spot in each.balance], dice)


def end_digit(ground: Ground, dice: Random) -> Edits | None:
    return _digit(ground, ground.ends, dice)


def other_digit(ground: Ground, dice: Random) -> Edits | None:
    return _digit(ground, ground.others, dice)


def date_digit(ground: Ground, dice: Random) -> Edits | None:
    return _digit(ground, [each.booked for each in ground.entries if each.booked], dice)


def value_date_digit(ground: Ground, dice: Random) -> Edits | None:
    return _digit(ground, [each.valued for each in ground.entries if each.valued], dice)


def other_date_digit(ground: Ground, dice: Random) -> Edits | None:
    return _digit(ground, ground.other_dates, dice)


def mark_shifted(ground: Ground, dice: Random) -> Edits | None:
    """The decimal mark one digit aside, gone, or the other one."""
    entries = [spot for each in ground.entries for spot in (*each.amount, *each.balance)]
    spots = [spot for spot in (*entries, *ground.ends) if spot.is_money()]
    if not spots:
        return None
    spot = dice.choice(spots)
    text = ground.words(spot)[spot.last].text
    found = re.fullmatch(r"(.*?)(\d?)([.,])(\d)(\d*)(\D*)", text)
    if found is None:
        return None
    head, before, mark, after, rest, tail = found.groups()
    moved = [f"{head}{before}{after}{mark}{rest}{tail}", f"{head}{mark}{before}{after}{rest}{tail}"]
    others = [f"{head}{before}{after}{rest}{tail}", text.translate(_OTHER_MARK)]
    ways = [way for way in (*moved, *others) if way != text]
    return (Edit("write", spot.page, spot.row, spot.last, dice.choice(ways)),)


_OTHER_MARK = str.maketrans(".,", ",.")


#: A sign behind an amount, or in a column of its own, and its opposite.
_OPPOSITE = {
    "CR": "DR", "DR": "CR", "Cr": "Dr", "Dr": "Cr", "cr": "dr", "dr": "cr", "C": "D", "D": "C",
    "H": "S", "S": "H", "K": "D", "CT": "DT", "DT": "CT", "Af": "Bij", "Bij": "Af", "DB": "CR",
    "Debit": "Credit", "Credit": "Debit", "DEBIT": "CREDIT", "CREDIT": "DEBIT", "+": "-", "-": "+",
}  # fmt: skip
_LETTERS = re.compile(r"(\(?)(CR|DR|Cr|Dr|cr|dr|CT|DT|DB|[CDHSK])(\.?\)?)$")
_LEADING = re.compile(r"[-−–+](?=\D*\d)")  # noqa: RUF001 - what banks print for a minus


class _Signed(NamedTuple):
    """A number whose sign is struck: its place, and its words' texts."""

    spot: Spot
    texts: tuple[str, ...]  # of the whole row

    def write(self, index: int, text: str) -> Edit:
        return Edit("write", self.spot.page, self.spot.row, index, text)

    @property
    def first(self) -> str:
        return self.texts[self.spot.first]

    @property
    def last(self) -> str:
        return self.texts[self.spot.last]


def _sign(ground: Ground, spots: Sequence[Spot], dice: Random) -> Edits | None:
    """A sign taken away, put there, or turned round."""
    if not spots:
        return None
    spot = dice.choice(spots)
    number = _Signed(spot, tuple(word.text for word in ground.words(spot)))
    ways = (_word_beside, _brackets, _leading, _trailing, _letters, _new_sign)
    return next(edits for way in ways if (edits := way(number, dice)))


def _word_beside(number: _Signed, dice: Random) -> Edits:
    for index in (number.spot.first - 1, number.spot.last + 1):
        if 0 <= index < len(number.texts):
            text = number.texts[index]
            bare = text.strip("()")
            if bare in _OPPOSITE:
                turned = text.replace(bare, _OPPOSITE[bare])
                return (number.write(index, dice.choice(["", turned])),)
    return ()


def _brackets(number: _Signed, dice: Random) -> Edits:
    spot = number.spot
    if number.first[:1] not in ("(", "["):
        return ()
    if spot.first == spot.last:
        return (number.write(spot.first, number.first[1:].rstrip(")]")),)
    return (
        number.write(spot.last, number.last.rstrip(")]")),
        number.write(spot.first, number.first[1:]),
    )


def _leading(number: _Signed, dice: Random) -> Edits:
    found = _LEADING.search(number.first)
    if found is None:
        return ()
    sign = dice.choice(["", "-" if found[0] == "+" else "+"])
    text = number.first[: found.start()] + sign + number.first[found.end() :]
    return (number.write(number.spot.first, text),)


def _trailing(number: _Signed, dice: Random) -> Edits:
    if number.last[-1:] not in ("-", "+"):
        return ()
    sign = dice.choice(["", _OPPOSITE[number.last[-1]]])
    return (number.write(number.spot.last, number.last[:-1] + sign),)


def _letters(number: _Signed, dice: Random) -> Edits:
    found = _LETTERS.search(number.last)
    if found is None:
        return ()
    head = number.last[: found.start()]
    turned = head + found[1] + _OPPOSITE[found[2]] + found[3]
    return (number.write(number.spot.last, dice.choice([turned, head])),)


def _new_sign(number: _Signed, dice: Random) -> Edits:
    spot, first, last = number.spot, number.first, number.last
    way = dice.choice(["before", "behind", "brackets", "letters"])
    if way == "before":
        return (number.write(spot.first, f"-{first}"),)
    if way == "behind":
        return (number.write(spot.last, f"{last}-"),)
    if way == "letters":
        return (number.write(spot.last, last + dice.choice(["CR", "DR"])),)
    if spot.first == spot.last:
        return (number.write(spot.first, f"({first})"),)
    return number.write(spot.first, f"({first}"), number.write(spot.last, f"{last})")


def amount_sign(ground: Ground, dice: Random) -> Edits | None:
    if dice.random() < 0.3 and (found := _sign_word(ground, dice)):
        return found
    return _sign(ground, [spot for each in ground.entries for spot in each.amount], dice)


def _sign_word(ground: Ground, dice: Random) -> Edits | None:
    """A word like Af or Debit anywhere on the entry's row."""
    words = [
        Edit("write", each.page, each.row, index, _OPPOSITE[word.text])
        for each in ground.entries
        for index, word in enumerate(ground.rows(each.page)[each.row].words)
        if word.text in _OPPOSITE
    ]
    return (dice.choice(words),) if words else None


def balance_sign(ground: Ground, dice: Random) -> Edits | None:
    spots = [spot for each in ground.entries for spot in each.balance]
    return _sign(ground, dice.choice([spots, ground.ends]), dice)


def exchange(ground: Ground, one: Spot, two: Spot) -> Edits | None:
    """The texts of two spots change places, word by word."""
    if len(one.words) != len(two.words):
        return None
    edits: list[Edit] = []
    for first, second in zip(one.words, two.words, strict=True):
        texts = ground.words(one)[first].text, ground.words(two)[second].text
        edits.append(Edit("write", one.page, one.row, first, texts[1]))
        edits.append(Edit("write", two.page, two.row, second, texts[0]))
    return tuple(edits)


def exchanged(ground: Ground, dice: Random) -> Edits | None:
    """Two entries of one way: the sums of all stay what they were."""
    entries = [each for each in ground.entries if len(each.amount) == 1]
    if len(entries) < 2:
        return None
    one = dice.choice(entries)
    same = [
        each
        for each in entries
        if each.negative == one.negative and each.entry.amount != one.entry.amount
    ]
    return exchange(ground, one.amount[0], dice.choice(same).amount[0]) if same else None
