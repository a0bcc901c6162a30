"""Day after day: nothing is lost, doubled or decided by one person, and all of it is told."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from counterfoil.audit import verifier
from counterfoil.domain.reconciliation import AccountRules, Policy, RuleBook
from counterfoil.domain.reconciliation_decisions import DecisionState
from counterfoil.errors import Refused
from counterfoil.rules.approval import ApprovalPolicy
from counterfoil.store import reconciliation_schema as schema
from counterfoil.store.book import Illegible
from counterfoil.store.deciding import Word
from counterfoil.store.reconciliation_filing import NewRun
from tests.engine_support import Clock, House, sqlite_house
from tests.postgres_support import new_database
from tests.standing_support import ANNA, NAME, PETRA, Desk, bank_line, entry, folder_of


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> House:
    return sqlite_house(tmp_path) if request.param == "sqlite" else House(tmp_path, new_database())


@pytest.fixture
def desk(house: House) -> Iterator[Desk]:
    clock = Clock()
    with house.ledger(boot="boot-1", clock=clock) as ledger:
        yield Desk.over(house, ledger, clock)


MONDAY = (
    [bank_line("B1", 5, "-100.00", "EFT INV-0001001"), bank_line("B2", 5, "-77.10", "COUNTER")],
    [entry("L1", 5, "-100.00", "INV-0001001"), entry("L2", 5, "-250.00", "INV-0001002")],
)


def test_a_break_is_closed_by_the_match_when_its_counterpart_arrives(desk: Desk) -> None:
    ran = desk.run(*MONDAY)
    assert ran.number == 1
    assert desk.open() == {"B2": "missing in the ledger", "L2": "timing"}

    desk.run([bank_line("B3", 6, "-250.00", "EFT INV-0001002")])

    assert desk.open() == {"B2": "missing in the ledger"}
    closed = desk.break_of("L2")
    assert (closed.state, str(closed.since), str(closed.closed_on)) == (
        "CLOSED", "2018-03-05", "2018-03-06",
    )  # fmt: skip
    assert closed.closed_by is not None
    assert "B3 = L2" in closed.closed_by
    assert desk.told() == ["account_reconciled"] * 2


def test_what_two_people_match_stands_from_the_next_run_on(desk: Desk) -> None:
    desk.run(*MONDAY)
    proposal = desk.match(bank=["B2"], entries=["L2"], difference="172.90")
    assert desk.open() == {"B2": "missing in the ledger", "L2": "timing"}

    assert desk.approve(proposal) == PETRA
    desk.run([bank_line("B3", 6, "-250.00", "EFT INV-0001002")])

    assert (("B2",), ("L2",), "matched by people") in desk.matches()
    assert desk.open() == {"B3": "missing in the ledger"}
    assert desk.told() == [
        "account_reconciled", "decision_proposed", "decision_approved", "account_reconciled",
    ]  # fmt: skip
    assert NAME in {each.reconciliation for each in desk.ledger.decisions()}


# --- breaks ----------------------------------------------------------------------------


def test_a_break_is_the_same_one_on_every_day_with_owner_and_comments(desk: Desk) -> None:
    desk.run(*MONDAY)
    before = desk.break_of("B2")
    desk.ledger.assign_break(before.break_id, "Petra.Novakova", ANNA)
    desk.ledger.comment_on_break(before.break_id, Word(person=PETRA, reason="asked the branch"))

    desk.run([bank_line("B4", 9, "-5.00", "FEE")])

    after = desk.break_of("B2")
    assert (after.break_id, after.owner, after.since) == (before.break_id, PETRA, before.since)
    said = desk.ledger.comments([after.break_id])
    assert [each.told for each in said] == [ANNA.reason, "asked the branch"]
    assert desk.told()[1:3] == ["break_assigned", "break_commented"]


def test_an_owner_needs_a_reason_and_a_break(desk: Desk) -> None:
    desk.run(*MONDAY)
    with pytest.raises(Refused, match="unknown_break"):
        desk.ledger.assign_break("K-AAAAAAAAAAAA", PETRA, ANNA)
    with pytest.raises(Refused, match="no_reason"):
        desk.ledger.assign_break(desk.break_of("B2").break_id, PETRA, Word(person="a", reason=" "))


def test_a_run_is_proved_only_when_every_remainder_has_a_name(desk: Desk) -> None:
    ran = desk.run(*MONDAY)
    assert ran.proof.why_not == ("1 open lines that nobody answers for",)
    assert ran.proof.differences == {"USD": 17_290}
    assert ran.proof.unnamed == {"USD": -7_710}

    desk.ledger.assign_break(desk.break_of("B2").break_id, PETRA, ANNA)
    assert desk.run().proof.proved
    assert [each.proved for each in desk.ledger.runs(NAME)] == [False, True]
    for row in desk.ledger.runs(NAME):
        for total in row.told["totals"]:
            assert total["matched_sum"] + total["open_sum"] == total["sum"]
            assert total["matched_count"] + total["open_count"] == total["count"] == 2


def test_a_break_opens_again_as_itself_when_its_match_is_undone(desk: Desk) -> None:
    desk.run(*MONDAY)
    desk.run([bank_line("B3", 6, "-250.00", "EFT INV-0001002")])
    desk.approve(desk.unmatch("ledger", "L2"))

    ran = desk.run()

    assert len(ran.run.withdrawn) == 1
    assert desk.open()["L2"] == desk.open()["B3"] == "kept for a person"
    assert (desk.break_of("L2").state, str(desk.break_of("L2").since)) == ("OPEN", "2018-03-05")
    assert "matches_withdrawn" in desk.told()


# --- lines -----------------------------------------------------------------------------


def test_what_is_delivered_again_is_not_counted_again(desk: Desk) -> None:
    desk.run(*MONDAY)
    ran = desk.run([*MONDAY[0], bank_line("B4", 6, "-1.00", "X")], MONDAY[1])
    assert (len(ran.run.bank.new), ran.run.bank.again, ran.run.ledger.again) == (1, 2, 2)
    assert [each.count for each in ran.run.found.totals] == [3, 2]


def test_a_line_that_comes_changed_waits_for_two_people(desk: Desk) -> None:
    desk.run(*MONDAY)
    ran = desk.run([bank_line("B2", 5, "-77.19", "COUNTER")])

    assert ran.run.bank.changed["id"].to_list() == ["B2"]
    assert "1 lines came again with other content" in ran.proof.why_not
    assert desk.break_of("B2").amount == "-77.10"
    desk.run()
    assert len(desk.stand().period.bank_aside) == 1  # until somebody decides

    desk.approve(desk.replace("bank", "B2"))
    ran = desk.run([bank_line("B2", 5, "-77.19", "COUNTER")])
    assert (ran.run.bank.again, len(ran.run.bank.changed)) == (1, 0)
    assert desk.stand().period.bank.filter(ran.run.period.bank["id"] == "B2")["amount"][0] == -7719


def test_a_change_that_is_rejected_leaves_the_line_as_it_was(desk: Desk) -> None:
    desk.run(*MONDAY)
    desk.run([bank_line("B2", 5, "-77.19", "COUNTER")])
    desk.ledger.reject(desk.replace("bank", "B2"), Word(person=PETRA, reason="a slip of the bank"))
    ran = desk.run()
    assert len(ran.run.bank.changed) == 0
    assert desk.break_of("B2").amount == "-77.10"


def test_nobody_drops_a_changed_line_alone(desk: Desk) -> None:
    """Whoever proposed it may take the proposal back; the line still waits."""
    desk.run(*MONDAY)
    desk.run([bank_line("B2", 5, "-77.19", "COUNTER")])
    desk.ledger.reject(desk.replace("bank", "B2"), ANNA)
    assert len(desk.run().run.bank.changed) == 1


def test_what_was_decided_about_a_line_is_void_when_it_changes(desk: Desk) -> None:
    """Two people matched a line of 77.10; of 77.19 they said nothing."""
    desk.run(*MONDAY)
    matched = desk.match(bank=["B2"], entries=["L2"], difference="172.90")
    desk.approve(matched)
    desk.run([bank_line("B2", 5, "-77.19", "COUNTER")])
    desk.approve(desk.replace("bank", "B2"))

    ran = desk.run()

    assert ran.voided == (f"{matched.decision_id}: bank line B2 is another one now",)
    assert desk.ledger.decision(matched.decision_id).state is DecisionState.VOID
    assert set(desk.open()) == {"B2", "L2"}
    assert "decision_voided" in desk.told()


def test_a_proposal_is_void_when_a_line_changed_before_it_was_approved(desk: Desk) -> None:
    desk.run(*MONDAY)
    proposal = desk.write_off(bank=["B2"])
    desk.run([bank_line("B2", 5, "-77.19", "COUNTER")])
    replacement = Word(person="Anna", reason="the bank says so")
    with pytest.raises(Refused, match="line_taken"):
        desk.replace("bank", "B2")
    desk.ledger.reject(proposal, replacement)
    desk.approve(desk.replace("bank", "B2"))
    late = desk.write_off(bank=["B2"])  # of the old content: the run is still to come
    desk.run()

    with pytest.raises(Refused, match="line_changed"):
        desk.approve(late)
    assert desk.ledger.decision(late.decision_id).state is DecisionState.VOID


# --- four eyes -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Anna", "  anna ", "ANNA"])
def test_nobody_approves_what_they_proposed(desk: Desk, name: str) -> None:
    desk.run(*MONDAY)
    proposal = desk.write_off(bank=["B2"])
    with pytest.raises(Refused, match="self_approval"):
        desk.approve(proposal, name)
    assert desk.told()[-1] == "approval_refused"
    assert desk.ledger.decision(proposal.decision_id).state is DecisionState.PROPOSED


def test_the_ledger_itself_refuses_who_proposed(desk: Desk) -> None:
    desk.run(*MONDAY)
    proposal = desk.write_off(bank=["B2"])
    approval = desk.ledger.files.keep_approval(proposal, "anna", "now")
    with pytest.raises(Refused, match="self_approval"):
        desk.ledger.approve(proposal, approver="Anna", approval_sha256=approval, number=1)


def test_an_approval_is_bound_to_what_was_seen(desk: Desk) -> None:
    desk.run(*MONDAY)
    proposal = desk.write_off(bank=["B2"])
    with pytest.raises(Refused, match="digest_differs"):
        desk.approve(proposal, digest="0" * 64)


def test_only_approvers_approve_and_an_alias_is_the_same_person(desk: Desk) -> None:
    desk.run(*MONDAY)
    proposal = desk.write_off(bank=["B2"])
    desk.approval = ApprovalPolicy(approvers=("Petra",), aliases={"a.novak": "anna"})
    with pytest.raises(Refused, match="not_an_approver"):
        desk.approve(proposal, "Karel")
    with pytest.raises(Refused, match="self_approval"):
        desk.approve(proposal, "A.Novak")
    assert desk.approve(proposal, "Petra") == "petra"


def test_what_is_decided_is_decided_once(desk: Desk) -> None:
    desk.run(*MONDAY)
    proposal = desk.write_off(bank=["B2"])
    desk.approve(proposal)
    with pytest.raises(Refused, match="wrong_state"):
        desk.approve(proposal)
    with pytest.raises(Refused, match="wrong_state"):
        desk.ledger.reject(proposal, ANNA)
    with pytest.raises(Refused, match="line_taken"):
        desk.write_off(bank=["B2"])


def test_two_proposals_about_one_line_do_not_wait_at_once(desk: Desk) -> None:
    desk.run(*MONDAY)
    desk.write_off(bank=["B2"])
    with pytest.raises(Refused, match="bank line B2 waits in D-"):
        desk.match(bank=["B2"], entries=["L2"], difference="172.90")


def test_the_ledger_itself_holds_no_line_for_two_decisions(desk: Desk) -> None:
    desk.run(*MONDAY)
    first = desk.write_off(bank=["B2"])
    desk.approve(first)
    second = dataclasses.replace(first, reason="once more")
    desk.ledger.files.keep_proposal(second)
    desk.ledger.propose(second)
    with pytest.raises(Refused, match="line_taken"):
        desk.approve(second)
    assert desk.told()[-1] == "approval_refused"
    assert set(desk.ledger.held_lines(NAME).values()) == {first.decision_id}


@pytest.mark.parametrize(
    ("lines", "difference", "code"),
    [
        ({"bank": ["B2"], "entries": ["L2"]}, "0", "difference"),
        ({"bank": ["B2"], "entries": ["L9"]}, "0", "unknown_line"),
        ({"bank": ["B2", "B2"]}, "0", "unknown_line"),
        ({"bank": ["B2"]}, "0", "too_few"),
    ],
)
def test_a_match_that_is_none_is_not_proposed(
    desk: Desk, lines: dict[str, list[str]], difference: str, code: str
) -> None:
    desk.run(*MONDAY)
    with pytest.raises(Refused, match=code):
        desk.match(difference=difference, **lines)
    assert desk.ledger.decisions() == []


def test_lines_of_two_accounts_are_not_matched(desk: Desk) -> None:
    desk.run(MONDAY[0], [*MONDAY[1], entry("L3", 5, "-77.10", account="ACC02")])
    with pytest.raises(Refused, match="other_account"):
        desk.match(bank=["B2"], entries=["L3"])


# --- what people decided outlasts the matcher -------------------------------------------


def test_a_match_of_people_takes_lines_out_of_one_of_the_matcher(desk: Desk) -> None:
    desk.run(*MONDAY)
    proposal = desk.match(bank=["B1"], entries=["L2"], difference="150")
    assert "takes apart B1 = L1" in proposal.told
    desk.approve(proposal)
    desk.run()
    assert [each[:2] for each in desk.matches()] == [(("B1",), ("L2",))]
    assert set(desk.open()) == {"B2", "L1"}


def test_what_people_wrote_off_is_matched_with_nothing_that_comes(desk: Desk) -> None:
    desk.run(*MONDAY)
    desk.approve(desk.write_off(entries=["L2"]))
    ran = desk.run([bank_line("B3", 6, "-250.00", "EFT INV-0001002")])
    assert ((), ("L2",), "written off by people") in desk.matches()
    assert set(desk.open()) == {"B2", "B3"}
    assert [each.count for each in ran.run.found.totals] == [3, 2]  # and they add up to the cent


def test_lines_that_people_took_apart_stay_apart_until_they_hand_them_back(desk: Desk) -> None:
    desk.run(*MONDAY)
    desk.approve(desk.unmatch("bank", "B1"))
    for _ in range(2):
        desk.run()
        assert desk.matches() == []

    desk.approve(desk.unmatch("bank", "B1"))
    desk.run()
    assert [each[:2] for each in desk.matches()] == [(("B1",), ("L1",))]


def test_a_match_of_people_is_taken_back_by_people(desk: Desk) -> None:
    desk.run(*MONDAY)
    first = desk.match(bank=["B2"], entries=["L2"], difference="172.90")
    desk.approve(first)
    desk.run()
    with pytest.raises(Refused, match="line_taken"):
        desk.write_off(bank=["B2"])
    desk.approve(desk.unmatch("bank", "B2"))
    desk.run()
    assert set(desk.open()) == {"B2", "L2"}
    assert desk.ledger.decision(first.decision_id).state is DecisionState.UNDONE


def test_lines_kept_for_people_are_matched_by_people(desk: Desk) -> None:
    desk.run(*MONDAY)
    desk.approve(desk.unmatch("bank", "B1"))
    desk.run()
    desk.approve(desk.match(bank=["B1"], entries=["L2"], difference="150"))
    desk.run()
    assert [each[:2] for each in desk.matches()] == [(("B1",), ("L2",))]
    assert desk.open()["L1"] == "kept for a person"


def test_what_people_decided_holds_where_accounts_have_rules_of_their_own(desk: Desk) -> None:
    """Accounts with other rules are matched apart, and put together again."""
    desk.rules = RuleBook(accounts={"ACC02": AccountRules(policy=Policy(silent=False))})
    other = {"account": "ACC02"}
    desk.run(
        [*MONDAY[0], bank_line("B7", 5, "-9.00", "COUNTER", **other)],
        [*MONDAY[1], entry("L7", 5, "-9.90", "INV-0007", **other)],
    )
    desk.approve(desk.match(bank=["B7"], entries=["L7"], difference="0.90"))
    desk.approve(desk.unmatch("bank", "B1"))
    with pytest.raises(Refused, match="other_account"):
        desk.write_off(bank=["B2"], entries=["L7"])
    ran = desk.run()
    assert desk.matches() == [(("B7",), ("L7",), "matched by people")]
    assert set(desk.open()) == {"B1", "L1", "B2", "L2"}
    assert [each.count for each in ran.run.found.totals] == [3, 3]


# --- closed days -----------------------------------------------------------------------

MARCH_5 = date(2018, 3, 5)
LATER = date(2018, 4, 30)  # no line of April is near enough to undo a match of 5 March


def closed(desk: Desk) -> None:
    desk.run(*MONDAY, as_of=LATER)
    desk.approve(desk.close(MARCH_5, *desk.open().values()))
    desk.run()


def test_a_close_is_refused_while_something_is_not_settled(desk: Desk) -> None:
    desk.run(*MONDAY)
    with pytest.raises(
        Refused, match=r"1 matches are provisional \(--carry provisional\)"
    ) as found:
        desk.close(MARCH_5)
    assert '1 breaks are "missing in the ledger"' in str(found.value)
    with pytest.raises(Refused, match="not_yet"):
        desk.close(date(2018, 3, 6))
    desk.run([bank_line("B2", 5, "-77.11", "COUNTER")])
    with pytest.raises(Refused, match=r"1 lines came again .*--carry changed"):
        desk.close(MARCH_5)
    desk.write_off(bank=["B2"])
    with pytest.raises(Refused, match=r"undecided: D-"):
        desk.close(MARCH_5, "provisional", "timing", "missing in the ledger")


def test_a_close_freezes_what_is_settled_and_carries_what_is_named(desk: Desk) -> None:
    closed(desk)
    assert desk.matches() == []
    assert set(desk.open()) == {"B2", "L2"}
    (row,) = desk.ledger.closes(NAME)
    assert row.told["frozen"]["bank"] == {"USD": {"lines": 1, "cents": -10_000}}
    assert desk.stand().gone.matches["bank"].to_list() == [["B1"]]
    assert "period_closed" in desk.told()
    with pytest.raises(Refused, match="closed_already"):
        desk.close(MARCH_5)


def test_a_frozen_line_is_recognised_and_not_decided_about(desk: Desk) -> None:
    closed(desk)
    ran = desk.run(*MONDAY)
    assert (len(ran.run.bank.new), ran.run.bank.again) == (0, 2)
    with pytest.raises(Refused, match="unknown_line"):
        desk.unmatch("bank", "B1")
    desk.run([bank_line("B1", 5, "-100.01", "EFT INV-0001001")])
    with pytest.raises(Refused, match="unknown_line"):
        desk.approve(desk.replace("bank", "B1"))


def test_a_line_that_comes_late_for_a_frozen_day_is_open_and_named(desk: Desk) -> None:
    closed(desk)
    before = desk.ledger.closes(NAME)
    ran = desk.run([bank_line("B9", 5, "-9.00", "LATE")])
    assert ran.late == {"bank": ["B9"], "ledger": []}
    assert set(desk.open()) == {"B2", "L2", "B9"}
    assert desk.ledger.closes(NAME) == before


def test_a_close_is_for_two_people_and_for_the_run_that_was_seen(desk: Desk) -> None:
    desk.run(*MONDAY, as_of=LATER)
    proposal = desk.close(MARCH_5, "missing in the ledger", "missing at the bank")
    with pytest.raises(Refused, match="self_approval"):
        desk.approve(proposal, "anna")
    desk.run()
    with pytest.raises(Refused, match="overtaken"):
        desk.approve(proposal)
    assert desk.ledger.closes(NAME) == []


def test_what_was_approved_takes_effect_before_a_close(desk: Desk) -> None:
    desk.run(*MONDAY, as_of=LATER)
    desk.approve(desk.write_off(bank=["B2"]))
    with pytest.raises(Refused, match="run_first"):
        desk.close(MARCH_5, "missing at the bank")
    desk.run()
    desk.approve(desk.close(MARCH_5, "missing at the bank"))
    desk.run()
    assert len(desk.stand().gone.bank) == 2  # the match, and what was written off


# --- nothing is half done, and nothing is altered unseen ---------------------------------


def test_a_crash_between_file_and_transaction_leaves_the_run_before(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.run(*MONDAY)
    before = desk.stand()

    def crash(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(type(desk.ledger), "file_run", crash)
        with pytest.raises(KeyboardInterrupt):
            desk.run([bank_line("B3", 6, "-250.00", "EFT INV-0001002")])
    assert desk.stand().number == before.number
    assert desk.stand().period.bank.equals(before.period.bank)
    assert set(desk.open()) == {"B2", "L2"}

    ran = desk.run([bank_line("B3", 6, "-250.00", "EFT INV-0001002")])
    assert (ran.number, set(desk.open())) == (2, {"B2"})


def test_of_two_runs_at_once_one_is_told_to_run_again(desk: Desk) -> None:
    desk.run(*MONDAY)
    row = desk.ledger.last_run(NAME)
    assert row is not None
    late = NewRun(
        reconciliation=NAME, after=0, as_of=row.as_of, manifest_sha256=row.manifest_sha256,
        told=row.told, proved=True, opened=(), closed=(),
    )  # fmt: skip
    with pytest.raises(Refused, match="overtaken"):
        desk.ledger.file_run(late)
    assert len(desk.ledger.runs(NAME)) == 1


def _alter(path: Path) -> None:
    """Its last byte becomes another one, whatever it is."""
    whole = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))


def test_an_altered_table_stops_the_next_run(desk: Desk) -> None:
    desk.run(*MONDAY)
    for path in sorted(folder_of(desk.house).rglob("*")):
        if path.is_file():
            _alter(path)
    with pytest.raises(Illegible, match=r"run 1 of nostro .*somebody altered it"):
        desk.run()
    assert len(desk.ledger.runs(NAME)) == 1


def test_an_altered_decision_stops_the_next_run(desk: Desk) -> None:
    desk.run(*MONDAY)
    proposal = desk.write_off(bank=["B2"])
    desk.approve(proposal)
    path = folder_of(desk.house) / proposal.digest()[:2] / proposal.digest()
    _alter(path)
    with pytest.raises(Illegible, match=f"decision {proposal.decision_id}"):
        desk.run()


def test_a_row_that_somebody_set_to_approved_is_no_approval(desk: Desk) -> None:
    """Who can write rows has no key to seal an approval with."""
    desk.run(*MONDAY)
    proposal = desk.write_off(bank=["B2"])
    with desk.ledger.engine.begin() as connection:
        connection.execute(
            update(schema.decisions).values(
                state="APPROVED", decided_by=PETRA, approval_sha256=proposal.digest()
            )
        )
        connection.execute(update(schema.decision_lines).values(holds=True))
    with pytest.raises(Illegible, match="is not what was approved"):
        desk.run()


def test_a_row_cannot_name_the_file_of_another_decision(desk: Desk) -> None:
    desk.run(*MONDAY)
    one, other = desk.write_off(bank=["B2"]), desk.write_off(entries=["L2"])
    table = schema.decisions
    with desk.ledger.engine.begin() as connection:
        connection.execute(
            update(table)
            .where(table.c.decision_id == one.decision_id)
            .values(file_sha256=other.digest())
        )
    with pytest.raises(Illegible, match="is not what was proposed"):
        desk.ledger.files.proposal(desk.ledger.decision(one.decision_id))


@pytest.mark.parametrize(
    "change",
    [
        {"state": "REJECTED"},
        {"state": "VOID"},
        {"state": "UNDONE"},
        {"state": "PROPOSED"},
    ],
)
def test_a_decision_that_somebody_took_out_of_the_rows_is_missed(
    desk: Desk, change: dict[str, str]
) -> None:
    desk.run(*MONDAY)
    desk.approve(desk.write_off(bank=["B2"]))
    desk.run()
    with desk.ledger.engine.begin() as connection:
        connection.execute(update(schema.decisions).values(**change))
    with pytest.raises(Illegible, match="was taken out of the rows"):
        desk.run()


def test_a_line_that_somebody_took_out_of_a_decision_is_missed(desk: Desk) -> None:
    desk.run(*MONDAY)
    desk.approve(desk.unmatch("bank", "B1"))
    desk.run()
    lines = schema.decision_lines
    with desk.ledger.engine.begin() as connection:
        connection.execute(update(lines).where(lines.c.line_id == "B1").values(holds=False))
    with pytest.raises(Illegible, match="was taken out of the rows"):
        desk.run()


def test_the_database_refuses_one_person_twice(desk: Desk) -> None:
    desk.run(*MONDAY)
    desk.write_off(bank=["B2"])
    with pytest.raises(IntegrityError), desk.ledger.engine.begin() as connection:
        connection.execute(
            update(schema.decisions).values(
                state="APPROVED", decided_by="anna", approval_sha256="0" * 64
            )
        )


def test_the_record_holds_after_all_of_it(house: House) -> None:
    clock = Clock()
    with house.ledger(boot="boot-1", clock=clock) as ledger:
        desk = Desk.over(house, ledger, clock)
        closed(desk)
        desk.approve(desk.write_off(bank=["B2"]))
        desk.run()
        witnesses = [json.loads(each) for each in ledger.witnesses()]
        assert len(witnesses) == len(desk.told())
    report = verifier.verify_folder(house.folder / "audit", witness=witnesses)
    assert report.ok, report.sentences
