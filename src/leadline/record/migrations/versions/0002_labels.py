"""Labels that say how they came about; the work that is handed out; invitations."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Widen the labels; make the tables of the work and of those invited to it."""
    _widen_labels()
    _make_work()
    _make_people()
    for table, is_unique, *columns in (
        ("label", False, "project_id", "item", "judge"),
        ("label", True, "assignment"),
        ("guidelines", True, "project_id", "digest"),
        ("item", True, "project_id", "key"),
        ("item", False, "project_id", "state", "number"),
        ("assignment", False, "project_id", "judge", "state"),
        ("assignment", False, "project_id", "state", "until"),
        ("assignment", False, "project_id", "item"),
        ("invitation", False, "project_id", "person"),
    ):
        op.create_index("_".join(["ix", table, *columns]), table, columns, unique=is_unique)


def _widen_labels() -> None:
    for column in (
        sa.Column("kind", sa.Text, nullable=False, server_default="plain"),
        sa.Column("is_skip", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("comment", sa.Text, nullable=False, server_default=""),
        _integer("guidelines", nullable=True),
        sa.Column("price", sa.BigInteger),
        _integer("assignment", nullable=True),
    ):
        op.add_column("label", column)


def _make_work() -> None:
    op.create_table(
        "worklist",
        _integer("project_id"),
        _text("basis"),
        _text("body"),
        _integer("votes"),
        _integer("most_votes"),
        _integer("n_items"),
        sa.Column("price", sa.BigInteger, nullable=False),
        sa.Column("money_limit", sa.BigInteger),
        sa.Column("spent", sa.BigInteger, nullable=False),
        sa.Column("held", sa.BigInteger, nullable=False),
        *_keys("worklist", "project_id"),
    )
    op.create_table(
        "item",
        _integer("project_id"),
        _integer("number"),
        _text("key"),
        _integer("state"),
        _text("body"),
        *_keys("item", "project_id", "number"),
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer, nullable=False),
        _integer("project_id"),
        *(_text(name) for name in ("item", "judge", "kind", "state")),
        _moment("until"),
        sa.Column("price", sa.BigInteger, nullable=False),
        *_keys("assignment", "id"),
    )


def _make_people() -> None:
    op.create_table(
        "guidelines",
        _integer("project_id"),
        _integer("version"),
        _text("digest"),
        _text("body"),
        _moment("made_at"),
        *_keys("guidelines", "project_id", "version"),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer, nullable=False),
        _integer("project_id"),
        *(_text(name) for name in ("person", "role", "made_by")),
        _moment("made_at"),
        _moment("expires_at"),
        _moment("revoked_at", nullable=True),
        _moment("first_used_at", nullable=True),
        *_keys("invitation", "id"),
    )


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=False)


def _integer(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, nullable=nullable, autoincrement=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _keys(table: str, *columns: str) -> tuple[sa.Constraint, sa.Constraint]:
    """Its own key, and the project it belongs to."""
    primary = sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")
    foreign = sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=f"fk_{table}_project_id")
    return primary, foreign
