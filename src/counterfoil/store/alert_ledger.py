"""The ledger's verbs for alerts. Each is one transaction, and one of them runs at a time.

Raised, then sent, then marked as sent: in between a crash repeats and never forgets.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from counterfoil.domain.alerts import HAPPENED, Alert, AlertKind, Due, Sending, Stage
from counterfoil.domain.approvals import plain_name
from counterfoil.errors import Refused
from counterfoil.store import alert_schema as schema
from counterfoil.store.alert_reading import (
    NEWS_DAYS,
    AlertReads,
    alert_of,
    sending_of,
)
from counterfoil.store.book import Book, Fact, Transaction
from counterfoil.store.deciding import Word, need_reason

#: A process that sends for so long is dead, or as good as: another one sends again.
TAKEN = timedelta(minutes=2)
#: Alerts of one message, and of one look at those that are open.
ROWS_MAX = 500
OPEN_MAX = 5000

#: The open alerts, what is known of their sendings, now -> the sendings that they need.
Plan = Callable[[Sequence[Alert], Collection[tuple[int, str, Stage]], datetime], list[Sending]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What one look changed."""

    raised: tuple[Due, ...] = ()
    over: tuple[Alert, ...] = ()


class AlertLedger(AlertReads):
    """All of them, over the database of the ledger."""

    @classmethod
    def beside(cls, ledger: Book) -> AlertLedger:
        """On *ledger*'s own connection, audit log and clock."""
        return cls._over(ledger)

    def watched_since(self) -> datetime:
        """What happened before is not told: alerts began then, or it is too long ago (UTC)."""
        began_at = self.began_at()
        if began_at is None:
            with suppress(IntegrityError):  # another process did, at the same moment
                self._begin()
            began_at = self.began_at()
        assert began_at is not None, "somebody just wrote it"
        return max(began_at, self.now() - timedelta(days=NEWS_DAYS))

    def began_at(self) -> datetime | None:
        """When alerts were first looked at (UTC); None: never."""
        with self.reading() as connection:
            return connection.execute(select(schema.alert_watch.c.began_at)).scalar()

    def _begin(self) -> None:
        with self.writing() as tx:
            tx.connection.execute(insert(schema.alert_watch).values(id=1, began_at=tx.now))
            tx.tell(Fact(kind="alerts_began", told="alerts are raised from now on"))

    def raise_and_plan(
        self,
        due: Sequence[Due],
        looked_at: Collection[AlertKind],
        critical: Collection[AlertKind],
        plan: Plan,
    ) -> Changes:
        """Write down what is new, what is over, and every message that they need.

        Args:
            looked_at: Kinds of which *due* has all: others that are open are over.
        """
        if not self._is_news(due, looked_at, plan):
            return Changes()
        with self.writing() as tx:
            self._lock(tx)
            known = _by_key(tx.connection, [each.key for each in due])
            new = [each for each in due if each.key not in known]
            for each in new:
                self._insert(tx, each, each.kind in critical)
            again = [known[each.key] for each in due if _is_back(known.get(each.key))]
            over = _over(_open(tx.connection), due, looked_at)
            self._set_over(tx, again, None)
            self._set_over(tx, over, tx.now)
            self._plan(tx, plan)
            for each in new:
                self._tell_raised(tx, each)
            for alert in again:
                told = f"#{alert.alert_id} {alert.kind} again: {alert.told}"
                tx.tell(Fact(kind="alert_reopened", told=told, data={"key": alert.key}))
            for alert in over:
                told = f"#{alert.alert_id} {alert.kind} is over: {alert.told}"
                tx.tell(Fact(kind="alert_over", told=told, data={"key": alert.key}))
        return Changes(raised=tuple(new), over=tuple(over))

    def _is_news(self, due: Sequence[Due], looked_at: Collection[AlertKind], plan: Plan) -> bool:
        """Whether anything has to be written: usually not, and then nobody is locked out."""
        with self.reading() as connection:
            known = _by_key(connection, [each.key for each in due])
            if any(each.key not in known or _is_back(known[each.key]) for each in due):
                return True
            those = _open(connection)
            if _over(those, due, looked_at):
                return True
            planned = plan(those, _sent_or_waiting(connection, those), self.now())
        return bool(planned)

    def _lock(self, tx: Transaction) -> None:
        """One at a time, whoever raises, sends or acknowledges."""
        tx.connection.execute(select(schema.alert_watch).with_for_update()).one_or_none()

    def _insert(self, tx: Transaction, each: Due, critical: bool) -> None:
        tx.connection.execute(
            insert(schema.alerts).values(
                key=each.key,
                kind=each.kind,
                subject=each.about.get("schedule"),
                told=self.redactor.text(each.told),
                remedy=each.remedy,
                about=dict(each.about),
                critical=critical,
                raised_at=tx.now,
            )
        )

    def _set_over(self, tx: Transaction, those: Sequence[Alert], over_at: datetime | None) -> None:
        table = schema.alerts
        if those:
            which = table.c.alert_id.in_([each.alert_id for each in those])
            tx.connection.execute(update(table).where(which).values(over_at=over_at))

    def _plan(self, tx: Transaction, plan: Plan) -> None:
        those = _open(tx.connection)
        planned = plan(those, _sent_or_waiting(tx.connection, those), tx.now)
        if planned:
            rows = [
                {
                    "alert_id": each.alert_id,
                    "address": each.address,
                    "stage": each.stage,
                    "due_at": each.due_at,
                    "attempts": 0,
                    "next_at": each.due_at,
                }
                for each in planned
            ]
            tx.connection.execute(insert(schema.alert_sendings), rows)

    def _tell_raised(self, tx: Transaction, each: Due) -> None:
        data = {"alert": each.kind, "key": each.key, **each.about}
        tx.tell(
            Fact(
                kind="alert_raised",
                told=each.told,
                schedule=each.about.get("schedule"),
                occurrence=each.about.get("occurrence"),
                data=data,
            )
        )

    def take(
        self,
        addresses: Collection[str],
        may_go: Callable[[Alert, datetime], bool],
    ) -> dict[str, list[tuple[Alert, Sending]]]:
        """Address -> what goes to it now; ours alone for two minutes.

        An address that has anything due gets all that waits for it and may go.
        """
        with self.reading() as connection:
            if not _due_addresses(connection, addresses, self.now()):
                return {}
        with self.writing() as tx:
            self._lock(tx)
            due = _due_addresses(tx.connection, addresses, tx.now)
            found: dict[str, list[tuple[Alert, Sending]]] = {}
            for alert, each in _waiting(tx.connection, due, tx.now):
                if may_go(alert, tx.now):
                    found.setdefault(each.address, []).append((alert, each))
            for address, those in found.items():
                self._mark(tx, address, those, taken_until=tx.now + TAKEN)
        return found

    def sent(self, address: str, those: Sequence[tuple[Alert, Sending]], message: str) -> None:
        """The receiver took the message."""
        with self.writing() as tx:
            self._mark(tx, address, those, sent_at=tx.now, taken_until=None, trouble=None)
            tx.tell(_fact("alert_sent", address, those, message, "taken"))

    def not_sent(
        self,
        address: str,
        those: Sequence[tuple[Alert, Sending]],
        message: str,
        trouble: str,
        retry_at: Callable[[int, datetime], datetime],
    ) -> None:
        """It did not get through, and is tried again."""
        attempts = min(each.attempts for _, each in those) + 1
        with self.writing() as tx:
            said = self.redactor.text(trouble)
            self._mark(
                tx,
                address,
                those,
                attempts=attempts,
                next_at=retry_at(attempts, tx.now),
                taken_until=None,
                trouble=said,
            )
            tx.tell(_fact("alert_not_sent", address, those, message, said))

    def _mark(
        self,
        tx: Transaction,
        address: str,
        those: Sequence[tuple[Alert, Sending]],
        **values: Any,
    ) -> None:
        table = schema.alert_sendings
        for _, each in those:
            tx.connection.execute(
                update(table)
                .where(
                    table.c.alert_id == each.alert_id,
                    table.c.address == address,
                    table.c.stage == each.stage,
                    table.c.sent_at.is_(None),
                )
                .values(**values)
            )

    def tested(self, address: str, outcome: str, word: Word) -> None:
        """A person had a test message sent; how that went goes on the record."""
        need_reason(word)
        with self.writing() as tx:
            told = f"a test message to {address}: {outcome}"
            tx.tell(
                Fact(kind="alert_tested", told=told, data={"address": address}, person=word.person)
            )

    def acknowledge(self, alert_ids: Sequence[int], word: Word) -> list[Alert]:
        """A person knows of them: they go to nobody else any more.

        Raises:
            Refused: One of them is unknown, or was acknowledged before; nothing is changed.
        """
        need_reason(word)
        table = schema.alerts
        with self.writing() as tx:
            self._lock(tx)
            query = select(table).where(table.c.alert_id.in_(alert_ids)).order_by(table.c.alert_id)
            found = [alert_of(row) for row in tx.connection.execute(query).mappings()]
            _refuse_unknown(alert_ids, found)
            who, reason = plain_name(word.person), self.redactor.text(word.reason)
            tx.connection.execute(
                update(table)
                .where(table.c.alert_id.in_(alert_ids))
                .values(acknowledged_at=tx.now, acknowledged_by=who, reason=reason)
            )
            for each in found:
                told = f"#{each.alert_id} {each.kind}: {word.reason}"
                data = {"key": each.key}
                tx.tell(Fact(kind="alert_acknowledged", told=told, data=data, person=word.person))
        return found


