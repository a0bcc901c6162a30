"""The command line teaches itself, and its exit codes mean what they say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
COMMANDS = (
    *("demo", "up", "run", "batches", "items", "why", "approve", "release", "look-again"),
    *("booked", "cancel", "unfreeze", "verify", "enrol", "evidence", "check", "bank"),
)


def counterfoil(*words: str, at: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run the real command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "from counterfoil.cli import main; main()", *words],
        cwd=at,
        env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A suite of its own: our maps, an empty data folder, no credentials."""
    for name in ("bots", "workflows", "selectors", "fixtures"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "config.toml").write_bytes((ROOT / "config.toml").read_bytes())
    return tmp_path


def test_help_names_every_command() -> None:
    answer = counterfoil("--help")

    assert answer.returncode == 0
    assert [each for each in COMMANDS if each not in answer.stdout] == []


def test_outside_a_suite_the_error_says_where_it_looked(tmp_path: Path) -> None:
    answer = counterfoil("items", at=tmp_path)

    assert answer.returncode == 2
    assert "no config.toml in" in answer.stderr.replace("\n", " ")


def test_check_names_what_is_missing_and_how_to_mend_it(suite: Path) -> None:
    answer = counterfoil("check", at=suite)

    assert answer.returncode == 1
    assert "credential corebank-OP1: there is no" in answer.stdout.replace("\n", " ")
    assert "mode 0600" in answer.stdout


def test_check_is_content_with_a_right_suite(suite: Path) -> None:
    (suite / "var/credentials").mkdir(parents=True)
    for name in ("corebank-OP1", "corebank-OP2"):
        path = suite / "var/credentials" / name
        path.touch(mode=0o600)
        path.write_text("x", "utf-8")

    answer = counterfoil("check", at=suite)

    assert answer.returncode == 0, answer.stdout
    assert "screens, tasks journal_voucher, payment" in answer.stdout


def test_an_empty_suite_has_no_items(suite: Path) -> None:
    assert "0 items" in counterfoil("items", at=suite).stdout


def test_an_unknown_batch_is_refused_in_one_sentence(suite: Path) -> None:
    answer = counterfoil("approve", "B-NOWHERE", "--as", "petra.novakova", at=suite)

    assert answer.returncode == 1
    assert "there is no batch B-NOWHERE" in answer.stderr.replace("\n", " ")
    assert "Traceback" not in answer.stderr


def test_a_misspelt_state_is_answered_with_the_known_ones() -> None:
    answer = counterfoil("items", "--state", "POSTD")

    assert answer.returncode == 2
    assert "POSTED" in answer.stderr
