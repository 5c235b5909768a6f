"""Work on a release and on its upkeep: estimates, owners, due dates, and hours it took."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table, empty."""
    op.create_table(
        "work",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("project_id", sa.Integer, nullable=False),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("least", sa.Double),
        sa.Column("likely", sa.Double),
        sa.Column("most", sa.Double),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("due", sa.Text),
        sa.Column("every", sa.Text, nullable=False),
        sa.Column("hours", sa.Double),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_work"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_work_project_id"),
    )
    op.create_index("ix_work_project_id_item", "work", ["project_id", "item"])
