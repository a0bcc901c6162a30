"""``counterfoil reconciliation`` as people type it, from the first run to a closed month."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from counterfoil.domain.reconciliation_report import AGEING, age_buckets
from counterfoil.errors import Refused, SetupError
from fixtures.reconciliation_pairs import make
from tests.typing_support import Typed, typist

CONFIG = """
schema = 1
[site]
name = "Test"
[approval]
approvers = ["petra.novakova", "anna"]
[reconciliations.nostro]
rules = "rules.json"
export = "found"
"""
WHY = ("--reason", "seen on the remittance advice")


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "config.toml").write_text(CONFIG, "utf-8")
    make(12, vouchers=60).write(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "250")
    monkeypatch.setenv("NO_COLOR", "1")
    return tmp_path


@pytest.fixture
def typed(suite: Path) -> Typed:
    """Type a command of the group; exit code and what was said."""
    return typist("reconciliation", of="reconciliation")


def test_a_reconciliation_is_run_looked_at_decided_and_proved(suite: Path, typed: Typed) -> None:
    code, said = typed("run", "nostro", "--bank", "bank.csv", "--ledger", "ledger.csv")
    assert code == 1  # something waits for a person
    assert "to the cent" in said
    assert "not proved: " in said
    (day,) = (suite / "found").iterdir()
    assert (day / "matches.json").is_file()
    assert (day / "reconciliation.xlsx").is_file()

    code, said = typed("breaks", "nostro")
    assert code == 0
    assert all(f"{bucket}: " in said for bucket in age_buckets(AGEING))
    opened = re.findall(r"(K-[A-Z2-7]{12}).*?((?:bank|ledger):\S+)", said)
    name, line = opened[0]
    side, _, line_id = line.partition(":")
    assert (
        typed("assign", "nostro", name, "--owner", "Petra.Novakova", "--as", "anna", *WHY)[0] == 0
    )
    assert "petra.novakova" in typed("breaks", "nostro", "--owner", "petra.novakova")[1]

    code, said = typed("write-off", "nostro", f"--{side}", line_id, "--as", "Anna", *WHY)
    assert code == 0
    (decision,) = set(re.findall(r"D-[A-Z2-7]{12}", said))
    (digest,) = re.findall(r"digest ([0-9a-f]{64})", said)
    with pytest.raises(Refused, match="self_approval"):
        typed("approve", decision, "--as", "anna", "--digest", digest)
    with pytest.raises(Refused, match="not_an_approver"):
        typed("approve", decision, "--as", "karel", "--digest", digest)
    assert decision in typed("decisions", "nostro")[1]
    assert typed("approve", decision, "--as", "petra.novakova", "--digest", digest)[0] == 0
    typed("run", "nostro")

    code, said = typed("show", "nostro", line)
    assert code == 0
    assert "written off by people" in said
    assert f"decision {decision}" in said
    assert "petra.novakova" in said
    assert "2 runs of nostro" in typed("runs", "nostro")[1]

    with pytest.raises(Refused, match="not_settled"):
        typed("close", "nostro", "--through", day.name, "--as", "anna", *WHY)
    assert "verify: OK" in typist("verify", of="verify")()[1]


def test_a_wrong_name_is_refused_with_those_that_there_are(
    typed: Typed,
) -> None:
    with pytest.raises(SetupError, match=r"no \[reconciliations.nostr\]; there is: nostro"):
        typed("run", "nostr")
    with pytest.raises(Refused, match="never_ran"):
        typed("breaks", "nostro")
    with pytest.raises(Refused, match="unknown_line"):
        typed("show", "nostro", "K-AAAAAAAAAAAA")


@pytest.mark.parametrize("command", ["run", "breaks", "match", "close", "approve", "replace"])
def test_every_command_teaches(typed: Typed, command: str) -> None:
    code, said = typed(command, "--help")
    assert code == 0
    assert len(said.split()) > 40
