"""Are these bank codes right? The home of schwifty, which keeps the registries' rules."""

from __future__ import annotations

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

from counterfoil.domain.secrets import mask_account


def iban_problem(text: str) -> str | None:
    """What is wrong with an IBAN, or None. Source: ISO 13616 registry, as schwifty has it."""
    try:
        IBAN(text)
    except SchwiftyException as trouble:
        return f"{mask_account(text)} is no IBAN: {_words(trouble)}"
    return None


def bic_problem(text: str) -> str | None:
    """What is wrong with a BIC (ISO 9362), or None."""
    try:
        BIC(text)
    except SchwiftyException as trouble:
        return f"{text} is no BIC: {_words(trouble)}"
    return None


def _words(trouble: SchwiftyException) -> str:
    """From the class of error: schwifty's own text quotes the number."""
    name = type(trouble).__name__.removeprefix("Invalid")
    return {
        "ChecksumDigits": "its check digits do not fit",
        "BBANChecksum": "its national check digits do not fit",
        "Length": "wrong length",
        "Structure": "wrong characters or order",
        "CountryCode": "unknown country",
    }.get(name, "it does not follow the registry")
