"""Rules learned from manual matches say what they would have done, and wait for four eyes."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from counterfoil.adapters.reconciliation_rules import load_rules
from counterfoil.adapters.reconciliation_suggestions import load_suggestions
from counterfoil.domain.reconciliation import Fee
from counterfoil.domain.reconciliation_suggestions import Suggestion
from counterfoil.errors import Refused, SetupError
from counterfoil.rules.approval import ApprovalPolicy
from fixtures.reconciliation_pairs import BANK, LEDGER
from tests.cli_support import ROOT, counterfoil
from workflows.reconciliation_rules import APPROVED, PUT_FORWARD, approve_rule, suggest_rules

RULES = 'learned = "learned.json"\ndate_window_days = [-2, 6]\n[vouchers]\nbank = "1060"\n'
FIRST = date(2026, 3, 2)


class Past:
    """A quarter of past lines, and what people decided about those that stayed open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.bank: list[list[str]] = []
        self.ledger: list[list[str]] = []
        self.manual: list[dict[str, Any]] = []
        for number in range(60):
            self.pay(f"A{number:03d}", number, late=number % 3)

    def pay(
        self, own: str, number: int, *, late: int = 1, less: int = 0, silent: bool = False
    ) -> None:
        """A payment of both sides; *less*: cents that the bank took; *silent*: says no number."""
        amount, name = -(50_000 + number * 1_313), f"Vendor {number} Inc"
        invoice, booked = f"INV-{40_000 + number * 7:07d}", FIRST + timedelta(number % 60)
        paid = booked + timedelta(late)
        text = f"EFT {name}" if silent else f"EFT {invoice} {name}"
        self.ledger.append(
            [
                *(f"L{own}", "ACC01", booked.isoformat(), cents(amount), "EUR", "", ""),
                *(name, invoice, "", "", ""),
            ]
        )
        self.bank.append(self._row(f"B{own}", paid, amount - less, name, text))

    def charge(self, own: str, amount: int, text: str, day: int) -> None:
        self.bank.append(self._row(own, FIRST + timedelta(day), amount, "Bank", text))

    def _row(self, own: str, day: date, amount: int, name: str, text: str) -> list[str]:
        on = day.isoformat()
        return [own, "ACC01", on, on, cents(amount), "EUR", name, "", text]

    def decide(self, bank: str, ledger: str = "", posted_to: str = "") -> None:
        self.manual.append(
            {
                "decision": f"D-{len(self.manual) + 1:03d}",
                "account": "ACC01",
                "bank": [bank],
                "ledger": [ledger] if ledger else [],
                "posted_to": posted_to,
            }
        )

    def write(self) -> None:
        for name, heads, rows in (("bank", BANK, self.bank), ("ledger", LEDGER, self.ledger)):
            with (self.folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([heads, *rows])
        (self.folder / "manual.json").write_text(json.dumps(self.manual), "utf-8")
        (self.folder / "rules.toml").write_text(RULES, "utf-8")

    def emit(self, kind: str, data: Mapping[str, Any]) -> None:
        self.events.append((kind, dict(data)))

    def suggest(self) -> tuple[Suggestion, ...]:
        self.write()
        return suggest_rules(
            (self.folder / "bank.csv", self.folder / "ledger.csv"),
            self.folder / "rules.toml",
            self.folder / "manual.json",
            self.folder / "suggestions.json",
            proposer="Petra Novakova",
            emit=self.emit,
        )

    def approve(self, digest: str, approver: str = "Jan Dvorak") -> Suggestion:
        return approve_rule(
            self.folder / "suggestions.json",
            self.folder / "rules.toml",
            digest,
            approver=approver,
            policy=ApprovalPolicy(),
            put_forward=[data for kind, data in self.events if kind == PUT_FORWARD],
            emit=self.emit,
        )


def cents(amount: int) -> str:
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d}"


@pytest.fixture
def past(tmp_path: Path) -> Past:
    return Past(tmp_path)


def test_a_charge_seen_three_times_is_a_rule_and_would_have_matched_the_others(
    past: Past,
) -> None:
    for number in range(200, 206):
        past.pay(f"F{number}", number, less=875)
    for number in (200, 201, 202):
        past.decide(f"BF{number}", f"LF{number}")

    (found,) = past.suggest()

    assert found.rule.fee == Fee(kind="flat", cents=875)
    assert found.rule.learned_from == ("D-001", "D-002", "D-003")
    assert set(found.effect.right) == {((f"BF{n}",), (f"LF{n}",)) for n in (200, 201, 202)}
    assert set(found.effect.unknown) == {((f"BF{n}",), (f"LF{n}",)) for n in (203, 204, 205)}
    assert (found.effect.wrong, found.effect.lost) == ((), ())


def test_a_window_is_widened_and_what_it_would_match_wrongly_is_shown(past: Past) -> None:
    """People said of the fourth late one that it belongs to another line: the rule would not."""
    for number in range(300, 304):
        past.pay(f"W{number}", number, late=9, silent=True)
    for number in (300, 301, 302):
        past.decide(f"BW{number}", f"LW{number}")
    past.decide("BW303", "LA001")

    (found,) = past.suggest()

    assert found.rule.window == (2, 9)
    assert set(found.effect.right) == {((f"BW{n}",), (f"LW{n}",)) for n in (300, 301, 302)}
    assert found.effect.wrong == ((("BW303",), ("LW303",)),)