def _refuse_unknown(wanted: Sequence[int], found: Sequence[Alert]) -> None:
    if missing := sorted(set(wanted) - {each.alert_id for each in found}):
        raise Refused("unknown_alert", f"there is no alert {missing[0]}: counterfoil alerts list")
    for each in found:
        if each.acknowledged_at is not None:
            raise Refused(
                "acknowledged_already",
                f"alert {each.alert_id} was acknowledged by {each.acknowledged_by}",
            )


def _fact(
    kind: str, address: str, those: Sequence[tuple[Alert, Sending]], message: str, how: str
) -> Fact:
    numbers = [alert.alert_id for alert, _ in those]
    shown = " ".join(f"#{each}" for each in numbers)
    return Fact(
        kind=kind,
        told=f"{shown} to {address}: {how}",
        data={"address": address, "alerts": numbers, "message": message},
    )


def _by_key(connection: Connection, keys: Sequence[str]) -> dict[str, Alert]:
    table = schema.alerts
    query = select(table).where(table.c.key.in_(keys))
    return {row["key"]: alert_of(row) for row in connection.execute(query).mappings()}


def _open(connection: Connection) -> list[Alert]:
    """What nobody acknowledged, and what was but still is so."""
    table = schema.alerts
    query = (
        select(table)
        .where(or_(table.c.acknowledged_at.is_(None), table.c.over_at.is_(None)))
        .where(
            or_(
                table.c.acknowledged_at.is_(None),
                table.c.kind.not_in([str(each) for each in HAPPENED]),
            )
        )
        .order_by(table.c.alert_id.desc())
        .limit(OPEN_MAX)
    )
    return [alert_of(row) for row in connection.execute(query).mappings()]


