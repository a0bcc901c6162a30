"""Both sides of a reconciliation as columns: from tables by their maps, and from statements.

The home of polars outside the rules: what comes out is what ``rules/reconciliation/lines.py``
takes. A table is read in the parser box; here its columns are put together, and the totals of
what came are taken, block by block, before anybody joins or sorts anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import polars as pl

from counterfoil.adapters.sheets.big_tables import read_packed
from counterfoil.adapters.sheets.blocks_wire import ABSENT, BETWEEN, Packed
from counterfoil.adapters.sheets.maps import load_sheet_map
from counterfoil.domain.findings import Finding
from counterfoil.domain.reconciliation import ControlTotal, Progress, unseen
from counterfoil.errors import MapError, Quarantined

if TYPE_CHECKING:
    from counterfoil.domain.statements import Statement, Transaction

SideName = Literal["bank", "ledger"]

MAPS = Path("selectors/sheets")
#: The map's field -> our column. What is not listed is read, checked, and left alone.
_TEXTS = {
    "entry_id": "id",
    "account": "account",
    "currency": "currency",
    "counterparty": "name",
    "reference": "reference",
    "document": "document",
    "run": "run",
    "description": "text",
    "narrative": "text",
    "original_currency": "foreign_currency",
}
_DAYS = ("posting_date", "booking_date")
_CENTS = {"amount": "amount", "original_amount": "foreign_amount"}
_COLUMNS: dict[str, tuple[str, ...]] = {
    "bank": ("id", "account", "currency", "name", "reference", "text", "day", "amount"),
    "ledger": (
        *("id", "account", "currency", "name", "reference", "document", "run", "text"),
        *("foreign_currency", "day", "amount", "foreign_amount"),
    ),
}
_NEEDED = ("id", "account", "currency", "day", "amount")
_NUMBERS = ("day", "amount", "foreign_amount")
_NAMED_MAX = 5  # rows in an error
#: Cents of one line: a million lines add up, and a rate of a million is applied, within 64 bits.
AMOUNT_MAX = 9 * 10**12
_ID_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side as it was read."""

    lines: pl.DataFrame  # texts ("" for none), day (since 1970), amounts (cents)
    totals: tuple[ControlTotal, ...]  # of what was read, by currency
    notes: tuple[str, ...] = ()  # what nobody reads, and was no entry


def read_bank(path: Path, maps: Path = MAPS) -> pl.DataFrame:
    """The lines of a bank's table; see :func:`read_table`."""
    return read_table("bank", path, maps).lines


def read_ledger(path: Path, maps: Path = MAPS) -> pl.DataFrame:
    """The lines of a ledger's table; see :func:`read_table`."""
    return read_table("ledger", path, maps).lines


def read_table(side: SideName, path: Path, maps: Path, progress: Progress = unseen) -> Side:
    """Read a workbook or a CSV by the one map in *maps* for this side whose header it has.

    Raises:
        Quarantined: The file cannot be trusted as a whole, or a row of it cannot be read; the
            message names file, row and cell, and says what to do. Nothing of it is used.
        MapError: A map is not exactly right, or there is none for this side.
    """
    gathered = _Gathered(side, path)
    try:
        for packed in read_packed(path, *_maps_of(side, maps)):
            gathered.take(packed)
            progress(f"reading the {side}", gathered.count, None)
    except Quarantined as trouble:
        raise _of_file(path, trouble) from trouble
    except (ValueError, KeyError, TypeError, pl.exceptions.PolarsError) as trouble:
        raise Quarantined(
            "reading_contradicts_itself",
            f"{path}: what was read does not hold together ({type(trouble).__name__})",
            remedy="export the file again; if that does not help, tell the operators",
        ) from trouble
    return gathered.whole()


def _maps_of(side: SideName, folder: Path) -> list[Path]:
    # to read the others, which are of no reconciliation, takes as long as a thousand lines
    with_sides = (each for each in sorted(folder.glob("*.toml")) if "side" in _written(each))
    found = [path for path in with_sides if load_sheet_map(path).side == side]
    if not found:
        raise MapError(f'{folder}: no map says side = "{side}"')
    return found


