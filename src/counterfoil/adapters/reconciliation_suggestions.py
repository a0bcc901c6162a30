"""Files of suggested rules: what people matched by hand, what is put forward, what was learned.

A learned rule stands in its file with the person who put it forward, the person who approved it,
and the digest of what was seen. One that is not the rule of its digest, or that one person alone
stands for, stops the start.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from counterfoil.domain.approvals import plain_name
from counterfoil.domain.reconciliation import RuleBook
from counterfoil.domain.reconciliation_suggestions import ManualMatch, Suggestion, suggestion_of
from counterfoil.errors import SetupError
from counterfoil.toml_records import build_record


def load_manual(path: Path) -> tuple[ManualMatch, ...]:
    """Read a list of decisions, each an object with the fields of ManualMatch.

    Raises:
        SetupError: It is none; the message names the place.
    """
    records = _load(path)
    return tuple(
        build_record(ManualMatch, each, f"{path}[{place}]", error=SetupError)
        for place, each in enumerate(records, 1)
    )


def write_suggestions(path: Path, suggestions: Sequence[Suggestion]) -> None:
    """Write them with their digests, for the person who approves."""
    rows = [
        {"says": each.rule.says(), "digest": each.digest(), **each.content()}
        for each in suggestions
    ]
    _write(path, rows)


def load_suggestions(path: Path) -> dict[str, Suggestion]:
    """Suggestions by the digest of what they say now, whatever stands beside it."""
    found = [_suggestion(each, path) for each in _load(path)]
    return {each.digest(): each for each in found}


def add_learned(path: Path, suggestion: Suggestion, *, approver: str, at: str) -> None:
    """Add an approved suggestion to the file at *path*, whole or not at all.

    Args:
        at: UTC, ISO 8601.
    """
    rows = _load(path) if path.exists() else []
    row = {"says": suggestion.rule.says(), "digest": suggestion.digest(), **suggestion.content()}
    _write(path, [*rows, {**row, "approver": approver, "at": at}])


def with_learned(rules: RuleBook, path: Path) -> RuleBook:
    """*rules* with what the file at *path* has learned laid over; no file: nothing was.

    Raises:
        SetupError: A rule in it was changed, or has not been seen by two people.
    """
    if not path.exists():
        return rules
    for place, row in enumerate(_load(path), 1):
        suggestion = _suggestion(row, path)
        approver = str(row.get("approver", ""))
        if suggestion.digest() != row.get("digest"):
            raise SetupError(
                f"{path}[{place}]: this is not what was approved: put it forward again"
            )
        if not approver or plain_name(approver) == plain_name(suggestion.proposer):
            raise SetupError(f"{path}[{place}]: a learned rule needs a second person's approval")
        rules = suggestion.rule.laid_over(rules)
    return rules


def _suggestion(row: Mapping[str, Any], path: Path) -> Suggestion:
    try:
        return suggestion_of(row)
    except (KeyError, TypeError, ValueError) as trouble:
        raise SetupError(f"{path}: no suggestion of ours: {trouble}") from trouble


def _load(path: Path) -> list[dict[str, Any]]:
    try:
        rows = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as trouble:
        raise SetupError(f"{path}: {trouble}") from trouble
    if not isinstance(rows, list) or not all(isinstance(each, dict) for each in rows):
        raise SetupError(f"{path}: expected a list of objects")
    return rows


def _write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(each) for each in rows) + "\n]\n")
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
