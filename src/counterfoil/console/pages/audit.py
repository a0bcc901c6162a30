"""The record: searched, shown in full, verified; and who looked at what."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta

from counterfoil.audit.looking import newest_records, records_at
from counterfoil.audit.witness import Witness
from counterfoil.console.asking import PAGE_ROWS, Answer, Ask, Go, NotThere, Page
from counterfoil.errors import Refused
from counterfoil.site import audit_folder
from counterfoil.store.searching import Place, StepQuery

VIEWS_SHOWN = 500
BOT = "console"


def search(ask: Ask) -> Answer:
    """Every change of the ledger, the newest first."""
    query, after = _query(ask), ask.wanted("after")[:220]
    found = ask.desk.looking.find_steps(query, limit=PAGE_ROWS, after=_place(ask, after))
    further = found.further
    values = {
        "rows": found.rows,
        "after": after,
        "further": f"{further[1]}/{further[2]}" if further else "",
        "searched": further[0] if further and len(found.rows) < PAGE_ROWS else None,
        "kinds": ask.desk.step_kinds(),
        "kind": query.kind,
        "text": query.text,
        "since": ask.day("since"),
        "until": ask.day("until"),
    }
    return Page("audit.html", values)


def _query(ask: Ask) -> StepQuery:
    since, until = ask.day("since"), ask.day("until")
    return StepQuery(
        text=ask.wanted("text")[:100],
        kind=ask.wanted("kind")[:60],
        since=None if since is None else datetime.combine(since, time(), UTC),
        until=None if until is None else datetime.combine(until, time(), UTC) + timedelta(days=1),
    )


def _place(ask: Ask, after: str) -> Place | None:
    """Where the list goes on: after the record that the address names. Raises NotThere."""
    if not after:
        return None
    stream, _, number = after.rpartition("/")
    place = ask.desk.looking.place_of(stream, _number(number))
    if place is None:
        raise NotThere
    return place


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise NotThere
    return int(text)


def record(ask: Ask) -> Answer:
    """One record as it is stored, byte for byte of its content."""
    stream = "/".join(ask.path[each] for each in ("host", "bot", "boot"))
    number = _number(ask.path["number"])
    place = (stream, number)
    found = records_at(audit_folder(ask.desk.suite), [place]).get(place)
    if found is None:
        raise NotThere
    values = {
        "record": found,
        "data": json.dumps(found.get("data", {}), indent=1, ensure_ascii=False),
        "stream": stream,
        "number": number,
    }
    return Page("record.html", values)


def verification(ask: Ask) -> Answer:
    """How the last verification ended, or how long the running one takes; and the witness."""
    witness = Witness(ask.desk.suite.witness)
    values = {
        "verifying": ask.desk.verifying,
        "enrolled": witness.enrolled(),
        "silent": witness.silent(),
        "checkpoints": [
            {name: each.get(name, "") for name in ("stream", "size", "root", "head")}
            for each in witness.lines()
        ],
    }
    return Page("verify.html", values)


def verify(ask: Ask) -> Answer:
    """Begin one; there is one at a time."""
    if not ask.desk.verify(ask.person):
        raise Refused("verifying", f"{ask.desk.verifying.by} has one running")
    return Go("/audit/verify", "Every record is being read")


def views(ask: Ask) -> Answer:
    """Who looked at what, who was turned away: what the console itself put on the record."""
    found = newest_records(audit_folder(ask.desk.suite), BOT, limit=VIEWS_SHOWN)
    rows = [each for each in found if str(each.get("kind", "")).startswith("console_")]
    return Page("views.html", {"rows": rows})
