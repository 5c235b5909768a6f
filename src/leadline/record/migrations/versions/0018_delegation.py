"""Machines that label: their votes, verdicts on whether they may, and people's decisions.

Votes of before stay where they are: all of them are people's.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Make the tables, empty."""
    _make(
        "machine_vote",
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("machine", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("prompt", sa.Text, nullable=False),
        sa.Column("value", sa.Text),
        sa.Column("confidence", sa.Double),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("guidelines", sa.Integer),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer),
        index=["project_id", "machine", "item"],
    )
    _make(
        "delegation",
        sa.Column("machine", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        *_signed(),
        index=["project_id", "machine"],
    )
    _make(
        "delegation_choice",
        sa.Column("delegation", sa.Integer, nullable=False),
        sa.Column("choice", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        *_signed(),
        sa.ForeignKeyConstraint(
            ["delegation"], ["delegation.id"], name="fk_delegation_choice_delegation"
        ),
        index=["project_id", "delegation"],
    )


def _signed() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Integer),
    )


def _make(name: str, *columns: sa.schema.SchemaItem, index: list[str]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("project_id", sa.Integer, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=f"fk_{name}_project_id"),
    )
    op.create_index(f"ix_{name}_{'_'.join(index)}", name, index)
