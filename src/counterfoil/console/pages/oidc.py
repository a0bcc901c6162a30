"""Signing on with an OpenID provider: there, back, and a second factor of ours if it shows none.

Whoever is turned away hears the same, whatever was wrong; the record says which.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from counterfoil.console import passwords
from counterfoil.console.asking import Answer, Ask, NotThere, Page
from counterfoil.console.elsewhere import CALLBACK, TRIES, Away, Elsewhere, Half
from counterfoil.console.pages.sign_on import inside, shown
from counterfoil.console.showing import safe_svg
from counterfoil.domain.identities import Proven
from counterfoil.errors import Refused, SetupError, Unavailable
from counterfoil.rules.identities import check_recent, check_second, role_of

if TYPE_CHECKING:
    from counterfoil.adapters.oidc_provider import Begun

WRONG = "That did not work, or nobody has opened an account for you: ask an admin."


def begin(ask: Ask) -> Answer:
    """Send a browser to the provider; it carries a token by which we know it again."""
    there, to = _there(ask), inside(ask.given("to"))
    if not ask.desk.may_try(ask.address):
        return _refused(ask, "", Refused("too_many", "too many sign-ons from one address"), to)
    within = _hours(ask) if there.settings.shows_second else None
    try:
        begun = there.provider.begin(ask.desk.address + CALLBACK, asked_within=within)
    except (Unavailable, SetupError) as trouble:
        return _away(ask, there, trouble, to)
    return _leave(there, Away(begun=begun, to=to, again=""))


def again(ask: Ask) -> Answer:
    """Have the provider ask whoever is signed on once more, for a decision about money."""
    there, to = _there(ask), inside(ask.given("back"))
    assert ask.session is not None
    if not there.confirms(ask.account):
        raise Refused("code", "show your second factor here: the code of now")
    try:
        begun = there.provider.begin(ask.desk.address + CALLBACK, asked_within=timedelta(0))
    except (Unavailable, SetupError) as trouble:
        _note(ask, ask.account.name, str(trouble))
        raise Refused("provider", f"{there.settings.name} does not answer just now") from None
    return _leave(there, Away(begun=begun, to=to, again=ask.session.token_sha256))


def callback(ask: Ask) -> Answer:
    """Back from the provider. Taken once: a second visit with the same answer is no sign-on."""
    there = _there(ask)
    away = there.begun.take(passwords.fingerprint(ask.flow)) if ask.flow else None
    if away is None:
        unknown = Refused("wrong_state", "this browser has no sign-on on its way")
        return _refused(ask, "", unknown, "/")
    try:
        proven = there.provider.end(away.begun, ask.query)
    except Refused as refusal:
        return _refused(ask, "", refusal, away.to)
    except (Unavailable, SetupError) as trouble:
        return _away(ask, there, trouble, away.to)
    return _confirmed(ask, there, away, proven) if away.again else _known(ask, there, away, proven)


def second(ask: Ask) -> Answer:
    """The code of our second factor, by whoever the provider has just named."""
    there = _there(ask)
    half = there.halves.take(passwords.fingerprint(ask.flow)) if ask.flow else None
    if half is None or not ask.desk.may_try(ask.address):
        return _refused(ask, "", Refused("second_factor", "no sign-on waits for a code"), "/")
    kept = half.second or ask.desk.people.second_of(half.name).decode()
    step = passwords.step_of(kept, ask.given("code"))
    if step is None:
        ask.desk.people.note_failure(half.name, f"wrong code, from {ask.address}")
        if half.tries + 1 >= TRIES:
            return _over(ask, half.to, WRONG, 403)
        tried = replace(half, tries=half.tries + 1)
        there.halves.put(passwords.fingerprint(ask.flow), tried)
        return _asking(ask, tried, trouble="That is not the code of now.")
    try:
        return _signed_on(ask, there, half, step=step)
    except Refused as refusal:
        return _refused(ask, half.name, refusal, half.to)


# Who has come back


def _known(ask: Ask, there: Elsewhere, away: Away, proven: Proven) -> Answer:
    name = ""
    try:
        account = there.ledger.account(proven.identity)
        invitation = there.ledger.invitation(proven.named)
        name = account.name if account else invitation.name if invitation else ""
        if not name:
            said = proven.why_unnamed or "nobody was invited as that, or too long ago"
            raise Refused("no_account", f"{said}; subject {proven.identity.subject}")
        if account is not None and invitation is None and not account.active:
            raise Refused("sign_on", "the account is shut")
        half = Half(
            identity=proven.identity,
            name=invitation.name if invitation else name,
            invitation=invitation,
            role=role_of(proven, there.settings.roles),
            second=passwords.new_second() if invitation else "",
            to=away.to,
        )
        if there.settings.shows_second:
            return _signed_on(ask, there, half, proven=_shown_there(there, away.begun, proven))
    except Refused as refusal:
        return _refused(ask, name, refusal, away.to)
    flow = passwords.new_token()
    there.halves.put(passwords.fingerprint(flow), half)
    return _asking(ask, half, flow=flow)


def _shown_there(there: Elsewhere, begun: Begun, proven: Proven) -> Proven:
    """*proven*, whose second factor the provider has seen. Raises Refused."""
    check_second(proven, there.settings.amr, there.settings.acr)
    if proven.signed_on_at is not None and begun.asked_within is not None:
        check_recent(proven, begun.began_at - begun.asked_within)
    return proven


def _signed_on(
    ask: Ask, there: Elsewhere, half: Half, *, step: int | None = None, proven: Proven | None = None
) -> Answer:
    """A new session. Raises Refused."""
    if half.invitation is not None:
        kept = b"" if step is None else half.second.encode()
        there.ledger.link(half.invitation, half.identity, second=kept)
    token = passwords.new_token()
    there.ledger.sign_on(
        half.identity,
        passwords.fingerprint(token),
        lasts=_hours(ask),
        role=half.role,
        step=step,
        confirmed_at=proven.signed_on_at if proven else None,
    )
    return _onward(half.to, "You are signed on.", cookie=token)


def _confirmed(ask: Ask, there: Elsewhere, away: Away, proven: Proven) -> Answer:
    desk = ask.desk
    name = ""
    try:
        session = desk.people.session(
            away.again, idle=desk.idle, seen=desk.present.when(away.again)
        )
        if session is None:
            raise Refused("signed_off", "the session that was to be confirmed has ended")
        name = session.account.name
        at = check_recent(proven, away.begun.began_at)
        check_second(proven, there.settings.amr, there.settings.acr)
        there.ledger.confirm(session, proven.identity, at)
    except Refused as refusal:
        _note(ask, name, f"{refusal.code}: {refusal.reason}")
        return _onward(away.to, "You were not confirmed: go back, and try again.", bad=True)
    return _onward(away.to, "You are confirmed.")


# What is shown


def _leave(there: Elsewhere, away: Away) -> Page:
    """A page that leads there: a form's answer may not, by our own policy."""
    flow = passwords.new_token()
    there.begun.put(passwords.fingerprint(flow), away)
    values = {"to": away.begun.url, "said": f"On to {there.settings.name} …", "bad": False}
    return Page("onward.html", values, flow=flow)


