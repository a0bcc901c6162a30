"""One peer on one pair, in its own environment: reads two CSV, prints its matches. No code of ours.

    PYTHON reconciliation_peer_workers.py PEER FOLDER > ANSWER

The answer is one JSON line: {"matches": [[bank ids], [ledger ids], rule]} or {"error"}; always
with "cpu" seconds (reading included) and "mb", the peak of this process.

What a peer is given is what its documentation says it wants: one row against one row. None of
them makes groups, so a payment run is out of their reach; that is what the table is to show.
"""

from __future__ import annotations

import csv
import json
import logging
import resource
import sys
import warnings
from collections import defaultdict
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

BEFORE, AFTER = -2, 12  # the window of the pairs' own rules.json
Match = tuple[list[str], list[str], str]


def main() -> None:
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    answers, sys.stdout = sys.stdout, sys.stderr  # some peers talk
    try:
        answer: dict[str, Any] = {"matches": PEERS[sys.argv[1]](Path(sys.argv[2]))}
    except Exception as trouble:  # noqa: BLE001 - whatever a peer does is its answer
        answer = {"error": f"{type(trouble).__name__}: {trouble}"[:300]}
    used = resource.getrusage(resource.RUSAGE_SELF)
    answer |= {"cpu": used.ru_utime + used.ru_stime, "mb": peak_mb()}
    answers.write(json.dumps(answer) + "\n")


def peak_mb() -> int:
    """Of this program alone: ``ru_maxrss`` begins with what the parent had."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


def exact_join(folder: Path) -> list[Match]:
    """Account, amount and reference are equal, and there is one such line on each side."""
    sides = [_grouped(rows, "reference") for rows in _read(folder)]
    return [
        ([sides[0][key][0]["bank_id"]], [sides[1][key][0]["ledger_id"]], "exact")
        for key in sides[0].keys() & sides[1].keys()
        if key[-1] and len(sides[0][key]) == len(sides[1][key]) == 1
    ]


def greedy(folder: Path) -> list[Match]:
    """Day by day: the nearest line of the same account and amount that is still free."""
    bank, ledger = _read(folder)
    free = _grouped(ledger)
    found: list[Match] = []
    for line in sorted(bank, key=lambda each: (each["stmt_date"], each["bank_id"])):
        there = free.get((line["account"], line["amount"]), [])
        near = [each for each in there if BEFORE <= _lag(line, each) <= AFTER]
        if near:
            best = min(near, key=lambda each: (abs(_lag(line, each)), each["ledger_id"]))
            there.remove(best)
            found.append(([line["bank_id"]], [best["ledger_id"]], "greedy"))
    return found


def datacompy_join(folder: Path) -> list[Match]:
    """Its comparison of two frames on account, amount and reference; what it says is in both."""
    pandas, datacompy = import_module("pandas"), import_module("datacompy")
    bank, ledger = (
        pandas.read_csv(folder / name, dtype=str, keep_default_na=False)
        for name in ("bank.csv", "ledger.csv")
    )
    bank, ledger = bank[bank.reference != ""], ledger[ledger.reference != ""]
    kind = getattr(datacompy, "PandasCompare", None) or datacompy.Compare
    found = kind(bank, ledger, join_columns=["account", "amount", "reference"])
    both = found.intersect_rows
    return [
        ([one], [other], "datacompy")
        for one, other in zip(both["bank_id"], both["ledger_id"], strict=True)
    ]


def recordlinkage_ecm(folder: Path) -> list[Match]:
    """Blocked on account and amount; day, name, reference and text compared; its ECM classifier."""
    pandas, linkage = import_module("pandas"), import_module("recordlinkage")
    bank = pandas.read_csv(folder / "bank.csv", dtype=str, keep_default_na=False)
    ledger = pandas.read_csv(folder / "ledger.csv", dtype=str, keep_default_na=False)
    bank, ledger = bank.set_index("bank_id"), ledger.set_index("ledger_id")
    bank["on"] = pandas.to_datetime(bank["stmt_date"])
    ledger["on"] = pandas.to_datetime(ledger["posting_date"])
    index = linkage.Index()
    index.block(["account", "amount"])
    pairs = index.index(bank, ledger)
    paid = bank["on"].loc[pairs.get_level_values(0)].to_numpy()
    lags = paid - ledger["on"].loc[pairs.get_level_values(1)].to_numpy()
    lags = lags / pandas.Timedelta(days=1)
    pairs = pairs[(lags >= BEFORE) & (lags <= AFTER)]
    compare = linkage.Compare()
    compare.string("counterparty", "counterparty", method="jarowinkler", threshold=0.85, label="n")
    compare.exact("reference", "reference", label="r")
    compare.string("narrative", "reference", method="qgram", threshold=0.4, label="t")
    compare.exact("stmt_date", "posting_date", label="d")
    facts = compare.compute(pairs, bank, ledger)
    ecm = linkage.ECMClassifier()
    links = ecm.fit_predict(facts)
    odds = ecm.prob(facts.loc[links])
    best = odds.reset_index(name="p").sort_values("p", kind="stable").groupby("bank_id").tail(1)
    best = best.groupby("ledger_id").tail(1)
    return [
        ([one], [other], "ecm") for one, other in zip(best.bank_id, best.ledger_id, strict=True)
    ]


def splink_best(folder: Path) -> list[Match]:
    """Each line's likeliest partner from 0.5 on; ties fall as they come."""
    return _splink(folder, threshold=0.5, mutual=False)


