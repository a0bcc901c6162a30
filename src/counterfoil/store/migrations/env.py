"""Alembic's entry: runs on the connection that store/database.py hands over."""

from __future__ import annotations

from alembic import context

from counterfoil.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    transactional_ddl=True,
)
context.run_migrations()
