"""Proposals of agents, and what people answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from leadline.errors import RecordError
from leadline.record.agents.agent_tables import ProposalKind, proposal_answer
from leadline.record.agents.agent_tables import agent_proposal as table
from leadline.record.append_only import rows_of
from leadline.record.database import Database
from leadline.record.sql_types import utc

Proposed = str | int | float | bool | list[str]


@dataclass(frozen=True)
class ProposalAnswer:
    """What a person said to a proposal.

    Attributes
    ----------
    is_accepted : bool
        Yes or no.
    why, by : str
        The reason, which may be empty, and the person.
    at : datetime
        When, UTC.
    """

    is_accepted: bool
    why: str
    by: str
    at: datetime


@dataclass(frozen=True)
class AgentProposal:
    """What an agent proposes.

    Attributes
    ----------
    number : int
        Its key: later ones are higher.
    agent : str
        Who.
    kind : ProposalKind
        What it is about.
    why : str
        The reason.
    changes : mapping of str to value
        Key of `leadline.toml` ("find.families") to what it would say.
    files : mapping of str to str
        Name of a file beside `leadline.toml` to its text.
    made_at : datetime
        When, UTC.
    answer : ProposalAnswer or None
        What a person said; None: nothing yet.
    """

    number: int
    agent: str
    kind: ProposalKind
    why: str
    changes: Mapping[str, Proposed]
    files: Mapping[str, str]
    made_at: datetime
    answer: ProposalAnswer | None = None


class AgentProposals:
    """What agents proposed.

    Contract
    --------
    *Append-only*, and answered once: of two people who answer at once the second is told.

    *With the change.* An acceptance is kept only if the change that comes with it did not fail.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        agent: str,
        kind: ProposalKind,
        why: str,
        changes: Mapping[str, Proposed],
        files: Mapping[str, str],
    ) -> AgentProposal:
        """Keep a proposal."""
        values = {
            "agent": agent,
            "kind": kind,
            "why": why,
            "changes": json.dumps(dict(changes), ensure_ascii=False),
            "files": json.dumps(dict(files), ensure_ascii=False),
            "made_at": utc(),
        }
        with self._database.writing() as connection:
            self._database.insert(connection, table, values)
            # the transaction holds the write lock, so the newest row is the one just added
            newest = select(table.c.id).where(self._database.mine(table))
            number = connection.scalar(newest.order_by(table.c.id.desc()).limit(1))
        assert number is not None
        return self.get(number)

    def get(self, number: int) -> AgentProposal:
        """One proposal.

        Raises
        ------
        RecordError
            If there is none of this number.
        """
        found = next((one for one in self.all() if one.number == number), None)
        if found is None:
            raise RecordError(f"There is no proposal {number}.", next="See 'leadline mcp list'.")
        return found

    def all(self) -> tuple[AgentProposal, ...]:
        """Every proposal with its answer, the newest last."""
        answers = {
            row.proposal: ProposalAnswer(row.is_accepted, row.why, row.made_by, row.made_at)
            for row in rows_of(self._database, proposal_answer)
        }
        found = rows_of(self._database, table)
        return tuple(_proposal_of(row, answers.get(row.id)) for row in found)

    def answer(
        self,
        number: int,
        *,
        is_accepted: bool,
        why: str,
        by: str,
        change: Callable[[], None] = lambda: None,
    ) -> None:
        """Keep what a person said, and make the change that follows.

        Raises
        ------
        RecordError
            If it was answered before.
        """
        answered = proposal_answer
        values = {
            "proposal": number,
            "is_accepted": is_accepted,
            "why": why,
            "made_by": by,
            "made_at": utc(),
        }
        with self._database.writing() as connection:
            before = rows_of(
                self._database, answered, answered.c.proposal == number, within=connection
            )
            if before:
                done = "accepted" if before[0].is_accepted else "declined"
                raise RecordError(
                    f"{before[0].made_by} has {done} proposal {number}.",
                    "A proposal is answered once.",
                    "The agent may propose it again.",
                )
            self._database.insert(connection, answered, values)
            change()


def _proposal_of(row: Row[Any], answer: ProposalAnswer | None) -> AgentProposal:
    return AgentProposal(
        number=row.id,
        agent=row.agent,
        kind=row.kind,
        why=row.why,
        changes=json.loads(row.changes),
        files=json.loads(row.files),
        made_at=row.made_at,
        answer=answer,
    )
