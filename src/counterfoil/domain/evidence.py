"""What proves a step: bytes kept under the name of their own hash."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """One kept blob. The blob is durable before any record that names it."""

    kind: str  # "screenshot" | "dom" | "readback" | "document"
    sha256: str  # lowercase hex; the blob's address
    size: int  # bytes as stored