def splink_mutual(folder: Path) -> list[Match]:
    """The likeliest partner of each other, ties left out, from 0.5 on."""
    return _splink(folder, threshold=0.5, mutual=True)


def splink_sure(folder: Path) -> list[Match]:
    """The same from 0.999 on."""
    return _splink(folder, threshold=0.999, mutual=True)


def _splink(folder: Path, *, threshold: float, mutual: bool) -> list[Match]:
    linked = _linked(folder)
    pairs = linked.predict(threshold_match_probability=threshold).as_record_list()
    best: dict[tuple[int, str], list[tuple[float, str]]] = defaultdict(list)
    for each in pairs:
        ids = (each["unique_id_l"], each["unique_id_r"])
        one, other = ids if ids[0].startswith("B") else ids[::-1]
        weight = float(each["match_weight"])
        best[0, one].append((weight, other))
        best[1, other].append((weight, one))
    found: list[Match] = []
    for (side, one), others in best.items():
        top = sorted(others)[-1]
        tied = len([each for each in others if each[0] == top[0]]) > 1
        back = best[1, top[1]] if side == 0 else []
        if side == 0 and (not mutual or (not tied and _leads(back, one))):
            found.append(([one], [top[1]], "splink"))
    return found


def _leads(others: list[tuple[float, str]], one: str) -> bool:
    top = max(others)
    return top[1] == one and len([each for each in others if each[0] == top[0]]) == 1


def _linked(folder: Path) -> Any:
    """Five comparisons, two blocking rules, trained by EM: as its tutorial for linking does it."""
    splink, levels = import_module("splink"), import_module("splink.comparison_library")
    api = splink.DuckDBAPI()
    frames = [
        api.register(import_module("pyarrow").Table.from_pylist(rows))
        for rows in (_plain(each) for each in _read(folder))
    ]
    settings = splink.SettingsCreator(
        link_type="link_only",
        blocking_rules_to_generate_predictions=[
            splink.block_on("account", "amount"),
            splink.block_on("account", "reference"),
        ],
        comparisons=[
            levels.ExactMatch("amount"),
            levels.ExactMatch("on_day"),
            levels.JaroWinklerAtThresholds("name", [0.9, 0.8]),
            levels.ExactMatch("reference"),
            levels.JaccardAtThresholds("told", [0.5, 0.3]),
        ],
    )
    linker = splink.Linker(frames, settings)
    training = linker.training
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    training.estimate_parameters_using_expectation_maximisation(splink.block_on("amount"))
    training.estimate_parameters_using_expectation_maximisation(splink.block_on("reference"))
    return linker.inference


def _plain(rows: list[dict[str, str]]) -> list[dict[str, str | None]]:
    return [
        {
            "unique_id": row.get("bank_id") or row["ledger_id"],
            "account": row["account"],
            "amount": row["amount"],
            "on_day": row.get("stmt_date") or row["posting_date"],
            "name": row["counterparty"] or None,
            "reference": row["reference"] or None,
            "told": (row.get("narrative") or row["reference"]) or None,
        }
        for row in rows
    ]


def _read(folder: Path) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    bank, ledger = (
        list(csv.DictReader((folder / name).open(encoding="utf-8", newline="")))
        for name in ("bank.csv", "ledger.csv")
    )
    return bank, ledger


def _grouped(rows: list[dict[str, str]], *more: str) -> dict[tuple[str, ...], list[dict[str, str]]]:
    found: dict[tuple[str, ...], list[dict[str, str]]] = defaultdict(list)
    for row in rows:
        found[tuple(row[each] for each in ("account", "amount", *more))].append(row)
    return found


def _lag(bank: dict[str, str], ledger: dict[str, str]) -> int:
    paid, booked = (
        date.fromisoformat(each) for each in (bank["stmt_date"], ledger["posting_date"])
    )
    return (paid - booked).days


PEERS = {
    "exact join": exact_join,
    "greedy amount and day": greedy,
    "datacompy": datacompy_join,
    "recordlinkage ECM": recordlinkage_ecm,
    "splink best, 0.5": splink_best,
    "splink mutual, 0.5": splink_mutual,
    "splink mutual, 0.999": splink_sure,
}

if __name__ == "__main__":
    main()
