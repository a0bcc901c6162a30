"""Trade confirmations: our trades against contract notes, field by field.

Into the folder goes ``confirmations.xlsx``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from counterfoil.adapters.sheets.confirmations_book import confirmations_report
from counterfoil.adapters.sheets.control_book import write_control
from counterfoil.adapters.sheets.entry_rows import read_records
from counterfoil.domain.trades import Confirmations, Trade, TradeRules
from counterfoil.errors import Quarantined, SetupError
from counterfoil.rules.confirmations import confirm_trades
from counterfoil.toml_records import load_record


def confirm_files(
    trades: Path, notes: Path, rules: Path, *, maps: Path, into: Path
) -> Confirmations:
    """Judge our *trades* and their *notes* by *rules*; write the workbook.

    Args:
        maps: ``selectors/sheets``.

    Raises:
        Quarantined: A file is not right as a whole; nothing is written.
        SetupError: Rules or maps are wrong; nothing is written.
    """
    goes_by = load_record(TradeRules, rules, error=SetupError)
    ours = read_records(_our_trade, trades, maps / "trades.toml")
    theirs = read_records(partial(Trade), notes, maps / "contract_notes.toml")
    try:
        found = confirm_trades(ours, theirs, goes_by)
    except ValueError as trouble:
        raise Quarantined("not_right", str(trouble), remedy="mend it and run it again") from None
    read: Mapping[str, Any] = {
        "trades": [(each.currency, each.amount) for each in ours],
        "notes": [(each.currency, each.amount) for each in theirs],
    }
    facts = (("Trades", trades.name), ("Contract notes", notes.name), ("Rules", rules.name))
    write_control(into / "confirmations.xlsx", confirmations_report(found, facts, read))
    return found


def _our_trade(**values: Any) -> Trade:
    """In our own books the trade's id is its number."""
    return Trade(number=values["trade_id"], **values)
