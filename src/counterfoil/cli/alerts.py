"""``counterfoil alerts``: what was told to whom, and who knows of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from counterfoil.adapters.alert_sender import check_url, send
from counterfoil.cli.alerting import Unlooking, alert_tools
from counterfoil.cli.items import Person, Reason
from counterfoil.cli.site import Site, open_reader, open_site
from counterfoil.cli.terminal import say, show_table
from counterfoil.config import find_suite
from counterfoil.domain.alerts import Sending
from counterfoil.errors import SetupError, Unavailable
from counterfoil.store.alert_ledger import AlertLedger
from counterfoil.store.alert_reading import AlertRow
from counterfoil.store.deciding import Word
from counterfoil.store.schedule_ledger import ScheduleLedger
from workflows.alerts import Alerts, Tools, url_of

alerts = typer.Typer(
    no_args_is_help=True,
    help=(
        "Alerts: what has gone wrong, whom it was told, and who knows of it.\n\n"
        "They are sent by `counterfoil up` and `counterfoil scheduler`, as \\[alerts] of "
        "config.toml says; docs/ALERTS.md."
    ),
)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    alerts.command("list")(listing)
    alerts.command("acknowledge")(acknowledge)
    alerts.command("test")(try_out)
    alerts.command("send")(send_due)
    app.add_typer(alerts, name="alerts")


def listing(
    everything: Annotated[
        bool, typer.Option("--all", help="Also those that were acknowledged; 200 at most.")
    ] = False,
) -> None:
    """List alerts that nobody has acknowledged, the newest first, and how far each got.

    Exit code 1 when there are any.
    """
    with open_reader() as book:
        found = AlertLedger.beside(book).alerts(everything=everything)
    waiting = [each for each in found if each.alert.acknowledged_at is None]
    if not found:
        say("no alert waits for anybody")
        return
    columns = (">no", "kind", "raised", "told", "sent", "known to")
    show_table(f"{len(found)} alerts", columns, [_cells(each) for each in found])
    if waiting:
        say("counterfoil alerts acknowledge NO --as NAME --reason WHAT-YOU-DO", style="yellow")
        raise typer.Exit(1)


def _cells(row: AlertRow) -> tuple[object, ...]:
    alert = row.alert
    mark = "CRITICAL " if alert.critical else ""
    over = f" (over since {alert.over_at:%m-%d %H:%M}Z)" if alert.over_at else ""
    known = f"{alert.acknowledged_by}: {row.reason}" if alert.acknowledged_at else ""
    return (
        alert.alert_id,
        f"{mark}{alert.kind}",
        f"{alert.raised_at:%Y-%m-%d %H:%M:%S}Z",
        f"{alert.told}{over} -> {alert.remedy}",
        "; ".join(map(_way, row.sendings)),
        known,
    )


def _way(each: Sending) -> str:
    if each.sent_at is not None:
        return f"{each.address} {each.sent_at:%H:%M:%S}Z"
    if each.trouble:
        return f"{each.address}: not in {each.attempts} attempts, {each.trouble}"
    return f"{each.address}: from {each.due_at:%H:%M}Z on"


def acknowledge(
    numbers: Annotated[list[int], typer.Argument(metavar="NO ...", help="As alerts list has it.")],
    person: Person,
    reason: Reason,
) -> None:
    """Say that you know of these alerts: they go to nobody else any more.

    \b
        counterfoil alerts acknowledge 17 18 --as jan.dvorak --reason "called the bank"
    """
    with open_site("decide") as site:
        word = Word(person=person, reason=reason)
        for each in AlertLedger.beside(site.ledger).acknowledge(numbers, word):
            say(f"#{each.alert_id} {each.kind}: acknowledged", style="green")


def try_out(
    person: Person,
    reason: Reason,
    address: Annotated[
        str | None, typer.Argument(metavar="[ADDRESS]", help="Only this one of config.toml.")
    ] = None,
) -> None:
    """Send a test message to every address, or to one; exit code 1 when one did not get through.

    \b
        counterfoil alerts test --as jan.dvorak --reason "the mail server was moved"
    """
    with open_site("alerts") as site:
        tools = _tools(site)
        names = list(tools.settings.addresses) if address is None else [address]
        if strange := [each for each in names if each not in tools.settings.addresses]:
            known = ", ".join(tools.settings.addresses)
            raise SetupError(f"config.toml: no [alerts.addresses.{strange[0]}]; known: {known}")
        word = Word(person=person, reason=reason)
        outcomes = [_tested(tools, each, word) for each in names]
    if not all(outcomes):
        raise typer.Exit(1)


def _tested(tools: Tools, name: str, word: Word) -> bool:
    site = tools.suite.config.site.name
    try:
        url = url_of(tools.settings.addresses[name], name, tools)
        shown = check_url(name, url, tools.redactor)
        body = f"A test of the address {name} by {word.person}: {word.reason}"
        send(name, url, f"[Counterfoil {site}] test", body, redactor=tools.redactor)
    except (SetupError, Unavailable) as trouble:
        tools.ledger.tested(name, f"not sent: {trouble}", word)
        say(f"{name}: {tools.redactor.text(str(trouble))}", style="red")
        return False
    tools.ledger.tested(name, "sent", word)
    say(f"{name}: sent to {shown}", style="green")
    return True


def send_due() -> None:
    """Look once: raise what is due, send what may go, and stop.

    For cron on a machine of its own, which then tells you that nothing runs on the others.
    """
    with open_site("alerts") as site:
        Alerts(_tools(site)).look()


def _tools(site: Site) -> Tools:
    unlooked = Unlooking(ScheduleLedger.beside(site.ledger), site.suite, grace_seconds=0)
    tools = alert_tools(site, find_suite(Path.cwd()), unlooked)
    if tools is None:
        raise SetupError("config.toml has no [alerts]: docs/ALERTS.md says what to write")
    return tools
