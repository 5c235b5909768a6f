"""Accounts, login sessions, attempts to log in, notes of changes; who wrote a row.

Rows from before were written by a name that nobody had proved: they have no account.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_SIGNED = (
    "adjudication", "alarm_event", "block_label", "draw", "entry", "erasure", "invitation", "job",
    "judgment", "label", "opinion", "promotion", "work",
)  # fmt: skip


def upgrade() -> None:
    """Add four tables, empty, and a column to each table that people write to."""
    for table in _SIGNED:
        op.add_column(table, sa.Column("user_id", sa.Integer))
    _create_account()
    _create_login_session()
    _create_login_attempt()
    _create_change_note()


def _create_account() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("project_id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("password", sa.Text),
        sa.Column("subject", sa.Text),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_account_project_id"),
        sa.UniqueConstraint("project_id", "folded", name="uq_account_project_id_folded"),
        sa.UniqueConstraint("project_id", "subject", name="uq_account_project_id_subject"),
    )


def _create_login_session() -> None:
    op.create_table(
        "login_session",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("project_id", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("account", sa.Integer, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_login_session"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_login_session_project_id"),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="fk_login_session_account"),
        sa.UniqueConstraint("digest", name="uq_login_session_digest"),
    )
    op.create_index(
        "ix_login_session_project_id_account", "login_session", ["project_id", "account"]
    )


def _create_login_attempt() -> None:
    op.create_table(
        "login_attempt",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("project_id", sa.Integer, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("is_good", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_attempt"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_login_attempt_project_id"),
    )
    for column in ("account", "address"):
        op.create_index(
            f"ix_login_attempt_project_id_{column}_at",
            "login_attempt",
            ["project_id", column, "at"],
        )


def _create_change_note() -> None:
    op.create_table(
        "change_note",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("project_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("user_id", sa.Integer),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_change_note"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_change_note_project_id"),
    )
    op.create_index("ix_change_note_project_id_kind", "change_note", ["project_id", "kind"])
