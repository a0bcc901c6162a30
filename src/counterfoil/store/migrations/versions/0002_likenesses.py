"""What an item is recognised by in a later file: more than the whole row."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Prints in a table of their own; those of whole rows are taken over.

    Items filed before have no print of their reference: their payloads are sealed, and a
    migration has no key. A later file with the same reference is not recognised as theirs.
    """
    op.create_table(
        "likenesses",
        sa.Column("item_id", sa.String(length=60), nullable=False, comment="whose print it is"),
        sa.Column(
            "likeness", sa.String(length=20), nullable=False, comment="row, reference or twin"
        ),
        sa.Column(
            "print",
            sa.String(length=64),
            nullable=False,
            comment="hash of what two have in common",
        ),
        sa.CheckConstraint(
            "likeness IN ('row', 'reference', 'twin')", name=op.f("ck_likenesses_likeness")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["items.item_id"], name=op.f("fk_likenesses_item_id")),
        sa.PrimaryKeyConstraint("item_id", "likeness", name=op.f("pk_likenesses")),
        comment="by what an item of a later file is recognised as one that came before",
    )
    op.create_index("ix_likenesses_print", "likenesses", ["print"], unique=False)
    op.execute(
        "INSERT INTO likenesses (item_id, likeness, print) "
        "SELECT item_id, 'row', fingerprint FROM items"
    )
    op.drop_index("ix_items_fingerprint", table_name="items")
    op.drop_column("items", "fingerprint")
