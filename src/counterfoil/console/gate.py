"""Before every page: who asks, whether they may, and that it is on the record.

In this order: the request is ours (host, origin, size), the session is alive, the right is
there now, a form carries its session's token; then the page is made; then the view is put
on the record, and only then something is shown. What cannot be recorded is not shown.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, quote

from counterfoil.console import showing
from counterfoil.console.asking import Answer, Ask, Blob, Go, NotThere, Page
from counterfoil.console.desk import Desk
from counterfoil.console.elsewhere import FLOW_SECONDS
from counterfoil.console.passwords import fingerprint
from counterfoil.domain.people import Right, Session
from counterfoil.errors import AuditLost, CounterfoilError, LedgerLost, Refused

#: Only over TLS or on the machine itself, for this host alone, out of reach of scripts.
COOKIE = "__Host-counterfoil"
#: Of a sign-on that is on its way to the provider and back: a link from there must carry it.
FLOW_COOKIE = "__Host-sign-on"
FORM_MAX_BYTES = 256 * 1024
FIELDS_MAX = 2_000
_BACK = re.compile(r"/(?![/\\])[A-Za-z0-9_./?=&%+:-]*")
_ABOUT = frozenset({"item", "batch", "arrival", "schedule", "reconciliation"})


@dataclass(frozen=True, slots=True)
class Door:
    """One page or action: where, how, and the right that it asks for; None: for everybody."""

    method: str  # "GET" or "POST"
    path: str  # "/items/{item}"
    right: Right | None
    page: Callable[[Ask], Answer]
    #: It depends on address and role alone: one look at the ledger does for all who look.
    shared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What came in over the wire."""

    method: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str]
    cookie: str
    flow: str  # the cookie of a sign-on on its way
    origin: str
    site: str  # Sec-Fetch-Site
    refreshes: bool  # the page asks by itself; nobody is there for that
    address: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes out."""

    status: int
    content: bytes
    kind: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] | None = None
    cookies: tuple[str, ...] = ()  # Set-Cookie


class Gate:
    """All doors of one desk.

    Args:
        origins: What a browser of ours calls us: ``http://127.0.0.1:8655``.
    """

    def __init__(self, desk: Desk, origins: frozenset[str], version: str) -> None:
        self.desk = desk
        self.origins = origins
        self.version = version

    def reply(self, door: Door, request: Request) -> Reply:
        """Let in or turn away. Never raises what we raise on purpose."""
        session = None
        if self.desk.broken:
            return self._trouble(request, None, 503, self.desk.broken)
        try:
            session = self._session(request)
            turned_away = self._turned_away(door, request, session)
            if turned_away is not None:
                return turned_away
            ask = self._ask(request, session)
            if request.refreshes and door.method == "GET" and session is not None:
                refreshed = self._refreshed(door, ask, request)
                self._record(door, request, session)
                return refreshed
            answer = self._answer(door, ask)
            if door.method == "POST":
                self.desk.has_acted()
            self._record(door, request, session)
            return self._made(answer, request, session)
        except NotThere:
            return self._trouble(request, session, 404, "There is no such page or thing.")
        except (LedgerLost, AuditLost) as trouble:
            said = f"Nothing was changed and nothing is shown: {trouble}"
            return self._trouble(request, session, 503, said)
        except CounterfoilError as trouble:
            return self._trouble(request, session, 409, str(trouble))

    def knows(self, cookie: str) -> bool:
        """Whether whoever asks is signed on; a ledger that is away signs nobody off."""
        try:
            return bool(cookie) and self._signed_on(cookie) is not None
        except LedgerLost:
            return True

    # Who, and whether

    def _session(self, request: Request) -> Session | None:
        return self._signed_on(request.cookie) if request.cookie else None

    def _signed_on(self, cookie: str) -> Session | None:
        token = fingerprint(cookie)
        seen = self.desk.present.when(token)
        return self.desk.people.session(token, idle=self.desk.idle, seen=seen)

    def _turned_away(self, door: Door, request: Request, session: Session | None) -> Reply | None:
        if request.method == "POST" and not self._is_from_here(request):
            return self._deny(request, session, "it came from another site")
        if door.right is None:
            return None
        if session is None:
            if request.method == "POST":
                return self._trouble(request, None, 403, "You are signed off: sign on again.")
            if request.refreshes:
                return Reply(204, b"")  # a page that is being left asks, too: nothing went wrong
            return Reply(303, b"", headers={"Location": f"/sign-on?to={quote(request.path)}"})
        if door.right not in session.account.role.rights:
            return self._deny(request, session, f"{session.account.role} may not {door.right}")
        if request.method == "POST" and not self._has_token(request):
            return self._deny(request, session, "the form is not of this session")
        return None

    def _is_from_here(self, request: Request) -> bool:
        return request.origin in self.origins and request.site in ("", "same-origin")

    def _has_token(self, request: Request) -> bool:
        given = dict(_fields(request.body)).get("token", "")
        return hmac.compare_digest(given.encode(), form_token(request.cookie).encode())

    def _deny(self, request: Request, session: Session | None, why: str) -> Reply:
        self.desk.denied += 1
        account = session.account if session else None
        self.desk.site.audit.emit(
            "console_denied",
            obj={},
            data={
                "account": account.name if account else "",
                "address": request.address,
                "method": request.method,
                "path": request.path[:200],
                "told": why,
            },
            actor={"on_behalf": account.person} if account else None,
        )
        return self._trouble(request, session, 403, f"Not allowed: {why}.")

    # The page

    def _ask(self, request: Request, session: Session | None) -> Ask:
        form: dict[str, list[str]] = {}
        for name, value in _fields(request.body):
            form.setdefault(name, []).append(value)
        return Ask(
            desk=self.desk,
            session=session,
            address=request.address,
            flow=request.flow,
            path=request.params,
            query=request.query,
            form=form,
        )

    def _answer(self, door: Door, ask: Ask) -> Answer:
        """The page; a refusal of an action is told where the person came from."""
        try:
            if door.shared:
                name = f"{ask.account.role} {door.path} {sorted(ask.query.items())}"
                return self.desk.shared(name, lambda: door.page(ask))
            return door.page(ask)
        except Refused as refusal:
            if door.method != "POST" or ask.session is None:
                raise
            self.desk.site.audit.emit(
                "console_refused",
                obj={name: each[:100] for name, each in ask.path.items() if name in _ABOUT},
                data={"account": ask.account.name, "door": door.path, "code": refusal.code},
                actor={"on_behalf": ask.person},
            )
            back = ask.given("back")
            return Go(back if _BACK.fullmatch(back) else "/", str(refusal), bad=True)

    def _record(self, door: Door, request: Request, session: Session | None) -> None:
        """The view is on the record before anything is shown; actions tell themselves."""
        if session is None:
            return
        if not request.refreshes:
            self.desk.present.note(session.token_sha256, self.desk.site.ledger.now())
        if door.method == "GET" and self.desk.is_new_view(session.token_sha256, request.path):
            self.desk.site.audit.emit(
                "console_viewed",
                obj={name: each[:100] for name, each in request.params.items() if name in _ABOUT},
                data={
                    "account": session.account.name,
                    "address": request.address,
                    "path": request.path[:200],
                },
                actor={"on_behalf": session.account.person},
                durable=door.right is Right.PERSONAL,
            )
            self.desk.note_view(session.token_sha256, request.path)

    def _made(self, answer: Answer, request: Request, session: Session | None) -> Reply:
        match answer:
            case Go():
                if answer.note and session is not None:
                    self.desk.note(session.token_sha256, answer.note, bad=answer.bad)
                cookies = _cookies(answer.cookie, answer.flow)
                return Reply(303, b"", headers={"Location": answer.to}, cookies=cookies)
            case Blob():
                headers = {"Content-Security-Policy": "default-src 'none'; sandbox"}
                if answer.name:
                    headers["Content-Disposition"] = f'attachment; filename="{answer.name}"'
                return Reply(200, answer.content, answer.kind, headers)
            case Page():
                return self._shown(answer, request, session)

    def _shown(self, page: Page, request: Request, session: Session | None) -> Reply:
        live = {
            "notes": self.desk.notes(session.token_sha256) if session else [],
            "counts": self.desk.counts() if session else {},
            "newest": self.desk.newest() if session else "",
            "about": "",
        }
        return self._rendered(page, request, session, live)

    def _refreshed(self, door: Door, ask: Ask, request: Request) -> Reply:
        """What refreshes itself of a page: it depends on address and role alone.

        So it is drawn once for all who look, and there is no form in it. It carries what was
        newest before it was read: what changed meanwhile is asked for again.
        """
        name = f"live {ask.account.role} {request.path} {sorted(request.query.items())}"
        return self.desk.shared(name, lambda: self._live(door, ask, request))

    def _live(self, door: Door, ask: Ask, request: Request) -> Reply:
        newest = self.desk.newest()
        answer = door.page(ask)
        if not isinstance(answer, Page):
            return Reply(204, b"")
        still = {"notes": [], "counts": {}, "newest": newest, "about": "", "live": True}
        nobodys = {"account": None, "form_token": ""}
        return self._rendered(answer, request, ask.session, {**still, **nobodys})

    def _trouble(self, request: Request, session: Session | None, status: int, said: str) -> Reply:
        """Without a look at the ledger: it may be what is away."""
        page = Page("trouble.html", {"status": status, "said": said}, status)
        still = {"notes": [], "counts": {}, "newest": "", "about": ""}
        return self._rendered(page, request, session, still)

    def _rendered(
        self, page: Page, request: Request, session: Session | None, live: Mapping[str, Any]
    ) -> Reply:
        values = {
            "account": session.account if session else None,
            "may": _may(session),
            "form_token": form_token(request.cookie) if session else "",
            "site_name": self.desk.suite.config.site.name,
            "here": request.path,
            "asked": request.query,
            "now": datetime.now(UTC),
            "version": self.version,
            "live": False,
            **live,
            **page.values,
        }
        content = showing.rendered(page.template, values).encode()
        return Reply(page.status, content, cookies=_cookies(page.cookie, page.flow))


def form_token(cookie: str) -> str:
    """What every form of a session carries: made from its cookie, of no use without it."""
    return hmac.digest(cookie.encode(), b"counterfoil form", sha256).hex()


def _may(session: Session | None) -> dict[str, bool]:
    rights = session.account.role.rights if session else frozenset()
    return {str(each): each in rights for each in Right}


def _fields(body: bytes) -> list[tuple[str, str]]:
    """Of a form. One that cannot be read has none, so it carries no token either."""
    try:
        text = body.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, strict_parsing=False,
                         encoding="utf-8", errors="replace", max_num_fields=FIELDS_MAX)  # fmt: skip
    except ValueError:
        return []


def _cookies(session: str | None, flow: str | None) -> tuple[str, ...]:
    """What the browser is to keep, or to forget; None: as it is."""
    found = []
    if session is not None:
        age = "" if session else "; Max-Age=0"
        found.append(f"{COOKIE}={session}; Path=/; Secure; HttpOnly; SameSite=Strict{age}")
    if flow is not None:
        age = f"; Max-Age={FLOW_SECONDS if flow else 0}"
        found.append(f"{FLOW_COOKIE}={flow}; Path=/; Secure; HttpOnly; SameSite=Lax{age}")
    return tuple(found)
