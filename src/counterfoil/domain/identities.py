"""Who an OpenID provider says that somebody is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

NAMED_MAX = 255  # characters of what a provider calls somebody
SKEW = timedelta(seconds=60)  # how far the provider's clock and ours may differ


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a provider means: never given to another person, unlike names and addresses."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """What a provider's signed word says of whoever has just signed on there."""

    identity: Identity
    named: str  # the claim that invitations go by, in plain spelling; "": none, or not verified
    why_unnamed: str  # why there is none
    groups: tuple[str, ...]
    amr: tuple[str, ...]  # how they signed on: "pwd", "otp"
    acr: str
    signed_on_at: datetime | None  # UTC: when they were last asked; None: it does not say


def plain_claim(value: str) -> str:
    """One spelling of an address: case does not make another one, other letters always do."""
    bare = value.strip()
    return bare.lower() if bare.isascii() else bare
