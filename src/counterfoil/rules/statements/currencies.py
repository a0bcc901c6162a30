"""Which currency a statement is kept in, and how surely it says so."""

from __future__ import annotations

import re
from collections import Counter

from counterfoil.rules.statements.document import Document
from counterfoil.rules.statements.folding import folded

_SYMBOLS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₦": "NGN", "₱": "PHP", "₩": "KRW", "₺": "TRY",
    "₽": "RUB", "₪": "ILS", "฿": "THB", "₫": "VND", "₴": "UAH", "₡": "CRC", "₲": "PYG",
    "R$": "BRL", "US$": "USD", "S$": "SGD", "HK$": "HKD", "NT$": "TWD", "NZ$": "NZD", "C$": "CAD",
    "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "MX$": "MXN", "J$": "JMD", "Rs": "INR", "Rs.": "INR",
    "Rp": "IDR", "RM": "MYR", "zł": "PLN", "Kč": "CZK", "Ft": "HUF", "円": "JPY", "元": "CNY",
    "원": "KRW", "lei": "RON", "บาท": "THB",
}  # fmt: skip
_CODES = frozenset("""
    AED ARS AUD BDT BGN BHD BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP GHS HKD HRK HUF IDR ILS INR
    ISK JOD JPY KES KRW KWD KZT LKR MAD MXN MYR NGN NOK NZD OMR PEN PHP PKR PLN QAR RON RSD RUB SAR
    SEK SGD THB TND TRY TWD TZS UAH UGX USD UYU VND XAF XOF ZAR ZMW
""".split())
#: Words of a land whose banks keep accounts in one currency. Evidence, not proof.
_PLACES = (
    ("USD", r"member fdic|fdic insured|routing number|\bn\.a\.|credit union|federal credit|usa\b|united states|u\.s\. bank"),
    ("GBP", r"sort ?code|fscs|prudential regulation|\buk\b|united kingdom"),
    ("INR", r"ifsc|micr|\bindia\b|upi/|neft|rtgs/|bengaluru|mumbai|chennai|new delhi"),
    ("AUD", r"\bbsb\b|australia|sydney|melbourne|pty ltd"),
    ("NZD", r"new zealand|\bnz\b|wellington|auckland"),
    ("KES", r"kenya|nairobi|m-?pesa|mobile money|safaricom"),
    ("NGN", r"nigeria|lagos|abuja|ikeja"),
    ("ZAR", r"south africa|\bfnb\b|magtape|johannesburg|cape town|eft pty"),
    ("CAD", r"canada|toronto|interac|transit number"),
    ("SGD", r"singapore|paynow"),
    ("HKD", r"hong kong"),
    ("JPY", r"残高|口座番号|お取引"),
    ("CHF", r"schweiz|suisse|svizzera|\bch\d{2}|zurich"),
    ("BRL", r"\bbrasil\b|agencia|\bpix\b|\bcpf\b"),
    ("PLN", r"\bpolska\b|rachunek|wyciag"),
    ("SEK", r"sverige|bankgiro|kontoutdrag"),
    ("DKK", r"danmark|kontoudskrift"),
    ("NOK", r"norge|kontoutskrift"),
    ("EUR", r"sparkasse|girokonto|kontoauszug|\brib\b|\bsepa\b|releve de compte|rekeningafschrift|estratto conto"),
)
_IBAN_LANDS = {
    "EUR": "AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK",
    "GBP": "GB", "CHF": "CH LI", "PLN": "PL", "CZK": "CZ", "HUF": "HU", "RON": "RO", "SEK": "SE",
    "DKK": "DK", "NOK": "NO", "TRY": "TR", "ILS": "IL", "SAR": "SA", "AED": "AE", "PKR": "PK",
    "BGN": "BG", "KWD": "KW", "QAR": "QA", "EGP": "EG",
}  # fmt: skip


def currency_of(document: Document, lines: range) -> tuple[str, str]:
    """(ISO 4217 code or "", why that is less than sure or "")."""
    near = [line for line in document.lines if line.index in lines] or list(document.lines)
    for chosen in (near, list(document.lines)):
        votes = _votes(" ".join(line.text for line in chosen), chosen)
        if votes:
            ranked = votes.most_common(2)
            if len(ranked) == 1 or ranked[0][1] > ranked[1][1]:
                return ranked[0][0], ""
    text = " ".join(line.text for line in document.lines)
    if hit := re.search(r"(?<![A-Z0-9])([A-Z]{2})\d{2}(?: ?[A-Z0-9]{4}){3,}", text):
        for currency, lands in _IBAN_LANDS.items():
            if hit[1] in lands.split():
                return currency, f"the currency is that of the IBAN's land, {hit[1]}"
    places = folded(text)
    for currency, words in _PLACES:
        if re.search(words, places):
            return currency, f"no currency is printed: {currency} follows from the bank's words only"
    if "$" in text:
        return "USD", "only a $ is printed: USD is a guess"
    return "", "no currency is printed"


def _votes(text: str, lines: list) -> Counter[str]:  # type: ignore[type-arg]
    votes: Counter[str] = Counter()
    for word in re.findall(r"(?<![A-Z0-9])([A-Z]{3})(?![A-Z0-9])", text):
        if word in _CODES:
            votes[word] += 1
    for symbol, currency in _SYMBOLS.items():
        bare = re.escape(symbol)
        edge = r"(?<![A-Za-z])" if symbol[0].isalpha() else ""
        after = r"(?![A-Za-z])" if symbol[-1].isalpha() else ""
        votes[currency] += len(re.findall(edge + bare + after, text))
    return +votes
