"""Cash position: balances and expected movements become a closing for each day and account.

Into the folder goes ``cash_position.xlsx``.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from counterfoil.adapters.sheets.cash_book import cash_report
from counterfoil.adapters.sheets.control_book import write_control
from counterfoil.adapters.sheets.entry_rows import read_records
from counterfoil.domain.cash import AccountBalance, CashPosition, Movement
from counterfoil.errors import Quarantined
from counterfoil.rules.cash_position import cash_position


def position_files(
    balances: Path, movements: Path, *, maps: Path, horizon: date, into: Path
) -> CashPosition:
    """Project the accounts in *balances* by *movements* to *horizon*; write the workbook.

    Args:
        maps: ``selectors/sheets``.

    Raises:
        Quarantined: A file is not right as a whole; nothing is written.
        SetupError: A map is wrong; nothing is written.
    """
    accounts = read_records(AccountBalance, balances, maps / "account_balances.toml")
    expected = read_records(Movement, movements, maps / "movements.toml")
    try:
        found = cash_position(accounts, expected, horizon=horizon)
    except ValueError as trouble:
        raise Quarantined("not_right", str(trouble), remedy="mend it and run it again") from None
    facts = (("Balances", balances.name), ("Movements", movements.name), ("Horizon", horizon))
    read = {"movements": [(each.currency, each.amount) for each in expected]}
    write_control(into / "cash_position.xlsx", cash_report(found, facts, read))
    return found
