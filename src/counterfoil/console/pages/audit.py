"""The record: searched, shown in full, verified; and who looked at what."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from counterfoil.audit.looking import newest_records, records_at
from counterfoil.audit.witness import Witness
from counterfoil.console.asking import PAGE_ROWS, Answer, Ask, Blob, Go, NotThere, Page
from counterfoil.errors import Refused
from counterfoil.site import audit_folder
from counterfoil.site.apart import apart
from counterfoil.site.proof import prove_record
from counterfoil.store.looking import StepRow
from counterfoil.store.searching import Place, StepQuery

VIEWS_SHOWN = 500
EXPORT_MAX, EXPORT_AT_ONCE = 100_000, 5_000
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


def export(ask: Ask) -> Answer:
    """What the search finds, as a file that is called by its own SHA-256.

    Raises:
        Refused: "too_many": narrow it by words, event or days.
    """
    query, kind = _query(ask), ask.wanted("as") or "jsonl"
    if kind not in FORMATS:
        raise NotThere
    rows: list[StepRow] = []
    after: Place | None = None
    while not rows or after is not None:
        found = ask.desk.looking.find_steps(query, limit=EXPORT_AT_ONCE, after=after, seconds=None)
        rows, after = rows + found.rows, found.further
        if len(rows) > EXPORT_MAX:
            raise Refused("too_many", f"more than {EXPORT_MAX:,} changes: narrow the search")
        if not found.rows:
            break
    content = FORMATS[kind](rows)
    digest = sha256(content).hexdigest()
    ask.desk.site.audit.emit(
        "audit_exported",
        obj={},
        data={"sha256": digest, "rows": len(rows), "asked": dict(sorted(ask.query.items()))},
        actor={"on_behalf": ask.person},
    )
    return Blob(content, f"text/{kind}; charset=utf-8", f"changes-{digest}.{kind}")


def _as_lines(rows: Sequence[StepRow]) -> bytes:
    """A JSON object a line, the newest first."""
    records = ({**asdict(each), "at": each.at.isoformat()} for each in rows)
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records).encode()


def _as_table(rows: Sequence[StepRow]) -> bytes:
    """For a spreadsheet: nothing in it is a formula."""
    file = io.StringIO()
    table = csv.writer(file)
    table.writerow(StepRow.__slots__)
    for each in rows:
        table.writerow(_no_formula(value) for value in asdict(each).values())
    return file.getvalue().encode()


def _no_formula(value: object) -> str:
    text = "" if value is None else value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


FORMATS: dict[str, Callable[[Sequence[StepRow]], bytes]] = {"csv": _as_table, "jsonl": _as_lines}


def record(ask: Ask) -> Answer:
    """One record as it is stored, byte for byte of its content."""
    stream, number, found = _record(ask)
    values = {
        "record": found,
        "data": json.dumps(found.get("data", {}), indent=1, ensure_ascii=False),
        "stream": stream,
        "number": number,
    }
    return Page("record.html", values)


def proof(ask: Ask) -> Answer:
    """That this record stands in the log, without showing any other one."""
    stream, number, _ = _record(ask)
    made = apart(prove_record, ask.desk.suite, stream, number)
    content = json.dumps(made, indent=1).encode()
    return Blob(content, "application/json", f"proof-{stream.replace('/', '-')}-{number}.json")


def _record(ask: Ask) -> tuple[str, int, Mapping[str, Any]]:
    """Stream, number and content of the record that the address names. Raises NotThere."""
    stream = "/".join(ask.path[each] for each in ("host", "bot", "boot"))
    place = (stream, _number(ask.path["number"]))
    found = records_at(audit_folder(ask.desk.suite), [place]).get(place)
    if found is None:
        raise NotThere
    return (*place, found)


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
