"""Where a document names an account, and how surely it is one's number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from counterfoil.rules.statements.dates import parse
from counterfoil.rules.statements.folding import folded, plain
from counterfoil.rules.statements.lines import Line

SURE = 3  # an IBAN, or a long number right behind words that call it the account's
LIKELY = 2  # a long or masked number behind an account's word
WEAK = 1
LINE_MAX = 160  # characters: a longer line is prose
BETWEEN_MAX = 28  # characters from the word to its number
LONG = 6  # digits, or characters of a mask
BELOW_MAX = 2  # lines from a word down to its number


@dataclass(frozen=True, slots=True)
class AccountNumber:
    """Where the document names an account."""

    text: str
    line: int
    rank: int


_NUMBERED = (
    r"(?:a/c|acct|account|acc)\.?\s*/?\s*(?:plan)?\s*(?:number|num|nr|no|id|#)\.?|iban|"
    r"konto(?:nummer|-nr|nr)\.?|konto-?nr\.?|"
    r"(?:compte\s+)?n[°oº]\s*(?:de\s+|du\s+)?compte|compte\s+n[°oº]|numero\s+(?:de\s+|di\s+|"
    r"da\s+)?(?:cuenta|conta|conto|compte)|"
    r"(?:no|nro|num)\.?\s*(?:de\s+)?cuenta|cuenta\s*(?:no|nro|num)\.?|rekeningnummer|tilinumero|"
    r"numer rachunku|nr rachunku|cislo uctu|szamlaszam\w*|"
    r"hesap\s*no\w*|(?:nomor|no\.?)\s*rekening|no\.?\s*akaun|口座番号|账号|帳號|賬號|戶口號碼|"
    r"帐号|계좌번호|เลขที่บัญชี|رقم الحساب|מספר חשבון|"
    r"αριθμος\s+(?:καρτας|λογαριασμου)|номер\s+карт[ыиу]|카드번호|カード番号|卡号|卡號|"
    r"номер счета|счет\s*№|αρ\w*\.?\s*λογαριασμ\w*|card\s*(?:number|no|ending in)\.?|"
    r"\w*kartennummer|kortnummer|kaartnummer|(?:numero|no?)\.?\s*(?:de\s+|da\s+|do\s+|"
    r"della\s+)?(?:tarjeta|cartao|carte|carta)|reikningsnumer|releve de compte folio|folio|clabe|"
    r"so tai khoan|cbu|account ending in|ending in|bausparvertrag(?:snummer|s-?nr\.?|\s+nr\.?)?"
)
_NAMED = (
    r"(?:a/c|acct|account|acc)|\w*konto|rib|compte|cuenta|c/c|conta|conto|rekening|tili|rachun\w*|"
    r"ucet|uct\w*|\w*szamla|cont(?![.'\u2019])|hesap\w*|חשבון|счет\w*|"
    r"λογαριασμ\w*|member(?:\s*(?:number|no))?|customer\s*(?:number|no)|mobile(?:\s*(?:number|"
    r"no))?|wallet|reikningur|сметка|рахунок|racun|saskaita|konts|ანგარიში|llogaria?|partija|"
    r"\w*(?:賬戶|账户|帳戶|戶口|口座|예금|계좌)"
)
_WORDS = re.compile(rf"(?<!\w)(?:(?P<numbered>{_NUMBERED})|(?P<named>{_NAMED}))(?!\w)")
_IBAN = re.compile(
    r"(?<![A-Z0-9])[A-Z]{2}\d{2} ?(?:[A-Z0-9]{4} ?){2,7}(?:[A-Z0-9]{1,4})?(?![A-Z0-9])"
)
_IBAN_HEAD = re.compile(r"[A-Z]{2}\d{2}")
_IBAN_START = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]+){2,9}(?![A-Z0-9])")
#: Characters of an IBAN by land, for those that banks print in groups of any size (SWIFT registry).
_IBAN_LENGTHS = {
    "AT": 20, "BE": 16, "CH": 21, "DE": 22, "ES": 24, "FR": 27, "GB": 22, "IE": 22, "IT": 27,
    "LU": 20, "MC": 27, "NL": 18, "PL": 28, "PT": 25,
}  # fmt: skip
_NUMBER = re.compile(
    r"(?<![\w.,])[A-Z]{0,4}[\dXx*•#](?:[\dXx*•# /.-]|"
    r"(?<=\d)[A-Z](?=[ \d])){1,34}[\dXx*•#](?:-[A-Z]{2,3})?(?![\w])"
)
_DAY = re.compile(r"(?<!\d)\d{1,4}([./-])\d{1,2}\1\d{2,4}(?!\d)")
_MASK = re.compile(r"[Xx*•#]{2,}")


def other_iban(one: str, two: str) -> bool | None:
    """Whether two lines print different IBANs; None where one of them prints none.

    Accounts of one bank share most groups of digits; what stands behind may be a currency.
    """
    hits = _IBAN_START.search(one), _IBAN_START.search(two)
    if hits[0] is None or hits[1] is None:
        return None
    short, long = sorted((each[0].replace(" ", "") for each in hits if each), key=len)
    return not long.startswith(short)


def account_numbers(lines: Sequence[Line]) -> tuple[AccountNumber, ...]:
    """Every line that names an account, with the number as it is printed."""
    found = []
    for line in lines:
        if len(line.text) <= LINE_MAX and (hit := _on(lines, line)):
            found.append(hit)
    return tuple(found)


def own_number(title: str) -> str:
    """The long number in a title, ``Free Checking - 3634456712``; "" where there is none."""
    if iban := _iban(title):
        return iban
    bare = _DAY.sub(" ", plain(title))
    numbers = [hit[0].strip(" -./") for hit in _NUMBER.finditer(bare)]
    long = [each for each in numbers if _is_number(each) and _rank(each, numbered=True) == SURE]
    return long[-1] if long else ""


def _on(lines: Sequence[Line], line: Line) -> AccountNumber | None:
    text = _without_dates_and_money(line)
    if iban := _iban(text):
        return AccountNumber(iban, line.index, SURE)
    best: AccountNumber | None = None
    bare = folded(text)
    if len(bare) != len(text):
        bare = plain(text).lower()
    for word in _WORDS.finditer(bare):
        numbered = word["numbered"] is not None
        after = text[word.end() :]
        hit = _NUMBER.search(after[: BETWEEN_MAX + 40])
        number = hit[0].strip(" -./") if hit and hit.start() <= BETWEEN_MAX else ""
        if not number and numbered:
            number = _below(lines, line, word.start(), word.end())
        if _is_number(number):
            rank = _rank(number, numbered=numbered)
            if best is None or rank > best.rank:
                best = AccountNumber(number, line.index, rank)
    return best


def _iban(text: str) -> str:
    """The IBAN in *text* as it is printed; "" where there is none."""
    if _IBAN_HEAD.search(text) is None:
        return ""
    for hit in _IBAN_START.finditer(text):
        groups, long = hit[0].split(" "), _IBAN_LENGTHS.get(hit[0][:2], 0)
        for count in range(2, len(groups) + 1):
            if sum(map(len, groups[:count])) == long:
                return " ".join(groups[:count])
    found = _IBAN.search(text)
    return found[0].strip() if found else ""


def _without_dates_and_money(line: Line) -> str:
    """The line's text; dates and amounts are blanked out, character by character."""
    blank = {index for token in line.dates for index in range(token.first, token.last + 1)}
    for amount in line.amounts:
        words = line.row.words[amount.first : amount.last + 1]
        if any(_DECIMALS.search(word.text) for word in words):
            blank |= set(range(amount.first, amount.last + 1))
    parts = [word.text for word in line.row.words]
    for index in blank:
        parts[index] = "~" * len(parts[index])
    return plain(" ".join(parts))


