"""What the words over columns and beside balances mean: roles, labels, signs, sides.

Words only suggest: a role is believed when the arithmetic proves it. Latin words match as
whole words, those of other scripts anywhere in the text; all are compared folded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from counterfoil.rules.statements.card_words import of_a_card
from counterfoil.rules.statements.folding import folded, spelled_out
from counterfoil.rules.statements.label_words import LABEL_WORDS, SECTION_WORDS
from counterfoil.rules.statements.role_words import ROLE_WORDS
from counterfoil.rules.statements.terms import ENDS, Label, Role

#: With one of these a number is never an end of the account, whatever else is said.
_NEVER = re.compile(
    r"(?<!\w)(?:available|average|avg|minimum|lowest|highest|limit|limite|disponib\w*|verfugbar\w*|"
    r"durchschnitt\w*|medio|promedio|moyen|points|rewards|ytd|year.to.date|annual percentage|"
    r"uncleared|pending|unbilled)(?!\w)"
)

SIGN_MAX = 6  # letters: "Dr/Cr" is a column of signs, "Debit/Credit" one of amounts

#: Over balances by the day, which repeat what the entries come to.
_BALANCES = re.compile(
    r"(?<!\w)(?:daily|each day|day.?end|end of day|by date)\b.*\bbalance|balance\w* (?:by|per|"
    r"each) (?:date|day)|"
    r"balance (?:summary|detail|history)|account balance summary|(?<!\w)tagessalden|"
    r"soldes? journaliers?|saldos? diarios?|saldi giornalieri"
)

_SCRIPT = re.compile(r"[^\x00-\u04ff\u1e00-\u1fff]")


class _Words(NamedTuple):
    """What one role or label is called."""

    anywhere: tuple[str, ...]  # in scripts that do not part words
    pattern: re.Pattern[str] | None
    whole: frozenset[str]  # only where the text says nothing else
    firsts: frozenset[str]  # the first words of what the pattern finds ...
    beginnings: tuple[str, ...]  # ... and, where any ending will do, how they begin

    def longest(self, bare: str, starts: Sequence[int] | None = None) -> int:
        """How many letters of the text speak for it.

        Args:
            starts: Where the words are that the pattern may begin with; None: not known.
        """
        lengths = []
        if not bare.isascii():
            lengths += [len(each) * 2 for each in self.anywhere if each in bare]
        if self.pattern is not None:
            found = (
                self.pattern.finditer(bare)
                if starts is None
                else _found(self.pattern, bare, starts)
            )
            lengths += [len(hit[0]) for hit in found]
        if self.whole and _letters(bare) in self.whole:
            lengths.append(len(bare))
        return max(lengths, default=0)


def _found(pattern: re.Pattern[str], bare: str, starts: Sequence[int]) -> Iterator[re.Match[str]]:
    """As its ``finditer``: none begins within the one before."""
    end = 0
    for start in starts:
        if start >= end and (hit := pattern.match(bare, start)):
            end = hit.end()
            yield hit


_CURRENCY = re.compile(
    r"(?<!\w)(?:eur|usd|gbp|chf|inr|sek|nok|dkk|pln|czk|huf|ron|try|jpy|sgd|hkd|aud|nzd|cad|zar|"
    r"brl|mxn|kr|rs)(?!\w)"
)


def _letters(bare: str) -> str:
    """The text without currencies, symbols and brackets."""
    return " ".join(re.sub(r"[^\w\s.]", " ", _CURRENCY.sub(" ", bare)).split())


def _compile(words: str) -> _Words:
    """Words of scripts without spaces, one pattern of all the others, and whole texts."""
    parts = [folded(part.strip()) for part in words.replace("\n", " ").split("|") if part.strip()]
    whole = frozenset(part[1:] for part in parts if part.startswith("="))
    parts = [part for part in parts if not part.startswith("=")]
    anywhere = tuple(part.rstrip("*") for part in parts if _SCRIPT.search(part))
    spelled = [part for part in parts if not _SCRIPT.search(part)]
    pattern = pattern_of(spelled) if spelled else None
    return _Words(anywhere, pattern, whole, *_beginnings(spelled))


def pattern_of(words: Iterable[str]) -> re.Pattern[str]:
    """Any of *words*, folded, as whole words, the longest first; ``*`` stands for more letters."""
    spelled = sorted((word.strip() for word in words), key=len, reverse=True)
    alternatives = "|".join(
        (r"\w*" if word.startswith("*") else "")
        + re.escape(" ".join(word.strip("*").split()))
        + (r"\w*" if word.endswith("*") else "")
        for word in spelled
    )
    return re.compile(rf"(?<![\w])(?:{alternatives})(?![\w])")


_RUN = re.compile(r"\w+")


def _beginnings(spelled: Sequence[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """The first words of *spelled*, and those of which only the beginning is given."""
    whole, cut = set(), []
    for part in spelled:
        first = _RUN.match(part)
        if first is None:  # "+/-", or any beginning will do
            cut.append("")
        elif part == f"{first[0]}*":
            cut.append(first[0])
        else:
            whole.add(first[0])
    return frozenset(whole), tuple(cut)


_ROLE_WORDS = [(role, _compile(words)) for role, words in ROLE_WORDS.items()]
LABELS = [(label, _compile(words)) for label, words in LABEL_WORDS.items()]
_SECTION_WORDS = [(sign, _compile(words)) for sign, words in SECTION_WORDS.items()]


_IN_CURRENCY = re.compile(r"\((?:[A-Z]{3}|R\$|[€$£¥₹])\)")


@lru_cache(maxsize=4_000)
def role_of(text: str) -> Role | None:
    """What a column heading says; None where it says nothing known.

    The longest match decides: "value date" is a value date, "debit amount" a debit.
    """
    bare = folded(spelled_out(text)).replace("\u200b", "").replace(" - ", " ")
    bare = " ".join(bare.split())
    if of_a_card(bare):
        return None
    short = len(bare.replace(" ", "")) <= SIGN_MAX  # "Af / Bij" as "af/bij"
    if {way_of(part.strip()) for part in bare.split("/")} == {1, -1} and short:
        return Role.SIGN  # over marks that are one letter each: "借/贷"
    if _both_ways(bare):
        return Role.SIGN if short else Role.AMOUNT  # one column for both ways
    if _names(bare, Role.BALANCE):
        return Role.BALANCE  # "saldi per valuta", "value date balance"
    if (value := _phrase(bare, Role.VALUE_DATE)) and _names(bare.replace(value, " "), Role.DATE):
        return Role.DATE  # "booking date (value date)": the one stands above the other
    if any(_is_of_texts(part) for part in bare.split("/")[1:]):
        return Role.DESCRIPTION  # "counter account / details"
    best: tuple[int, int, Role] | None = None
    for rank, (role, words) in enumerate(_ROLE_WORDS):
        length = words.longest(bare)
        if length and (best is None or (length, -rank) > (best[0], -best[1])):
            best = (length, rank, role)
    if best and best[2] is Role.VALUE_DATE and _IN_CURRENCY.search(text):
        return Role.AMOUNT  # "Valor (BRL)": of money, no date is in a currency
    return best[2] if best else None


def _is_of_texts(part: str) -> bool:
    """Whether the longest of its words speak of texts, and none of money."""
    lengths = {role: words.longest(part) for role, words in _ROLE_WORDS}
    return lengths[Role.DESCRIPTION] > 0 and lengths[Role.DESCRIPTION] == max(lengths.values())


_PAIRED = re.compile(r"(?<!\w)(?:af ?/ ?bij|bij ?/ ?af|in ?/ ?out|out ?/ ?in)(?!\w)")


def _both_ways(bare: str) -> bool:
    """Whether the text names money in and money out: "Debit/Credit", not "payments in"."""
    if _PAIRED.search(bare):
        return True
    names = (_phrase(bare, Role.DEBIT), _phrase(bare, Role.CREDIT))
    longest, other = (
        max(names, key=len),
        Role.DEBIT if len(names[1]) > len(names[0]) else Role.CREDIT,
    )
    if not all(names):
        return _names(bare, Role.DEBIT) and _names(bare, Role.CREDIT)
    return _names(bare.replace(longest, " "), other)


def _phrase(bare: str, role: Role) -> str:
    """The longest words of *role* in the text; "" where there are none."""
    words = next(words for each, words in _ROLE_WORDS if each is role)
    hits = [] if words.pattern is None else [hit[0] for hit in words.pattern.finditer(bare)]
    return max(hits, key=len, default="")


def _names(bare: str, role: Role) -> bool:
    """Whether a word of *role* is in the text at all."""
    return next(words for each, words in _ROLE_WORDS if each is role).longest(bare) > 0


@lru_cache(maxsize=20_000)
def label_of(text: str) -> Label | None:
    """What the words beside a number say; None where they say nothing known."""
    bare = " ".join(folded(spelled_out(text)).split())
    if _NEVER.search(bare):
        return Label.OTHER
    other = not bare.isascii()  # words of other scripts are found anywhere
    starts = label_starts(bare)
    best: tuple[int, int, Label] | None = None
    for rank, (label, words) in enumerate(LABELS):
        length = words.longest(bare, starts.get(label, ())) if label in starts or other else 0
        if length and (best is None or (length, -rank) > (best[0], -best[1])):
            best = (length, rank, label)
    if best is not None and best[2] is Label.OTHER and _TOTAL_OF.match(bare):
        return Label.TOTAL  # "total interest for this period"
    if best is not None and best[2] in ENDS and _TOTAL_WITH.match(bare):
        return Label.TOTAL  # "totals (opening balance included)"
    if best is not None and best[2] is Label.BALANCE:
        return _which_end(bare)
    if best is not None and best[2] is Label.TOTAL:
        return _which_way(bare)
    return best[2] if best else _counted(bare)


def _which_way(bare: str) -> Label:
    """Which total a text of a few words speaks of: "total importe cargos", "vydaje celkem"."""
    way = way_of(" ".join(_IN_A_TOTAL.sub(" ", bare).split()))
    return {1: Label.TOTAL_CREDITS, -1: Label.TOTAL_DEBITS}.get(way, Label.TOTAL)


_IN_A_TOTAL = re.compile(
    r"(?<!\w)(?:totals?|totale|totaux|totaal|summe|summa|suma|sum|gesamt\w*|celkem|celkom|spolu|"
    r"razem|ogolem|toplam|toplami|osszesen|yhteensa|samtals|ukupno|skupno|jumlah|viso|kopa|"
    r"итого|всего|общо|вкупно|укупно|συνολο|συνολικ\w+|"
    r"amount|importe|importo|montant|betrag|valor|kwota|castka|iznos|"
    r"of|all|de|del|des|der|dei|di)(?!\w)|[:.+()-]"
)


def _counted(bare: str) -> Label | None:
    """``Withdrawals (38)``: the sum of so many entries."""
    found = _COUNTED.fullmatch(bare)
    sign = section_sign(found[1]) if found else 0
    return {1: Label.TOTAL_CREDITS, -1: Label.TOTAL_DEBITS}.get(sign)


_COUNTED = re.compile(r"(\D{4,40}?) ?\(\d{1,4}\)")


def _which_end(bare: str) -> Label:
    """Which balance a text of a few words speaks of: "opening account balance", "b/f balance"."""
    opens, closes = _OPENS.search(bare), _CLOSES.search(bare)
    if (opens is None) == (closes is None) or len(bare.split()) > END_WORDS_MAX:
        return Label.BALANCE
    return Label.OPENING if opens else Label.CLOSING


def bare_end(text: str) -> Label | None:
    """The end that one word names, where a column says the rest: ``Opening``, ``Schluss``."""
    bare = folded(text).strip(" :.")
    if _OPENS.fullmatch(bare):
        return Label.OPENING
    return Label.CLOSING if _CLOSES.fullmatch(bare) else None


END_WORDS_MAX = 5
_OPENS = re.compile(
    r"(?<![\w/])(?:open(?:ing)?|start(?:ing)?|begin(?:ning)?|initial|previous|prior|brought|b/f|"
    r"b/fwd|b/d|bf|anfangs?|alter|alt|vorheriger|inicial|anterior|previo|precedent|ancien|"
    r"iniziale|precedente|vorig|oud|inn?gaende|poczatkowe|pocatecni|pociatocny|acilis|onceki|"
    r"awal|pocetno|prethodno|zacetno|prejsnje)(?![\w/])"
)
_CLOSES = re.compile(
    r"(?<![\w/])(?:clos(?:e|ing)|end(?:ing)?|finale?|carried|c/f|c/fwd|c/d|cf|neuer|neu|schluss|"
    r"nouveau|nuovo|nuevo|novo|nieuw|eind|slot|utgaende|ny|koncowe|konecny|kapanis|son|akhir|"
    r"zavrsno|koncno)(?![\w/])"
)


def label_starts(bare: str) -> dict[Label, list[int]]:
    """Where the words are that words of each label may begin with."""
    starts: dict[Label, list[int]] = {}
    for word in _RUN.finditer(bare):
        for label in _labels_beginning(word[0]):
            starts.setdefault(label, []).append(word.start())
    return starts


@lru_cache(maxsize=20_000)
def _labels_beginning(word: str) -> frozenset[Label]:
    """The labels of which some words begin with *word*: of most words there is none."""
    return frozenset(
        label
        for label, words in LABELS
        if word in words.firsts or word.startswith(words.beginnings)
    )


_TOTAL_WITH = re.compile(
    r"(?:total\w*|summe|suma|totaux)(?!\w).*(?:inclu|compres|compris|inkl|einschl|incl\b)"
)
_TOTAL_OF = re.compile(r"(?:sub)?total(?:e|s)?(?!\w)|summe(?!\w)|suma(?!\w)")


_ADORNED = re.compile(r"[-=*~_#< >]{2,}(\w.*?)[-=*~_#< >]{2,}")


def _unadorned(bare: str) -> str:
    """``----- CHECKS IN SERIAL NUMBER ORDER -----`` without what is drawn on both sides."""
    found = _ADORNED.fullmatch(bare)
    return found[1] if found else bare


@lru_cache(maxsize=4_000)
def section_sign(text: str) -> int:
    """-1 for a heading over money out, +1 for money in, 0 for any other text."""
    bare = _unadorned(" ".join(folded(text).split()))
    for sign, words in _SECTION_WORDS:
        if words.pattern is not None and words.pattern.match(bare):
            return sign
    return 0


_SIDES = (
    (
        1,
        r"crediteur|credit balance|acreedor|credor|creditore|creditor|haben|guthaben|in credit|"
        r"a favor",
    ),
    (
        -1,
        r"debiteur|debit balance|deudor(?! (?:total|actual|anterior))|devedor|debitore|debitor|"
        r"soll|overdrawn|in debit",
    ),
)
_SIDE_WORDS = [(sign, re.compile(rf"(?<!\w)(?:{words})(?!\w)")) for sign, words in _SIDES]


@lru_cache(maxsize=4_000)
def side_of(text: str) -> int:
    """+1 where the words beside a balance say that it is had, -1 owed, 0 neither."""
    bare = folded(text)
    said = {sign for sign, words in _SIDE_WORDS if words.search(bare)}
    return said.pop() if len(said) == 1 else 0


#: Words over a column that name kinds of business where they stand in it: on a card's
#: statement a payment comes in.
_NO_SIDES = re.compile(r"(?:payment|cheque|check|pago|zahlung|platit?)")

#: What is printed for a side beside an entry and over no column.
_SIDES_CUT = {
    "c": 1, "h": 1, "k": 1, "cre": 1, "cred": 1, "dep": 1, "einz": 1, "avoir": 1,
    "received": 1, "貸": 1, "贷": 1, "d": -1, "db": -1, "s": -1, "deb": -1, "wdl": -1,
    "w/d": -1, "ausz": -1, "doit": -1, "sent": -1, "借": -1,
}  # fmt: skip


@lru_cache(maxsize=4_000)
def way_of(text: str) -> int:
    """-1 for a text that says "money out" and nothing else, +1 for "money in", 0 for others."""
    bare = " ".join(folded(text).split())
    if bare in _SIDES_CUT or _NO_SIDES.match(bare):
        return _SIDES_CUT.get(bare, 0)
    ways = {
        way
        for way, role in ((-1, Role.DEBIT), (1, Role.CREDIT))
        for words in [next(words for each, words in _ROLE_WORDS if each is role)]
        if bare in words.whole
        or bare in words.anywhere
        or (words.pattern is not None and words.pattern.fullmatch(bare))
    }
    return ways.pop() if len(ways) == 1 else 0


def is_of_balances(text: str) -> bool:
    """Whether a title says that balances by the day stand below it."""
    return len(text) <= 60 and _BALANCES.search(folded(text)) is not None
