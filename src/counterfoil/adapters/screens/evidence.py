"""What proves a screen: its DOM with the typed values, a picture, and the read-back."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
from collections.abc import Callable, Mapping
from typing import Any

from playwright.async_api import CDPSession
from playwright.async_api import Error as PlaywrightError

from counterfoil.adapters.screens.screen import Screen
from counterfoil.adapters.screens.session import Session, nothing_keyed
from counterfoil.adapters.screens.spelling import Values
from counterfoil.adapters.screens.tables import Listing
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.secrets import Redactor, mask_numbers
from counterfoil.domain.values import canonical_json
from counterfoil.errors import CounterfoilError, Unavailable

#: About 30 KB for a viewport of 1024 x 768, still easy to read; a quarter of the time of a PNG.
JPEG = {"format": "jpeg", "quality": 30, "optimizeForSpeed": True}
#: A window that cannot be pictured for so long after trouble is a part of the trouble.
TROUBLE_SECONDS = 5.0


async def take_page(screen: Screen, readback: Mapping[str, Any]) -> tuple[Evidence, ...]:
    """Keep the whole page as it stands: picture, DOM of all frames, and what we read.

    ``page.content()`` holds neither typed values nor the bodies of frames; a DOM
    snapshot does. Account numbers and secrets are taken out of the texts; the picture
    shows the screen as it was.

    Raises:
        Unavailable: It cannot be had. Whoever has clicked before knows what that means.
    """
    return await _take(screen.session, readback)


async def _take(
    session: Session, says: Mapping[str, Any], mask: Callable[[str], str] | None = None
) -> tuple[Evidence, ...]:
    keep, redactor = session.keep, session.redactor
    async with nothing_keyed(session.system.name, session):
        wire = await session.wire()
        dom, picture = await asyncio.gather(_dom(wire), _picture(wire))
    if mask is not None:
        dom["strings"] = [mask(each) for each in dom["strings"]]
    return (
        keep("screenshot", picture),
        keep("dom", _packed(redactor, dom)),
        keep("readback", redactor.bytes(canonical_json(says))),
    )


async def take_trouble(
    session: Session, reference: str, trouble: CounterfoilError
) -> tuple[Evidence, ...]:
    """Keep what the window shows after *trouble*; () when it shows nothing any more.

    It may be another customer's page, so whatever looks like an account number is masked
    in the DOM. A page with a typed password is never kept.
    """
    says = {"reference": reference, "trouble": str(trouble)}
    try:
        async with asyncio.timeout(TROUBLE_SECONDS):
            if await _shows_a_password(session):
                return ()
            return await _take(session, says, mask_numbers)
    except (PlaywrightError, OSError, Unavailable):  # OSError: also a time-out, a full disk
        return ()  # the words of the trouble stand by themselves


async def _shows_a_password(session: Session) -> bool:
    sights = [await session.look(frame) for frame in session.page.frames]
    return any(each.kind == "password" and each.value for s in sights for each in s.controls)


async def take_list(screen: Screen, listing: Listing, values: Values) -> tuple[Evidence, ...]:
    """Keep an enquiry: our lines as data, and the DOM of its last page.

    Pictures of lists are slow and add nothing. Lines of other customers are counted and
    not kept, and their account numbers are masked in the DOM.
    """
    session = screen.session
    ours = [row for row in listing.rows if row["reference"] == values["reference"]]
    found = {
        "screen": screen.where,
        "reference": values["reference"],
        "lines": [dict(row) for row in ours],
        "lines_read": len(listing.rows),
        "pages": listing.pages,
        "proof": listing.proof,
        "healed": [name for name, each in screen.resolution.fields.items() if each.healed],
    }
    accounts = [row[name] for row in listing.rows for name in _account_columns(screen)]
    async with nothing_keyed(screen.where, session):
        found_dom = await _dom(await session.wire())
    with session.redactor.hiding(accounts):
        dom = _packed(session.redactor, found_dom)
        data = session.redactor.bytes(canonical_json(found))
    return (session.keep("dom", dom), session.keep("readback", data))


async def take_register(screen: Screen, listing: Listing) -> tuple[Evidence, ...]:
    """Keep a list that was read as a whole: every line as data, and the DOM of its last page."""
    says = {
        "screen": screen.where,
        "lines": [dict(row) for row in listing.rows],
        "pages": listing.pages,
        "proof": listing.proof,
    }
    accounts = [row[name] for row in listing.rows for name in _account_columns(screen)]
    async with nothing_keyed(screen.where, screen.session):
        found_dom = await _dom(await screen.session.wire())
    redactor = screen.session.redactor
    with redactor.hiding(accounts):
        dom, data = _packed(redactor, found_dom), redactor.bytes(canonical_json(says))
    return (screen.session.keep("dom", dom), screen.session.keep("readback", data))


def _account_columns(screen: Screen) -> list[str]:
    columns = screen.map.table.columns if screen.map.table else {}
    return [name for name, column in columns.items() if column.kind == "account"]


def _packed(redactor: Redactor, dom: Any) -> bytes:
    """Redacted, and gzip without a time in it: the same page, the same bytes."""
    return gzip.compress(redactor.bytes(json.dumps(dom, ensure_ascii=False).encode()), 6, mtime=0)


async def _dom(wire: CDPSession) -> Any:
    return await wire.send("DOMSnapshot.captureSnapshot", {"computedStyles": []})


async def _picture(wire: CDPSession) -> bytes:
    shot = await wire.send("Page.captureScreenshot", dict(JPEG))
    return base64.b64decode(shot["data"])
