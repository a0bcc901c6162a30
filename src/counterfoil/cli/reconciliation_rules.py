"""``counterfoil rules``: learned from what people matched by hand, in force after four eyes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from counterfoil.audit.finding import records_of
from counterfoil.cli.items import Person
from counterfoil.cli.site import approval_policy, audit_folder, emitter, open_site
from counterfoil.cli.terminal import say, show_table

rules = typer.Typer(
    no_args_is_help=True,
    help="Rules of a reconciliation, learned from what people matched by hand; four eyes.",
)
RulesFile = Annotated[Path, typer.Option(help="The rules, TOML.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    rules.command()(suggest)
    rules.command()(approve)
    app.add_typer(rules, name="rules")


def suggest(  # noqa: PLR0913 - a command line has these options
    bank: Annotated[Path, typer.Option(help="The bank's past lines.")],
    ledger: Annotated[Path, typer.Option(help="The ledger's past lines.")],
    rules: RulesFile,
    manual: Annotated[Path, typer.Option(help="What was decided by hand: JSON.")],
    out: Annotated[Path, typer.Option(help="Where to write the suggestions: JSON.")],
    person: Person,
) -> None:
    """Learn rules from MANUAL, try each on the past lines, and put them forward.

    Each says what it would have matched as people did, against what stands (wrong), and where
    nobody decided. None is in force: counterfoil rules approve, by somebody else.
    """
    from workflows.reconciliation_rules import suggest_rules  # polars takes half a second to load

    with open_site("decide") as site:
        found = suggest_rules(
            (bank, ledger), rules, manual, out, proposer=person, emit=emitter(site)
        )
    rows = [
        (each.digest()[:12], each.rule.says(), len(each.rule.learned_from),
         len(each.effect.right), len(each.effect.wrong), len(each.effect.unknown),
         len(each.effect.lost))
        for each in found
    ]  # fmt: skip
    columns = ("digest", "rule", ">seen", ">right", ">wrong", ">undecided", ">lost")
    show_table(f"{len(rows)} suggestions, none in force", columns, rows)
    say(f"written to {out}: look at the lines, then somebody else approves each by its digest")


def approve(
    digest: Annotated[
        str, typer.Argument(help="Of the suggestion you saw; 12 characters will do.")
    ],
    suggestions: Annotated[Path, typer.Option(help="What counterfoil rules suggest wrote.")],
    rules: RulesFile,
    person: Person,
) -> None:
    """Put one suggestion in force: you saw what it would have done, and did not put it forward."""
    from workflows.reconciliation_rules import PUT_FORWARD, approve_rule

    with open_site("decide") as site:
        told: list[Mapping[str, Any]] = [
            {**each["obj"], **each["data"]}
            for each in records_of(audit_folder(site.suite), PUT_FORWARD)
        ]
        suggestion = approve_rule(
            suggestions,
            rules,
            digest,
            approver=person,
            policy=approval_policy(site.suite),
            put_forward=told,
            emit=emitter(site),
        )
    say(f"in force: {suggestion.rule.says()}", style="green")
