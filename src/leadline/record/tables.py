"""SQL tables, and the enumerations that their columns hold.

Each enumeration stands above the table of its column, which reads and writes its members, so that
SQL compares with a member and never with a bare number or word. Numbers of entries and jobs count
up within a project, without gaps.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from leadline.record.sql_types import (
    EnumInteger,
    EnumText,
    Moment,
    moment_column,
    project_column,
    text_column,
    user_column,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


project = Table(
    "project",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    moment_column("made_at"),
)

entry = Table(
    "entry",
    metadata,
    project_column(is_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    text_column("row"),
    text_column("answer"),
    Column("version", Integer, nullable=False),
    text_column("body"),
    text_column("stands_on"),
    # row to digest of what it reads of the verdict; None in entries from before it was kept
    Column("views", Text),
    # why nobody can overrule it; None where somebody can
    Column("barrier", Text),
    # what a page calls the verdict; None in entries from before it was kept
    Column("badge", Text),
    text_column("made_by"),
    moment_column("made_at"),
    user_column(),
    Index(None, "project_id", "row", "number"),
)


class JobState(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"
    CANCELLED = "cancelled"  # a person ended it before it had a verdict


job = Table(
    "job",
    metadata,
    project_column(is_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    text_column("row"),
    Column("state", EnumText(JobState), nullable=False),
    text_column("put_by"),
    text_column("worker"),
    moment_column("put_at"),
    Column("beat_at", Moment),
    Column("share", Double),
    text_column("message"),
    # when a worker took it; None in jobs from before it was kept
    Column("begun_at", Moment),
    # who asked for its end; empty while nobody has
    Column("cancelled_by", Text, nullable=False, server_default=""),
    # the page it was asked for on; empty: in a terminal
    Column("page", Text, nullable=False, server_default=""),
    user_column(),
    Index(None, "project_id", "state", "number"),
)

artifact = Table(
    "artifact",
    metadata,
    project_column(is_key=True),
    Column("entry", Integer, primary_key=True, autoincrement=False),
    Column("digest", Text, primary_key=True),
    text_column("kind"),
    Column("n_bytes", BigInteger, nullable=False),
    ForeignKeyConstraint(["project_id", "entry"], ["entry.project_id", "entry.number"]),
)

trial = Table(
    "trial",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    text_column("study"),
    text_column("body"),
    moment_column("at"),
    # of the class whose fields the body holds
    Column("version", Integer, nullable=False, server_default="1"),
    Index(None, "project_id", "study"),
)

fit = Table(
    "fit",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    text_column("key"),
    Column("n_train", Integer, nullable=False),
    Column("repeat", Integer, nullable=False),
    text_column("body"),
    Column("version", Integer, nullable=False, server_default="1"),
    moment_column("at"),
    Index(None, "project_id", "key"),
)


class VoteKind(StrEnum):
    """Why a person was shown an item."""

    PLAIN = "plain"  # its label is wanted
    GOLD = "gold"  # its label is known
    REPEAT = "repeat"  # the same person has answered it before


label = Table(
    "label",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    text_column("item"),
    text_column("annotator"),
    Column("value", Text),
    Column("seconds", Double, nullable=False),
    moment_column("at"),
    Column("withdraws", Integer, ForeignKey("label.id")),
    Column("kind", EnumText(VoteKind), nullable=False, server_default=VoteKind.PLAIN.value),
    Column("is_skip", Boolean, nullable=False, server_default=false()),
    Column("reason", Text, nullable=False, server_default=""),
    Column("comment", Text, nullable=False, server_default=""),
    Column("guidelines", Integer),
    Column("price", BigInteger),
    Column("assignment", Integer),
    user_column(),
    Index(None, "project_id", "annotator"),
    Index(None, "project_id", "item", "annotator"),
    Index(None, "assignment", unique=True),
    UniqueConstraint("withdraws"),
)

# who decides what the votes leave open, with what was seen of the item
adjudication = Table(
    "adjudication",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    text_column("item"),
    text_column("adjudicator"),
    Column("value", Text),
    Column("seconds", Double, nullable=False),
    moment_column("at"),
    text_column("reason"),
    Column("guidelines", Integer),
    text_column("body"),
    Column("withdraws", Integer, ForeignKey("adjudication.id")),
    user_column(),
    Index(None, "project_id", "item"),
    UniqueConstraint("withdraws"),
)

guidelines = Table(
    "guidelines",
    metadata,
    project_column(is_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    text_column("digest"),
    text_column("body"),
    moment_column("made_at"),
    Index(None, "project_id", "digest", unique=True),
)

# what follows from the entries and the votes, kept so that no answer must read them all
worklist = Table(
    "worklist",
    metadata,
    project_column(is_key=True),
    text_column("basis"),
    text_column("body"),
    Column("votes", Integer, nullable=False),
    Column("most_votes", Integer, nullable=False),
    Column("n_items", Integer, nullable=False),
    Column("price", BigInteger, nullable=False),
    Column("money_limit", BigInteger),
    Column("spent", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
)


class ItemState(IntEnum):
    """Whether an item is handed out, in the order in which items are."""

    CONTESTED = 0  # those asked first disagree
    BEGUN = 1
    FRESH = 2
    FULL = 3
    UNRESOLVED = 4  # as full, and the votes make no label: somebody has to decide
    HIDDEN = 5  # gold: the label is known
    SETTLED = 6  # adjudicated: no further vote could change the label


item = Table(
    "item",
    metadata,
    project_column(is_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    text_column("key"),
    Column("state", EnumInteger(ItemState), nullable=False),
    text_column("body"),
    Index(None, "project_id", "key", unique=True),
    Index(None, "project_id", "state", "number"),
)


class AssignmentState(StrEnum):
    """What became of an assignment."""

    OUT = "out"  # not answered yet
    DONE = "done"
    LAPSED = "lapsed"  # kept for the person for too long


assignment = Table(
    "assignment",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    text_column("item"),
    text_column("annotator"),
    Column("kind", EnumText(VoteKind), nullable=False),
    Column("state", EnumText(AssignmentState), nullable=False),
    Column("until", Moment, nullable=False),
    Column("price", BigInteger, nullable=False),
    Index(None, "project_id", "annotator", "state"),
    Index(None, "project_id", "state", "until"),
    Index(None, "project_id", "item"),
)


class Role(StrEnum):
    """What a person was invited to do."""

    LABEL = "label"
    JUDGE = "judge"
    ADJUDICATE = "adjudicate"


invitation = Table(
    "invitation",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    text_column("person"),
    Column("role", EnumText(Role), nullable=False),
    text_column("made_by"),
    moment_column("made_at"),
    moment_column("expires_at"),
    Column("revoked_at", Moment),
    Column("first_used_at", Moment),
    user_column(),
    Index(None, "project_id", "person"),
)

judgment = Table(
    "judgment",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    Column("tuning", Integer, nullable=False),
    Column("row", Integer, nullable=False),
    text_column("reviewer"),
    Column("is_positive", Boolean),
    # the class or the number, where the question is not one of yes or no
    Column("value", Text),
    Column("seconds", Double, nullable=False),
    moment_column("at"),
    Column("withdraws", Integer, ForeignKey("judgment.id")),
    user_column(),
    ForeignKeyConstraint(["project_id", "tuning"], ["entry.project_id", "entry.number"]),
    Index(None, "project_id", "tuning", "reviewer"),
    UniqueConstraint("withdraws"),
)


class DrawReason(StrEnum):
    """Why further rows of the stream were drawn for judging, or none."""

    PLANNED = "planned"  # the second part of the judgments, placed by what the first said
    ENOUGH = "enough"  # the first part told all: no second one
    ASKED = "asked"  # somebody asked for more


draw = Table(
    "draw",
    metadata,
    project_column(is_key=True),
    Column("tuning", Integer, primary_key=True, autoincrement=False),
    # counts up within a tuning, without gaps
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("reason", EnumText(DrawReason), nullable=False),
    # digests of all rows drawn so far, those of the tuning among them
    text_column("sample"),
    text_column("sample_rows"),
    text_column("sample_scores"),
    Column("n_sample", Integer, nullable=False),
    text_column("made_by"),
    moment_column("made_at"),
    user_column(),
    ForeignKeyConstraint(["project_id", "tuning"], ["entry.project_id", "entry.number"]),
)

# what stakeholders say a miss is worth, before an operating point is chosen
opinion = Table(
    "opinion",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    Column("tuning", Integer, nullable=False),
    text_column("person"),
    Column("ratio", Double, nullable=False),
    text_column("why"),
    moment_column("at"),
    user_column(),
    ForeignKeyConstraint(["project_id", "tuning"], ["entry.project_id", "entry.number"]),
    Index(None, "project_id", "tuning"),
)
