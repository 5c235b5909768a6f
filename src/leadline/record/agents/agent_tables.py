"""SQL tables of agents: grants, calls, proposals and their answers, looks at the hold-out."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    UniqueConstraint,
)

from leadline.record.sql_types import (
    EnumText,
    moment_column,
    project_column,
    text_column,
    user_column,
)
from leadline.record.tables import metadata


class ProposalKind(StrEnum):
    """What an agent proposes."""

    FEATURES = "features"
    CANDIDATE = "candidate"
    PROMPT = "prompt"
    SETTINGS = "settings"


# the newest row of an agent counts
agent_grant = Table(
    "agent_grant",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    text_column("agent"),
    Column("is_revoked", Boolean, nullable=False),
    Column("runs", Integer, nullable=False),
    Column("machine_s", Double, nullable=False),
    # micro-units of the project's currency, as votes are priced
    Column("money", BigInteger, nullable=False),
    moment_column("ends_at"),
    text_column("made_by"),
    moment_column("made_at"),
    user_column(),
    Index(None, "project_id", "agent"),
)

agent_call = Table(
    "agent_call",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    text_column("agent"),
    text_column("tool"),
    # JSON of the arguments, cut where it is long
    text_column("arguments"),
    # why it was refused; empty: it was not
    text_column("refusal"),
    # the job that it put
    Column("job", Integer),
    moment_column("made_at"),
    Index(None, "project_id", "agent"),
)

agent_proposal = Table(
    "agent_proposal",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    text_column("agent"),
    Column("kind", EnumText(ProposalKind), nullable=False),
    text_column("why"),
    # JSON: "section.key" to value, and name of a file to its text
    text_column("changes"),
    text_column("files"),
    moment_column("made_at"),
)

proposal_answer = Table(
    "proposal_answer",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    Column("proposal", Integer, ForeignKey("agent_proposal.id"), nullable=False),
    Column("is_accepted", Boolean, nullable=False),
    text_column("why"),
    text_column("made_by"),
    moment_column("made_at"),
    user_column(),
    # a proposal is answered once
    UniqueConstraint("proposal"),
)

holdout_look = Table(
    "holdout_look",
    metadata,
    Column("id", Integer, primary_key=True),
    project_column(),
    # who asked; who said that the rows are fresh
    text_column("made_by"),
    # the verdict of 'tuning' that was asked about; None where the rows are fresh
    Column("entry", Integer),
    # snapshot that the held-out rows are of
    text_column("snapshot"),
    # what was answered, or "fresh"
    text_column("answer"),
    Column("is_told", Boolean, nullable=False),
    # the score that was foretold, or told; its interval
    Column("score", Double),
    Column("low", Double),
    Column("high", Double),
    # the hold-out by then
    Column("stderr", Double),
    Column("n_looks", Integer, nullable=False),
    Column("n_told", Integer, nullable=False),
    Column("nats", Double, nullable=False),
    moment_column("made_at"),
    user_column(),
    Index(None, "project_id", "entry"),
)
