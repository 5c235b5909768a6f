"""The database: engines, transactions, and creation or migration under a lock."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    exc,
    func,
    inspect,
    make_url,
    select,
    text,
)

from leadline.errors import RecordError
from leadline.record import tables
from leadline.record.sql_types import utc

HEAD = "0020"
"""The migration this version of Leadline works with."""

_BUSY_S = 30.0
_IN_MEMORY = (None, "", ":memory:")
_MOST, _KEPT = 40, 20  # connections: as many as threads may ask at once
_ADVISORY_LOCK = 0x1EAD  # one number for every Leadline, so that all openers of a database queue
_WRITES = "leadline_writes"


@dataclass(frozen=True)
class Database:
    """One project in a database; every part of the record reads and writes through it.

    Contract
    --------
    *Atomic.* Whatever happens within one `writing` is committed together when the block ends, or
    not at all: if it raises, or its process is killed.

    *Exclusive.* At most one `writing` of a project runs at a time, over all threads, processes and
    machines; the others wait. What one reads within it, nobody else changes before it ends. So a
    condition may be checked and acted on within one block.

    *Readers never wait.* `reading` sees what was committed, beside a writer, and must write
    nothing. On SQLite it sees one moment throughout; on PostgreSQL each statement sees its own.

    *Projects are apart.* Every table has a `project_id`; every query has the condition `mine`, but
    for those of `AllProjects`, which only read.

    Attributes
    ----------
    engine : sqlalchemy.Engine
        Connections to it.
    project_id : int
        The project's key.
    user_id : int or None, default=None
        Account of the person who writes; kept with every row of a table that has the column.
    """

    engine: Engine
    project_id: int
    user_id: int | None = None
    _turn: Lock = field(default_factory=Lock, repr=False, compare=False)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with _told_plainly(self.engine.url), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that has the project to itself, all of it or nothing of it written."""
        # threads of one process take turns here: waiting for SQLite's lock, they would sleep
        with (
            self._turn,
            _told_plainly(self.engine.url),
            _writer(self.engine).begin() as connection,
        ):
            # SQLite has locked the file by now; PostgreSQL locks the project's row
            mine = tables.project.c.id == self.project_id
            connection.execute(select(tables.project.c.id).where(mine).with_for_update())
            yield connection

    def mine(self, table: Any) -> ColumnElement[bool]:
        """The condition that a row of a table is of this project."""
        condition: ColumnElement[bool] = table.c.project_id == self.project_id
        return condition

    def insert(self, connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
        """Add one row of this project."""
        own: dict[str, Any] = {"project_id": self.project_id}
        if "user_id" in table.c:
            own["user_id"] = self.user_id
        connection.execute(table.insert(), own | dict(values))


def open_database(url: str, project: str) -> Database:
    """Open a project; make or migrate the database first where that is needed.

    Parameters
    ----------
    url : str
        ``sqlite:///path`` or ``postgresql+psycopg://...``.
    project : str
        Name of the project; it is made if it is not there.

    Raises
    ------
    RecordError
        If the database cannot be reached, or belongs to a later version.
    """
    engine = _engine(url)
    try:
        with _told_plainly(engine.url):
            return Database(engine, _project_id(engine, project))
    except BaseException:
        engine.dispose()
        raise


def open_all(url: str) -> Database:
    """Open a database to read of all its projects; nothing is made or migrated.

    Parameters
    ----------
    url : str
        As of `open_database`.

    Returns
    -------
    Database
        Of no project: `mine` holds of nothing in it.

    Raises
    ------
    RecordError
        If the database cannot be reached, is of another version, or is none of Leadline's.
    """
    engine = _engine(url)
    place = engine.url.render_as_string(hide_password=True)
    name = engine.url.database
    try:
        # SQLite would make an empty file of a mistyped name
        is_there = engine.dialect.name != "sqlite" or (bool(name) and Path(str(name)).is_file())
        with _told_plainly(engine.url):
            revision = _look(engine) if is_there else None
        if revision != HEAD:
            found = "holds no record" if revision is None else f"is at migration {revision!r}"
            raise RecordError(
                f"The database at {place} {found}.",
                f"One at migration {HEAD!r} is needed.",
                "Check the address, or open one of its projects once: 'leadline status'.",
            )
    except BaseException:
        engine.dispose()
        raise
    return Database(engine, 0)


def _look(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return _revision(connection)


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        is_sqlite = parsed.get_backend_name() == "sqlite"
        options: dict[str, Any] = (
            {"connect_args": {"timeout": _BUSY_S}} if is_sqlite else {"pool_pre_ping": True}
        )
        # one in memory has a single connection; others are opened when needed, and kept: a crowd
        # would wait for connections that come and go
        if not (is_sqlite and parsed.database in _IN_MEMORY):
            options |= {"pool_size": _KEPT, "max_overflow": _MOST - _KEPT}
        engine = create_engine(parsed, **options)
    except (exc.ArgumentError, ModuleNotFoundError) as error:
        raise RecordError(
            f"The record cannot be opened: {error}.",
            "Its address is sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE.",
            "Correct LEADLINE_STORE, or [store] url in leadline.toml; PostgreSQL needs the extra "
            "'leadline[postgres]'.",
        ) from error
    if is_sqlite:
        event.listen(engine, "connect", _prepare_connection)
        event.listen(engine, "begin", _begin)
    return engine


def _writer(engine: Engine) -> Engine:
    """The same connections, for transactions that write."""
    return engine.execution_options(**{_WRITES: True})


def _prepare_connection(connection: sqlite3.Connection, _: object) -> None:
    # the driver would begin transactions late, and not at all before DDL
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")


def _begin(connection: Connection) -> None:
    """Take the write lock at once: a read that turns into a write could not wait for it."""
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def _told_plainly(url: URL) -> Iterator[None]:
    """Turn a database that cannot be used into a refusal that hides the password."""
    try:
        yield
    except exc.DatabaseError as error:
        if type(error) not in (exc.OperationalError, exc.DatabaseError):
            raise  # a mistake in our SQL, which nobody else can mend
        place = url.render_as_string(hide_password=True)
        raise RecordError(
            f"The record at {place} cannot be used: {error.orig}.",
            "A database that answers and may be written is needed.",
            "Check that it is there, and that nothing else has held it for long.",
        ) from error


def _project_id(engine: Engine, name: str) -> int:
    with engine.connect() as connection:
        if _revision(connection) == HEAD:
            number = _find(connection, name)
            if number is not None:
                return number
    if engine.dialect.name == "sqlite":
        _switch_to_wal(engine)
    with _writer(engine).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        if _revision(connection) != HEAD:
            _migrate(connection)
        number = _find(connection, name)
        return _make(connection, name) if number is None else number


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision


def _find(connection: Connection, name: str) -> int | None:
    columns = tables.project.c
    number: int | None = connection.scalar(select(columns.id).where(columns.name == name))
    return number


def _make(connection: Connection, name: str) -> int:
    values = {"name": name, "made_at": utc()}
    insert = tables.project.insert().values(values).returning(tables.project.c.id)
    number: int = connection.execute(insert).scalar_one()
    return number


def _switch_to_wal(engine: Engine) -> None:
    """Let readers and a writer work side by side; the file remembers it."""
    deadline = time.monotonic() + _BUSY_S
    while True:
        connection = engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            # two that switch together are refused at once, whatever their timeout
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        finally:
            connection.close()


def _migrate(connection: Connection) -> None:
    """Bring the database to `HEAD` inside the caller's transaction."""
    # half of what opening a record would cost, and needed once in a database's life
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config(attributes={"connection": connection})
    folder = str(Path(__file__).parent / "migrations")
    config.set_main_option("script_location", folder.replace("%", "%%"))
    try:
        command.upgrade(config, HEAD)
    except CommandError as error:
        raise RecordError(
            f"The record is at migration {_revision(connection)!r}.",
            f"This Leadline knows migrations up to {HEAD!r}.",
            "Upgrade Leadline.",
        ) from error
