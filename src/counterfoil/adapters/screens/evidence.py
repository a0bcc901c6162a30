"""What proves a screen: its DOM with the typed values, a picture, and the read-back."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

from playwright.async_api import CDPSession

from counterfoil.adapters.screens.screen import Screen
from counterfoil.adapters.screens.spelling import Values
from counterfoil.adapters.screens.tables import Listing
from counterfoil.domain.evidence import Evidence
from counterfoil.domain.secrets import Redactor
from counterfoil.domain.values import canonical_json

#: About 30 KB for a viewport of 1024 x 768, still easy to read; a quarter of the time of a PNG.
JPEG = {"format": "jpeg", "quality": 30, "optimizeForSpeed": True}


async def take_page(screen: Screen, readback: Mapping[str, Any]) -> tuple[Evidence, ...]:
    """Keep the whole page as it stands: picture, DOM of all frames, and what we read.

    ``page.content()`` holds neither typed values nor the bodies of frames; a DOM
    snapshot does. Account numbers and secrets are taken out of the texts; the picture
    shows the screen as it was.
    """
    keep, redactor = screen.session.keep, screen.session.redactor
    wire = await screen.session.wire()
    dom, picture = await asyncio.gather(_dom(wire), _picture(wire))
    return (
        keep("screenshot", picture),
        keep("dom", _packed(redactor, dom)),
        keep("readback", redactor.bytes(canonical_json(readback))),
    )


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
    }
    accounts = [row[name] for row in listing.rows for name in _account_columns(screen)]
    wire = await session.wire()
    with session.redactor.hiding(accounts):
        dom = _packed(session.redactor, await _dom(wire))
        data = session.redactor.bytes(canonical_json(found))
    return (session.keep("dom", dom), session.keep("readback", data))


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
