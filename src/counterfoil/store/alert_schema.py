"""The ledger's tables for alerts: what was raised, to whom it went, who acknowledged it.

An alert and its sendings are written in one transaction before anything is sent, and a
sending is done when it is marked so after it was sent: what crashes in between is sent
again. So nothing is lost, and a receiver may hear a thing twice.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from counterfoil.domain.alerts import AlertKind, Stage
from counterfoil.store.schema import METADATA, UtcDateTime, one_of

alert_watch = Table(
    "alert_watch",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="always 1"),
    Column("began_at", UtcDateTime, nullable=False, comment="UTC: what was before is not told"),
    CheckConstraint("id = 1", name="one_row"),
    comment="the one row that whoever raises or sends alerts locks first",
)

alerts = Table(
    "alerts",
    METADATA,
    Column("alert_id", Integer, primary_key=True, comment="for people"),
    Column("key", String(250), nullable=False, unique=True, comment="what makes it the same one"),
    Column("kind", String(30), nullable=False, comment="AlertKind"),
    Column("subject", String(60), comment="the schedule that it is about; NULL: something else"),
    Column("told", Text, nullable=False, comment="one sentence for people, redacted"),
    Column("remedy", Text, nullable=False, comment="the command that tells more, or mends it"),
    Column("about", JSON, nullable=False, comment="names: system, schedule, batch ..."),
    Column("critical", Boolean, nullable=False, comment="it passes quiet hours"),
    Column("raised_at", UtcDateTime, nullable=False, comment="UTC"),
    Column("over_at", UtcDateTime, comment="UTC: found no more; NULL: it still is so"),
    Column("acknowledged_at", UtcDateTime, comment="UTC; NULL: nobody has"),
    Column("acknowledged_by", Text, comment="who"),
    Column("reason", Text, comment="what they do about it, redacted"),
    CheckConstraint(one_of("kind", list(AlertKind)), name="kind"),
    CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name="acknowledged"),
    comment="something that somebody had to be told; the same key is raised once",
)
Index("ix_alerts_open", alerts.c.acknowledged_at, alerts.c.raised_at)
Index("ix_alerts_subject", alerts.c.subject, alerts.c.kind)

alert_sendings = Table(
    "alert_sendings",
    METADATA,
    Column("alert_id", ForeignKey("alerts.alert_id"), primary_key=True, comment="what is told"),
    Column("address", String(60), primary_key=True, comment="as in config.toml"),
    Column("stage", String(20), primary_key=True, comment="Stage"),
    Column("due_at", UtcDateTime, nullable=False, comment="UTC: digest and quiet hours are over"),
    Column("attempts", Integer, nullable=False, default=0, comment="messages that were tried"),
    Column("next_at", UtcDateTime, nullable=False, comment="UTC: not tried before"),
    Column("taken_until", UtcDateTime, comment="UTC: a process is at it; NULL: nobody"),
    Column("sent_at", UtcDateTime, comment="UTC: the receiver took it; NULL: not yet"),
    Column("trouble", Text, comment="why the last attempt failed, redacted"),
    CheckConstraint(one_of("stage", list(Stage)), name="stage"),
    comment="one alert on its way to one address",
)
Index("ix_alert_sendings_waiting", alert_sendings.c.sent_at, alert_sendings.c.next_at)
