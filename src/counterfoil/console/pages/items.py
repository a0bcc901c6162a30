"""Items: lists, and the life of one from the workbook's row to the receipt and its proof."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from counterfoil.audit.looking import records_at
from counterfoil.console.asking import PAGE_ROWS, Answer, Ask, Blob, Go, NotThere, Page
from counterfoil.console.pages.payloads import in_full as values_of
from counterfoil.domain.items import ItemState
from counterfoil.domain.people import Right
from counterfoil.errors import Refused
from counterfoil.site import audit_folder
from counterfoil.site.deciding import release_item
from counterfoil.site.proof import pack_evidence
from counterfoil.store.book import Illegible
from counterfoil.store.deciding import Word
from counterfoil.store.evidence import readable
from counterfoil.store.reading import ItemRow, Step
from counterfoil.store.searching import ItemQuery

JPEG = b"\xff\xd8\xff"
TEXT_LONGEST = 100
STOPPED = (ItemState.FAILED, ItemState.ON_HOLD, ItemState.IN_DOUBT, ItemState.REFUSED)
STOPS = ("item_failed", "item_parked", "item_in_doubt", "item_refused", "item_not_keyed")
LINE_DAYS = timedelta(days=30)  # a bank may book with a day before the item's last change


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One step of a story: what happened, who did it, and what was on the screen."""

    step: Step
    after: timedelta | None  # since the step before
    who: str
    pictures: tuple[str, ...]  # SHA-256
    read: tuple[tuple[str, str], ...]  # what the bot read on the screen


def listing(ask: Ask) -> Answer:
    """Items by state, system and text."""
    system = ask.wanted("system")
    query = ItemQuery(system=system or None)
    counts = ask.desk.site.ledger.counts(system=system) if system else ask.desk.counts()
    values = {"systems": sorted(ask.desk.suite.config.systems), "system": system}
    return Page("items.html", {**values, **rows_of(ask, query, counts)})


def rows_of(ask: Ask, query: ItemQuery, counts: Mapping[ItemState, int]) -> dict[str, Any]:
    """A page of *query* narrowed by the address's state and text, for a table of items.

    Args:
        counts: Of *query*; what has a text in it is not counted.
    """
    known = {str(each) for each in ItemState}
    states = tuple(ItemState(each) for each in [ask.wanted("state")] if each in known)
    text = ask.wanted("text")[:TEXT_LONGEST]
    narrowed = replace(query, states=states, text=text, after=ask.wanted("after")[:60])
    found = ask.desk.looking.find_items(narrowed, limit=PAGE_ROWS + 1)
    rows, more = found[:PAGE_ROWS], len(found) > PAGE_ROWS
    return {
        "rows": rows,
        "count": None if text else sum(counts.get(each, 0) for each in states or ItemState),
        "after": narrowed.after,
        "further": rows[-1].item_id if more else "",
        "states": list(ItemState),
        "state": ask.wanted("state"),
        "text": text,
    }


def item(ask: Ask) -> Answer:
    """One item's life."""
    return _shown(ask, whole=False)


def in_full(ask: Ask) -> Answer:
    """The same with whole account numbers; that somebody looked is on the record at once."""
    return _shown(ask, whole=True)


def _shown(ask: Ask, *, whole: bool) -> Page:
    row, looking = _known(ask), ask.desk.looking
    try:
        values = values_of(
            looking.payload_of(row.item_id), personal=ask.may(Right.PERSONAL), whole=whole
        )
        altered = ""
    except Illegible as trouble:
        values, altered = [], str(trouble)
    batch = looking.batch_head(row.batch_id)
    attempts = looking.attempts_of(row.item_id)
    story = _story(ask, row.item_id)
    open_intent = any(each.outcome is None for each in attempts)
    return Page(
        "item.html",
        {
            "item": row,
            "batch": batch,
            "values": values,
            "altered": altered,
            "story": story,
            "commit": _commit(story),
            "trouble": _trouble(row, story),
            "enquiry": _enquiry(story) if open_intent else None,
            "attempts": attempts,
            "decisions": looking.decisions_of(row.item_id),
            "findings": [
                each for each in ask.desk.site.ledger.findings(row.batch_id)
                if each["row"] == row.row
            ],
            "open_intent": open_intent,
            "whole": whole,
            "newest": looking.newest_of(row.item_id),
            "about": row.item_id,
            "lines": _statement_lines(ask, row),
            "care": ask.desk.cares.cares_of(f"item:{row.item_id}"),
            "today": ask.desk.site.ledger.now().date(),
        },
    )  # fmt: skip


def _statement_lines(ask: Ask, row: ItemRow) -> list[tuple[int, int, date]]:
    """Where the bank's own statement has it: statement, line and day, by amount and reference."""
    if row.bank_reference is None:
        return []
    names = [_bare(each) for each in (row.reference, row.bank_reference) if each]
    since = row.updated_at.date() - LINE_DAYS
    found = ask.desk.statements.entries_of_amount(
        row.system, -Decimal(row.amount), row.currency, since
    )
    return [
        (statement, line, each.booking_date)
        for statement, line, each in found
        if any(name in _bare(f"{each.description} {each.reference}") for name in names)
    ]


def _bare(text: str) -> str:
    """Letters and digits alone: statements break references where their lines end."""
    return "".join(each for each in text.upper() if each.isalnum())


