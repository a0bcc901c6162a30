"""Who gets which alert and when: quiet hours, digest, escalation, dedup. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counterfoil.config import Config
from counterfoil.domain.alerts import (
    CRITICAL,
    Addressing,
    Alert,
    AlertFacts,
    AlertKind,
    DeadMan,
    ItemGroup,
    Patience,
    QueueFacts,
    RunTrouble,
    Sending,
    Stage,
    Unlooked,
    WallSpan,
)
from counterfoil.errors import SetupError
from counterfoil.rules.alert_sending import body_of, first_due, may_go, planned, retry_at, title_of
from counterfoil.rules.alert_times import quiet_until, silence, watched_span
from counterfoil.rules.alerts import due_alerts
from counterfoil.toml_records import load_record

PRAGUE = ZoneInfo("Europe/Prague")
PATIENCE = Patience(in_doubt=timedelta(minutes=10), run_waits=timedelta(minutes=10))
RULES = Addressing(
    to=("ops",),
    escalate_to=("boss", "desk"),
    escalate_after=timedelta(minutes=30),
    digest=timedelta(minutes=10),
    quiet=WallSpan(time(22), time(6)),
    zone=PRAGUE,
    critical=CRITICAL,
)
MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


NOON = at("2026-11-26T12:00+01:00")
NIGHT = at("2026-11-26T23:30+01:00")
MORNING = at("2026-11-27T06:00+01:00")


def alert(raised_at: datetime, *, critical: bool = False, number: int = 1) -> Alert:
    return Alert(
        alert_id=number,
        kind=AlertKind.RUN_MISSED if critical else AlertKind.RUN_FAILED,
        key=f"k{number}",
        told="match 07:30 failed: exit code 2",
        remedy="counterfoil schedule why match 2026-11-26",
        critical=critical,
        raised_at=raised_at,
        over_at=None,
        acknowledged_at=None,
        acknowledged_by=None,
    )


def plan(
    each: Alert, now: datetime, known: Sequence[Sending] = ()
) -> list[tuple[str, Stage, datetime]]:
    seen = {(one.alert_id, one.address, one.stage) for one in known}
    return [(one.address, one.stage, one.due_at) for one in planned(RULES, [each], seen, now)]


# Quiet hours


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-11-26T21:59+01:00", None),
        ("2026-11-26T22:00+01:00", "2026-11-27T06:00+01:00"),
        ("2026-11-27T05:59+01:00", "2026-11-27T06:00+01:00"),
        ("2026-11-27T06:00+01:00", None),
        # The night on which clocks go back is an hour longer, the other one shorter.
        ("2026-10-25T02:30+02:00", "2026-10-25T06:00+01:00"),
        ("2026-03-29T01:30+01:00", "2026-03-29T06:00+02:00"),
    ],
)
def test_quiet_hours_are_wall_time(now: str, end: str | None) -> None:
    assert quiet_until(at(now), RULES) == (None if end is None else at(end))


@given(st.integers(0, 60 * 24 * 400), st.integers(0, 1439), st.integers(0, 1439))
def test_nobody_is_woken_and_nobody_waits_for_more_than_a_day(
    minutes: int, begin: int, end: int
) -> None:
    if begin == end:
        return
    span = WallSpan(time(*divmod(begin, 60)), time(*divmod(end, 60)))
    rules = replace(RULES, quiet=span)
    now = datetime(2026, 1, 1, tzinfo=UTC) + minutes * MINUTE
    until = quiet_until(now, rules)
    if until is not None:
        assert now < until <= now + timedelta(hours=25)
        assert quiet_until(until, rules) is None


def test_at_night_only_what_is_critical_goes() -> None:
    assert first_due(alert(NIGHT, critical=True), RULES) == NIGHT
    assert first_due(alert(NIGHT), RULES) == MORNING
    assert may_go(RULES, alert(NIGHT, critical=True), NIGHT)
    assert not may_go(RULES, alert(NIGHT), NIGHT)


def test_what_would_end_its_digest_at_night_waits_for_the_morning() -> None:
    late = at("2026-11-26T21:55+01:00")
    assert first_due(alert(late), RULES) == MORNING


# Digest and escalation


def test_what_is_not_critical_is_gathered() -> None:
    assert plan(alert(NOON), NOON) == [("ops", Stage.FIRST, NOON + 10 * MINUTE)]
    assert plan(alert(NOON, critical=True), NOON) == [("ops", Stage.FIRST, NOON)]


def test_what_nobody_acknowledges_goes_to_others_as_well() -> None:
    raised, first = alert(NOON, critical=True), Sending(
        alert_id=1, address="ops", stage=Stage.FIRST, due_at=NOON
    )  # fmt: skip
    assert plan(raised, NOON + 29 * MINUTE, [first]) == []
    at_last = NOON + 30 * MINUTE
    assert plan(raised, at_last, [first]) == [
        ("boss", Stage.ESCALATION, at_last),
        ("desk", Stage.ESCALATION, at_last),
    ]


def test_it_is_told_on_even_if_the_first_message_never_got_through() -> None:
    """An address that is down is what the others are for; it was tried from the start."""
    down = Sending(alert_id=1, address="ops", stage=Stage.FIRST, due_at=NOON, attempts=7)
    found = plan(alert(NOON, critical=True), NOON + 31 * MINUTE, [down])
    assert [each[0] for each in found] == ["boss", "desk"]


def test_what_is_known_or_over_is_not_told_on() -> None:
    late, first = NOON + timedelta(hours=3), Sending(
        alert_id=1, address="ops", stage=Stage.FIRST, due_at=NOON
    )  # fmt: skip
    raised = alert(NOON, critical=True)
    known = replace(raised, acknowledged_at=NOON, acknowledged_by="anna")
    assert plan(known, late, [first]) == []
    assert plan(replace(raised, over_at=NOON + MINUTE), late, [first]) == []


def test_a_digest_is_not_told_on_at_night() -> None:
    raised = alert(at("2026-11-26T21:30+01:00"))
    now = at("2026-11-26T22:11+01:00")
    assert [(who, when) for who, stage, when in plan(raised, now) if stage is Stage.ESCALATION] == [
        ("boss", MORNING),
        ("desk", MORNING),
    ]


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.booleans()), min_size=1, max_size=20),
    st.lists(st.integers(0, 4000), min_size=1, max_size=20),
)
def test_however_often_somebody_looks_each_address_gets_each_alert_once(
    raised: list[tuple[int, bool]], looks: list[int]
) -> None:
    alerts = [
        alert(NOON + minute * MINUTE, critical=critical, number=number)
        for number, (minute, critical) in enumerate(raised, 1)
    ]
    sendings: list[Sending] = []
    for minute in sorted(looks):
        now = NOON + minute * MINUTE
        known = {(one.alert_id, one.address, one.stage) for one in sendings}
        sendings += planned(RULES, [each for each in alerts if each.raised_at <= now], known, now)
    assert len({(one.alert_id, one.address, one.stage) for one in sendings}) == len(sendings)
    last = NOON + max(looks) * MINUTE
    told = {one.alert_id for one in sendings}
    assert told == {each.alert_id for each in alerts if each.raised_at <= last}


def test_trying_again_takes_its_time_and_never_ends() -> None:
    waits = [(retry_at(each, NOON) - NOON).total_seconds() for each in range(1, 100)]
    assert waits[:7] == [15, 30, 60, 120, 240, 480, 900]
    assert set(waits[7:]) == {900}


# What is due


def trouble(key: str, **values: object) -> RunTrouble:
    made = {
        "kind": AlertKind.RUN_MISSED, "schedule": "match", "day": date(2026, 11, 26), "key": key,
        "count": 1, "why": "nobody was there",
    }  # fmt: skip
    return RunTrouble(**{**made, **values})  # type: ignore[arg-type]


def test_a_miss_that_nobody_looked_for_and_its_record_are_one_alert() -> None:
    """First an observer sees it; the scheduler that comes back writes it down."""
    unlooked = Unlooked(
        schedule="match", day=date(2026, 11, 26), key="2026-11-26T07:30", due_at=NOON
    )
    early = AlertFacts(now=NOON + timedelta(seconds=29), unlooked=(unlooked,))
    seen = AlertFacts(now=NOON + timedelta(seconds=30), unlooked=(unlooked,))
    recorded = AlertFacts(now=NOON + MINUTE, troubles=(trouble("2026-11-26T07:30"),))
    assert due_alerts(early, PATIENCE) == []
    (first,), (second,) = due_alerts(seen, PATIENCE), due_alerts(recorded, PATIENCE)
    assert first.key == second.key


def test_the_same_facts_are_the_same_alerts() -> None:
    facts = AlertFacts(now=NOON, troubles=(trouble("b"), trouble("a")))
    turned = replace(facts, troubles=facts.troubles[::-1], now=NOON + MINUTE)
    assert due_alerts(facts, PATIENCE) == due_alerts(turned, PATIENCE)


def test_an_alert_names_no_account() -> None:
    """It leaves the house by mail."""
    facts = AlertFacts(
        now=NOON, troubles=(trouble("a", why="CZ6508000000192000145399 and 1000000001 differ"),)
    )
    (due,) = due_alerts(facts, PATIENCE)
    assert "****5399 and ****0001 differ" in due.told


def group(code: str, **values: object) -> ItemGroup:
    kind = AlertKind.ITEM_ON_HOLD if code else AlertKind.ITEM_IN_DOUBT
    made = {
        "kind": kind, "batch_id": "B-1", "name": "may.xlsx", "system": "core", "code": code,
        "count": 500, "newest": NOON, "oldest": NOON, "example": "B-1-0002",
    }  # fmt: skip
    return ItemGroup(**{**made, **values})  # type: ignore[arg-type]


def test_five_hundred_items_of_one_file_are_one_alert() -> None:
    (due,) = due_alerts(AlertFacts(now=NOON, items=(group("twin"),)), PATIENCE)
    assert "500 items are waiting for a person: twin" in due.told
    later = group("twin", newest=NOON + MINUTE, count=501)
    (again,) = due_alerts(AlertFacts(now=NOON, items=(later,)), PATIENCE)
    assert again.key != due.key, "one that comes later is news"


def test_a_doubt_that_an_enquiry_clears_in_time_wakes_nobody() -> None:
    facts = AlertFacts(now=NOON + 9 * MINUTE, items=(group(""),))
    assert due_alerts(facts, PATIENCE) == []
    assert len(due_alerts(replace(facts, now=NOON + 10 * MINUTE), PATIENCE)) == 1


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({}, None),
        ({"left": 0, "latest": NOON + 9 * MINUTE}, None),
        ({"latest": NOON + 5 * MINUTE}, None),
        ({"latest": NOON + 6 * MINUTE, "expected": NOON + 4 * MINUTE}, "expected at"),
        ({"why_not": "frozen: nothing is keyed"}, "frozen"),
        ({"why_not": "no prediction: fewer than 20 items"}, None),
        ({"done_by": NOON}, "the time has passed"),
    ],
)
def test_a_queue_is_at_risk_by_the_slowest_measured_pace(
    values: dict[str, object], told: str | None
) -> None:
    made = {
        "system": "core", "day": date(2026, 11, 26), "done_by": NOON + 5 * MINUTE, "left": 40,
        "expected": None, "latest": None, "why_not": "",
    }  # fmt: skip
    queue = QueueFacts(**{**made, **values})  # type: ignore[arg-type]
    due = due_alerts(AlertFacts(now=NOON, queues=(queue,)), PATIENCE)
    assert [told in each.told for each in due if told] == ([True] if told else [])
    assert len(due) == (1 if told else 0)


# The dead man's switch


class Weekdays:
    def why_closed(self, day: date) -> str:
        return "weekend" if day.weekday() > 4 else ""


def man(silent: timedelta | None) -> DeadMan:
    return DeadMan(
        name="keying", events=(), between=WallSpan(time(8), time(17)), silence=silent,
        zone=PRAGUE, calendar=Weekdays(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("now", "last", "since"),
    [
        ("2026-11-26T08:29+01:00", None, None),
        ("2026-11-26T08:30+01:00", None, "2026-11-26T08:00+01:00"),
        ("2026-11-26T12:00+01:00", "2026-11-26T11:31+01:00", None),
        ("2026-11-26T12:00+01:00", "2026-11-26T11:30+01:00", "2026-11-26T11:30+01:00"),
        ("2026-11-26T07:59+01:00", None, "2026-11-25T08:00+01:00"),  # of the day before, still
        ("2026-11-26T20:00+01:00", "2026-11-26T16:45+01:00", None),
        ("2026-11-29T12:00+01:00", None, None),  # a Sunday; Friday is too long ago
    ],
)
def test_silence_counts_within_the_span(now: str, last: str | None, since: str | None) -> None:
    span = watched_span(man(30 * MINUTE), at(now))
    found = span and silence(man(30 * MINUTE), span, None if last is None else at(last))
    assert (found.since if found else None) == (None if since is None else at(since))


def test_once_within_the_span_is_judged_at_its_end() -> None:
    once, end = man(None), at("2026-11-26T17:00+01:00")
    for now, last, silent in (
        (end - MINUTE, None, False),
        (end, None, True),
        (end + timedelta(hours=9), None, True),
        (end, at("2026-11-26T08:00+01:00"), False),
    ):
        span = watched_span(once, now)
        assert span is not None
        assert (silence(once, span, last) is not None) is silent


# Words


def test_a_message_says_the_worst_first_and_ends() -> None:
    those = [
        (each, Sending(alert_id=each.alert_id, address="ops", stage=Stage.FIRST, due_at=NOON))
        for each in [alert(NOON, number=number, critical=number == 99) for number in range(1, 101)]
    ]
    title, body = title_of("Prague", those), body_of(those, "5f3a")
    assert title == "[Counterfoil Prague] 100 alerts, 1 critical: run_missed"
    assert body.startswith("CRITICAL #99 run_missed, 2026-11-26 11:00Z\n")
    assert "and 60 more" in body
    assert body.count("\n-> ") == 40


# config.toml

GOOD = """schema = 1
[site]
name = "Test"
[alerts]
to = ["ops"]
zone = "Europe/Prague"
quiet = "22:00-06:00"
[alerts.addresses.ops]
credential = "ops-url"
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('to = ["ops"]', 'to = ["opps"]', "to: no [alerts.addresses.opps]; known: ops (at line 5)"),
        ('to = ["ops"]', "to = []", "to: one address at least is wanted (at line 5)"),
        ("22:00-06:00", "22-6", "quiet: '22-6' is no span of time"),
        ("22:00-06:00", "22:00-06:99", "(at line 7)"),
        ("Europe/Prague", "Prague", "zone: 'Prague' is no IANA time zone (at line 6)"),
        ("quiet =", 'critical = ["run_mised"]\nquiet =', "critical: 'run_mised' is no kind of"),
        ("quiet =", "quite =", "unknown key 'quite', did you mean 'quiet'? (at line 7)"),
        ('credential = "ops-url"', "", "credential or url is wanted, one of the two (at line 8)"),
        ('credential = "ops-url"', 'url = "json://a:secret@b/c"', "it holds a password"),
        ("", '[alerts.queues.core]\ndone_by = "16:30"\n', "alerts: queues: core: is not among"),
        ("", '[alerts.dead_man.x]\nbetween = "17:00-08:00"\n', "goes over midnight"),
        (
            "",
            '[alerts.dead_man.x]\nbetween = "07:00-08:00"\ncalendar = "bnk"\n',
            "no [calendars.bnk] (at line 12)",
        ),
    ],
)
def test_a_wrong_setting_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(GOOD, "utf-8")
    settings = load_record(Config, path, error=SetupError).alerts
    assert settings is not None
    assert settings.addressing.quiet == RULES.quiet
    path.write_text(GOOD.replace(old, new, 1) if old else GOOD + new, "utf-8")
    with pytest.raises(SetupError) as trouble:
        load_record(Config, path, error=SetupError)
    assert told in str(trouble.value)
    assert "secret" not in str(trouble.value)
