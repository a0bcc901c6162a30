"""Damaged bytes never crash a reader and never make it believe another amount.

Every sample and every writing of a made-up month is damaged at random: bytes changed, lost,
doubled, swapped, cut off. The reading ends in verdicts or in a :class:`Quarantined`, nothing
else, and what is proved to grade A or B has the amounts of the undamaged file.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal

import pytest

from counterfoil.adapters.statement_formats.options import ReadOptions
from counterfoil.domain.statements import Grade, Proved, StatementReading
from counterfoil.errors import Quarantined
from tests.statement_support import (
    FORMATS,
    MADE_MAPS,
    SAMPLES,
    SHIPPED_MAPS,
    as_format,
    before,
    judge,
)
from tests.test_statement_formats_properties import THREE_DAYS

OPTIONS = ReadOptions(csv_maps=MADE_MAPS + SHIPPED_MAPS)
KNOWN = [before(THREE_DAYS)]
FILES = {
    **{
        each.name: each.read_bytes()
        for each in sorted(SAMPLES.iterdir())
        if each.is_file() and each.suffix not in (".py", ".toml", ".json")
    },
    **{
        f"made-{number}-{each.name}": each.write(as_format(THREE_DAYS, each))
        for number, each in enumerate(FORMATS)
    },
}
JUNK = (b"", b"\x00", b"<", b">", b'"', b"&", b"-", b",", b".", b"9", b"\r", b"\n:61:", b"\xff\xfe")


def damaged(content: bytes, dice: random.Random) -> bytes:
    """Between one and three things done to the bytes."""
    spoilt = bytearray(content)
    for _ in range(dice.choice((1, 1, 2, 3))):
        at = dice.randrange(len(spoilt) + 1)
        size = dice.choice((1, 1, 1, 2, 5, 30, 300))
        match dice.randrange(6):
            case 0:
                spoilt[at : at + 1] = bytes([dice.randrange(256)])
            case 1:
                del spoilt[at : at + size]
            case 2:
                spoilt[at:at] = spoilt[at : at + size]
            case 3:
                spoilt[at : at + dice.choice((0, 1))] = dice.choice(JUNK)
            case 4:
                other = dice.randrange(len(spoilt) + 1)
                spoilt[at:at] = spoilt[other : other + size]
            case _:
                del spoilt[at if dice.random() < 0.3 else len(spoilt) :]
    return bytes(spoilt)


def amounts_of(reading: StatementReading) -> Iterator[list[Decimal]]:
    """Of each statement that may pass without a person, or nearly."""
    for each in reading.verdicts:
        if isinstance(each, Proved) and each.proof.grade is not Grade.C:
            yield sorted(row.amount for row in each.statement.transactions)


def fuzz(name: str, times: int) -> int:
    """How many of the damaged files were read to verdicts."""
    whole = list(amounts_of(judge(FILES[name], KNOWN, OPTIONS)))
    dice = random.Random(f"{name} 2026")
    read = 0
    for number in range(times):
        content = damaged(FILES[name], dice)
        try:
            found = judge(content, KNOWN, OPTIONS)
        except Quarantined:
            continue
        read += 1
        for amounts in amounts_of(found) if whole else ():  # a sample that is damaged as it is
            assert amounts in whole, f"{name}: damage {number} makes {amounts}: {content!r}"
    return read


@pytest.mark.parametrize("name", FILES)
def test_damaged_bytes_are_refused_or_say_the_same(name: str) -> None:
    fuzz(name, 60)


@pytest.mark.battery
@pytest.mark.parametrize("name", FILES)
def test_damaged_bytes_are_refused_or_say_the_same_2000_times(name: str) -> None:
    fuzz(name, 2000)


def test_some_damage_is_survived() -> None:
    """A fuzz that is refused at the door every time would prove nothing."""
    assert sum(fuzz(name, 20) for name in FILES if name.startswith("made-")) > 20