def test_a_text_that_people_posted_is_a_rule_for_lines_that_begin_so(past: Past) -> None:
    for number in range(5):
        past.charge(f"C{number}", -1_500 - number, f"SAFE CUSTODY FEE 0{number}/26", number * 7)
    past.charge("C9", -99_000, "SAFE CUSTODY FEE 77/26", 20)
    for number in range(3):
        past.decide(f"C{number}", posted_to="6825")
    past.decide("C9", posted_to="9999")

    (found,) = past.suggest()

    assert found.rule.narrative is not None
    assert found.rule.narrative.narrative == r"^SAFE +CUSTODY +FEE\b"
    assert found.effect.right == tuple(((f"C{n}",), ()) for n in range(3))
    assert found.effect.unknown == ((("C3",), ()), (("C4",), ()))
    assert found.effect.wrong == ((("C9",), ()),)


def test_twice_is_no_rule(past: Past) -> None:
    for number in (200, 201):
        past.pay(f"F{number}", number, less=875)
        past.decide(f"BF{number}", f"LF{number}")
    assert past.suggest() == ()


@pytest.fixture
def put_forward(past: Past) -> tuple[Past, str]:
    """One suggestion, by its digest."""
    for number in (200, 201, 202):
        past.pay(f"F{number}", number, less=875)
        past.decide(f"BF{number}", f"LF{number}")
    (found,) = past.suggest()
    return past, found.digest()


def test_it_is_in_force_after_another_person_approved_what_was_seen(
    put_forward: tuple[Past, str],
) -> None:
    past, digest = put_forward
    rules = past.folder / "rules.toml"
    assert load_rules(rules).of("ACC01").policy.fees == {}

    past.approve(digest[:12])

    learned = load_rules(rules).of("ACC01").policy
    assert learned.fees == {"learned-875": Fee(kind="flat", cents=875)}
    assert learned.days_after == 6
    assert [(kind, data["digest"]) for kind, data in past.events] == [
        (PUT_FORWARD, digest),
        (APPROVED, digest),
    ]
    with pytest.raises(Refused, match="in force already"):
        past.approve(digest)


def test_who_put_it_forward_does_not_approve_it(put_forward: tuple[Past, str]) -> None:
    past, digest = put_forward
    with pytest.raises(Refused, match="self_approval"):
        past.approve(digest, approver=" petra  NOVAKOVA")
    assert not (past.folder / "learned.json").exists()


def test_a_file_that_was_changed_is_not_on_the_record(put_forward: tuple[Past, str]) -> None:
    """Another name as the one who put it forward, or another amount: another digest."""
    past, digest = put_forward
    path = past.folder / "suggestions.json"
    path.write_text(path.read_text("utf-8").replace("Petra Novakova", "Somebody Else"), "utf-8")
    with pytest.raises(Refused, match="unknown_suggestion"):
        past.approve(digest)
    (changed,) = load_suggestions(path)
    with pytest.raises(Refused, match="not_on_record"):
        past.approve(changed, approver="Petra Novakova")


def test_it_was_tried_with_these_rules_and_no_others(put_forward: tuple[Past, str]) -> None:
    past, digest = put_forward
    (past.folder / "rules.toml").write_text(RULES + "bank = '1'\n".replace("bank", "fees"), "utf-8")
    with pytest.raises(Refused, match="rules_changed"):
        past.approve(digest)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"cents": 875', '"cents": 8750', "this is not what was approved"),
        ('"approver": "jan dvorak"', '"approver": "Petra Novakova"', "a second person's approval"),
        ('"approver": "jan dvorak", ', "", "a second person's approval"),
    ],
)
def test_a_learned_rule_that_was_edited_stops_the_start(
    put_forward: tuple[Past, str], old: str, new: str, message: str
) -> None:
    past, digest = put_forward
    past.approve(digest)
    path = past.folder / "learned.json"
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(SetupError, match=message):
        load_rules(past.folder / "rules.toml")


def test_the_commands_put_it_on_the_record(
    put_forward: tuple[Past, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    past, _ = put_forward
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'src'}:{ROOT}")
    (past.folder / "config.toml").write_text((ROOT / "config.toml").read_text("utf-8"), "utf-8")
    files = ("--rules", "rules.toml")
    made = counterfoil(
        *("rules", "suggest", "--bank", "bank.csv", "--ledger", "ledger.csv", *files),
        *("--manual", "manual.json", "--out", "suggestions.json", "--as", "petra.novakova"),
        at=past.folder,
    )
    assert made.returncode == 0, made.stderr
    (digest,) = load_suggestions(past.folder / "suggestions.json")
    assert digest[:12] in made.stdout
    how = ("rules", "approve", digest[:12], "--suggestions", "suggestions.json", *files, "--as")
    alone = counterfoil(*how, "p.novakova", at=past.folder)
    assert alone.returncode == 1
    assert "self_approval" in alone.stderr
    done = counterfoil(*how, "jan.dvorak", at=past.folder)
    assert done.returncode == 0, done.stderr
    assert load_rules(past.folder / "rules.toml").of("ACC01").policy.fees
    log = b"".join(path.read_bytes() for path in past.folder.rglob("*.jsonl"))
    assert APPROVED.encode() in log
