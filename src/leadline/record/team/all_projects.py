"""All projects of a database, each by its newest entries: a few queries, however many there are."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, Generic, Self, TypeVar

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    case,
    func,
    literal,
    select,
    true,
    tuple_,
    union_all,
)

from leadline.errors import RecordError
from leadline.phases.lifecycle import ROWS, Mark, Stage, decision_of
from leadline.phases.verdict import Answer
from leadline.record.codec import decode_part
from leadline.record.database import Database, open_all
from leadline.record.entries import mark_of
from leadline.record.jobs import UNDER_WAY, Job, job_of
from leadline.record.service.service_tables import promotion
from leadline.record.tables import entry, job, project
from leadline.record.team.work_statements import WorkStatement, statement_of
from leadline.record.team.work_tables import WorkState, work

T = TypeVar("T")

_NO_PARTS: Mapping[str, type] = MappingProxyType({})
_AT_ONCE = 5_000  # pairs of numbers in one query: SQLite takes 32,766 values
_SHIP = decision_of(Stage.SHIP)


@dataclass(frozen=True)
class Part(Generic[T]):
    """Some fields of the newest verdict of a row.

    Attributes
    ----------
    told : dataclass
        The fields that were asked for.
    on : mapping of str to int
        Row to number of each entry the verdict stood on.
    at : datetime
        When it was put on the record, UTC.
    """

    told: T
    on: Mapping[str, int]
    at: datetime


@dataclass(frozen=True)
class ProjectEntries:
    """A project, by the newest entry of each row.

    Attributes
    ----------
    name : str
        The project's.
    marks : tuple of Mark
        Of the newest entry of each row, and of what those stood on: all that standing needs.
    parts : mapping of str to Part
        What was asked for of the newest entry of each row that has one.
    released_at : datetime or None
        Since when the release in service is there; None if no release is.
    release : int or None
        Number of its entry.
    release_id : str
        Its name; empty if no release is in service.
    jobs : tuple of Job
        Waiting or running.
    work : tuple of WorkStatement
        Of its work: the newest statement on each piece, and each that says that it is done. The
        newest last.
    unreadable : str
        Why its entries cannot be read; empty if they can.
    """

    name: str
    marks: tuple[Mark, ...]
    parts: Mapping[str, Part[Any]]
    released_at: datetime | None
    release: int | None
    jobs: tuple[Job, ...]
    work: tuple[WorkStatement, ...]
    unreadable: str = ""
    release_id: str = ""


@dataclass(frozen=True, kw_only=True)
class _Named:
    """What is asked of the release in service."""

    release_id: str


class AllProjects:
    """All projects of a database.

    Contract
    --------
    *Reads only*, and beyond the one project that everything else of the record keeps to.

    *A few queries*, however many projects and entries there are: of each row the newest entry is
    looked up by the index, and bodies are read of the rows asked for alone.

    *One that cannot be read*, as a later version has written to it, hides none of the others.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    @contextmanager
    def open(cls, url: str) -> Iterator[Self]:
        """Open a database without being one of its projects, and let go of it in the end.

        Parameters
        ----------
        url : str
            ``sqlite:///path`` or ``postgresql+psycopg://...``. Nothing is made or migrated.

        Raises
        ------
        RecordError
            If the database cannot be reached, is of another version, or is none of Leadline's.
        """
        database = open_all(url)
        try:
            yield cls(database)
        finally:
            database.engine.dispose()

    def newest(self, parts: Mapping[str, type] = _NO_PARTS) -> Iterator[ProjectEntries]:
        """Every project, by name; each is made when it is asked for, and need not be kept.

        Parameters
        ----------
        parts : mapping of str to type
            Row to a dataclass with those fields of its verdict that are wanted, under their names.
            Of the other rows is told where they stand, and no more.
        """
        with self._database.reading() as connection:
            names = {one.id: one.name for one in connection.execute(select(project))}
            newest = _by_project(connection.execute(_newest_entries(parts)))
            marks = {key: [mark_of(one) for one in newest[key]] for key in names}
            for before in _stood_on(connection, marks):
                marks[before.project_id].append(mark_of(before))
            shipped = _by_project(connection.execute(_shipped()))
            jobs = _by_project(connection.execute(_under_way()))
            works = _by_project(connection.execute(_newest_work()))
            moved = {one.project_id: one.entry for one in connection.execute(_newest_moves())}
            serving = {key: _in_service(shipped[key], moved.get(key)) for key in names}
            bodies = _bodies(connection, [one for one in serving.values() if one is not None])
        return (
            _project_of(
                name,
                tuple(marks[key]),
                [(one, parts[one.row]) for one in newest[key] if one.row in parts],
                serving[key],
                bodies.get(key),
                tuple(job_of(one) for one in jobs[key]),
                tuple(statement_of(one) for one in works[key]),
            )
            for key, name in sorted(names.items(), key=lambda pair: pair[1].casefold())
        )

    def work(self) -> tuple[tuple[WorkStatement, ...], ...]:
        """Every statement on work, the newest last: one tuple a project that has any."""
        with self._database.reading() as connection:
            works = _by_project(connection.execute(select(work).order_by(work.c.id)))
        return tuple(tuple(statement_of(one) for one in of_one) for of_one in works.values())


