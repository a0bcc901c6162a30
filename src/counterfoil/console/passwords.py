"""Passwords, second factors, tokens. Home of argon2, pyotp and segno."""

from __future__ import annotations

import secrets
import time
from hashlib import sha256

import pyotp
import segno
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from counterfoil.errors import Refused

SHORTEST, LONGEST = 12, 200
STEP_SECONDS = 30
#: A telephone's clock is a step off at most.
STEPS_OFF = 1

_HASHER = PasswordHasher()  # argon2id, RFC 9106's second choice: 64 MiB, 3 passes
#: Verified when there is no such account, so that the answer takes as long.
_NOBODY = _HASHER.hash(secrets.token_hex(16))


def new_token() -> str:
    """256 random bits for a cookie, a link or a program."""
    return secrets.token_urlsafe(32)


def fingerprint(token: str) -> str:
    """What is kept of a token: enough to know it again, of no use to a thief."""
    return sha256(token.encode()).hexdigest()


def hashed(password: str, *, name: str) -> str:
    """The hash that is kept. Raises Refused: "password" is too short, too long or the name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refused("password", f"a password has {SHORTEST} to {LONGEST} characters")
    if name.casefold() in password.casefold() or len(set(password)) < 6:
        raise Refused("password", "without your name, and with six different characters at least")
    return _HASHER.hash(password)


def is_password(kept: str | None, password: str) -> bool:
    """Whether *password* is the one behind *kept*; None or "": there is no account, or none."""
    try:
        return _HASHER.verify(kept or _NOBODY, password[:LONGEST]) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


def new_second() -> str:
    """A TOTP secret, in base 32."""
    return pyotp.random_base32()


def step_of(second: str, code: str, *, at: float | None = None) -> int | None:
    """The step of 30 s whose code that is; None: it is no code of now, or there is no *second*."""
    digits = "".join(code.split())
    if not (second and len(digits) == 6 and digits.isascii() and digits.isdigit()):
        return None
    now = int(time.time() if at is None else at) // STEP_SECONDS
    totp = pyotp.TOTP(second)
    for step in range(now - STEPS_OFF, now + STEPS_OFF + 1):
        if secrets.compare_digest(totp.at(step * STEP_SECONDS), digits):
            return step
    return None


def second_picture(second: str, *, name: str, site: str) -> str:
    """A QR code as SVG that an authenticator reads."""
    uri = pyotp.TOTP(second).provisioning_uri(name=name, issuer_name=f"Counterfoil {site}")
    return str(segno.make(uri, error="m").svg_inline(scale=4, border=2, dark="#000", light="#fff"))
