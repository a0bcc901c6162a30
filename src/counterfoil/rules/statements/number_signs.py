"""What stands before and behind a number and belongs to it: currencies, signs, words for a side."""

from __future__ import annotations

import re

#: What may stand before or behind a number without being part of it.
SYMBOLS = (
    r"(?:US|C|CA|A|AU|S|HK|NT|NZ|R|Z|MX|B/|J|TT|EC|BZ)?\$|[€£¥₹₦₱₩₺₽₪฿₫₴₡₲₵₸]"
    r"|R[sS]\.?|Rp\.?|RM|R(?=[\d -])|Kč|kr\.?|zł|Ft|lei|TL|kn|S?Fr\.?|円|元|원|บาท|"
    r"[A-Z]{3}(?![A-Z])"
)
SYMBOL = re.compile(SYMBOLS)
SYMBOL_BEFORE = re.compile(rf"[-+(]?(?:{SYMBOLS}|R)[-+]?")
FIRST_OF_GROUPS = re.compile(rf"[-+(]?(?:{SYMBOLS})?[-+]?\d{{1,3}}")
UNIT_AND_SIGN = re.compile(rf"({SYMBOLS})([-+)\]])")
#: Words for a side, money out first.
_PAIRS = (
    "debit credit | débit crédit | débito crédito | debet kredit | soll haben | debe haber |"
    "cargo abono | dare avere | af bij | wn ma"
)
SPELLED = [pair.split() for pair in _PAIRS.split("|")]
#: German S (Soll) and H (Haben); OD is overdrawn; K is kredit; Greek and Russian letters.
MARKS_BEHIND = {
    "-": -1, "+": 1, "CR": 1, "DR": -1, "DB": -1, "C": 1, "D": -1, "H": 1, "S": -1,
    "OD": -1, "K": 1, "CT": 1, "DT": -1, "Χ": -1, "Π": 1, "Д": -1, "К": 1,
    **{out.upper(): -1 for out, _ in SPELLED}, **{into.upper(): 1 for _, into in SPELLED},
}  # fmt: skip
SIDES = "CR|DR|DB|OD|Cr|Dr|Db|cr|dr"
_WORDS = "|".join(each for pair in SPELLED for one in pair for each in (one.upper(), one.title()))
#: A sign may be spelled out behind a slash: "-/DEBET".
BEHIND = re.compile(rf"^(?:\(?({SIDES}|CT|DT|[CDHSKΧΠДК]|{_WORDS})\.?\)?|([-+])(?:/[^\W\d_]+)?)$")