def _by_project(found: Iterable[Row[Any]]) -> defaultdict[int, list[Row[Any]]]:
    rows: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for one in found:
        rows[one.project_id].append(one)
    return rows


def _newest_entries(rows: Collection[str]) -> Select[Any]:
    """The newest entry of each row of each project: one look into the index for each."""
    life = union_all(*(select(literal(row).label("row")) for row in ROWS)).cte("life")
    newest = (
        select(func.max(entry.c.number))
        .where(entry.c.project_id == project.c.id, entry.c.row == life.c.row)
        .scalar_subquery()
    )
    every_row = project.join(life, true())
    which = select(project.c.id, newest.label("number")).select_from(every_row).cte("which")
    # or SQLite would go through all entries, and ask of each whether it is the newest
    which = which.prefix_with("MATERIALIZED")
    body = case((entry.c.row.in_(rows), entry.c.body)).label("body")
    return select(*_marked(), entry.c.version, entry.c.made_at, body).join(
        which, (entry.c.project_id == which.c.id) & (entry.c.number == which.c.number)
    )


def _marked() -> tuple[Any, ...]:
    at = (entry.c.project_id, entry.c.number, entry.c.row)
    told = (entry.c.views, entry.c.barrier, entry.c.badge)
    return (*at, entry.c.stands_on, entry.c.answer, *told)


def _stood_on(connection: Connection, marks: Mapping[int, Sequence[Mark]]) -> list[Row[Any]]:
    """What the newest entries stood on, where that is no longer the newest itself."""
    wanted = []
    for key, newest in marks.items():
        stood_on = {number for mark in newest for number in mark.on.values()}
        wanted += [(key, number) for number in sorted(stood_on - {mark.number for mark in newest})]
    found: list[Row[Any]] = []
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        at = tuple_(entry.c.project_id, entry.c.number)
        found += connection.execute(select(*_marked()).where(at.in_(some))).all()
    return found


def _shipped() -> Select[Any]:
    """Releases, and decisions on the stage they are of."""
    return (
        select(*_marked(), entry.c.made_at)
        .join(project, project.c.id == entry.c.project_id)
        .where(entry.c.row.in_(("release", _SHIP)))
        .order_by(entry.c.number)
    )


def _newest_moves() -> Select[Any]:
    """The entry that the newest move of each project put into service."""
    newest = select(promotion.c.project_id, func.max(promotion.c.counter).label("counter"))
    last = newest.group_by(promotion.c.project_id).cte("last")
    is_last = and_(
        last.c.project_id == promotion.c.project_id, last.c.counter == promotion.c.counter
    )
    return select(promotion.c.project_id, promotion.c.entry).join(last, is_last)


def _bodies(connection: Connection, wanted: Sequence[Row[Any]]) -> dict[int, Row[Any]]:
    """Entries with their bodies, by project: one of each at most."""
    found: dict[int, Row[Any]] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = [(one.project_id, one.number) for one in wanted[start : start + _AT_ONCE]]
        at = tuple_(entry.c.project_id, entry.c.number)
        rows = connection.execute(select(entry).where(at.in_(some)))
        found |= {one.project_id: one for one in rows}
    return found


def _under_way() -> Select[Any]:
    return select(job).where(job.c.state.in_(UNDER_WAY)).order_by(job.c.number.desc())


def _newest_work() -> Select[Any]:
    """What there is to do, and what it took; not how that was once estimated."""
    newest = select(func.max(work.c.id)).group_by(work.c.project_id, work.c.item)
    is_wanted = work.c.id.in_(newest) | (work.c.state == WorkState.DONE)
    return select(work).where(is_wanted).order_by(work.c.id)


def _in_service(shipped: Sequence[Row[Any]], moved: int | None) -> Row[Any] | None:
    """The release of the newest move; without moves the newest that is a "go", or was said to."""
    if moved is not None:
        return next((one for one in shipped if one.number == moved), None)
    approved = {
        mark_of(one).on.get("release")
        for one in shipped
        if one.row == _SHIP and one.answer == Answer.GO
    }
    return next(
        (
            one
            for one in reversed(shipped)
            if one.row == "release" and (one.answer == Answer.GO or one.number in approved)
        ),
        None,
    )


def _part_of(found: Row[Any], kind: type) -> Part[Any]:
    verdict = ROWS[found.row].verdict
    told: Any = decode_part(kind, verdict, json.loads(found.body), found.version)
    return Part(told, json.loads(found.stands_on), found.made_at)


def _project_of(
    name: str,
    marks: tuple[Mark, ...],
    wanted: Sequence[tuple[Row[Any], type]],
    release: Row[Any] | None,
    body: Row[Any] | None,
    jobs: tuple[Job, ...],
    works: tuple[WorkStatement, ...],
) -> ProjectEntries:
    named = ""
    try:
        parts, unreadable = {one.row: _part_of(one, kind) for one, kind in wanted}, ""
        if body is not None:
            named = _part_of(body, _Named).told.release_id
    except RecordError as error:
        parts, unreadable = {}, str(error)
    return ProjectEntries(
        name=name,
        marks=marks,
        parts=parts,
        released_at=None if release is None else release.made_at,
        release=None if release is None else release.number,
        jobs=jobs,
        work=works,
        unreadable=unreadable,
        release_id=named,
    )
