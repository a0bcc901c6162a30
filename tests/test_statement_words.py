"""Words are looked for only where they may begin, and none is overlooked for that."""

from __future__ import annotations

from random import Random

from counterfoil.rules.statements import vocabulary
from counterfoil.rules.statements.folding import folded
from counterfoil.rules.statements.label_words import LABEL_WORDS

TEXTS = 3_000
ENDS = ("", "", "", "s", "en", "x1", ":", ".", " 12", "/", "-")


def spelled() -> list[str]:
    """Every label's words as they are printed, and each of the words alone."""
    whole = [
        folded(part.strip().strip("*"))
        for words in LABEL_WORDS.values()
        for part in words.replace("\n", " ").split("|")
        if part.strip()
    ]
    return [*whole, *(word for part in whole for word in part.split())]


def test_a_label_is_found_by_its_first_words_as_it_is_anywhere() -> None:
    dice, words, found = Random(1), spelled(), 0
    for _ in range(TEXTS):
        text = " ".join(dice.choice(words) + dice.choice(ENDS) for _ in range(dice.randint(1, 4)))
        starts = vocabulary.label_starts(text)
        for label, known in vocabulary.LABELS:
            assert known.longest(text, starts.get(label, ())) == known.longest(text), (label, text)
            found += known.longest(text) > 0
    assert found > TEXTS


def test_no_label_has_words_that_stand_only_alone() -> None:
    """Those would be passed over where no first word of theirs is looked for."""
    assert not any(known.whole for _, known in vocabulary.LABELS)
