"""Signing on and off, and opening an account by a one-time link."""

from __future__ import annotations

import base64
import re
from datetime import timedelta

from counterfoil.console import passwords
from counterfoil.console.asking import Answer, Ask, Go, Page
from counterfoil.console.showing import safe_svg
from counterfoil.domain.people import Account, Invitation
from counterfoil.errors import Refused

WRONG = "That is not right, or the account is shut for some minutes after wrong sign-ons."
_INSIDE = re.compile(r"/(?![/\\])[A-Za-z0-9_./-]*")


def form(ask: Ask) -> Answer:
    """The sign-on."""
    return shown(ask, inside(ask.wanted("to")))


def shown(ask: Ask, to: str, *, trouble: str = "", name: str = "", status: int = 200) -> Page:
    """The page with all ways to sign on."""
    oidc = ask.desk.settings.oidc
    values = {
        "to": to,
        "trouble": trouble,
        "name": name,
        "provider": oidc.name if oidc else "",
        "admins_alone": oidc is not None and oidc.local == "admins",
    }
    return Page("sign_on.html", values, status)


def sign_on(ask: Ask) -> Answer:
    """Name, password and code in one go, so that none of them is guessed by itself.

    Whatever was wrong, the answer is the same; the record says which.
    """
    name, to = ask.given("name")[:60], inside(ask.given("to"))
    token = passwords.new_token()
    try:
        account, step = _who(ask, name)
        ask.desk.people.sign_on(
            account.name,
            passwords.fingerprint(token),
            step=step,
            lasts=timedelta(hours=ask.desk.settings.hours_max),
        )
    except Refused as refusal:
        counted = "" if refusal.code == "too_many" else name
        ask.desk.people.note_failure(counted, f"{refusal.reason}, from {ask.address}")
        return shown(ask, to, trouble=WRONG, name=name, status=403)
    return Go(to, cookie=token)


def _who(ask: Ask, name: str) -> tuple[Account, int]:
    """The account, and the step of its code. Raises Refused: why, for the record only."""
    if not ask.desk.may_try(ask.address):
        raise Refused("too_many", "too many sign-ons from one address")
    account = ask.desk.people.account(name)
    right = passwords.is_password(account.password if account else None, _password(ask))
    if account is None or not right:
        raise Refused("sign_on", "wrong password" if account else "no such account")
    step = step_shown(ask, account)
    if step is None:
        raise Refused("sign_on", "wrong code")
    oidc = ask.desk.settings.oidc
    if oidc is not None and not oidc.may_use_password(account.role):
        raise Refused("sign_on", f"[console.oidc] local: no password for a {account.role}")
    return account, step


def step_shown(ask: Ask, account: Account) -> int | None:
    """The step of the code in the form; None: it is not *account*'s code of now."""
    second = ask.desk.people.second_of(account.name).decode()
    return passwords.step_of(second, ask.given("code"))


def sign_off(ask: Ask) -> Answer:
    """End the session, here and on the server."""
    assert ask.session is not None
    ask.desk.people.sign_off(ask.session)
    return Go("/sign-on", cookie="")


def opening(ask: Ask) -> Answer:
    """Where a one-time link leads: the code after its # never reaches a server's log."""
    return Page("open.html", {"trouble": "", "invitation": None, "code": ""})


def open_account(ask: Ask) -> Answer:
    """First the code, then password and second factor."""
    if not ask.desk.may_try(ask.address):
        raise Refused("too_many", "wait a minute, then try again")
    code = ask.given("invitation")
    invitation = ask.desk.people.invitation(passwords.fingerprint(code))
    if invitation is None:
        said = "This link was used, or is too old: ask for another one."
        return Page("open.html", {"trouble": said, "invitation": None, "code": ""}, 403)
    if not ask.given("sealed"):
        return _choosing(ask, invitation, code, passwords.new_second(), "")
    second = _unsealed(ask, invitation)
    try:
        name = _opened(ask, invitation, second)
    except Refused as refusal:
        return _choosing(ask, invitation, code, second, refusal.reason)
    return Page("opened.html", {"name": name})


def _opened(ask: Ask, invitation: Invitation, second: str) -> str:
    password = _password(ask)
    if password != "".join(ask.form.get("again", ("",))[:1]):
        raise Refused("password", "the two passwords differ")
    step = passwords.step_of(second, ask.given("code"))
    if step is None:
        raise Refused("code", "that is not the code that your authenticator shows now")
    return ask.desk.people.accept(
        invitation.token_sha256,
        password=passwords.hashed(password, name=invitation.name),
        second=second.encode(),
        step=step,
    )


def _choosing(ask: Ask, invitation: Invitation, code: str, second: str, trouble: str) -> Page:
    """The form carries the new second factor along, sealed to this link."""
    site = ask.desk.suite.config.site.name
    sealed = ask.desk.site.vault.seal(second.encode(), context=_context(invitation))
    values = {
        "trouble": trouble,
        "invitation": invitation,
        "code": code,
        "sealed": base64.urlsafe_b64encode(sealed).decode(),
        "second": second,
        "picture": safe_svg(passwords.second_picture(second, name=invitation.name, site=site)),
        "shortest": passwords.SHORTEST,
    }
    return Page("open.html", values, 409 if trouble else 200)


def _unsealed(ask: Ask, invitation: Invitation) -> str:
    try:
        sealed = base64.urlsafe_b64decode(ask.given("sealed"))
        return ask.desk.site.vault.open(sealed, context=_context(invitation)).decode()
    except ValueError as trouble:
        raise Refused("not_ours", "the form was changed on its way: begin again") from trouble


def _context(invitation: Invitation) -> str:
    return f"open:{invitation.token_sha256}"


def _password(ask: Ask) -> str:
    """As typed: blanks belong to it."""
    return "".join(ask.form.get("password", ("",))[:1])


def inside(to: str) -> str:
    """*to*, if it is a page of ours; else the first one."""
    return to if _INSIDE.fullmatch(to) else "/"