def _onward(to: str, said: str, *, bad: bool = False, cookie: str | None = None) -> Page:
    """A page that leads on: the session's cookie goes with a step from here, not from there."""
    values = {"to": to, "said": said, "bad": bad}
    return Page("onward.html", values, 403 if bad else 200, cookie=cookie, flow="")


def _asking(ask: Ask, half: Half, *, trouble: str = "", flow: str | None = None) -> Page:
    site, picture = ask.desk.suite.config.site.name, None
    if half.second:
        picture = safe_svg(passwords.second_picture(half.second, name=half.name, site=site))
    values = {
        "trouble": trouble,
        "name": half.name,
        "invitation": half.invitation,
        "second": half.second,
        "picture": picture,
    }
    return Page("second.html", values, 403 if trouble else 200, flow=flow)


def _refused(ask: Ask, name: str, refusal: Refused, to: str) -> Page:
    _note(ask, name, f"{refusal.code}: {refusal.reason}")
    return _over(ask, to, WRONG, 403)


def _away(ask: Ask, there: Elsewhere, trouble: Unavailable | SetupError, to: str) -> Page:
    _note(ask, "", str(trouble))
    said = f"Signing on with {there.settings.name} does not work just now: it is on the record why."
    return _over(ask, to, said, 503)


def _over(ask: Ask, to: str, said: str, status: int) -> Page:
    """All ways to sign on; this one has ended."""
    return replace(shown(ask, to, trouble=said, status=status), flow="")


def _note(ask: Ask, name: str, why: str) -> None:
    """On the record; nobody has guessed at a password or code of ours."""
    ask.desk.people.note_failure(name, f"OIDC: {why}, from {ask.address}", counts=False)


def _there(ask: Ask) -> Elsewhere:
    if ask.desk.elsewhere is None:
        raise NotThere
    return ask.desk.elsewhere


def _hours(ask: Ask) -> timedelta:
    return timedelta(hours=ask.desk.settings.hours_max)
