"""Machines that read the stream: which one, asked by whom and when, and what it says of each row.

Judgments of before stay where they are: all of them are people's.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Make the tables, empty."""
    _make(
        "stream_reader",
        *_machine(),
        sa.Column("n_judged", sa.Integer, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer),
    )
    _make(
        "stream_reading",
        *_machine(),
        sa.Column("row", sa.Integer, nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("value", sa.Text),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer),
    )


def _machine() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("tuning", sa.Integer, nullable=False),
        sa.Column("machine", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
    )


def _make(name: str, *columns: sa.schema.SchemaItem) -> None:
    """A table of rows about a tuning."""
    op.create_table(
        name,
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("project_id", sa.Integer, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=f"fk_{name}_project_id"),
        sa.ForeignKeyConstraint(
            ["project_id", "tuning"],
            ["entry.project_id", "entry.number"],
            name=f"fk_{name}_project_id_tuning",
        ),
    )
    op.create_index(f"ix_{name}_project_id_tuning", name, ["project_id", "tuning"])
