"""The arithmetic of KPIs: percentiles, shares, age buckets, pace. Pure; no binary fractions."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from counterfoil.domain.kpi import Attempt, BatchFacts, Handling, ItemFacts, KpiFacts

#: An age belongs to the last bucket that begins at or below it.
BUCKETS: tuple[tuple[str, timedelta], ...] = (
    ("under 1 h", timedelta()),
    ("1 to 4 h", timedelta(hours=1)),
    ("4 to 24 h", timedelta(hours=4)),
    ("1 to 3 d", timedelta(days=1)),
    ("3 to 7 d", timedelta(days=3)),
    ("7 d and more", timedelta(days=7)),
)
_BEGINS = [begin for _, begin in BUCKETS]

#: A longer gap is a bot that was not there (stopped, or the bank closed), not a slow item.
GAP_MAX = timedelta(minutes=10)
#: Below that many gaps a mean is an anecdote.
GAPS_MIN = 20
STRETCHES = 10

_MICROSECOND = timedelta(microseconds=1)


def percentile(values: Sequence[timedelta], percent: int) -> timedelta | None:
    """The smallest value that at least *percent* of them do not exceed (nearest rank)."""
    if not values:
        return None
    rank = -(-len(values) * percent // 100)  # rounded up
    return sorted(values)[max(rank, 1) - 1]


def share(part: int, whole: int) -> Decimal | None:
    """*part* of *whole* in percent, to a tenth; None: of nothing."""
    if whole == 0:
        return None
    return (Decimal(100 * part) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP)


def bucket(age: timedelta) -> int:
    """Which of BUCKETS *age* falls into. An age below zero (clocks differ) is the first."""
    return max(0, bisect_right(_BEGINS, age) - 1)


def hours(span: timedelta) -> Decimal:
    """*span* in hours."""
    return Decimal(span // _MICROSECOND) / 3_600_000_000


def handling(attempts: Sequence[Attempt], items: Mapping[str, ItemFacts]) -> Handling | None:
    """How long one session is at work per intent. None: less than GAPS_MIN gaps.

    A gap is from one intent to the next of the same bank login, and counts if the next
    one's item was ready before the gap began (so the bot never waited for work), is keyed
    for the first time (a repeat waits for the bank) and the gap is no longer than GAP_MAX.

    Args:
        attempts: Of one system, in the order of their time.
    """
    gaps = _gaps(attempts, items)
    if len(gaps) < GAPS_MIN:
        return None
    means = [_mean(each) for each in _stretches(gaps)]
    return Handling(gaps=len(gaps), mean=_mean(gaps), fastest=min(means), slowest=max(means))


def _gaps(attempts: Sequence[Attempt], items: Mapping[str, ItemFacts]) -> list[timedelta]:
    last: dict[str, datetime] = {}
    found: list[timedelta] = []
    for each in attempts:
        before = last.get(each.login)
        last[each.login] = each.at
        ready = items[each.item_id].ready_at
        if before is None or each.attempt != 1 or ready is None or ready > before:
            continue
        if each.at - before <= GAP_MAX:
            found.append(each.at - before)
    return found


def _stretches(gaps: Sequence[timedelta]) -> list[Sequence[timedelta]]:
    """STRETCHES parts one after the other, equally long but for one gap."""
    ends = [len(gaps) * each // STRETCHES for each in range(STRETCHES + 1)]
    return [gaps[begin:end] for begin, end in pairwise(ends)]


def _mean(gaps: Sequence[timedelta]) -> timedelta:
    return sum(gaps, timedelta()) // len(gaps)


def time_to_empty(
    left: int, sessions: int, each: timedelta, *, attempts: int, items: int
) -> timedelta:
    """Until *left* items are keyed by *sessions* at once, at *each* per intent.

    Args:
        attempts, items: So many intents were needed for so many items: repeats cost, too.
    """
    rounds = -(-left // sessions)
    return rounds * each * attempts // items


def by_system(attempts: Sequence[Attempt]) -> dict[str, list[Attempt]]:
    """The intents of each system, in their order."""
    found: defaultdict[str, list[Attempt]] = defaultdict(list)
    for each in attempts:
        found[each.system].append(each)
    return dict(found)


def ended_in(facts: KpiFacts) -> list[ItemFacts]:
    """The items that were finished within the period."""
    return [each for each in facts.items if each.finished and each.changed_at in facts.period]


def approved_in(facts: KpiFacts) -> list[BatchFacts]:
    """The batches that were approved within the period."""
    return [each for each in facts.batches if each.approved_at and each.approved_at in facts.period]
