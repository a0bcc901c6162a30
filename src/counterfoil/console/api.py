"""A read-only JSON API with OpenAPI, for programs with a token. Home of fastapi.

It tells what the lists of the pages tell, masked the same; payloads stay sealed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Path, Query, Request, Security
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BeforeValidator

from counterfoil.console.desk import Desk
from counterfoil.domain.items import ItemState
from counterfoil.errors import CounterfoilError
from counterfoil.store.looking import StepRow
from counterfoil.store.reading import BatchRow, ItemRow, Step
from counterfoil.store.searching import ItemQuery, StepQuery

ROWS_MAX = 500


def _whole(value: object) -> object:
    """``"10"``, and not ``"10.0"`` or ``"+10"``: the document says integer."""
    if isinstance(value, str) and not re.fullmatch(r"-?[0-9]{1,20}", value):
        raise ValueError("not a whole number")
    return value


_WHOLE = BeforeValidator(_whole)
Rows = Annotated[int, Query(ge=1, le=ROWS_MAX, description="How many at most."), _WHOLE]
Skip = Annotated[int, Query(ge=0, le=1_000_000, description="How many come before."), _WHOLE]
Id = Annotated[str, Path(max_length=60, pattern=r"^[A-Za-z0-9-]+$")]
Text = Annotated[str, Query(max_length=100)]
#: Says in the document that every path wants a token; whether it is one is ours to say.
Bearer = Annotated[
    HTTPAuthorizationCredentials | None,
    Security(HTTPBearer(auto_error=False, description="Made on People, scope read.")),
]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no answer."""

    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSeen:
    """One batch and how far it got."""

    batch_id: str
    name: str
    system: str
    maker: str
    rows_read: int
    digest: str
    needs_approval: bool
    approver: str | None
    filed_at: datetime  # UTC
    states: dict[str, int]
    complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSeen:
    """One schedule in force."""

    name: str
    when: str
    run: str
    paused: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OccurrenceSeen:
    """One time of a schedule and what became of it."""

    schedule: str
    key: str
    due_at: datetime  # UTC
    verdict: str
    why: str
    run_state: str | None
    exit_code: int | None
    told: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementSeen:
    """One proved statement; its account is masked."""

    statement_id: int
    arrival_id: str
    system: str
    account_shown: str
    format: str
    currency: str
    first_day: date
    last_day: date
    opening: str  # decimal text
    closing: str  # decimal text
    lines: int
    grade: str
    state: str


def api_app(desk: Desk) -> FastAPI:
    """The API of one desk, to be mounted."""

    def with_token(request: Request, given: Bearer) -> None:
        """Raise 401 unless a token for reading came along; the reading is on the record."""
        if desk.broken:
            raise HTTPException(503, desk.broken)
        who = desk.reader(given.credentials if given else "")
        if who is None:
            raise HTTPException(401, "a token to read is wanted", {"WWW-Authenticate": "Bearer"})
        if desk.is_new_view(who.token_sha256, request.url.path):
            data = {"token": who.token_sha256[:12], "path": request.url.path[:200]}
            actor = {"on_behalf": f"token {who.name}"}
            desk.site.audit.emit("api_read", obj={}, data=data, actor=actor, durable=False)
            desk.note_view(who.token_sha256, request.url.path)

    app = FastAPI(
        title="Counterfoil",
        version="1",
        description="What the console's lists show, for programs. Nothing can be changed.",
        docs_url=None,  # they would load scripts from elsewhere
        redoc_url=None,
        dependencies=[Security(with_token)],
        responses={
            401: {"description": "No token, or none to read", "model": Trouble},
            503: {"description": "Ledger or audit log are away", "model": Trouble},
        },
    )

    @app.exception_handler(CounterfoilError)
    def trouble(_: Request, error: CounterfoilError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 503)

    _add_work(app, desk)
    _add_rest(app, desk)
    return app


_NOT_THERE: dict[int | str, dict[str, Any]] = {
    404: {"description": "There is none", "model": Trouble}
}


def _add_work(app: FastAPI, desk: Desk) -> None:
    @app.get("/batches")
    def batches(limit: Rows = 100, skip: Skip = 0) -> list[BatchSeen]:
        """Batches, the newest first."""
        return [_batch(each) for each in desk.looking.batch_list(limit=limit, skip=skip)]

    @app.get("/batches/{batch_id}", responses=_NOT_THERE)
    def batch(batch_id: Id) -> BatchSeen:
        """One batch."""
        try:
            return _batch(desk.looking.batch(batch_id))
        except KeyError:
            raise HTTPException(404, "there is no such batch") from None

    @app.get("/items")
    def items(
        batch_id: Annotated[str | None, Query(max_length=60)] = None,
        state: ItemState | None = None,
        text: Text = "",
        limit: Rows = 100,
        skip: Skip = 0,
    ) -> list[ItemRow]:
        """Items by batch and row."""
        states = () if state is None else (state,)
        query = ItemQuery(batch_id=batch_id, states=states, text=text)
        return desk.looking.find_items(query, limit=limit, skip=skip)

    @app.get("/items/{item_id}", responses=_NOT_THERE)
    def item(item_id: Id) -> ItemRow:
        """One item."""
        try:
            return desk.looking.item_row(item_id)
        except KeyError:
            raise HTTPException(404, "there is no such item") from None

    @app.get("/items/{item_id}/steps", responses=_NOT_THERE)
    def item_steps(item_id: Id) -> list[Step]:
        """The story of one item, with the audit record of each step."""
        found = desk.site.ledger.history(item_id)
        if not found:
            raise HTTPException(404, "nothing ever happened to such an item")
        return found


def _add_rest(app: FastAPI, desk: Desk) -> None:
    @app.get("/steps")
    def steps(text: Text = "", kind: Text = "", limit: Rows = 100, skip: Skip = 0) -> list[StepRow]:
        """Every change of the ledger, the newest first."""
        return desk.looking.steps(StepQuery(text=text, kind=kind), limit=limit, skip=skip)

    @app.get("/schedules")
    def schedules() -> list[ScheduleSeen]:
        """The schedules in force."""
        return [
            ScheduleSeen(
                name=each.name,
                when=str(each.settings["schedule"]["when"]),
                run=str(each.settings["schedule"]["run"]),
                paused=each.paused,
            )
            for each in desk.schedules.schedules()
        ]

    @app.get("/schedules/{name}/occurrences")
    def occurrences(
        name: Annotated[str, Path(max_length=60, pattern=r"^[a-z0-9_-]+$")], limit: Rows = 100
    ) -> list[OccurrenceSeen]:
        """What became of each time, the newest first."""
        names = OccurrenceSeen.__slots__
        return [
            OccurrenceSeen(**{each: getattr(row, each) for each in names})
            for row in desk.schedules.occurrences(name, limit=limit)
        ]

    @app.get("/statements")
    def statements(limit: Rows = 100, skip: Skip = 0) -> list[StatementSeen]:
        """Proved statements by account and period."""
        names = StatementSeen.__slots__
        rows = desk.statements.statements()[skip : skip + limit]
        return [StatementSeen(**{each: getattr(row, each) for each in names}) for row in rows]


def _batch(row: BatchRow) -> BatchSeen:
    same = {name: getattr(row, name) for name in BatchSeen.__slots__ if name != "states"}
    return BatchSeen(**same, states={str(state): count for state, count in row.states.items()})
