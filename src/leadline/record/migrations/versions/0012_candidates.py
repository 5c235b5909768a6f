"""The candidate beside the release in service and its share of the requests; erasures of rows.

Moves from before had no candidate.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add two columns and a table, empty."""
    op.add_column("promotion", sa.Column("candidate", sa.Integer))
    op.add_column("promotion", sa.Column("share", sa.Double))
    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("project_id", sa.Integer, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("n_keys", sa.Integer, nullable=False),
        sa.Column("n_rows", sa.Integer, nullable=False),
        sa.Column("n_blocks", sa.Integer, nullable=False),
        sa.Column("n_lines", sa.Integer, nullable=False),
        sa.Column("n_labels", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasure"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_erasure_project_id"),
    )
