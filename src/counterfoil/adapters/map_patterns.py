"""What a map may write as a pattern, and as a change to a shown text."""

from __future__ import annotations

import re

_SHOWN = re.compile(r"upper|no-blanks|(?:cut|last)-[1-9][0-9]*")


def groups_of(pattern: str) -> frozenset[str]:
    """The named groups of *pattern*. Raises ValueError when it does not compile."""
    try:
        return frozenset(re.compile(pattern, re.MULTILINE).groupindex)
    except re.error as trouble:
        raise ValueError(f"pattern {pattern!r}: {trouble}") from trouble


def check_changes(changes: tuple[str, ...]) -> None:
    """Raise ValueError for a change to a shown text that we do not know."""
    for change in changes:
        if not _SHOWN.fullmatch(change):
            raise ValueError(f"shown: {change!r} is not one of upper, no-blanks, cut-N, last-N")
