"""Rules per account are read strictly, and each account is matched by its own."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from counterfoil.adapters.reconciliation_files import read_bank, read_ledger
from counterfoil.adapters.reconciliation_rules import load_policy, load_rules
from counterfoil.domain.reconciliation import (
    AccountRules,
    Asked,
    Fee,
    Policy,
    PostingAccounts,
    RuleBook,
)
from counterfoil.errors import SetupError
from counterfoil.rules.reconciliation.accounts import reconcile_accounts
from counterfoil.rules.reconciliation.matching import Reconciliation, reconcile
from fixtures.reconciliation_pairs import make
from tests.reconciliation_support import bank, classes, daily_business, ledger, pairs

WHOLE = """
[default]
date_window_days = [-1, 9]
ageing_days = [2, 10]

[default.fees.wire]
kind  = "flat"
cents = 1500

[default.vouchers]
bank = "1060"
fees = "6810"

[accounts."DE02 1203"]
date_window_days = [0, 3]
silent = false
ask = ["rate", "batch"]
references = ['RF[0-9]{2}([0-9]{7})']

[accounts."DE02 1203".fees.card]
kind = "rate"
bps  = 140

[accounts."DE02 1203".vouchers]
bank = "1061"

[[accounts."DE02 1203".narratives]]
narrative = "^ACCOUNT FEE"
account   = "6820"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "rules.toml"
    path.write_text(text, "utf-8")
    return path


def test_an_account_changes_what_it_says_and_keeps_the_rest(tmp_path: Path) -> None:
    rules = load_rules(written(tmp_path, WHOLE))
    wire, card = Fee(kind="flat", cents=1500), Fee(kind="rate", bps=140)
    assert rules.of("any other").policy == Policy(
        days_before=1, days_after=9, fees={"wire": wire}, ageing_days=(2, 10)
    )
    assert rules.default.policy.ageing_days == (2, 10)
    own = rules.of("DE02 1203")
    assert own.policy == Policy(
        days_before=0,
        days_after=3,
        fees={"wire": wire, "card": card},
        silent=False,
        ageing_days=(2, 10),
        ask=("batch", "rate"),
        references=("RF[0-9]{2}([0-9]{7})",),
    )
    assert own.posting == PostingAccounts(bank="1061", fees="6810")
    assert [each.account for each in own.narratives] == ["6820"]


def test_keys_at_the_top_are_the_default_as_they_always_were(tmp_path: Path) -> None:
    path = written(tmp_path, 'date_window_days = [-1, 5]\n[accounts."A"]\nsilent = false\n')
    rules = load_rules(path)
    assert load_policy(path) == Policy(days_before=1, days_after=5)
    assert rules.of("A").policy == Policy(days_before=1, days_after=5, silent=False)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[defaults]\nsilent = true", "unknown key 'defaults', did you mean 'default'"),
        ('[accounts."A"]\nsilient = true', "accounts: A: unknown key 'silient', did you mean 'sil"),
        ("silent = true\n[default]\nsilent = true", "silent: keys stand at the top or in"),
        ('ask = ["bach"]', "'bach' is not one of .*did you mean 'batch'"),
        ('references = ["(?=a)b"]', "is no pattern that we read: .*look-around"),
        ('references = ["INV([0-9]"]', "is no pattern that we read: .*unclosed group"),
        ('references = ["[0-9]*"]', "is found in an empty text, and so in every one"),
        (f'references = ["{"a" * 201}"]', "a pattern of 201 characters"),
        ("ageing_days = [5, 5]", "ageing_days are rising numbers of days"),
        ('[accounts."A"]\nageing_days = [5]', "accounts: A: ageing_days are one for all accounts"),
        ("[vouchers]\nfees = '6810'", "vouchers: missing key 'bank'"),
        ('[[narratives]]\nnarrative = "X"\naccount = "1"', "narratives are posted: .vouchers."),
        (
            "days_after_with_reference = -1\ndate_window_days = [-2, 9]\nfx_tolerance = -1",
            "not neg",
        ),
    ],
)
def test_what_we_do_not_understand_stops_the_start(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=message):
        load_rules(written(tmp_path, text))


def two_accounts() -> tuple[pl.DataFrame, pl.DataFrame]:
    """The same business on A and on B: one payment each says no number, one is nine days late."""
    lines = [
        {**each, "account": account, "id": f"{account}{each['id']}"}
        for account in ("A", "B")
        for each in [
            *daily_business(),
            {"id": "silent", "amount": -777_700, "name": "Quiet Ltd", "reference": "PV00901111"},
        ]
    ]
    ours = [
        {**each, "reference": "", "text": ""} if "silent" in each["id"] else dict(each)
        for each in lines
    ]
    return bank(*ours), ledger(*lines)


def by_account(**rules: Policy) -> RuleBook:
    return RuleBook(accounts={name: AccountRules(policy=each) for name, each in rules.items()})


