"""The record of one project: a growing list of entries, each one verdict."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import EllipsisType, MappingProxyType
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, Row, Select, bindparam, func, select, tuple_

from leadline.errors import OutdatedAnswerError, RecordError
from leadline.phases.lifecycle import ROWS, Mark, Standing, row_of, standing
from leadline.phases.verdict import Answer, Verdict
from leadline.record.adjudicating import Adjudications
from leadline.record.artifacts import Artifact
from leadline.record.codec import decode, encode, to_json
from leadline.record.evidence import Arrivals
from leadline.record.guidelines import GuidelinesKept
from leadline.record.invitations import Invitations
from leadline.record.opening import Store, open_store
from leadline.record.queue import Queue
from leadline.record.reading import Reading, require_declared
from leadline.record.tables import artifact as artifact_table
from leadline.record.tables import entry as table
from leadline.record.tables import utc
from leadline.record.worklist import Worklist

V = TypeVar("V", bound=Verdict)

_NOTHING: Mapping[str, int] = MappingProxyType({})

# asked with every answer of a person: to make it takes longer than to run it
_NEWEST = (
    select(table.c.row, func.max(table.c.number))
    .where(
        table.c.project_id == bindparam("of_project"),
        table.c.row.in_(bindparam("rows", expanding=True)),
    )
    .group_by(table.c.row)
)


@dataclass(frozen=True)
class Entry:
    """One verdict on the record.

    Attributes
    ----------
    number : int
        Counts up within the project, from 1, without gaps.
    row : str
        The row of the life cycle.
    verdict : Verdict
        What was concluded.
    on : mapping of str to int
        Row to number of each entry it stood on.
    by : str
        Who put it there.
    at : datetime
        When, UTC.
    version : int
        Version of the verdict's class when it was written.
    """

    number: int
    row: str
    verdict: Verdict
    on: Mapping[str, int]
    by: str
    at: datetime
    version: int

    def verdict_as(self, kind: type[V]) -> V:
        """The verdict, as one of its row's class.

        Raises
        ------
        TypeError
            If it is of another class.
        """
        if not isinstance(self.verdict, kind):
            raise TypeError(f"entry {self.number} is of {self.row!r}: no {kind.__name__}")
        return self.verdict


class Record(Queue, Arrivals, Worklist, Adjudications, GuidelinesKept, Invitations):
    """Everything a project knows; only ever appended to, but for the queue.

    Many processes may have the same record open; each opens it for itself. Use it as a context
    manager, or `close` it.

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

    def __init__(self, store: Store, project: str) -> None:
        self._store = store
        self.project = project

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
        return cls(open_store(url, project), project)

    def close(self) -> None:
        """Let go of the database."""
        self._store.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def marks(self) -> tuple[Mark, ...]:
        """What standing needs to know of every entry, the newest last."""
        return self._marks(self._select_marks())

    def standing(self) -> dict[str, Standing]:
        """Where every row of the life cycle stands now."""
        newest = (
            select(table.c.project_id, func.max(table.c.number))
            .where(table.c.project_id == self._store.project_id)
            .group_by(table.c.project_id, table.c.row)
        )
        query = self._select_marks().where(tuple_(table.c.project_id, table.c.number).in_(newest))
        return standing(self._marks(query))

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
        with self._store.reading() as connection:
            found = connection.execute(query).all()
        return tuple(_entry(one) for one in reversed(found))

    def entry(self, number: int) -> Entry:
        """One entry.

        Raises
        ------
        RecordError
            If there is none of this number.
        """
        with self._store.reading() as connection:
            found = connection.execute(self._select().where(table.c.number == number)).one_or_none()
        if found is None:
            raise RecordError(
                f"There is no entry {number} of project {self.project!r}.",
                next="See 'leadline status'.",
            )
        return _entry(found)

    def latest(self, row: str) -> Entry | None:
        """The newest entry of a row, current or not; None if there is none."""
        return next(iter(self.entries(row, limit=1)), None)

    def latest_of(self, kind: type[V]) -> V | None:
        """The newest verdict of the row that ends in such verdicts; None if there is none."""
        entry = self.latest(row_of(kind))
        return None if entry is None else entry.verdict_as(kind)

    def newest(self, rows: Collection[str]) -> dict[str, int]:
        """Row to number of its newest entry, of those rows that have one."""
        which = {"of_project": self._store.project_id, "rows": list(rows)}
        with self._store.reading() as connection:
            return {row: int(number) for row, number in connection.execute(_NEWEST, which)}

    def reading(self, row: str) -> Reading:
        """What a row may read now.

        Raises
        ------
        ValueError
            If there is no such row.
        """
        _require_row(row)
        return Reading(row, self.standing(), lambda number: self.entry(number).verdict)

    def append(
        self,
        row: str,
        verdict: Verdict,
        *,
        by: str,
        on: Mapping[str, int] = _NOTHING,
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
        _require_fit(row, verdict, by, on)
        body = to_json(encode(verdict))
        with self._store.writing() as connection:
            self._require_entries(connection, on)
            if replacing is not ...:
                _require_newest(row, replacing, self._newest(connection, row))
            number = (self._newest(connection) or 0) + 1
            made = Entry(number, row, verdict, dict(on), by, utc(), verdict.VERSION)
            self._insert(connection, table, _columns(made, body))
            for one in {artifact.digest: artifact for artifact in artifacts}.values():
                self._insert(connection, artifact_table, {"entry": number, **vars(one)})
        return made

    def artifacts_of(self, number: int) -> tuple[Artifact, ...]:
        """What was stored along with an entry, by kind."""
        columns = artifact_table.c
        query = (
            select(columns.digest, columns.kind, columns.n_bytes)
            .where(columns.project_id == self._store.project_id, columns.entry == number)
            .order_by(columns.kind, columns.digest)
        )
        with self._store.reading() as connection:
            return tuple(Artifact(*found) for found in connection.execute(query))

    def _select(self) -> Select[Any]:
        return select(table).where(table.c.project_id == self._store.project_id)

    def _select_marks(self) -> Select[Any]:
        columns = (table.c.number, table.c.row, table.c.stands_on, table.c.answer)
        mine = table.c.project_id == self._store.project_id
        return select(*columns).where(mine).order_by(table.c.number)

    def _marks(self, query: Select[Any]) -> tuple[Mark, ...]:
        with self._store.reading() as connection:
            found = connection.execute(query).all()
        return tuple(
            Mark(number, row, json.loads(on), Answer(answer)) for number, row, on, answer in found
        )

    def _newest(self, connection: Connection, row: str | None = None) -> int | None:
        query = select(func.max(table.c.number))
        query = query.where(table.c.project_id == self._store.project_id)
        if row is not None:
            query = query.where(table.c.row == row)
        newest: int | None = connection.scalar(query)
        return newest

    def _require_entries(self, connection: Connection, on: Mapping[str, int]) -> None:
        query = select(table.c.row, table.c.number).where(
            table.c.project_id == self._store.project_id, table.c.number.in_(on.values())
        )
        there = {(found.row, found.number) for found in connection.execute(query)} if on else set()
        for row, number in on.items():
            if (row, number) not in there:
                raise RecordError(
                    f"There is no entry {number} of {row!r}.",
                    "A verdict stands on entries of this record.",
                    "Read what it stands on from the record it is put on.",
                )


def _entry(found: Row[Any]) -> Entry:
    if found.row not in ROWS:
        raise RecordError(
            f"Entry {found.number} is of {found.row!r}, a row this Leadline does not know.",
            next="Upgrade Leadline.",
        )
    verdict = decode(ROWS[found.row].verdict, json.loads(found.body), found.version)
    on = json.loads(found.stands_on)
    return Entry(found.number, found.row, verdict, on, found.made_by, found.made_at, found.version)


def _columns(entry: Entry, body: str) -> dict[str, Any]:
    return {
        "number": entry.number,
        "row": entry.row,
        "answer": entry.verdict.answer.value,
        "version": entry.version,
        "body": body,
        "stands_on": to_json(entry.on),
        "made_by": entry.by,
        "made_at": entry.at,
    }


def _require_row(row: str) -> None:
    if row not in ROWS:
        raise ValueError(f"{row!r} is no row of the life cycle")


def _require_fit(row: str, verdict: Verdict, by: str, on: Mapping[str, int]) -> None:
    _require_row(row)
    needed = ROWS[row].verdict
    if type(verdict) is not needed:
        raise TypeError(f"{row!r} takes a {needed.__name__}, not a {type(verdict).__name__}")
    if not by.strip():
        raise ValueError("an entry says who put it there; 'by' is empty")
    for name in on:
        require_declared(row, name)


def _require_newest(row: str, seen: int | None, newest: int | None) -> None:
    """Refuse an answer to a page that is no longer what the record says."""
    if newest == seen:
        return
    if newest is None:
        raise RecordError(f"There is no entry {seen} of {row!r} to replace.")
    page = f"entry {seen} of {row!r}" if seen is not None else f"{row!r} when it had no entry"
    raise OutdatedAnswerError(
        f"You answered {page}, but entry {newest} has since taken its place.",
        next="Reload the page and look again.",
    )
