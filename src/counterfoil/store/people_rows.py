"""Rows of accounts and sessions, as every verb about people reads and changes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, delete, func, insert, select, update

from counterfoil.domain.approvals import plain_name
from counterfoil.domain.people import Account, Invitation, Role
from counterfoil.errors import Refused
from counterfoil.store import people_schema as schema
from counterfoil.store.book import Fact, Transaction


def second_context(name: str) -> str:
    """Whose second factor the vault opens."""
    return f"second:{name}"


def account_of(row: RowMapping) -> Account:
    """One row of accounts."""
    values = {each: row[each] for each in Account.__slots__}
    return Account(**{**values, "role": Role(values["role"])})


def invitation_of(row: RowMapping) -> Invitation:
    """One row of invitations."""
    return Invitation(**{**row, "role": Role(row["role"])})


def locked(tx: Transaction, name: str) -> RowMapping:
    """The account's row, held until the end. Raises Refused: "unknown_account"."""
    table = schema.accounts
    query = select(table).where(table.c.name == plain_name(name)).with_for_update()
    row = tx.connection.execute(query).mappings().one_or_none()
    if row is None:
        raise Refused("unknown_account", f"there is no account {name}")
    return row


def open_account(tx: Transaction, invitation: RowMapping, **values: Any) -> str:
    """Make the account that *invitation* is for, or make it anew; its name."""
    table, name = schema.accounts, str(invitation["name"])
    given = {
        "person": invitation["person"],
        "role": invitation["role"],
        "active": True,
        "failures": 0,
        "closed_until": None,
        "changed_at": tx.now,
        **values,
    }
    known = select(table.c.name).where(table.c.name == name)
    if tx.connection.execute(known).scalar() is None:
        tx.connection.execute(insert(table).values(name=name, **given))
    else:
        change(tx, name, **given)
        sign_off_all(tx, name)
    return name


def change(tx: Transaction, name: str, **values: Any) -> None:
    """Write *values* into the account's row."""
    table = schema.accounts
    tx.connection.execute(update(table).where(table.c.name == name).values(**values))


def use_step(tx: Transaction, row: RowMapping, step: int) -> None:
    """A code of the second factor is good once. Raises Refused: "code_used"."""
    if step <= row["second_used"]:
        raise Refused("code_used", "this code was used before: wait for the next one")
    change(tx, row["name"], second_used=step)


def check_admins(tx: Transaction, name: str) -> None:
    """Raises Refused, "last_admin": without *name* there is none."""
    table = schema.accounts
    query = select(func.count()).where(table.c.role == Role.ADMIN, table.c.active)
    if not tx.connection.execute(query).scalar_one():
        raise Refused("last_admin", f"{name} is the last admin: make another one first")


def check_open(tx: Transaction, row: RowMapping) -> None:
    """Raises Refused, "sign_on": locked out, or it waits after wrong sign-ons."""
    if not row["active"] or (row["closed_until"] or tx.now) > tx.now:
        raise Refused("sign_on", "the account is shut")


def begin_session(
    tx: Transaction, name: str, token_sha256: str, *, lasts: timedelta, confirmed_at: datetime
) -> None:
    """Somebody is signed on from now; sessions that are over go."""
    table = schema.sessions
    tx.connection.execute(delete(table).where(table.c.ends_at <= tx.now))
    tx.connection.execute(
        insert(table).values(
            token_sha256=token_sha256,
            name=name,
            began_at=tx.now,
            seen_at=tx.now,
            ends_at=tx.now + lasts,
            confirmed_at=confirmed_at,
        )
    )


def sign_off_all(tx: Transaction, name: str) -> None:
    """Every session of the account ends."""
    table = schema.sessions
    tx.connection.execute(delete(table).where(table.c.name == name))


def tell(
    tx: Transaction, kind: str, told: str, name: str, person: str | None, **data: object
) -> None:
    """What happened to the account *name*, and who did it."""
    facts = {key: value if isinstance(value, bool) else str(value) for key, value in data.items()}
    tx.tell(Fact(kind=kind, told=told, data={"account": name, **facts}, person=person))
