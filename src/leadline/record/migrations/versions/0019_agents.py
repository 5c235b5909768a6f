"""Agents: grants, calls, proposals and their answers, looks at the hold-out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Make the tables, empty."""
    _make(
        "agent_grant",
        _text("agent"),
        sa.Column("is_revoked", sa.Boolean, nullable=False),
        sa.Column("runs", sa.Integer, nullable=False),
        sa.Column("machine_s", sa.Double, nullable=False),
        sa.Column("money", sa.BigInteger, nullable=False),
        _moment("ends_at"),
        _text("made_by"),
        _moment("made_at"),
        sa.Column("user_id", sa.Integer),
    )
    op.create_index("ix_agent_grant_project_id_agent", "agent_grant", ["project_id", "agent"])
    _make(
        "agent_call",
        _text("agent"),
        _text("tool"),
        _text("arguments"),
        _text("refusal"),
        sa.Column("job", sa.Integer),
        _moment("made_at"),
    )
    op.create_index("ix_agent_call_project_id_agent", "agent_call", ["project_id", "agent"])
    _make(
        "agent_proposal",
        _text("agent"),
        _text("kind"),
        _text("why"),
        _text("changes"),
        _text("files"),
        _moment("made_at"),
    )
    _make(
        "proposal_answer",
        sa.Column("proposal", sa.Integer, nullable=False),
        sa.Column("is_accepted", sa.Boolean, nullable=False),
        _text("why"),
        _text("made_by"),
        _moment("made_at"),
        sa.Column("user_id", sa.Integer),
        sa.ForeignKeyConstraint(
            ["proposal"], ["agent_proposal.id"], name="fk_proposal_answer_proposal"
        ),
        sa.UniqueConstraint("proposal", name="uq_proposal_answer_proposal"),
    )
    _make(
        "holdout_look",
        _text("made_by"),
        sa.Column("entry", sa.Integer),
        _text("snapshot"),
        _text("answer"),
        sa.Column("is_told", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.Double) for name in ("score", "low", "high", "stderr")),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("n_looks", "n_told")),
        sa.Column("nats", sa.Double, nullable=False),
        _moment("made_at"),
        sa.Column("user_id", sa.Integer),
    )
    op.create_index("ix_holdout_look_project_id_entry", "holdout_look", ["project_id", "entry"])


def _make(name: str, *columns: sa.schema.SchemaItem) -> None:
    """A table of rows of a project."""
    op.create_table(
        name,
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("project_id", sa.Integer, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=f"fk_{name}_project_id"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
