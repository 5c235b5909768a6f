"""The first tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table and index."""
    _make_state()
    _make_evidence()
    for table, *columns in (
        ("entry", "row", "number"),
        ("job", "state", "number"),
        ("trial", "box"),
        ("label", "judge"),
        ("judgment", "tuning", "judge"),
        ("observation", "release_id"),
    ):
        name = "_".join(["ix", table, "project_id", *columns])
        op.create_index(name, table, ["project_id", *columns])


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _integer(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, nullable=nullable, autoincrement=False)


def _double(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Double, nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


def _of_project(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_project_id"
    return sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=name)


def _of_entry(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["project_id", column],
        ["entry.project_id", "entry.number"],
        name=f"fk_{table}_project_id_{column}",
    )


def _make_state() -> None:
    op.create_table(
        "project",
        sa.Column("id", sa.Integer, nullable=False),
        _text("name"),
        _moment("made_at"),
        _key("project", "id"),
        sa.UniqueConstraint("name", name="uq_project_name"),
    )
    op.create_table(
        "entry",
        _integer("project_id"),
        _integer("number"),
        _text("row"),
        _text("answer"),
        _integer("version"),
        _text("body"),
        _text("stands_on"),
        _text("made_by"),
        _moment("made_at"),
        _key("entry", "project_id", "number"),
        _of_project("entry"),
    )
    op.create_table(
        "job",
        _integer("project_id"),
        _integer("number"),
        _text("row"),
        _text("state"),
        _text("put_by"),
        _text("worker"),
        _moment("put_at"),
        _moment("beat_at", nullable=True),
        _double("share", nullable=True),
        _text("message"),
        _key("job", "project_id", "number"),
        _of_project("job"),
    )
    op.create_table(
        "artifact",
        _integer("project_id"),
        _integer("entry"),
        _text("digest"),
        _text("kind"),
        sa.Column("n_bytes", sa.BigInteger, nullable=False),
        _key("artifact", "project_id", "entry", "digest"),
        _of_project("artifact"),
        _of_entry("artifact", "entry"),
    )


def _make_arrival(table: str, *parts: sa.Column[Any] | sa.Constraint) -> None:
    first = (sa.Column("id", sa.Integer, nullable=False), _integer("project_id"))
    op.create_table(table, *first, *parts, _key(table, "id"), _of_project(table))


def _withdraws(table: str) -> tuple[sa.Column[Any], sa.Constraint, sa.Constraint]:
    foreign = sa.ForeignKeyConstraint(["withdraws"], [f"{table}.id"], name=f"fk_{table}_withdraws")
    once = sa.UniqueConstraint("withdraws", name=f"uq_{table}_withdraws")
    return _integer("withdraws", nullable=True), foreign, once


def _make_evidence() -> None:
    _make_arrival("trial", _text("box"), _text("body"), _moment("at"))
    _make_arrival(
        "label",
        _text("item"),
        _text("judge"),
        _text("value", nullable=True),
        _double("seconds"),
        _moment("at"),
        *_withdraws("label"),
    )
    _make_arrival(
        "judgment",
        _integer("tuning"),
        _integer("row"),
        _text("judge"),
        sa.Column("is_positive", sa.Boolean, nullable=True),
        _double("seconds"),
        _moment("at"),
        _of_entry("judgment", "tuning"),
        *_withdraws("judgment"),
    )
    _make_arrival(
        "observation",
        _text("release_id"),
        _text("block"),
        _text("block_at"),
        _integer("n_rows"),
        _text("body"),
        _moment("at"),
    )
