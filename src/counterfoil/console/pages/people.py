"""Accounts, invitations and tokens of programs."""

from __future__ import annotations

from datetime import timedelta

from counterfoil.console import passwords
from counterfoil.console.asking import Answer, Ask, Go, Page
from counterfoil.domain.identities import NAMED_MAX, plain_claim
from counterfoil.domain.people import ApiToken, Invitation, Role
from counterfoil.errors import Refused
from counterfoil.store.people_schema import SCOPES

INVITED_HOURS = 24
TOKEN_DAYS_MAX = 366


def listing(ask: Ask) -> Answer:
    """Who may use the console, and which programs may read."""
    return _shown(ask)


def _shown(ask: Ask, *, made: str = "", what: str = "") -> Page:
    values = {
        "accounts": ask.desk.people.accounts(),
        "tokens": ask.desk.people.tokens(),
        "roles": list(Role),
        "scopes": SCOPES,
        "made": made,
        "what": what,
        "hours": INVITED_HOURS,
        "address": ask.desk.settings.address,
        "oidc": ask.desk.settings.oidc,
    }
    return Page("people.html", values)


def invite(ask: Ask) -> Answer:
    """Make a one-time link, shown this once; or let the provider say who that is."""
    code, claim = passwords.new_token(), _claim(ask)
    made = Invitation(
        token_sha256=passwords.fingerprint(code),
        name=ask.given("name"),
        person=ask.given("person") or ask.given("name"),
        role=_role(ask),
        by=ask.account.name,
        ends_at=ask.desk.site.ledger.now() + timedelta(hours=INVITED_HOURS),
        claim=claim,
    )
    ask.desk.people.invite(made)
    if claim is not None:
        said = f"{made.name} signs on within {INVITED_HOURS} hours, and is known from then on"
        return Go("/people", said)
    return _shown(ask, made=f"/open#{code}", what=f"The one-time link for {made.name}")


def change(ask: Ask) -> Answer:
    """Another role, locked out, or let in again."""
    name, wish = ask.given("name"), ask.given("wish")
    if wish in ("lock out", "let in"):
        ask.desk.people.change_account(name, by=ask.account.name, active=wish == "let in")
    elif wish == "role":
        ask.desk.people.change_account(name, by=ask.account.name, role=_role(ask))
    else:
        raise Refused("wish", "say what is to change")
    return Go("/people", f"{name}: done; whoever was signed on is signed off")


def make_token(ask: Ask) -> Answer:
    """For a program; it is shown this once."""
    name, scope, days = ask.given("name"), ask.given("scope"), ask.given("days")
    if not name or len(name) > 60 or scope not in SCOPES:
        raise Refused("token", "a name of 60 characters at most, and a scope")
    if not (days.isascii() and days.isdigit() and 1 <= int(days[:5]) <= TOKEN_DAYS_MAX):
        raise Refused("token", f"1 to {TOKEN_DAYS_MAX} days")
    secret, now = passwords.new_token(), ask.desk.site.ledger.now()
    ask.desk.people.make_token(
        ApiToken(
            token_sha256=passwords.fingerprint(secret),
            name=name,
            scope=scope,
            by=ask.account.name,
            made_at=now,
            ends_at=now + timedelta(days=int(days)),
        )
    )
    return _shown(ask, made=secret, what=f"The token of {name}")


def end_token(ask: Ask) -> Answer:
    """Take it back."""
    ask.desk.people.end_token(ask.given("which"), by=ask.account.name)
    return Go("/people", "The token is taken back")


def _claim(ask: Ask) -> str | None:
    """What the provider calls them. Raises Refused: it is too long, or wanted and not there."""
    oidc, claim = ask.desk.settings.oidc, plain_claim(ask.given("claim"))
    if claim and (oidc is None or len(claim) > NAMED_MAX):
        raise Refused("claim", f"{NAMED_MAX} characters at most, of a provider in config.toml")
    if not claim and oidc is not None and not oidc.may_use_password(_role(ask)):
        raise Refused("claim", f"[console.oidc] local: who is a {_role(ask)} has no password")
    return claim or None


def _role(ask: Ask) -> Role:
    try:
        return Role(ask.given("role"))
    except ValueError:
        raise Refused("role", f"one of {', '.join(Role)}") from None
