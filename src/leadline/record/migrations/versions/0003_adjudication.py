"""Decisions on items that people's votes leave open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table of adjudications; the list of work is made anew, with its new states."""
    op.create_table(
        "adjudication",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("project_id", sa.Integer, nullable=False),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("judge", sa.Text, nullable=False),
        sa.Column("value", sa.Text),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("guidelines", sa.Integer),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("withdraws", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_adjudication"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_adjudication_project_id"),
        sa.ForeignKeyConstraint(
            ["withdraws"], ["adjudication.id"], name="fk_adjudication_withdraws"
        ),
        sa.UniqueConstraint("withdraws", name="uq_adjudication_withdraws"),
    )
    op.create_index("ix_adjudication_project_id_item", "adjudication", ["project_id", "item"])
    for derived in ("item", "worklist"):
        op.execute(sa.text(f"DELETE FROM {derived}"))  # noqa: S608 - names of our own
