"""Requests to language models: money set aside before, what came back, what it cost.

The answers kept here are the cache, too. An account holds the sum of a machine, so that one
statement can refuse what would pass its budget.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the two tables, empty."""
    op.create_table(
        "machine_account",
        sa.Column("project_id", sa.Integer, nullable=False),
        sa.Column("machine", sa.Text, nullable=False),
        sa.Column("counted", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("project_id", "machine", name="pk_machine_account"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name="fk_machine_account_project_id"
        ),
    )
    op.create_table(
        "machine_request",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("project_id", sa.Integer, nullable=False),
        sa.Column("machine", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("is_batch", sa.Boolean, nullable=False),
        sa.Column("most", sa.BigInteger, nullable=False),
        sa.Column("paid", sa.BigInteger),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("row", sa.Text),
        sa.Column("label", sa.Text),
        sa.Column("confidence", sa.Double),
        sa.Column("problem", sa.Text),
        sa.Column("input_tokens", sa.BigInteger),
        sa.Column("cached_tokens", sa.BigInteger),
        sa.Column("output_tokens", sa.BigInteger),
        sa.Column("released_by", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_machine_request"),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name="fk_machine_request_project_id"
        ),
    )
    op.create_index(
        "ix_machine_request_project_id_machine_key",
        "machine_request",
        ["project_id", "machine", "key"],
    )
    op.create_index(
        "ix_machine_request_project_id_machine_state",
        "machine_request",
        ["project_id", "machine", "state"],
    )