_DECIMALS = re.compile(r"\d[.,]\d{2}\b")


def _below(lines: Sequence[Line], line: Line, start: int, end: int) -> str:
    """The number under the word, where the word heads a small table."""
    left, right = _edges(line, start, end)
    for index in range(line.index + 1, min(line.index + 1 + BELOW_MAX, len(lines))):
        lower = lines[index]
        if lower.row.page != line.row.page:
            return ""
        text = _without_dates_and_money(lower)
        for hit in _NUMBER.finditer(text):
            first, last = _edges(lower, hit.start(), hit.end())
            if first < right + 200 and left - 200 < last:
                return hit[0].strip(" -./")
    return ""


def _edges(line: Line, start: int, end: int) -> tuple[int, int]:
    """Where the characters from *start* to *end* of its text stand."""
    at = 0
    lefts, rights = [], []
    for word in line.row.words:
        if at < end and start < at + len(word.text):
            lefts.append(word.left)
            rights.append(word.right)
        at += len(word.text) + 1
    return (min(lefts), max(rights)) if lefts else (0, 0)


def _rank(number: str, *, numbered: bool) -> int:
    digits = sum(each.isdigit() for each in number)
    if digits >= LONG or _MASK.search(number):
        return SURE if numbered else LIKELY
    return LIKELY if numbered else WEAK


#: A year, or which statement of it: ``4/2024``, ``2024-004``.
_OF_YEAR = re.compile(r"(?:\d{1,3} ?[/-] ?)?(?:19|20)\d\d|(?:19|20)\d\d ?[/-] ?\d{1,3}")


def _is_number(text: str) -> bool:
    """Digits enough, three of them together, and neither a date nor a year nor an amount."""
    digits = sum(each.isdigit() for each in text)
    if digits < 3 or parse(text) is not None or _OF_YEAR.fullmatch(text):
        return False
    together = re.search(r"\d{3}|[Xx*•#]{2}", text) is not None
    return together and re.search(r"\d[.,]\d{2}$", text) is None
