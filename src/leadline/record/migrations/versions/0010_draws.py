"""Rows of the stream drawn for judging after the tuning drew the first ones.

A tuning from before drew all of its rows at once.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the table, empty."""
    op.create_table(
        "draw",
        sa.Column("project_id", sa.Integer, nullable=False),
        sa.Column("tuning", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("place", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("sample", sa.Text, nullable=False),
        sa.Column("sample_rows", sa.Text, nullable=False),
        sa.Column("sample_scores", sa.Text, nullable=False),
        sa.Column("n_sample", sa.Integer, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "tuning", "place", name="pk_draw"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_draw_project_id"),
        sa.ForeignKeyConstraint(
            ["project_id", "tuning"],
            ["entry.project_id", "entry.number"],
            name="fk_draw_project_id_tuning",
        ),
    )
