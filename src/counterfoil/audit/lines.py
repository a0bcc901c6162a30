"""What is kept of an ordinary log line: enough to understand it, nothing that leaks."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from counterfoil.domain.secrets import Redactor

#: What an ordinary line may carry beside its text. All else is dropped by name.
EXTRA_KEYS = frozenset({"batch", "row", "item", "system", "workflow", "screen", "attempt"})
LINE_MAX_CHARS = 4_000
EXTRA_MAX_CHARS = 200
FRAMES_MAX = 50


def line_facts(record: Mapping[str, Any], redactor: Redactor) -> dict[str, Any]:
    """What is kept of an ordinary line: no arguments, no locals, no unknown extras.

    Texts are redacted before they are cut, so that no half of a secret gets through.
    """
    given = record["extra"]
    facts: dict[str, Any] = {
        "level": record["level"].name,
        "from": f"{record['name']}:{record['function']}:{record['line']}",
        "text": _short(record["message"], redactor, LINE_MAX_CHARS),
    }
    for key in sorted(given.keys() & EXTRA_KEYS):
        facts[key] = _short(str(given[key]), redactor, EXTRA_MAX_CHARS)
    if dropped := sorted(str(key) for key in given.keys() - EXTRA_KEYS):
        facts["dropped"] = [_short(each, redactor, 40) for each in dropped[:20]]
    if record["exception"] is not None and record["exception"].value is not None:
        facts["error"] = _error_facts(record["exception"].value, redactor)
    return facts


def _error_facts(error: BaseException, redactor: Redactor) -> dict[str, Any]:
    """Type, text and places of an error; never the values of its variables."""
    frames: list[str] = []
    trace = error.__traceback__
    while trace is not None and len(frames) < FRAMES_MAX:
        code = trace.tb_frame.f_code
        frames.append(f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    text = _short(str(error), redactor, LINE_MAX_CHARS)
    return {"type": type(error).__name__, "text": text, "at": frames}


def _short(text: str, redactor: Redactor, chars_max: int) -> str:
    text = redactor.text(text)
    return text if len(text) <= chars_max else text[:chars_max] + "..."
