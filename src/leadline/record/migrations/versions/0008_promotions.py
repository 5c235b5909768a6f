"""Moves of the release in service, and messages to people with what became of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the two tables, empty."""
    op.create_table(
        "promotion",
        sa.Column("project_id", sa.Integer, nullable=False),
        sa.Column("counter", sa.Integer, nullable=False),
        sa.Column("entry", sa.Integer, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "counter", name="pk_promotion"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_promotion_project_id"),
        sa.ForeignKeyConstraint(
            ["project_id", "entry"],
            ["entry.project_id", "entry.number"],
            name="fk_promotion_project_id_entry",
        ),
    )
    op.create_table(
        "notification",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("project_id", sa.Integer, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("n_tries", sa.Integer, nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notification"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_notification_project_id"),
        sa.UniqueConstraint(
            "project_id", "event", "channel", name="uq_notification_project_id_event_channel"
        ),
    )
    op.create_index(
        "ix_notification_project_id_state_next_at",
        "notification",
        ["project_id", "state", "next_at"],
    )
