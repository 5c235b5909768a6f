"""The SQL tables. Numbers of entries and jobs count up within a project, without gaps."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
)


def utc(at: datetime | None = None) -> datetime:
    """A time in UTC; now if none is given.

    Raises
    ------
    ValueError
        If the time does not say which zone it is in.
    """
    if at is None:
        return datetime.now(UTC)
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} has no time zone; times on the record are in UTC")
    return at.astimezone(UTC)


class Moment(TypeDecorator[datetime]):
    """A time that is in UTC on both sides; SQLite itself keeps no time zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Write UTC."""
        return None if value is None else utc(value)

    def process_result_value(self, value: datetime | None, _: Dialect) -> datetime | None:
        """Read UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _project(*, is_key: bool = False) -> Column[int]:
    return Column(
        "project_id", Integer, ForeignKey("project.id"), nullable=False, primary_key=is_key
    )


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


def _moment(name: str) -> Column[datetime]:
    return Column(name, Moment, nullable=False)


project = Table(
    "project",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    _moment("made_at"),
)

entry = Table(
    "entry",
    metadata,
    _project(is_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("row"),
    _text("answer"),
    Column("version", Integer, nullable=False),
    _text("body"),
    _text("stands_on"),
    _text("made_by"),
    _moment("made_at"),
    Index(None, "project_id", "row", "number"),
)

job = Table(
    "job",
    metadata,
    _project(is_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("row"),
    _text("state"),
    _text("put_by"),
    _text("worker"),
    _moment("put_at"),
    Column("beat_at", Moment),
    Column("share", Double),
    _text("message"),
    Index(None, "project_id", "state", "number"),
)

artifact = Table(
    "artifact",
    metadata,
    _project(is_key=True),
    Column("entry", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, primary_key=True),
    _text("kind"),
    Column("n_bytes", BigInteger, nullable=False),
    ForeignKeyConstraint(["project_id", "entry"], ["entry.project_id", "entry.number"]),
)

trial = Table(
    "trial",
    metadata,
    Column("id", Integer, primary_key=True),
    _project(),
    _text("box"),
    _text("body"),
    _moment("at"),
    Index(None, "project_id", "box"),
)

label = Table(
    "label",
    metadata,
    Column("id", Integer, primary_key=True),
    _project(),
    _text("item"),
    _text("judge"),
    Column("value", Text),
    Column("seconds", Double, nullable=False),
    _moment("at"),
    Column("withdraws", Integer, ForeignKey("label.id")),
    Column("kind", Text, nullable=False, server_default="plain"),
    Column("is_skip", Boolean, nullable=False, server_default=false()),
    Column("reason", Text, nullable=False, server_default=""),
    Column("comment", Text, nullable=False, server_default=""),
    Column("guidelines", Integer),
    Column("price", BigInteger),
    Column("assignment", Integer),
    Index(None, "project_id", "judge"),
    Index(None, "project_id", "item", "judge"),
    Index(None, "assignment", unique=True),
    UniqueConstraint("withdraws"),
)

# who decides what the votes leave open, with what was seen of the item
adjudication = Table(
    "adjudication",
    metadata,
    Column("id", Integer, primary_key=True),
    _project(),
    _text("item"),
    _text("judge"),
    Column("value", Text),
    Column("seconds", Double, nullable=False),
    _moment("at"),
    _text("reason"),
    Column("guidelines", Integer),
    _text("body"),
    Column("withdraws", Integer, ForeignKey("adjudication.id")),
    Index(None, "project_id", "item"),
    UniqueConstraint("withdraws"),
)

guidelines = Table(
    "guidelines",
    metadata,
    _project(is_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    _text("digest"),
    _text("body"),
    _moment("made_at"),
    Index(None, "project_id", "digest", unique=True),
)

# what follows from the entries and the votes, kept so that no answer must read them all
worklist = Table(
    "worklist",
    metadata,
    _project(is_key=True),
    _text("basis"),
    _text("body"),
    Column("votes", Integer, nullable=False),
    Column("most_votes", Integer, nullable=False),
    Column("n_items", Integer, nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("money_limit", BigInteger),
    Column("spent", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
)

item = Table(
    "item",
    metadata,
    _project(is_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("key"),
    Column("state", Integer, nullable=False),
    _text("body"),
    Index(None, "project_id", "key", unique=True),
    Index(None, "project_id", "state", "number"),
)

assignment = Table(
    "assignment",
    metadata,
    Column("id", Integer, primary_key=True),
    _project(),
    _text("item"),
    _text("judge"),
    _text("kind"),
    _text("state"),
    Column("until", Moment, nullable=False),
    Column("price", BigInteger, nullable=False),
    Index(None, "project_id", "judge", "state"),
    Index(None, "project_id", "state", "until"),
    Index(None, "project_id", "item"),
)

invitation = Table(
    "invitation",
    metadata,
    Column("id", Integer, primary_key=True),
    _project(),
    _text("person"),
    _text("role"),
    _text("made_by"),
    _moment("made_at"),
    _moment("expires_at"),
    Column("revoked_at", Moment),
    Column("first_used_at", Moment),
    Index(None, "project_id", "person"),
)

judgment = Table(
    "judgment",
    metadata,
    Column("id", Integer, primary_key=True),
    _project(),
    Column("tuning", Integer, nullable=False),
    Column("row", Integer, nullable=False),
    _text("judge"),
    Column("is_positive", Boolean),
    Column("seconds", Double, nullable=False),
    _moment("at"),
    Column("withdraws", Integer, ForeignKey("judgment.id")),
    ForeignKeyConstraint(["project_id", "tuning"], ["entry.project_id", "entry.number"]),
    Index(None, "project_id", "tuning", "judge"),
    UniqueConstraint("withdraws"),
)

observation = Table(
    "observation",
    metadata,
    Column("id", Integer, primary_key=True),
    _project(),
    _text("release_id"),
    _text("block"),
    _text("block_at"),
    Column("n_rows", Integer, nullable=False),
    _text("body"),
    _moment("at"),
    Index(None, "project_id", "release_id"),
)
