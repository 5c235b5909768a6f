"""Labels of rows that were scored in service, as people gave them on the page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the table, empty."""
    op.create_table(
        "block_label",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("project_id", sa.Integer, nullable=False),
        sa.Column("release_id", sa.Text, nullable=False),
        sa.Column("block", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("value", sa.Text),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdraws", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_block_label"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_block_label_project_id"),
        sa.ForeignKeyConstraint(["withdraws"], ["block_label.id"], name="fk_block_label_withdraws"),
        sa.UniqueConstraint("withdraws", name="uq_block_label_withdraws"),
    )
    op.create_index(
        "ix_block_label_project_id_release_id_person",
        "block_label",
        ["project_id", "release_id", "person"],
    )