def _written(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as trouble:
        raise MapError(f"{path}: {trouble}") from trouble


def _of_file(path: Path, trouble: Quarantined) -> Quarantined:
    """The same trouble with the file's name, once."""
    if trouble.reason.startswith(str(path)):
        return trouble
    return Quarantined(trouble.code, f"{path}: {trouble.reason}", remedy=trouble.remedy)


class _Gathered:
    """The blocks of one file so far."""

    def __init__(self, side: SideName, path: Path) -> None:
        self._side, self._path = side, path
        self._parts: list[pl.DataFrame] = []
        self._sheets: list[tuple[str, Sequence[int]]] = []  # of each part: where its rows stand
        self._totals: Counter[tuple[str, str]] = Counter()
        self._notes: list[str] = []
        self.count = 0

    def take(self, packed: Packed) -> None:
        """One block more. Raises Quarantined: a row of it cannot be used."""
        self._refuse(packed.findings)
        self._notes += [each.message for each in packed.findings]
        if not packed.rows:
            return
        part = _columns(packed, self._side)
        self._refuse_gaps(part, packed)
        for currency, count, cents in (
            part.group_by("currency").agg(pl.len(), pl.col("amount").sum().alias("sum")).iter_rows()
        ):
            self._totals[currency, "count"] += count
            self._totals[currency, "sum"] += cents
        self.count += len(packed.rows)
        self._parts.append(part)
        self._sheets.append((packed.sheet, packed.rows))

    def whole(self) -> Side:
        """Everything that came. Raises Quarantined: an id stands twice, or nothing came."""
        if not self._parts:
            raise Quarantined(
                "no_entries",
                f"{self._path}: the table has no rows",
                remedy="export it again; a period without entries is not reconciled",
            )
        lines = pl.concat(self._parts, rechunk=True)
        self._parts.clear()
        self._refuse_repeated(lines["id"])
        currencies = sorted({currency for currency, _ in self._totals})
        return Side(
            lines=lines,
            totals=tuple(
                ControlTotal(
                    side=self._side,
                    currency=each,
                    count=self._totals[each, "count"],
                    sum=self._totals[each, "sum"],
                )
                for each in currencies
            ),
            notes=tuple(self._notes),
        )

    def _refuse(self, findings: Sequence[Finding]) -> None:
        wrong = [each for each in findings if each.severity != "note"]
        if not wrong:
            return
        named = "; ".join(_said(each) for each in wrong[:_NAMED_MAX])
        more = f"; and {len(wrong) - _NAMED_MAX} more" if len(wrong) > _NAMED_MAX else ""
        raise Quarantined(
            wrong[0].code,
            f"{self._path}: {named}{more}",
            remedy=_REMEDIES.get(wrong[0].code, "mend the file and run again: no row is left out"),
        )

    def _refuse_gaps(self, part: pl.DataFrame, packed: Packed) -> None:
        for name in _NEEDED:
            gaps = part[name].is_null() | (
                (part[name] == "") if name not in _NUMBERS else (part[name].abs() >= AMOUNT_MAX)
            )
            if gaps.any():
                at = gaps.arg_max()
                assert at is not None
                where = _place(packed.sheet, packed.rows[at])
                value = part[name][at]
                told = f"is too large ({value} cents)" if value else "is empty"
                raise Quarantined(
                    "missing" if not value else "too_large",
                    f"{self._path}, {where}: the {name} {told}",
                    remedy="a line needs an id, an account, a currency, a day and an amount",
                )

    def _refuse_repeated(self, ids: pl.Series) -> None:
        # in order, as most exports are, the same ones stand beside each other
        repeated = ids == ids.shift() if ids.is_sorted() else ~ids.is_first_distinct()
        if repeated.any():
            at = repeated.arg_max()
            assert at is not None
            first = (ids == ids[at]).arg_max()
            assert first is not None
            raise Quarantined(
                "id_twice",
                f"{self._path}, {self._place(at)}: {ids[at]!r} is not an id of its own, "
                f"{self._place(first)} has it too",
                remedy="every line needs an id of its own: export the file again",
            )

    def _place(self, at: int) -> str:
        for sheet, rows in self._sheets:
            if at < len(rows):
                return _place(sheet, rows[at])
            at -= len(rows)
        raise AssertionError("a line that no block had")


#: What to do, by what is wrong; every other finding is about one cell.
_REMEDIES = {
    "may_be_cut_off": "save it again so that its last line ends, or declare its Control count",
    "hidden_rows": "show them, or delete them: what is hidden is not matched unseen",
    "hidden_columns": "show them, or delete them: what is hidden is not matched unseen",
    "hidden_sheets": "show them, or delete them: what is hidden is not matched unseen",
    "total_differs": "rows are missing or were changed: export the file again",
    "below_the_end": "move it out of the sheet: it may be an entry, and was not read",
}


def _said(finding: Finding) -> str:
    if finding.row is None:
        return finding.message
    return f"{_place('', finding.row)} ({finding.cell}): {finding.message}"


def _place(sheet: str, row: int) -> str:
    return f"sheet {sheet!r}, row {row}" if sheet else f"row {row}"


def _columns(packed: Packed, side: SideName) -> pl.DataFrame:
    """One block in our columns; a text that is not there is "", a number null."""
    found: dict[str, pl.Series] = {}
    for name, (kind, values) in packed.columns.items():
        if name in _TEXTS and kind == "text":
            texts = _split(values)
            found[_TEXTS[name]] = texts.str.strip_chars(ABSENT) if ABSENT in values else texts
        elif name in _DAYS and kind == "date":
            found["day"] = _split(values).str.to_date("%Y-%m-%d").cast(pl.Int32).cast(pl.Int64)
        elif name in _CENTS and kind == "integer":
            texts = _split(values)
            found[_CENTS[name]] = texts.set(texts == ABSENT, None).cast(pl.Int64)
    length = len(packed.rows)
    for name in _COLUMNS[side]:
        if name not in found:
            found[name] = (
                pl.Series([None], dtype=pl.Int64)
                if name in _NUMBERS
                else pl.Series([""], dtype=pl.String)
            ).new_from_index(0, length)
    return pl.DataFrame({name: found[name] for name in _COLUMNS[side]})


def _split(values: str | list[str]) -> pl.Series:
    if isinstance(values, list):
        return pl.Series(values, dtype=pl.String)
    return pl.Series([values], dtype=pl.String).str.split(BETWEEN).explode()


def of_statements(path: Path, statements: Iterable[Statement]) -> Side:
    """The bank's side out of proved statements.

    A line's id is made of what the bank says of it, and of how many such entries its day had
    before: a later file that has the same days gives the same entries the same ids.

    Raises:
        Quarantined: Two statements tell of the same days, or one names no account or currency.
    """
    rows: list[tuple[object, ...]] = []
    seen: set[str] = set()
    totals: Counter[tuple[str, str]] = Counter()
    for statement, name, entry in _entries(path, statements):
        if name in seen:
            raise Quarantined(
                "statements_overlap",
                f"{path}, {entry.place}: the entry of {entry.booking_date} is in two statements",
                remedy="give the statements one file at a time, without overlap",
            )
        seen.add(name)
        cents = _cents(path, entry)
        totals[statement.currency, "count"] += 1
        totals[statement.currency, "sum"] += cents
        rows.append(
            (
                *(name, statement.account, statement.currency, "", entry.reference),
                *(entry.description, entry.booking_date, cents),
            )
        )
    kinds: Mapping[str, type[pl.DataType]] = {
        name: {"day": pl.Date, "amount": pl.Int64}.get(name, pl.String) for name in _COLUMNS["bank"]
    }
    lines = pl.DataFrame(rows, schema=pl.Schema(kinds), orient="row")
    return Side(
        lines=lines.with_columns(pl.col("day").cast(pl.Int32).cast(pl.Int64)),
        totals=tuple(
            ControlTotal(
                side="bank", currency=each, count=totals[each, "count"], sum=totals[each, "sum"]
            )
            for each in sorted({currency for currency, _ in totals})
        ),
    )


def _entries(
    path: Path, statements: Iterable[Statement]
) -> Iterator[tuple[Statement, str, Transaction]]:
    """Every entry with its id; entries of statements that follow on each other are counted on."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    ends: dict[tuple[str, str], Statement] = {}
    for statement in statements:
        if not statement.account or not statement.currency:
            raise Quarantined(
                "no_account",
                f"{path}: a statement names no {'currency' if statement.account else 'account'}",
                remedy="order another format of it, or write its entries as a table",
            )
        key = (statement.account, statement.currency)
        last = ends.get(key)
        if last is None or last.closing != statement.opening:
            counts[key] = Counter()
        ends[key] = statement
        for entry in statement.transactions:
            facts = _facts(statement, entry)
            counts[key][facts] += 1
            digest = sha256(f"{facts}\x1f{counts[key][facts]}".encode()).hexdigest()
            yield statement, f"{entry.booking_date:%Y%m%d}-{digest[:_ID_DIGITS]}", entry


def _facts(statement: Statement, entry: Transaction) -> str:
    """What makes an entry this one. Not the balance, which not every format prints."""
    value = entry.value_date.isoformat() if entry.value_date else ""
    return "\x1f".join(
        (
            *(statement.account, statement.currency, entry.booking_date.isoformat(), value),
            *(f"{entry.amount.normalize():f}", entry.reference, entry.description),
        )
    )


def _cents(path: Path, entry: Transaction) -> int:
    cents = entry.amount.scaleb(2)
    if cents != int(cents) or abs(cents) >= AMOUNT_MAX:
        raise Quarantined(
            "decimals",
            f"{path}, {entry.place}: {entry.amount} cannot be taken in hundredths",
            remedy="reconcile this currency by a table in its own units",
        )
    return int(cents)
