"""The record of one project: a growing list of entries, each one verdict."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import EllipsisType, MappingProxyType
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Select, bindparam, func, select, tuple_

from leadline.errors import RecordError
from leadline.phases.lifecycle import Mark, Standing, row_of, standing
from leadline.phases.verdict import Verdict
from leadline.record.agents import Agents
from leadline.record.artifacts import Artifact
from leadline.record.codec import encode, to_json
from leadline.record.database import Database, open_database
from leadline.record.delegation import DelegationRecord
from leadline.record.entries import (
    Entry,
    columns_of,
    entry_of,
    mark_of,
    require_entries,
    require_fit,
    require_newest,
    require_row,
)
from leadline.record.invitations import Invitations
from leadline.record.jobs import Jobs
from leadline.record.labels import Labels
from leadline.record.machines import MachineRequests
from leadline.record.monitoring.alarm_events import AlarmEvents
from leadline.record.monitoring.block_labels import BlockLabels
from leadline.record.monitoring.erasures import Erasures
from leadline.record.monitoring.observations import Observations
from leadline.record.people import Accounts, ChangeNotes, LoginAttempts, LoginSessions
from leadline.record.reviews import Reviews
from leadline.record.row_reading import Reading
from leadline.record.service import Outbox, Promotions
from leadline.record.sql_types import utc
from leadline.record.tables import artifact as artifact_table
from leadline.record.tables import entry as table
from leadline.record.team import Activity, AllProjects, Comments, WorkStatements
from leadline.record.trials import Fits, Trials

V = TypeVar("V", bound=Verdict)

_NO_ENTRIES: Mapping[str, int] = MappingProxyType({})

# asked with every answer of a person: to make it takes longer than to run it
_NEWEST = (
    select(table.c.row, func.max(table.c.number))
    .where(
        table.c.project_id == bindparam("of_project"),
        table.c.row.in_(bindparam("rows", expanding=True)),
    )
    .group_by(table.c.row)
)


class Record:
    """Everything a project knows: the entries, and beside them what comes in row by row.

    Many processes may have the same record open; each opens it for itself. Use it as a context
    manager, or `close` it.

    Contract
    --------
    *Append-only.* An entry is never changed and never removed; a later entry of the same row takes
    its place. Its number counts up from 1 within the project, without gaps.

    *Atomic.* `append` puts an entry and its artifacts on the record whole, or not at all; what it
    stands on is there.

    *Concurrent writers* may append at once. Whoever says with `replacing` what they saw is refused
    if another entry has come in between.

    *Readers* see committed entries only. A `Reading` shows one moment for as long as it lives.

    Each part keeps a contract of its own, written in its class.

    Parameters
    ----------
    database : Database
        Where it is kept.
    project : str
        Name of the project.

    Attributes
    ----------
    project : str
        Name of the project.
    jobs : Jobs
        Rows that people asked for.
    trials : Trials
        Candidates that were tried.
    fits : Fits
        Single fits.
    reviews : Reviews
        Judgments of the stream, opinions on the costs of errors.
    observations : Observations
        What was seen of new data.
    block_labels : BlockLabels
        Labels of such rows, given on the page.
    alarm_events : AlarmEvents
        What people did about alarms.
    erasures : Erasures
        That rows were deleted for good, by whom and when.
    promotions : Promotions
        Which release was in service, from when on.
    outbox : Outbox
        Messages to people, and what became of them.
    labels : Labels
        Items, assignments, votes, adjudications and guidelines.
    delegation : DelegationRecord
        Votes of machines, and whether a machine may label; apart from all that people say.
    machines : MachineRequests
        Requests to language models, their answers and their money.
    invitations : Invitations
        Who was invited to label, to review or to adjudicate.
    accounts : Accounts
        People with a role.
    login_sessions : LoginSessions
        Who is logged in.
    login_attempts : LoginAttempts
        Attempts to log in.
    change_notes : ChangeNotes
        Who changed accounts and settings.
    work : WorkStatements
        The work on releases and their upkeep.
    activity : Activity
        What was done and when, without the verdicts.
    comments : Comments
        What people said on entries, stages and the project.
    all_projects : AllProjects
        All projects of the database, this one among them.
    agents : Agents
        What agents may use, asked for, proposed and were told.

    Examples
    --------
    >>> import tempfile
    >>> from leadline.phases.decision import Choice, Evidence, assess
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Record.open(f"sqlite:///{folder}/leadline.db", "flights") as record:
    ...         said = assess(
    ...             Evidence(stage="find", choice=Choice.GO, why="It works.", person="Ada")
    ...         )
    ...         entry = record.append("decision.find", said, by="Ada")
    ...         entry.number, record.latest("decision.find").verdict == said
    (1, True)
    """

    def __init__(self, database: Database, project: str) -> None:
        self._database = database
        self.project = project
        self.jobs = Jobs(database)
        self.trials = Trials(database)
        self.fits = Fits(database)
        self.reviews = Reviews(database)
        self.observations = Observations(database)
        self.block_labels = BlockLabels(database)
        self.alarm_events = AlarmEvents(database)
        self.erasures = Erasures(database)
        self.promotions = Promotions(database)
        self.outbox = Outbox(database)
        self.labels = Labels(database)
        self.delegation = DelegationRecord(database)
        self.machines = MachineRequests(database)
        self.invitations = Invitations(database)
        self.accounts = Accounts(database)
        self.login_sessions = LoginSessions(database)
        self.login_attempts = LoginAttempts(database)
        self.change_notes = ChangeNotes(database)
        self.work = WorkStatements(database)
        self.activity = Activity(database)
        self.comments = Comments(database)
        self.all_projects = AllProjects(database)
        self.agents = Agents(database)

    @classmethod
    def open(cls, url: str, project: str) -> Self:
        """Open the record of a project, which is made if it is not there.

        Parameters
        ----------
        url : str
            ``sqlite:///path`` or ``postgresql+psycopg://...``. The database is made or migrated
            where needed; many processes may do so at once.
        project : str
            Name of the project.

        Raises
        ------
        RecordError
            If the database cannot be reached, or belongs to a later version.
        """
        return cls(open_database(url, project), project)

    def signed_by(self, user_id: int | None) -> Self:
        """The same record, written by a person with an account; None: by nobody who has one."""
        return type(self)(replace(self._database, user_id=user_id), self.project)

    def close(self) -> None:
        """Let go of the database."""
        self._database.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def marks(self) -> tuple[Mark, ...]:
        """What standing needs to know of every entry, the newest last."""
        return self._marks(self._select_marks())

    def standing(self) -> dict[str, Standing]:
        """Where every row stands now; with the release that was gone back to, if one was."""
        serving = self.gone_back_to()
        if serving is not None:
            return standing(self.marks(), serving)
        newest = (
            select(table.c.project_id, func.max(table.c.number))
            .where(self._database.mine(table))
            .group_by(table.c.project_id, table.c.row)
        )
        query = self._select_marks().where(tuple_(table.c.project_id, table.c.number).in_(newest))
        marks = self._marks(query)
        # entries never change, so a later look at those that these stood on sees the same moment
        stood_on = {number for mark in marks for number in mark.on.values()}
        before = stood_on - {mark.number for mark in marks}
        if before:
            marks += self._marks(self._select_marks().where(table.c.number.in_(before)))
        return standing(marks)

    def gone_back_to(self) -> int | None:
        """The release in service, if the newest one was rolled back from; None if not."""
        moved = [move.entry for move in self.promotions.into_service()]
        if not moved or self.newest(["release"]).get("release") not in moved[:-1]:
            return None
        return moved[-1] if moved[-1] != max(moved) else None

    def entries(self, row: str | None = None, *, limit: int | None = None) -> tuple[Entry, ...]:
        """The entries of a row, or all of them, the newest last.

        Parameters
        ----------
        row : str or None, default=None
            None: of every row.
        limit : int or None, default=None
            The newest so many; None: all.
        """
        query = self._select().order_by(table.c.number.desc())
        if row is not None:
            query = query.where(table.c.row == row)
        if limit is not None:
            query = query.limit(limit)
        with self._database.reading() as connection:
            found = connection.execute(query).all()
        return tuple(entry_of(one) for one in reversed(found))

    def entry(self, number: int) -> Entry:
        """One entry.

        Raises
        ------
        RecordError
            If there is none of this number.
        """
        with self._database.reading() as connection:
            found = connection.execute(self._select().where(table.c.number == number)).one_or_none()
        if found is None:
            raise RecordError(
                f"There is no entry {number} of project {self.project!r}.",
                next="See 'leadline status'.",
            )
        return entry_of(found)

    def latest(self, row: str) -> Entry | None:
        """The newest entry of a row, current or not; None if there is none."""
        return next(iter(self.entries(row, limit=1)), None)

    def latest_of(self, kind: type[V]) -> V | None:
        """The newest verdict of the row that ends in such verdicts; None if there is none."""
        entry = self.latest(row_of(kind))
        return None if entry is None else entry.verdict_as(kind)

    def newest(self, rows: Collection[str]) -> dict[str, int]:
        """Row to number of its newest entry, of those rows that have one."""
        which = {"of_project": self._database.project_id, "rows": list(rows)}
        with self._database.reading() as connection:
            return {row: int(number) for row, number in connection.execute(_NEWEST, which)}

    def reading(self, row: str) -> Reading:
        """What a row may read now.

        Raises
        ------
        ValueError
            If there is no such row.
        """
        require_row(row)
        return Reading(row, self.standing(), lambda number: self.entry(number).verdict)

    def append(
        self,
        row: str,
        verdict: Verdict,
        *,
        by: str,
        on: Mapping[str, int] = _NO_ENTRIES,
        replacing: int | EllipsisType | None = ...,
        artifacts: Sequence[Artifact] = (),
    ) -> Entry:
        """Put a verdict on the record, whole or not at all.

        Parameters
        ----------
        row : str
            The row it answers.
        verdict : Verdict
            Of the row's class.
        by : str
            Who puts it there.
        on : mapping of str to int
            Row to number of each entry it stands on.
        replacing : int or None, optional
            The entry of the row that the person saw, None if there was none. Left out, the
            verdict is kept whatever came in between.
        artifacts : sequence of Artifact
            What was stored along with it.

        Returns
        -------
        Entry
            As it is on the record now.

        Raises
        ------
        OutdatedAnswerError
            If the row's newest entry is not the one to be replaced.
        UndeclaredReadError
            If it stands on a row that the life-cycle table does not declare.
        RecordError
            If it stands on an entry that is not there.
        TypeError, ValueError
            If the verdict is not the row's, holds a number that is not finite, or nobody is named.
        """
        require_fit(row, verdict, by, on)
        body = to_json(encode(verdict))
        with self._database.writing() as connection:
            require_entries(connection, self._database, on)
            if replacing is not ...:
                require_newest(row, replacing, self._newest(connection, row))
            number = (self._newest(connection) or 0) + 1
            user_id = self._database.user_id
            made = Entry(number, row, verdict, dict(on), by, utc(), verdict.VERSION, user_id)
            self._database.insert(connection, table, columns_of(made, body))
            for one in {artifact.digest: artifact for artifact in artifacts}.values():
                self._database.insert(connection, artifact_table, {"entry": number, **vars(one)})
        return made

    def artifacts_of(self, number: int) -> tuple[Artifact, ...]:
        """What was stored along with an entry, by kind."""
        columns = artifact_table.c
        query = (
            select(columns.digest, columns.kind, columns.n_bytes)
            .where(self._database.mine(artifact_table), columns.entry == number)
            .order_by(columns.kind, columns.digest)
        )
        with self._database.reading() as connection:
            return tuple(Artifact(*found) for found in connection.execute(query))

    def _select(self) -> Select[Any]:
        return select(table).where(self._database.mine(table))

    def _select_marks(self) -> Select[Any]:
        columns = (table.c.number, table.c.row, table.c.stands_on, table.c.answer)
        told = (table.c.views, table.c.barrier, table.c.badge)
        return select(*columns, *told).where(self._database.mine(table)).order_by(table.c.number)

    def _marks(self, query: Select[Any]) -> tuple[Mark, ...]:
        with self._database.reading() as connection:
            found = connection.execute(query).all()
        return tuple(mark_of(one) for one in found)

    def _newest(self, connection: Connection, row: str | None = None) -> int | None:
        query = select(func.max(table.c.number))
        query = query.where(self._database.mine(table))
        if row is not None:
            query = query.where(table.c.row == row)
        newest: int | None = connection.scalar(query)
        return newest
