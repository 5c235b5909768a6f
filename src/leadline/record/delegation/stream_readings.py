"""Readings of the stream: which machine reads it, asked by whom and when, and what it says."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from leadline.errors import RecordError
from leadline.record import tables
from leadline.record.append_only import latest, rows_of
from leadline.record.database import Database
from leadline.record.delegation.delegation_tables import stream_reader, stream_reading
from leadline.record.sql_types import utc


@dataclass(frozen=True, kw_only=True)
class DeclaredReader:
    """A machine that somebody had read the rows of a stream.

    Attributes
    ----------
    tuning : int
        Number of the entry that drew the rows.
    machine, model, prompt : str
        Its name, what answers, and the digest of what it is told beside the row.
    n_judged : int
        Judgments that people had given by then, those taken back included.
    by : str
        Who asked.
    at : datetime
        When, UTC.
    """

    tuning: int
    machine: str
    model: str
    prompt: str
    n_judged: int
    by: str
    at: datetime

    def is_told_as(self, machine: str, model: str, prompt: str) -> bool:
        """Whether it is this machine, told this."""
        return (self.machine, self.model, self.prompt) == (machine, model, prompt)


@dataclass(frozen=True, kw_only=True)
class RowReading:
    """What a machine says of a row of the stream.

    Attributes
    ----------
    row : int
        Row of the stream.
    score : float
        What the model that is tried gives it.
    value : str or None
        The label; None: unsure, or no answer that could be read.
    """

    row: int
    score: float
    value: str | None


class StreamReadings:
    """What machines say of the rows of streams, tuning by tuning.

    Contract
    --------
    *Append-only.* Of several readings of a row by one machine, told the same, the latest counts.

    *One reader a stream.* Until somebody has judged a row the newest declaration counts. From then
    on nothing replaces it, and where there is none the first one counts: nobody can choose a
    machine by what comes of it.

    *Apart.* No reader of judgments meets a reading.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def declare(
        self, tuning: int, machine: str, model: str, prompt: str, by: str
    ) -> DeclaredReader:
        """Have a machine read a stream; return the reader that counts, which may be another.

        Declared again, told the same, it stays as it was.

        Raises
        ------
        ValueError
            If the machine, the model, what it is told or the person is not named.
        RecordError
            If `tuning` is no entry of row 'tuning'.
        """
        if not (machine and model and prompt and by.strip()):
            raise ValueError("a reader of the stream says which model was told what, and who asked")
        judged = tables.judgment
        with self._database.writing() as connection:
            self._require_tuning(connection, tuning)
            query = select(func.count()).where(
                self._database.mine(judged), judged.c.tuning == tuning
            )
            n_judged = int(connection.scalar(query.select_from(judged)) or 0)
            found = self._reader(connection, tuning)
            if found is None or (not n_judged and not found.is_told_as(machine, model, prompt)):
                values = {"tuning": tuning, "machine": machine, "model": model, "prompt": prompt}
                signed = {"n_judged": n_judged, "made_by": by, "made_at": utc()}
                self._database.insert(connection, stream_reader, values | signed)
                found = self._reader(connection, tuning)
        assert found is not None
        return found

    def reader(self, tuning: int) -> DeclaredReader | None:
        """The machine that reads a stream; None where nobody asked one."""
        with self._database.reading() as connection:
            return self._reader(connection, tuning)

    def add(self, reader: DeclaredReader, reading: RowReading) -> None:
        """Keep what a reader says of a row.

        Raises
        ------
        ValueError
            If the score is not finite.
        """
        if not math.isfinite(reading.score):
            raise ValueError(f"the score of a row must be finite; got {reading.score}")
        told = {name: getattr(reader, name) for name in ("tuning", "machine", "model", "prompt")}
        values = told | vars(reading) | {"at": utc()}
        with self._database.writing() as connection:
            self._database.insert(connection, stream_reading, values)

    def of(self, reader: DeclaredReader) -> tuple[RowReading, ...]:
        """What a reader says: its latest reading of each row."""
        columns = stream_reading.c
        found = rows_of(
            self._database,
            stream_reading,
            columns.tuning == reader.tuning,
            columns.machine == reader.machine,
            columns.model == reader.model,
            columns.prompt == reader.prompt,
        )
        newest = latest((row.row, row) for row in found)
        return tuple(RowReading(row=r.row, score=r.score, value=r.value) for r in newest)

    def _reader(self, connection: Connection, tuning: int) -> DeclaredReader | None:
        found = rows_of(
            self._database, stream_reader, stream_reader.c.tuning == tuning, within=connection
        )
        before = [row for row in found if not row.n_judged]
        if not found:
            return None
        return _declared(before[-1] if before else found[0])

    def _require_tuning(self, connection: Connection, number: int) -> None:
        columns = tables.entry.c
        mine = self._database.mine(tables.entry)
        if connection.scalar(select(columns.row).where(mine, columns.number == number)) != "tuning":
            raise RecordError(
                f"Entry {number} is none of 'tuning'.",
                "A machine reads the rows of the stream that a tuning scored.",
                "Run 'leadline run tuning' first.",
            )


def _declared(row: Row[Any]) -> DeclaredReader:
    return DeclaredReader(
        tuning=row.tuning,
        machine=row.machine,
        model=row.model,
        prompt=row.prompt,
        n_judged=row.n_judged,
        by=row.made_by,
        at=row.made_at,
    )