def _is_back(alert: Alert | None) -> bool:
    return alert is not None and alert.over_at is not None


def _over(
    those: Iterable[Alert], due: Sequence[Due], looked_at: Collection[AlertKind]
) -> list[Alert]:
    keys = {each.key for each in due}
    return [
        each
        for each in those
        if each.over_at is None
        and each.kind in looked_at
        and each.kind not in HAPPENED
        and each.key not in keys
    ]


def _sent_or_waiting(connection: Connection, those: Sequence[Alert]) -> set[tuple[int, str, Stage]]:
    table = schema.alert_sendings
    query = select(table.c.alert_id, table.c.address, table.c.stage).where(
        table.c.alert_id.in_([each.alert_id for each in those])
    )
    return {(row.alert_id, row.address, Stage(row.stage)) for row in connection.execute(query)}


def _free(now: datetime) -> ColumnElement[bool]:
    """Not sent, nobody is at it, and nobody has acknowledged what it tells."""
    alerts, table = schema.alerts, schema.alert_sendings
    known = select(alerts.c.alert_id).where(
        alerts.c.alert_id == table.c.alert_id, alerts.c.acknowledged_at.is_not(None)
    )
    return and_(
        table.c.sent_at.is_(None),
        or_(table.c.taken_until.is_(None), table.c.taken_until <= now),
        ~known.exists(),
    )


def _due_addresses(connection: Connection, addresses: Collection[str], now: datetime) -> set[str]:
    table = schema.alert_sendings
    query = (
        select(table.c.address)
        .distinct()
        .where(_free(now), table.c.next_at <= now, table.c.address.in_(addresses))
    )
    return set(connection.execute(query).scalars())


def _waiting(
    connection: Connection, addresses: Collection[str], now: datetime
) -> list[tuple[Alert, Sending]]:
    """All that waits for these addresses and is not acknowledged, the oldest first."""
    alerts, table = schema.alerts, schema.alert_sendings
    query = (
        select(table)
        .where(_free(now), table.c.address.in_(addresses))
        .order_by(table.c.alert_id)
        .limit(ROWS_MAX)
    )
    sendings = [sending_of(row) for row in connection.execute(query).mappings()]
    which = select(alerts).where(alerts.c.alert_id.in_([each.alert_id for each in sendings]))
    known: Mapping[int, Alert] = {
        row["alert_id"]: alert_of(row) for row in connection.execute(which).mappings()
    }
    return [(known[each.alert_id], each) for each in sendings]
