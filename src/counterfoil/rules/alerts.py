"""Which alerts are due: a function of the records and the time, and of nothing else.

So whoever looks comes to the same ones under the same keys; what was known before a
crash is found again after it, and two that look at once raise one alert.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from counterfoil.domain.alerts import (
    AlertFacts,
    AlertKind,
    Due,
    ItemGroup,
    Patience,
    QueueFacts,
    RunTrouble,
    Silence,
    Stopped,
    Unheard,
    Unlooked,
    WaitingRun,
)
from counterfoil.domain.secrets import mask_numbers
from counterfoil.rules.alert_times import shown

#: A scheduler looks every ten seconds: who is later than that by so much, is not there.
LOOK_WITHIN = timedelta(seconds=30)


def due_alerts(facts: AlertFacts, patience: Patience) -> list[Due]:
    """All that somebody has to be told now, each key once, in a stable order."""
    found = {each.key: each for each in _every(facts, patience) if each.kind not in patience.off}
    return [found[key] for key in sorted(found)]


def looked_at(facts: AlertFacts) -> frozenset[AlertKind]:
    """The kinds of which *facts* know everything: one that is not due now, is over."""
    away = {
        AlertKind.QUEUE_AT_RISK: facts.queues is None,
        AlertKind.WITNESS_SILENT: facts.witness is None,
    }
    return frozenset(each for each in AlertKind if not away.get(each, False))


def _every(facts: AlertFacts, patience: Patience) -> Iterator[Due]:
    yield from map(_trouble, facts.troubles)
    yield from (_unlooked(each) for each in facts.unlooked if _is_late(each, facts.now))
    for run in facts.waiting:
        if facts.now - run.since >= patience.run_waits:
            yield _waits(run, facts.now)
    for group in facts.items:
        if group.kind is not AlertKind.ITEM_IN_DOUBT:
            yield _on_hold(group)
        elif facts.now - group.oldest >= patience.in_doubt:
            yield _in_doubt(group, facts.now)
    yield from map(_stopped, facts.stopped)
    for queue in facts.queues or ():
        if told := _at_risk(queue, facts.now):
            yield _queue(queue, told)
    yield from map(_unheard, facts.witness or ())
    yield from map(_silent, facts.silences)


def _is_late(each: Unlooked, now: datetime) -> bool:
    return now - each.due_at >= LOOK_WITHIN


def _trouble(each: RunTrouble) -> Due:
    what = "failed" if each.kind is AlertKind.RUN_FAILED else "did not run"
    more = f" (and {each.count - 1:,} more of that day)" if each.count > 1 else ""
    told = f"{what}{more}: {mask_numbers(each.why)}"
    return _of_run(each.kind, each, told, f"counterfoil schedule why {each.schedule} {each.day}")


def _unlooked(each: Unlooked) -> Due:
    """Under the key that its record will have, when somebody looks at last."""
    told = "did not run: no scheduler has looked since it was due"
    return _of_run(AlertKind.RUN_MISSED, each, told, "counterfoil up, or counterfoil scheduler")


def _waits(each: WaitingRun, now: datetime) -> Due:
    told = f"fired {_minutes(now - each.since)} ago and no worker takes it"
    return _of_run(AlertKind.RUN_WAITS, each, told, "counterfoil up")


def _of_run(
    kind: AlertKind, run: RunTrouble | Unlooked | WaitingRun, told: str, remedy: str
) -> Due:
    """One occurrence of a schedule; *told* goes on from its name."""
    return Due(
        kind=kind,
        key=f"{kind}:{run.schedule}:{run.key}",
        told=f"{run.schedule} {run.key} {told}",
        remedy=remedy,
        about={"schedule": run.schedule, "occurrence": run.key},
    )


def _in_doubt(group: ItemGroup, now: datetime) -> Due:
    return Due(
        kind=group.kind,
        key=f"{group.kind}:{group.batch_id}:{_mark(group.newest)}",
        told=f"{_items(group)} in doubt, the first for {_minutes(now - group.oldest)}:"
        f" {group.system} may have booked",
        remedy=f"counterfoil why {group.example}",
        about={"batch": group.batch_id, "system": group.system},
    )


def _on_hold(group: ItemGroup) -> Due:
    return Due(
        kind=group.kind,
        key=f"{group.kind}:{group.batch_id}:{group.code}:{_mark(group.newest)}",
        told=f"{_items(group)} waiting for a person: {group.code}",
        remedy=f"counterfoil why {group.example}",
        about={"batch": group.batch_id, "system": group.system},
    )


def _items(group: ItemGroup) -> str:
    count = "1 item is" if group.count == 1 else f"{group.count:,} items are"
    return f"{mask_numbers(group.name)} ({group.batch_id}): {count}"


def _stopped(each: Stopped) -> Due:
    who = f"{each.system} {each.login}".strip()
    remedies = {
        AlertKind.SYSTEM_FROZEN: f"counterfoil unfreeze {each.system} --as NAME --reason WHY",
        AlertKind.LOGIN_STOPPED: f"counterfoil login release {who} --as NAME --reason WHY",
    }
    said = {
        AlertKind.SYSTEM_FROZEN: f"{who} is frozen, nothing is keyed into it",
        AlertKind.LOGIN_STOPPED: f"the bank login {who} was refused and is not tried again",
    }.get(each.kind, f"circuit open {who}".strip())
    return Due(
        kind=each.kind,
        key=f"{each.kind}:{each.system}:{each.login}:{each.mark}",
        told=f"{said}: {mask_numbers(each.why)}",
        remedy=remedies.get(each.kind, "look at the system, then counterfoil batches"),
        about={"system": each.system} if each.system else {},
    )


def _at_risk(queue: QueueFacts, now: datetime) -> str:
    """Why the queue will not be keyed in time; "": it will, or nobody can know."""
    if queue.left == 0:
        return ""
    if now >= queue.done_by:
        return "the time has passed"
    if queue.latest is None:
        return queue.why_not if queue.why_not.startswith("frozen") else ""
    if queue.latest <= queue.done_by:
        return ""
    expected = "" if queue.expected is None else f"expected at {shown(queue.expected)}, "
    return f"at the measured pace it is done: {expected}at the latest {shown(queue.latest)}"


def _queue(queue: QueueFacts, told: str) -> Due:
    return Due(
        kind=AlertKind.QUEUE_AT_RISK,
        key=f"{AlertKind.QUEUE_AT_RISK}:{queue.system}:{queue.day}",
        told=f"{queue.system}: {queue.left:,} items are to be keyed by {shown(queue.done_by)}:"
        f" {told}",
        remedy=f"counterfoil kpi --system {queue.system}",
        about={"system": queue.system},
    )


def _unheard(each: Unheard) -> Due:
    if not each.stream:
        told = f"the witness of the audit log cannot be asked: {each.since}"
        mark = "away"
    else:
        told = (
            f"the witness has not heard of the audit log {each.stream} since {each.since},"
            " and its run did not end"
        )
        mark = f"{each.stream}:{each.since}"
    return Due(
        kind=AlertKind.WITNESS_SILENT,
        key=f"{AlertKind.WITNESS_SILENT}:{mark}"[:200],
        told=told,
        remedy="was it killed? start it again, and read counterfoil verify",
        about={"stream": each.stream} if each.stream else {},
    )


def _silent(each: Silence) -> Due:
    return Due(
        kind=AlertKind.NOTHING_HAPPENED,
        key=f"{AlertKind.NOTHING_HAPPENED}:{each.name}:{_mark(each.since)}",
        told=f"{each.name}: nothing happened from {shown(each.since)} to {shown(each.until)};"
        f" {_minutes(each.allowed)} are allowed",
        remedy="counterfoil batches, counterfoil schedule list",
        about={"dead_man": each.name},
    )


def _mark(at: datetime) -> str:
    return at.isoformat(timespec="microseconds")


def _minutes(span: timedelta) -> str:
    return f"{int(span.total_seconds()) // 60} min"
