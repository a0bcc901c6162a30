"""What a reader is told and cannot find out from the file."""

from __future__ import annotations

from dataclasses import dataclass

from counterfoil.adapters.statement_formats.csv_maps import CsvMap


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """From the site's own configuration, never from the file."""

    csv_maps: tuple[CsvMap, ...] = ()
    encoding: str = ""  # of formats that do not name theirs (MT940, BAI2): "cp850"
