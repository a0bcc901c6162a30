"""Who gets which alert, when, and in what words. Pure.

Digest: what is not critical waits for others. Quiet hours: what is not critical waits for
their end. Escalation: what nobody acknowledged in time goes to others as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from counterfoil.domain.alerts import Addressing, Alert, Sending, Stage
from counterfoil.rules.alert_times import quiet_until, shown

#: A message that names more is read by nobody.
NAMED_MAX = 40
TOLD_MAX = 600  # characters of one alert

RETRY_FIRST = timedelta(seconds=15)
RETRY_LAST = timedelta(minutes=15)


def first_due(alert: Alert, addressing: Addressing) -> datetime:
    """When the first message about *alert* may go (UTC)."""
    if alert.critical:
        return alert.raised_at
    gathered = alert.raised_at + addressing.digest
    return quiet_until(gathered, addressing) or gathered


def planned(
    addressing: Addressing,
    alerts: Iterable[Alert],
    known: Collection[tuple[int, str, Stage]],
    now: datetime,
) -> list[Sending]:
    """The sendings that *alerts* need and that are not *known* yet.

    Whether a first message arrived does not matter to escalation: an address that is down
    is what the others are for.
    """
    return [
        each
        for alert in alerts
        if alert.acknowledged_at is None
        for each in _wanted(alert, addressing, now)
        if (each.alert_id, each.address, each.stage) not in known
    ]


def _wanted(alert: Alert, addressing: Addressing, now: datetime) -> list[Sending]:
    due_at = first_due(alert, addressing)
    found = [_sending(alert, each, Stage.FIRST, due_at) for each in addressing.to]
    escalated = due_at + addressing.escalate_after
    if alert.over_at is None and now >= escalated:
        if not alert.critical:
            escalated = quiet_until(escalated, addressing) or escalated
        found += [
            _sending(alert, each, Stage.ESCALATION, escalated) for each in addressing.escalate_to
        ]
    return found


def _sending(alert: Alert, address: str, stage: Stage, due_at: datetime) -> Sending:
    return Sending(alert_id=alert.alert_id, address=address, stage=stage, due_at=due_at)


def may_go(addressing: Addressing, alert: Alert, now: datetime) -> bool:
    """Whether quiet hours let *alert* pass now."""
    return alert.critical or quiet_until(now, addressing) is None


def retry_at(attempts: int, now: datetime) -> datetime:
    """When a message that did not get through is tried again, after so many attempts."""
    doubled: int = 2 ** min(attempts - 1, 10)
    return now + min(RETRY_FIRST * doubled, RETRY_LAST)


def title_of(site: str, those: Sequence[tuple[Alert, Sending]]) -> str:
    """The subject: how many, how bad, and the first of them."""
    first = min((alert for alert, _ in those), key=_rank)
    bad = sum(1 for alert, _ in those if alert.critical)
    count = "1 alert" if len(those) == 1 else f"{len(those)} alerts"
    said = f", {bad} critical" if bad else ""
    late = any(each.stage is Stage.ESCALATION for _, each in those)
    return f"[Counterfoil {site}] {'NOT ACKNOWLEDGED: ' if late else ''}{count}{said}: {first.kind}"


def body_of(those: Sequence[tuple[Alert, Sending]], message: str) -> str:
    """The text: the worst first, each with what to do about it."""
    ranked = sorted(those, key=lambda each: _rank(each[0]))
    parts = [_paragraph(alert, each.stage) for alert, each in ranked[:NAMED_MAX]]
    if len(ranked) > NAMED_MAX:
        parts.append(f"and {len(ranked) - NAMED_MAX:,} more: counterfoil alerts list")
    numbers = " ".join(str(alert.alert_id) for alert, _ in ranked[:NAMED_MAX])
    parts.append(f"counterfoil alerts acknowledge {numbers} --as NAME --reason WHAT-YOU-DO")
    parts.append(f"message {message}; if the same alerts come again, its receipt was lost")
    return "\n\n".join(parts)


def _paragraph(alert: Alert, stage: Stage) -> str:
    mark = "CRITICAL " if alert.critical else ""
    over = f" (over since {shown(alert.over_at)})" if alert.over_at else ""
    late = ", not acknowledged" if stage is Stage.ESCALATION else ""
    told = alert.told if len(alert.told) <= TOLD_MAX else f"{alert.told[: TOLD_MAX - 1]}…"
    return (
        f"{mark}#{alert.alert_id} {alert.kind}, {shown(alert.raised_at)}{over}{late}\n"
        f"{told}\n-> {alert.remedy}"
    )


def _rank(alert: Alert) -> tuple[bool, int]:
    return not alert.critical, alert.alert_id
