"""The same pairs by others: recall, false groups, CPU and memory, each in a process of its own.

    python -m benchmarks.bench_reconciliation_peers [--venv DIR] [--seeds 501-502]
        [--flavours given,held] [--source phoenix] [--lines 10000]

DIR is an environment with ``splink recordlinkage datacompy`` in it, outside the repository:
they are no dependencies of ours. Without it only those run that need nothing. CPU includes the
start of the process and the reading; of ours also the writing of ``matches.json`` and
``breaks.json``. Recall is never quoted without the false groups.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

from benchmarks.bench_reconciliation import TOOLS, _load, _make
from benchmarks.reconciliation_peer_workers import PEERS

ROOT = Path(__file__).parent.parent
WORKER = Path(__file__).with_name("reconciliation_peer_workers.py")
OURS, OURS_SURE = "counterfoil", "counterfoil, silent = false"
ALONE = ("exact join", "greedy amount and day")
RUN = """
import json, resource, sys
from dataclasses import replace
from pathlib import Path
from benchmarks.reconciliation_peer_workers import peak_mb
from counterfoil.adapters.reconciliation_files import read_bank, read_ledger
from counterfoil.adapters.reconciliation_rules import load_policy
from counterfoil.rules.reconciliation.in_json import breaks_json, matches_json
from counterfoil.rules.reconciliation.matching import reconcile
folder = Path(sys.argv[1])
policy = replace(load_policy(folder / "rules.json"), silent=sys.argv[2] == "silent")
found = reconcile(read_bank(folder / "bank.csv"), read_ledger(folder / "ledger.csv"), policy)
matches, _ = json.loads(matches_json(found)), breaks_json(found)
used = resource.getrusage(resource.RUSAGE_SELF)
cpu = used.ru_utime + used.ru_stime
print(json.dumps({"matches": matches, "cpu": cpu, "mb": peak_mb()}))
"""


def main() -> None:
    """Run what is asked for and print a table for each flavour."""
    asked = _arguments()
    if not TOOLS.is_dir():
        print(f"no pairs: {TOOLS} is not there")
        return
    pairs, scorer = _load("recon_pairs"), _load("recon_score")
    first, _, last = asked.seeds.partition("-")
    for flavour in asked.flavours.split(","):
        results: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for seed in range(int(first), int(last or first) + 1):
            with tempfile.TemporaryDirectory() as work:
                folder = Path(work)
                _make(pairs, folder, (flavour, asked.source, seed), asked.lines)
                truth = scorer.Truth(str(folder))
                for peer in (OURS, OURS_SURE, *PEERS):
                    answer = _answer(peer, folder, asked.venv)
                    if "matches" in answer:
                        answer |= scorer.score(truth, answer["matches"], verbose=False)
                    results[peer].append(answer)
        _table(flavour, asked, results)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--venv", type=Path)
    parser.add_argument("--seeds", default="501")
    parser.add_argument("--flavours", default="given,held")
    parser.add_argument("--source", default="phoenix")
    parser.add_argument("--lines", type=int, default=10_000)
    return parser.parse_args()


def _answer(peer: str, folder: Path, venv: Path | None) -> dict[str, Any]:
    """What *peer* makes of the pair in *folder*, or why nothing."""
    if peer in (OURS, OURS_SURE):
        words = [sys.executable, "-c", RUN, str(folder), "silent" if peer == OURS else "sure"]
    elif peer in ALONE:
        words = [sys.executable, str(WORKER), peer, str(folder)]
    elif venv is None:
        return {"error": "not installed"}
    else:
        words = [str(venv / "bin/python"), str(WORKER), peer, str(folder)]
    path = f"{ROOT / 'src'}:{ROOT}"
    done = subprocess.run(
        words, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        return {"error": done.stderr.strip().splitlines()[-1]}
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _table(
    flavour: str, asked: argparse.Namespace, results: dict[str, list[dict[str, Any]]]
) -> None:
    print(f"\n{flavour}, {asked.source}, {asked.lines:,} lines, seeds {asked.seeds}\n")
    print("| matcher | recall | false | of groups | CPU s | peak MB |\n|---|---|---|---|---|---|")
    for peer, answers in results.items():
        failed = next((each["error"] for each in answers if "error" in each), "")
        if failed:
            print(f"| {peer} | {failed} | | | | |")
            continue
        recall = sum(each["bank_line_recall"] for each in answers) / len(answers)
        false, groups = (sum(each[name] for each in answers) for name in ("false", "auto"))
        cpu = sum(each["cpu"] for each in answers) / len(answers)
        peak = max(each["mb"] for each in answers)
        print(f"| {peer} | {recall:.1%} | {false} | {groups:,} | {cpu:.1f} | {peak:,} |")


if __name__ == "__main__":
    main()