def _commit(story: Sequence[Told]) -> list[Told]:
    """The last time that it was keyed, before and after; (): it never was, or nothing is shown."""
    intended = [place for place, each in enumerate(story) if each.step.kind == "item_intended"]
    if not intended or not story[intended[-1]].pictures:
        return []
    after = [each for each in story[intended[-1] + 1 :] if each.pictures]
    return [story[intended[-1]], *after[:1]]


def _trouble(row: ItemRow, story: Sequence[Told]) -> Told | None:
    """The step that stopped it; None: it did not stop, or is at work again."""
    if row.state not in STOPPED:
        return None
    return next((each for each in reversed(story) if each.step.kind in STOPS), None)


def _enquiry(story: Sequence[Told]) -> Told | None:
    """What the bank showed last about an item that may be there: for whoever decides."""
    return next((each for each in reversed(story) if each.pictures), None)


def _known(ask: Ask) -> ItemRow:
    try:
        return ask.desk.looking.item_row(ask.path["item"])
    except KeyError:
        raise NotThere from None


def _story(ask: Ask, item_id: str) -> list[Told]:
    steps = ask.desk.site.ledger.history(item_id)
    places = [(each.stream, each.seq) for each in steps]
    records = records_at(audit_folder(ask.desk.suite), places)
    before: datetime | None = None
    story: list[Told] = []
    for step in steps:
        record = records.get((step.stream, step.seq), {})
        story.append(_told(ask, step, record, None if before is None else step.at - before))
        before = step.at
    return story


def _told(ask: Ask, step: Step, record: Mapping[str, Any], after: timedelta | None) -> Told:
    evidence: Sequence[Mapping[str, Any]] = record.get("ev", ())
    actor = record.get("actor", {})
    login = record.get("data", {}).get("login", "")
    personal = ask.may(Right.PERSONAL)
    return Told(
        step=step,
        after=after,
        who=actor.get("on_behalf") or f"{actor.get('bot', '')} {login}".strip(),
        pictures=tuple(
            each["sha256"] for each in evidence if each["k"] == "screenshot"
        ) if personal else (),
        read=tuple(_read_back(ask, evidence)) if personal else (),
    )  # fmt: skip


def _read_back(ask: Ask, evidence: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """What the bot read, as lines; what is gone or altered says so."""
    found: list[tuple[str, str]] = []
    for each in evidence:
        if each["k"] != "readback":
            continue
        try:
            said = json.loads(readable(ask.desk.site.evidence.get(each["sha256"])))
        except (OSError, EOFError, ValueError) as trouble:
            found.append(("evidence", f"{type(trouble).__name__}: {each['sha256'][:16]}"))
            continue
        found += _lines(said)
    return found


def _lines(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = [
        (key, str(said[key])) for key in ("screen", "title", "says", "trouble") if said.get(key)
    ]
    found += [(name, str(value)) for name, value in dict(said.get("fields") or {}).items()]
    for line in said.get("lines") or ():
        found.append(("line", ", ".join(f"{name} {value}" for name, value in dict(line).items())))
    if said.get("proof"):
        found.append(("read to the end", f"{said.get('lines_read', 0)} lines, {said['proof']}"))
    if said.get("healed"):
        found.append(("found by another way", ", ".join(map(str, said["healed"]))))
    return found


def picture(ask: Ask) -> Answer:
    """A picture that this item's own records name, and no other."""
    row, wanted = _known(ask), ask.path["sha256"]
    if wanted not in {each for told in _story(ask, row.item_id) for each in told.pictures}:
        raise NotThere
    try:
        content = ask.desk.site.evidence.get(wanted)
    except (OSError, ValueError):
        raise NotThere from None
    if not content.startswith(JPEG):
        raise NotThere
    return Blob(content, "image/jpeg")


def pack(ask: Ask) -> Answer:
    """All that proves one item, for an auditor: records, pictures, witness, verifier."""
    row = _known(ask)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "pack.zip"
        pack_evidence(ask.desk.suite, ask.desk.site.ledger, row.item_id, target)
        content = target.read_bytes()
    ask.desk.site.audit.emit(
        "evidence_packed",
        obj={"item": row.item_id},
        data={"account": ask.account.name, "bytes": len(content)},
        actor={"on_behalf": ask.person},
    )
    return Blob(content, "application/zip", f"{row.item_id}.zip")


def look_again(ask: Ask) -> Answer:
    """Have the bots ask the bank once more."""
    item_id = ask.path["item"]
    ask.desk.site.ledger.look_again(item_id, _word(ask))
    return Go(f"/items/{item_id}", f"{item_id} will be looked up")


def booked(ask: Ask) -> Answer:
    """It was seen at the bank."""
    item_id, receipt = ask.path["item"], ask.given("receipt")[:60]
    if not receipt:
        raise Refused("no_receipt", "name the bank's reference that you saw")
    ask.desk.site.ledger.booked(item_id, _word(ask), bank_reference=receipt)
    return Go(f"/items/{item_id}", f"{item_id} is POSTED as {receipt}")


def release(ask: Ask) -> Answer:
    """It is not at the bank, and is to be keyed."""
    item_id = ask.path["item"]
    release_item(ask.desk.site, item_id, _word(ask))
    return Go(f"/items/{item_id}", f"{item_id} is READY")


def cancel(ask: Ask) -> Answer:
    """It is not to be keyed."""
    item_id = ask.path["item"]
    ask.desk.site.ledger.cancel(item_id, _word(ask))
    return Go(f"/items/{item_id}", f"{item_id} is CANCELLED")


def _word(ask: Ask) -> Word:
    return Word(person=ask.person, reason=ask.reason())
