"""``counterfoil control``: two lists are held against each other, and each row gets one class."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from counterfoil.cli.site import Site, open_site
from counterfoil.cli.terminal import WORK, out, say
from counterfoil.config import Suite, find_suite
from counterfoil.domain.evidence import Evidence
from counterfoil.store.ledger import new_boot

if TYPE_CHECKING:
    from workflows.registers import Tools

To = Annotated[Path, typer.Option("--out", help="The folder for what is found.")]
AsOf = Annotated[
    datetime | None, typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day: today.")
]
Rules = Annotated[
    Path | None, typer.Option(help="Windows and tolerances: TOML; else selectors/controls/.")
]

HORIZON_DAYS = 14

control = typer.Typer(
    no_args_is_help=True,
    help=(
        "Controls of the back office: payments against receivables, debits against mandates, "
        "nostro, confirmations. Each row ends in one class, and the totals tie."
    ),
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    control.command("list")(listing)
    control.command()(receivables)
    control.command()(mandates)
    control.command()(cash)
    control.command()(nostro)
    control.command()(confirmations)
    app.add_typer(control, name="control", rich_help_panel=WORK)


def listing(
    system: Annotated[str, typer.Argument(metavar="SYSTEM", help="As in config.toml.")],
    name: Annotated[str, typer.Argument(metavar="LIST", help="Of the system's map: receipts ...")],
    to: Annotated[Path, typer.Option("--out", help="The workbook to write.")],
) -> None:
    r"""Read a LIST of the bank's own screens to its proven end, into a workbook.

    What can be read stands in \[lists.*] of selectors/SYSTEM/system.toml. Keys nothing; the
    reading and its evidence are on the record.

    \b
        counterfoil control list corebank receipts --out receipts.xlsx
        counterfoil control list corebank mandates --out mandates.xlsx
    """
    from workflows.registers import fetch_register

    with open_site("registers", boot=new_boot()) as site, out().status("reading"):
        found = asyncio.run(fetch_register(register_tools(site), system, name, to))
    say(f"{len(found.rows)} lines, {found.proof}: {to}", style="green")


def register_tools(site: Site) -> Tools:
    """The part of the site that reading a list needs."""
    from workflows.registers import Tools

    def emit(
        kind: str,
        obj: Mapping[str, Any],
        data: Mapping[str, Any],
        evidence: Sequence[Evidence],
    ) -> None:
        site.audit.emit(kind, obj=obj, data=data, evidence=evidence)

    return Tools(
        suite=site.suite,
        ledger=site.ledger,
        secrets=site.secrets,
        evidence=site.evidence,
        redactor=site.redactor,
        emit=emit,
    )


def receivables(  # noqa: PLR0913 - what can be said on the command line
    open_items: Annotated[Path, typer.Option(help="Open receivables: an export of your books.")],
    to: To,
    receipts: Annotated[
        Path | None, typer.Option(help="Incoming payments: counterfoil control list.")
    ] = None,
    statement: Annotated[
        Path | None, typer.Option(help="Instead: a statement in any format; its money in.")
    ] = None,
    rules: Rules = None,
    as_of: AsOf = None,
) -> None:
    """Hold incoming payments against open receivables; propose what is to be allocated.

    Writes receivables.xlsx (every payment and invoice with its class and why) and
    allocations.xlsx. Drop the latter into a watched folder: it waits for a second person and
    is keyed on the bank's screen exactly once. Partial and over payments are named, never
    allocated by guess.

    \b
        counterfoil control receivables --receipts receipts.xlsx --open-items items.xlsx --out found
        counterfoil run --folder allocations found/allocations.xlsx

    Exit code 1 when a payment is left for a person.
    """
    from workflows.receivables import ReceivablesFiles, control_files

    payments = receipts or statement
    if payments is None or (receipts and statement):
        raise typer.BadParameter("one of --receipts and --statement is wanted")
    suite = find_suite(Path.cwd())
    found = control_files(
        ReceivablesFiles(
            payments=payments, is_statement=statement is not None, open_items=open_items
        ),
        rules or suite.selectors / "controls" / "receivables.toml",
        selectors=suite.selectors,
        as_of=_day(as_of),
        into=to,
    )
    made = found.allocations()
    _tell((str(each.kind) for each in found.receipts), "payments")
    say(f"{len(made)} allocations: {to / 'allocations.xlsx'}", style="green")
    _report_at(to / "receivables.xlsx", left=any(not each.allocations for each in found.receipts))


def mandates(
    debits: Annotated[Path, typer.Option(help="Direct debits, presented to us or by us.")],
    register: Annotated[Path, typer.Option(help="Mandates: counterfoil control list.")],
    to: To,
    rules: Rules = None,
) -> None:
    """Hold direct debits against the register of mandates; say what is wrong with each.

    Without mandate, another creditor or account, after revocation, out of its days, lapsed,
    a duplicate, above the limit, too often: else it is allowed. Writes mandates.xlsx.

    \b
        counterfoil control list corebank mandates --out mandates.xlsx
        counterfoil control mandates --debits debits.xlsx --register mandates.xlsx --out found

    Exit code 1 when a debit is not allowed.
    """
    from workflows.mandates import control_files

    suite = find_suite(Path.cwd())
    by = rules or suite.selectors / "controls" / "mandates.toml"
    found = control_files(debits, register, by, maps=_sheets(suite), into=to)
    _tell((str(each.kind) for each in found.debits), "debits")
    _report_at(to / "mandates.xlsx", left=any(each.findings for each in found.debits))


def cash(
    balances: Annotated[Path, typer.Option(help="What each account held, and on which day.")],
    movements: Annotated[Path, typer.Option(help="What is expected, by value date, signed.")],
    to: To,
    horizon: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day: two weeks from now.")
    ] = None,
) -> None:
    """Project every account day by day: balance, in and out make the closing.

    Writes cash_position.xlsx: each account and day, where one falls below its floor, and each
    movement with its class. What is overdue or has no account is shown and not counted.

    \b
        counterfoil control cash --balances balances.xlsx --movements expected.xlsx --out found

    Exit code 1 when an account falls short, or a movement could not be placed.
    """
    from workflows.cash_position import position_files

    suite = find_suite(Path.cwd())
    last = horizon.date() if horizon else _day(None) + timedelta(days=HORIZON_DAYS)
    found = position_files(balances, movements, maps=_sheets(suite), horizon=last, into=to)
    _tell((str(each.kind) for each in found.movements), "movements")
    short = [each for each in found.accounts if any(one.short for one in each.days)]
    for each in short:
        day = next(one for one in each.days if one.short)
        account, currency = each.balance.account, each.balance.currency
        say(f"{account} {currency} is {day.short:,.2f} short on {day.day}", style="bold red")
    _report_at(to / "cash_position.xlsx", left=bool(short) or found.unplaced())


def nostro(  # noqa: PLR0913 - what can be said on the command line
    ledger: Annotated[Path, typer.Option(help="Our mirror ledger of one nostro account.")],
    balances: Annotated[Path, typer.Option(help="What the mirror held before its first entry.")],
    statement: Annotated[Path, typer.Option(help="Theirs: PDF, CAMT, MT940, OFX, BAI2, CSV.")],
    to: To,
    rules: Rules = None,
    as_of: AsOf = None,
) -> None:
    """Reconcile a nostro account: our mirror ledger against the correspondent's statement.

    The statement must prove by its own arithmetic. What is not agreed is one of four: our
    debit or credit that they do not have, their credit or debit that we do not have. Writes
    nostro.xlsx with the way from our closing balance to theirs, proved to the cent.

    \b
        counterfoil control nostro --ledger mirror.xlsx --balances balances.xlsx \\
            --statement may.sta --out found

    Exit code 1 when an item is open.
    """
    from workflows.nostro import NostroFiles, reconcile_files

    suite = find_suite(Path.cwd())
    found = reconcile_files(
        NostroFiles(ledger=ledger, balances=balances, statement=statement),
        rules or suite.selectors / "controls" / "nostro.toml",
        selectors=suite.selectors,
        as_of=_day(as_of),
        into=to,
    )
    _tell((str(each.kind) for each in found.entries), "entries")
    proof = found.proof
    say(f"our closing {proof.our_closing:,.2f} leads to theirs, {proof.their_closing:,.2f}")
    _report_at(to / "nostro.xlsx", left=bool(found.open_items() or proof.opening_difference))


def confirmations(
    trades: Annotated[Path, typer.Option(help="Trades of your own books.")],
    notes: Annotated[Path, typer.Option(help="Contract notes, or confirmations.")],
    to: To,
    rules: Rules = None,
) -> None:
    """Hold trades against contract notes: ISIN, side, quantity, price, amount, days, names.

    By trade id, else by all fields if nothing else fits. What differs is named with both
    values; tolerances and spellings of names stand in the rules. Writes confirmations.xlsx.

    \b
        counterfoil control confirmations --trades trades.xlsx --notes notes.xlsx --out found

    Exit code 1 when a trade or a note is not agreed.
    """
    from workflows.confirmations import confirm_files

    suite = find_suite(Path.cwd())
    by = rules or suite.selectors / "controls" / "confirmations.toml"
    found = confirm_files(trades, notes, by, maps=_sheets(suite), into=to)
    _tell((str(each.kind) for each in found.trades), "trades")
    _tell((str(each.kind) for each in found.notes), "notes")
    _report_at(to / "confirmations.xlsx", left=not found.all_agree())


def _tell(kinds: Iterable[str], what: str) -> None:
    for kind, count in sorted(Counter(kinds).items()):
        say(f"{count:6,} {what}: {kind}")


def _report_at(path: Path, *, left: bool) -> None:
    say(f"report  {path}", style="bold")
    if left:
        raise typer.Exit(1)


def _sheets(suite: Suite) -> Path:
    return suite.selectors / "sheets"


def _day(moment: datetime | None) -> date:
    return (moment or datetime.now().astimezone()).date()
