"""Each control on the command line: what it writes, what it says, and its exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from counterfoil.cli import main
from fixtures.functions.mandates import write_debits, write_register
from fixtures.functions.receivables import write_open_items, write_receipts
from fixtures.functions.trades import write_notes, write_trades
from fixtures.functions.treasury import (
    write_balances,
    write_mirror,
    write_movements,
    write_statement,
)
from tests.bank_support import ROOT

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def control(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    """``counterfoil control ...`` in a suite of its own; its exit code and what it said."""
    for name in ("bots", "workflows", "selectors"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "config.toml").write_bytes((ROOT / "config.toml").read_bytes())
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys, "path", list(sys.path))  # the command line adds to it
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["counterfoil", "control", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), " ".join((said.out + said.err).split())

    return run


def test_receivables(control: Run, tmp_path: Path) -> None:
    write_receipts(tmp_path / "receipts.xlsx")
    write_open_items(tmp_path / "items.xlsx")
    words = ("--open-items", "items.xlsx", "--out", "found", "--as-of", "2026-05-20")
    code, said = control("receivables", "--receipts", "receipts.xlsx", *words)

    assert code == 1, "payments are left for a person"
    assert "27 payments: allocated" in said
    assert "31 allocations: found/allocations.xlsx" in said
    assert (tmp_path / "found/receivables.xlsx").is_file()

    code, said = control("receivables", *words)
    assert code == 2
    assert "one of --receipts and --statement is wanted" in said


def test_mandates(control: Run, tmp_path: Path) -> None:
    write_debits(tmp_path / "debits.xlsx")
    write_register(tmp_path / "mandates.xlsx")
    files = ("--debits", "debits.xlsx", "--register", "mandates.xlsx")
    code, said = control("mandates", *files, "--out", "found")

    assert code == 1
    assert "4 debits: after revocation" in said
    assert (tmp_path / "found/mandates.xlsx").is_file()


def test_cash(control: Run, tmp_path: Path) -> None:
    write_balances(tmp_path / "balances.xlsx")
    write_movements(tmp_path / "movements.xlsx", 1)
    files = ("--balances", "balances.xlsx", "--movements", "movements.xlsx")
    code, said = control("cash", *files, "--out", "found", "--horizon", "2026-05-15")

    assert code == 1
    assert "36 movements: in the position" in said
    assert (tmp_path / "found/cash_position.xlsx").is_file()


def test_nostro(control: Run, tmp_path: Path) -> None:
    write_balances(tmp_path / "balances.xlsx")
    write_mirror(tmp_path / "mirror.xlsx")
    write_statement(tmp_path / "may.sta")
    files = ("--ledger", "mirror.xlsx", "--balances", "balances.xlsx", "--statement", "may.sta")
    code, said = control("nostro", *files, "--out", "found", "--as-of", "2026-05-18")

    assert code == 1
    assert "80 entries: agreed" in said
    assert "our closing 4,022,248.92 leads to theirs, 3,080,442.05" in said
    assert (tmp_path / "found/nostro.xlsx").is_file()


def test_confirmations(control: Run, tmp_path: Path) -> None:
    write_trades(tmp_path / "trades.xlsx")
    write_notes(tmp_path / "notes.xlsx")
    files = ("--trades", "trades.xlsx", "--notes", "notes.xlsx")
    code, said = control("confirmations", *files, "--out", "found")

    assert code == 1
    assert "6 trades: mismatch" in said
    assert "2 notes: unknown to us" in said


def test_where_everything_agrees_the_exit_code_is_0(control: Run, tmp_path: Path) -> None:
    """Two trades and their notes, out of a CSV."""
    head = "ISIN,Side,Quantity,Price,Currency,Amount,Trade date,Settlement date,Counterparty"
    row = "XX0000000017,BUY,100,12.50,EUR,1250.00,2026-05-12,2026-05-14,Alder"
    (tmp_path / "t.csv").write_text(f"Trade id,{head}\nTR1,{row}\nTR2,{row}\n", "utf-8")
    notes = f"Note,Your reference,{head}\nN1,TR1,{row}\nN2,TR2,{row}\n"
    (tmp_path / "n.csv").write_text(notes, "utf-8")

    code, said = control("confirmations", "--trades", "t.csv", "--notes", "n.csv", "--out", "found")

    assert code == 0
    assert "2 trades: agreed" in said


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nobank", "receipts"), "no [systems.nobank]; known: corebank"),
        (("corebank", "receipt"), "no [lists.receipt], did you mean 'receipts'?"),
    ],
)
def test_a_list_that_is_not_there_is_named(
    control: Run, words: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    code, said = control("list", *words, "--out", "x.xlsx")

    assert code == 2
    assert told in said
    assert not (tmp_path / "x.xlsx").exists()
