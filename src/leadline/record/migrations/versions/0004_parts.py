"""Tables of their own for fits and stakeholders' opinions; columns in the field's words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_RENAMED = (
    ("trial", "box", "study"),
    ("label", "judge", "annotator"),
    ("assignment", "judge", "annotator"),
    ("adjudication", "judge", "adjudicator"),
    ("judgment", "judge", "reviewer"),
)
# table, columns before and now; an index is named after its columns
_INDEXES: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("trial", ("box",), ("study",)),
    ("label", ("judge",), ("annotator",)),
    ("label", ("item", "judge"), ("item", "annotator")),
    ("assignment", ("judge", "state"), ("annotator", "state")),
    ("judgment", ("tuning", "judge"), ("tuning", "reviewer")),
)
_N_AT_ONCE = 1_000

_MOMENT = sa.DateTime(timezone=True)
_TRIAL = sa.table(
    "trial",
    *(sa.column(name, sa.Integer) for name in ("id", "project_id")),
    *(sa.column(name, sa.Text) for name in ("study", "body")),
    sa.column("at", _MOMENT),
)
_FIT = sa.table(
    "fit",
    *(sa.column(name, sa.Integer) for name in ("project_id", "n_train", "repeat")),
    *(sa.column(name, sa.Text) for name in ("key", "body")),
    sa.column("at", _MOMENT),
)
_OBSERVATION = sa.table(
    "observation",
    *(sa.column(name, sa.Integer) for name in ("id", "project_id")),
    *(sa.column(name, sa.Text) for name in ("release_id", "block", "body")),
    sa.column("at", _MOMENT),
)
_OPINION = sa.table(
    "opinion",
    *(sa.column(name, sa.Integer) for name in ("project_id", "tuning")),
    *(sa.column(name, sa.Text) for name in ("person", "why")),
    sa.column("ratio", sa.Double),
    sa.column("at", _MOMENT),
)
_ENTRY = sa.table("entry", *(sa.column(name, sa.Integer) for name in ("project_id", "number")))


def upgrade() -> None:
    """Rename columns, make the two tables, and move what was kept elsewhere into them."""
    _rename()
    op.add_column("trial", sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    _make_fit()
    _make_opinion()
    _move(_TRIAL, _TRIAL.c.study.like("fits %"), _FIT, _fit_of)
    entries = set(map(tuple, op.get_bind().execute(sa.select(_ENTRY))))
    _move(
        _OBSERVATION,
        _OBSERVATION.c.release_id.like("tuning:%"),
        _OPINION,
        lambda row: _opinion_of(row, entries),
    )


def _rename() -> None:
    for table, before, _ in _INDEXES:
        op.drop_index(_index(table, before), table)
    for table, old, new in _RENAMED:
        op.alter_column(table, old, new_column_name=new)
    for table, _, now in _INDEXES:
        op.create_index(_index(table, now), table, ["project_id", *now])


def _index(table: str, columns: tuple[str, ...]) -> str:
    return "_".join(["ix", table, "project_id", *columns])


def _make_fit() -> None:
    op.create_table(
        "fit",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("project_id", sa.Integer, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("n_train", sa.Integer, nullable=False),
        sa.Column("repeat", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fit"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_fit_project_id"),
    )
    op.create_index("ix_fit_project_id_key", "fit", ["project_id", "key"])


def _make_opinion() -> None:
    op.create_table(
        "opinion",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("project_id", sa.Integer, nullable=False),
        sa.Column("tuning", sa.Integer, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("ratio", sa.Double, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_opinion"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_opinion_project_id"),
        sa.ForeignKeyConstraint(
            ["project_id", "tuning"],
            ["entry.project_id", "entry.number"],
            name="fk_opinion_project_id_tuning",
        ),
    )
    op.create_index("ix_opinion_project_id_tuning", "opinion", ["project_id", "tuning"])


def _move(
    source: sa.TableClause,
    which: sa.ColumnElement[bool],
    target: sa.TableClause,
    moved: Callable[[sa.Row[Any]], dict[str, Any] | None],
) -> None:
    """Move rows in the order they came; what cannot be read stays where it is."""
    connection = op.get_bind()
    for batch in _batches(source, which):
        found = [(row.id, moved(row)) for row in batch]
        there = [values for _, values in found if values is not None]
        if there:
            connection.execute(target.insert(), there)
            numbers = [number for number, values in found if values is not None]
            connection.execute(source.delete().where(source.c.id.in_(numbers)))


def _batches(source: sa.TableClause, which: sa.ColumnElement[bool]) -> Iterator[list[sa.Row[Any]]]:
    last = 0
    query = sa.select(source).where(which).order_by(source.c.id).limit(_N_AT_ONCE)
    while batch := list(op.get_bind().execute(query.where(source.c.id > last))):
        yield batch
        last = batch[-1].id


def _fit_of(row: sa.Row[Any]) -> dict[str, Any] | None:
    """The result of a fit, which was kept as a trial of one score."""
    trial = json.loads(row.body)
    try:
        told = trial["params"]
        result = {
            "score": trial["scores"][0],
            "n_train": trial["n_train"],
            "fit_s": trial["fit_s"],
            "n_valid": told["n_valid"],
            "stderr": trial["stderr"] or 0.0,
            "spent_s": told["spent_s"],
            "architecture": trial.get("architecture", []),
            "epochs": trial.get("epochs", []),
        }
        size, repeat = trial["n_train"], told["repeat"]
    except (KeyError, IndexError, TypeError):
        return None
    return {
        "project_id": row.project_id,
        "key": row.study.removeprefix("fits "),
        "n_train": size,
        "repeat": repeat,
        "body": json.dumps(result, separators=(",", ":")),
        "at": row.at,
    }


def _opinion_of(row: sa.Row[Any], entries: set[tuple[int, int]]) -> dict[str, Any] | None:
    """What a stakeholder said, which was kept as an observation of a block of their name."""
    said = json.loads(row.body)
    number = row.release_id.removeprefix("tuning:")
    if not number.isdecimal() or (row.project_id, int(number)) not in entries:
        return None
    if not {"ratio", "why"} <= set(said):
        return None
    return {
        "project_id": row.project_id,
        "tuning": int(number),
        "person": row.block,
        "ratio": float(said["ratio"]),
        "why": str(said["why"]),
        "at": row.at,
    }
