"""What an ID token says, when all that makes it good holds. Home of joserfc."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey
from joserfc.jws import JWSRegistry

from counterfoil.domain.identities import NAMED_MAX, SKEW, plain_claim
from counterfoil.errors import Refused

RSA_MIN_BITS = 2048
VALUES_MAX = 1_000  # groups of one person

#: The provider's public keys as it lists them; read anew, when True.
Keys = Callable[[bool], Sequence[object]]


def claims_of(  # noqa: PLR0913 - an ID token is good for one issuer, client, sign-on and moment
    text: object,
    keys: Keys,
    *,
    algorithms: Collection[str],
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: object,
    began_at: datetime,
    now: datetime,
) -> Mapping[str, Any]:
    """The claims of the ID token *text*.

    Raises:
        Refused: "id_token": it is none, or not by this issuer for this client and sign-on.
    """
    if not isinstance(text, str):
        raise Refused("id_token", "the provider sent no ID token")
    options = {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": client_id},
    }
    known = {"nonce": nonce, "client_id": client_id, "access_token": access_token}
    try:
        signed = _decoded(text, keys, algorithms)
        claims = CodeIDToken(signed.claims, signed.header, options, known)
        claims.validate(now=int(now.timestamp()), leeway=int(SKEW.total_seconds()))
    except JoseError as trouble:
        raise Refused("id_token", f"the ID token does not hold: {_said(trouble)}") from None
    except (TypeError, ValueError, AttributeError):
        raise Refused("id_token", "the ID token is none") from None
    _check_more(signed.header, claims, client_id, began_at)
    return dict(claims)


def _decoded(text: str, keys: Keys, algorithms: Collection[str]) -> jwt.Token:
    """Raises JoseError: not signed by a key of the provider, by one of *algorithms*."""
    rules = JWSRegistry(algorithms=list(algorithms), strict_check_header=False)
    try:
        return jwt.decode(text, usable(keys(False)), registry=rules)
    except (InvalidKeyIdError, BadSignatureError):  # it may sign with another key since
        return jwt.decode(text, usable(keys(True)), registry=rules)


def usable(listed: Sequence[object]) -> KeySet:
    """Those of a provider's keys that can sign and are strong enough."""
    found = [_key(each) for each in listed if isinstance(each, Mapping)]
    return KeySet([each for each in found if each is not None])


def _key(listed: Mapping[str, Any]) -> RSAKey | ECKey | None:
    """A public key that signs; None: another kind, another use, or too weak."""
    if listed.get("use", "sig") != "sig":
        return None
    try:
        if listed.get("kty") == "RSA":
            found = RSAKey.import_key(dict(listed))
            return found if found.raw_value.key_size >= RSA_MIN_BITS else None
        return ECKey.import_key(dict(listed)) if listed.get("kty") == "EC" else None
    except (JoseError, ValueError, TypeError):
        return None


def _check_more(
    header: Mapping[str, Any], claims: Mapping[str, Any], client_id: str, began_at: datetime
) -> None:
    """What the library leaves open. Raises Refused."""
    if str(header.get("typ", "JWT")).upper() != "JWT":
        raise Refused("id_token", "it is another kind of token than an ID token")
    subject = claims["sub"]
    if not 1 <= len(subject) <= NAMED_MAX:
        raise Refused("id_token", "the ID token's sub is none")
    if claims["aud"] not in (client_id, [client_id]):
        raise Refused("id_token", "the ID token is for others, too")
    if claims["iat"] < (began_at - SKEW).timestamp():
        raise Refused("id_token", "the ID token is older than this sign-on")


def named(claims: Mapping[str, Any], name: str) -> tuple[str, str]:
    """(what an invitation calls them, "") or ("", why nothing)."""
    value = claims.get(name)
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= NAMED_MAX:
        return "", f"the provider says no {name}"
    if name == "email" and claims.get("email_verified") is not True:
        return "", "the provider does not say that the email is verified"
    return plain_claim(value), ""


def texts(value: object) -> tuple[str, ...]:
    """A claim that is one text or a list of them."""
    if isinstance(value, str):
        return (value,)
    listed = value[:VALUES_MAX] if isinstance(value, list) else []
    return tuple(each for each in listed if isinstance(each, str))


def moment(seconds: object) -> datetime:
    """A claim that is a time, in UTC. Raises Refused: "id_token"."""
    try:
        return datetime.fromtimestamp(float(str(seconds)), UTC)
    except (ValueError, OverflowError, OSError):
        raise Refused("id_token", "the ID token's auth_time is no time") from None


def _said(trouble: JoseError) -> str:
    """The library's name of what is wrong, and the claim: never a value of the token."""
    claim = getattr(trouble, "claim", "")
    return f"{trouble.error} {claim}".strip() if isinstance(claim, str) else str(trouble.error)
