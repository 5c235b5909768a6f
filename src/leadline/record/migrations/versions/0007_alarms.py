"""What people said of an alarm of the monitor: seen, explained, closed.

Alarms from before have no life of their own.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "alarm_event",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("project_id", sa.Integer, nullable=False),
        sa.Column("release_id", sa.Text, nullable=False),
        sa.Column("block", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("through", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_alarm_event_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_alarm_event"),
    )
    op.create_index(
        "ix_alarm_event_project_id_release_id", "alarm_event", ["project_id", "release_id"]
    )