def test_each_account_is_matched_by_its_own_rules() -> None:
    sides = two_accounts()
    both = reconcile_accounts(*sides, by_account(A=Policy(), B=Policy(silent=False)))
    found = pairs(both)
    assert (("Asilent",), ("Asilent",)) in found
    assert (("Bsilent",), ("Bsilent",)) not in found
    assert classes(both, "bank") == {"Bsilent": "to decide"}
    assert sum(each.count for each in both.totals) == len(sides[0]) + len(sides[1])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Two accounts of ordinary business with batches, contras, duplicates and errors."""
    folder = tmp_path_factory.mktemp("pair")
    sides = []
    for seed, account in ((21, "ACC01"), (22, "ACC02")):
        make(seed, vouchers=250).write(folder)
        read = read_bank(folder / "bank.csv"), read_ledger(folder / "ledger.csv")
        sides.append([_renamed(each, account) for each in read])
    (one, other), (two, another) = sides
    return pl.concat([one, two]), pl.concat([other, another])


def _renamed(side: pl.DataFrame, account: str) -> pl.DataFrame:
    return side.with_columns(
        pl.lit(account).alias("account"), (account[-1:] + pl.col("id")).alias("id")
    )


def told(found: Reconciliation) -> tuple[object, ...]:
    """All that a reconciliation says, by ids."""
    names = {"bank": found.bank["id"].to_list(), "ledger": found.ledger["id"].to_list()}
    opened = []
    for side, other in (("bank", "ledger"), ("ledger", "bank")):
        frame = found.breaks.bank if side == "bank" else found.breaks.ledger
        for line, kind, others, difference in frame.iter_rows():
            of = names[side if "duplicate" in kind else other]
            opened.append((names[side][line], kind, [of[each] for each in others], difference))
    claims = found.breaks.proposals.select("line", "place", "bank", "ledger", "rule", "score")
    proposed = [
        (
            *(names["bank"][line], place, [names["bank"][each] for each in ours]),
            *([names["ledger"][each] for each in theirs], rule, score),
        )
        for line, place, ours, theirs, rule, score in claims.iter_rows()
    ]
    return sorted(pairs(found)), sorted(opened), sorted(proposed), found.totals


def test_matched_apart_and_put_together_nothing_is_mixed_up(
    made: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    """What two runs of one account each say is what the run of both says."""
    policies = {"ACC01": Policy(), "ACC02": Policy(days_after=11)}
    both = reconcile_accounts(*made, by_account(**policies))
    alone = [
        told(
            reconcile(
                made[0].filter(pl.col("account") == account),
                made[1].filter(pl.col("account") == account),
                policies[account],
            )
        )
        for account in policies
    ]
    for part in range(3):
        parts = [each[part] for each in alone]
        assert told(both)[part] == sorted([*parts[0], *parts[1]])  # type: ignore[misc]


def test_one_policy_for_all_is_one_run(made: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    whole = reconcile(*made, Policy())
    assert told(reconcile_accounts(*made, RuleBook())) == told(whole)
    same = by_account(ACC01=Policy(), ACC02=Policy())
    assert told(reconcile_accounts(*made, same)) == told(whole)


@pytest.mark.parametrize(
    ("kind", "asked"), [("number", "number and amount"), ("parts", "paid in parts")]
)
def test_what_people_want_to_see_is_never_matched_alone(
    made: tuple[pl.DataFrame, pl.DataFrame], kind: Asked, asked: str
) -> None:
    usual, found = reconcile(*made, Policy()), reconcile(*made, Policy(ask=(kind,)))
    assert usual.matches["rule"].str.contains(asked, literal=True).any()
    assert not found.matches["rule"].str.contains(asked, literal=True).any()
    assert found.breaks.proposals["rule"].str.contains(asked, literal=True).any()


def test_payment_runs_can_be_left_to_people(made: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    assert _runs_matched(reconcile(*made, Policy())) > 10
    assert _runs_matched(reconcile(*made, Policy(ask=("run",)))) == 0


def _runs_matched(found: Reconciliation) -> int:
    runs = found.ledger["run"]
    groups = [lines for lines in found.matches["ledger"].to_list() if len(lines) > 1]
    return sum(runs[lines[0]] != "" for lines in groups)


def test_a_reference_that_is_glued_to_other_digits_is_read_by_its_pattern() -> None:
    """Only the rules can know where in "99814PV0070012340001" the number begins."""
    business = daily_business()
    lines = [
        {"amount": -500_000, "reference": f"PV00700{each}", "name": "", "day": 100}
        for each in (1234, 4321)
    ]
    texts = [f"TRF 99814{each['reference']}0001X" for each in reversed(lines)]
    ours = bank(*business, *({**lines[0], "reference": "", "text": each} for each in texts))
    theirs = ledger(*business, *lines)
    plain = reconcile(ours, theirs, Policy())
    helped = reconcile(ours, theirs, Policy(references=(r"(PV[0-9]{9})",)))
    assert not [each for each in pairs(plain) if each[0][0] in ("B41", "B42")]
    assert {each for each in pairs(helped) if each[0][0] in ("B41", "B42")} == {
        (("B41",), ("L42",)),
        (("B42",), ("L41",)),
    }
