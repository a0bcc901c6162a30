"""Statements: the proved ones, what is still missing, and one with its lines and its proof."""

from __future__ import annotations

from typing import Any

from counterfoil.console.asking import PAGE_ROWS, Answer, Ask, Blob, NotThere, Page
from counterfoil.console.showing import veiled
from counterfoil.domain.people import Right
from counterfoil.domain.secrets import mask_numbers
from counterfoil.domain.statement_orders import StatementState
from counterfoil.domain.statements import Transaction
from workflows.statement_reading import explain_arrival

MISSING_MAX = 200


def listing(ask: Ask) -> Answer:
    """Every statement that stands or was set aside, and the days without one."""
    wanted = ask.wanted("state")
    states = [each for each in StatementState if each != StatementState.SUPERSEDED]
    chosen = [each for each in states if not wanted or each == wanted] or states
    found = ask.desk.statements.statements(states=chosen)
    missing = ask.desk.statements.unanswered_orders()
    page = ask.page()
    values = {
        "rows": found[(page - 1) * PAGE_ROWS : page * PAGE_ROWS],
        "count": len(found),
        "page": page,
        "page_rows": PAGE_ROWS,
        "states": states,
        "state": wanted,
        "missing": missing[:MISSING_MAX],
        "missing_count": len(missing),
    }
    return Page("statements.html", values)


def statement(ask: Ask) -> Answer:
    """Its lines with their places, and every equation that it was proved by."""
    return Page("statement.html", {**_shown(ask), "pages": None})


def beside(ask: Ask) -> Answer:
    """Its lines beside its pages, on which it is drawn how they were read."""
    values = _shown(ask)
    pages = _pages(ask, values["statement"].arrival_id)
    return Page("statement.html", {**values, "pages": len(pages)})


def picture(ask: Ask) -> Answer:
    """One page of a fetched PDF, as it was read."""
    pages, text = _pages(ask, ask.path["arrival"]), ask.path["page"]
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= len(pages)):
        raise NotThere
    return Blob(pages[int(text[:4]) - 1], "image/png")


def _pages(ask: Ask, arrival_id: str) -> tuple[bytes, ...]:
    """Drawn in the parser box, and kept for a while; (): it is no PDF."""
    desk = ask.desk
    with desk.drawing:
        known = desk.pictures.get(arrival_id)
        if known is None:
            try:
                arrival = desk.statements.arrival(arrival_id)
            except KeyError:
                raise NotThere from None
            known = explain_arrival(desk.reading, arrival).pictures
            desk.pictures.put(arrival_id, known)
    return known


def _shown(ask: Ask) -> dict[str, Any]:
    text = ask.path["number"]
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise NotThere
    try:
        row = ask.desk.statements.statement_row(int(text))
        filed, altered = ask.desk.statements.statement(int(text)), ""
    except KeyError:
        raise NotThere from None
    except ValueError as trouble:
        filed, altered = None, f"a row was changed by another hand: {trouble}"
    page, lines = ask.page(), filed.proved.statement.transactions if filed else ()
    first = (page - 1) * PAGE_ROWS
    return {
        "statement": row,
        "proof": filed.proved.proof if filed else None,
        "altered": altered,
        "lines": [
            (number, each, *_words(ask, each))
            for number, each in enumerate(lines[first : first + PAGE_ROWS], first + 1)
        ],
        "count": len(lines),
        "page": page,
        "page_rows": PAGE_ROWS,
        "movement": filed.proved.statement.movement() if filed else 0,
    }


def _words(ask: Ask, line: Transaction) -> tuple[str, str]:
    """Description and reference, as far as whoever asks may read about people."""
    if ask.may(Right.PERSONAL):
        return mask_numbers(line.description), mask_numbers(line.reference)
    return veiled(line.description), ""


def arrival(ask: Ask) -> Answer:
    """One fetched file: what is wrong with it, what people decided, its story."""
    name = ask.path["arrival"]
    steps = ask.desk.statements.arrival_history(name)
    if not steps:
        raise NotThere
    values = {
        "arrival": name,
        "steps": steps,
        "exceptions": ask.desk.statements.exceptions(arrival_id=name, open_only=False),
        "decisions": ask.desk.statements.decisions(name),
        "statements": ask.desk.statements.statements_of(name),
    }
    return Page("arrival.html", values)
