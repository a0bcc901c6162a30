"""From two files to a folder: what is read, what is refused, what is written."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from counterfoil.adapters.reconciliation_rules import load_policy
from counterfoil.errors import SetupError
from fixtures.reconciliation_pairs import Pair, make
from workflows.reconciliation import reconcile_files

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared" / "tools"
WRITTEN = ("matches.json", "breaks.json")


def run(folder: Path, into: Path) -> list[list[list[str]]]:
    """Reconcile the pair in *folder*; the matches as [bank ids, ledger ids]."""
    bank, ledger, rules = (folder / name for name in ("bank.csv", "ledger.csv", "rules.json"))
    reconcile_files(bank, ledger, rules, into)
    rows = json.loads((into / "matches.json").read_text("utf-8"))
    return [[ours, theirs] for ours, theirs, _ in rows]


def true_of(pair: Pair, matches: list[list[list[str]]]) -> list[bool]:
    """Of each match: is it true? Either posting of a voucher posted twice will do."""
    truth = {(tuple(ours), tuple(theirs)) for ours, theirs in pair.truth}
    return [
        (tuple(ours), tuple(sorted(pair.same.get(each, each) for each in theirs))) in truth
        for ours, theirs in matches
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_no_match_is_false_and_most_are_found(seed: int, tmp_path: Path) -> None:
    pair = make(seed, vouchers=800)
    pair.write(tmp_path)
    right = true_of(pair, run(tmp_path, tmp_path / "out"))
    assert right.count(False) == 0
    assert len(right) >= len(pair.truth) * 95 // 100


def test_the_order_of_lines_and_columns_decides_nothing(tmp_path: Path) -> None:
    """The same files, shuffled, give the same bytes."""
    make(4, vouchers=300).write(tmp_path)
    run(tmp_path, tmp_path / "one")
    order = random.Random(7)
    for name in ("bank.csv", "ledger.csv"):
        with (tmp_path / name).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        columns = list(rows[0])
        order.shuffle(rows)
        order.shuffle(columns)
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
    run(tmp_path, tmp_path / "other")
    for name in WRITTEN:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_every_break_says_what_it_is(tmp_path: Path) -> None:
    make(6, vouchers=400).write(tmp_path)
    run(tmp_path, tmp_path / "out")
    breaks = json.loads((tmp_path / "out" / "breaks.json").read_text("utf-8"))
    kinds = Counter((each["side"], each["class"]) for each in breaks)
    assert kinds["ledger", "duplicate"] >= 5
    assert kinds["bank", "amount keyed wrongly"] >= 5
    assert all(each["other"] for each in breaks if "keyed" in each["class"])


def test_the_command_writes_its_folder(tmp_path: Path) -> None:
    make(8, vouchers=60).write(tmp_path)
    words = [
        *("reconcile", "--bank", "bank.csv", "--ledger", "ledger.csv"),
        *("--rules", "rules.json", "--out", "out"),
    ]
    program = "from counterfoil.cli import main; main()"
    (tmp_path / "config.toml").write_text((ROOT / "config.toml").read_text("utf-8"), "utf-8")
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "to the cent" in done.stdout
    assert (tmp_path / "out" / "reconciliation.xlsx").is_file()


def test_rules_are_toml_or_json_and_mean_the_same(tmp_path: Path) -> None:
    make(9, vouchers=1).write(tmp_path)
    toml = tmp_path / "rules.toml"
    toml.write_text(
        'date_window_days = [-2, 12]\nfx_tolerance = "0.02"\n'
        '[fees.wire]\nkind = "flat"\ncents = 1500\n',
        "utf-8",
    )
    assert load_policy(toml) == load_policy(tmp_path / "rules.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("date_windows_days = [-2, 12]", "did you mean 'date_window_days'"),
        ('[fees.wire]\nkind = "flat"\ncent = 5', "fees: wire: unknown key 'cent', did you mean"),
        ('[fees.wire]\nkind = "float"', "'float' is not one of 'flat', 'rate'"),
        ("date_window_days = [2]", "date_window_days is"),
    ],
)
def test_a_rule_we_do_not_know_stops_the_start(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(SetupError, match=message):
        load_policy(path)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the pair generator is not beside this checkout")
def test_a_pair_of_real_payments_has_no_false_match(tmp_path: Path) -> None:
    """Two thousand lines of a city's real payments: recall over 80 per cent, nothing false."""
    made = [
        *(sys.executable, str(SHARED / "recon_pairs.py"), "--source", "scottsdale"),
        *("--lines", "2000", "--seed", "77", "--out", str(tmp_path)),
    ]
    subprocess.run(made, check=True, capture_output=True)
    run(tmp_path, tmp_path)
    scored = subprocess.run(
        [
            sys.executable,
            str(SHARED / "recon_score.py"),
            str(tmp_path),
            str(tmp_path / "matches.json"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert scored.returncode == 0, scored.stdout
    recall = scored.stdout.split("bank-line recall ")[1].split(" ")[0]
    assert Decimal(recall) > Decimal("0.80")
