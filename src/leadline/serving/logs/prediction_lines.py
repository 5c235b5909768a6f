r"""Lines of served rows: what a client asked, what the release answered, and when.

::

    {
        "request": "7f3a",
        "row": 0,
        "of": 1,
        "at": "2026-11-29T14:03:07.120945Z",
        "release": "0f3c9d21b7aa",
        "day": null,
        "x": {"age": 61.0, "ward": "B"},
        "answer": {"score": 0.31, "flagged": false},
    }

Each is one row, so that any tool that deletes lines deletes rows. ``of`` is the number of rows in
the request, ``day`` when the row was, if the client says it beside the features.
"""

from __future__ import annotations

import io
import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from leadline.serving.compiled.answers import Answers
from leadline.serving.logs.dated_lines import dated_files, whole_lines

if TYPE_CHECKING:
    import polars as pl

_HEAD = re.compile(
    rb'\{"request":"([^"\\]+)","row":(\d+),"of":\d+,"at":"[^"\\]+","release":"([^"\\]*)"'
)
_LOST = re.compile(rb'\{"lost":(\d+),')
_ENCODER = msgspec.json.Encoder()
_TIME = "%Y-%m-%dT%H:%M:%S%.6fZ"


@dataclass(frozen=True)
class Served:
    """One request and its answers.

    Attributes
    ----------
    request : str
        Its id.
    at : datetime
        When it was answered, in UTC without a zone.
    rows : list of tuple
        Values as the client sent them, in the order of the columns.
    answers : Answers
        To its rows.
    days : sequence of (str or None)
        When each row was, as the client says; empty if it says nothing.
    """

    request: str
    at: datetime
    rows: Sequence[tuple[Any, ...]]
    answers: Answers
    days: Sequence[str | None] = ()


@dataclass(frozen=True)
class ServedRows:
    """What a log holds of one release.

    Attributes
    ----------
    frame : polars.DataFrame
        The columns ``request``, ``row``, ``at``, ``day``, ``x`` (a struct of the features: numbers
        as Float64, all else as text, images as base64) and ``logged`` (the day of the file), in the
        order of the answers. A row that came twice stands once, as it came first.
    days : frozenset of date
        Days whose files are there.
    n_repeated : int
        Rows left out because their request's id had come before.
    others : frozenset of str
        Rows that other releases answered: the id of each request, a colon, and the row's number.
    n_cut : int
        Lines that are not whole.
    n_lost : int
        Rows that were answered and could not be logged.
    """

    frame: pl.DataFrame
    days: frozenset[date] = frozenset()
    n_repeated: int = 0
    others: frozenset[str] = frozenset()
    n_cut: int = 0
    n_lost: int = 0


def to_lines(served: Sequence[Served], release_id: str, columns: Mapping[str, str]) -> bytes:
    """Write answered requests of one release.

    Parameters
    ----------
    served : sequence of Served
        At least one.
    release_id : str
        Who answered.
    columns : mapping of str to str
        Feature name to kind, as in the manifest.
    """
    names, kinds = tuple(columns), tuple(columns.values())
    images = [index for index, kind in enumerate(kinds) if kind == "image"]
    lines = [
        _line(one, row, release_id, dict(zip(names, _as_text(values, images), strict=True)), answer)
        for one in served
        for row, (values, answer) in enumerate(zip(one.rows, one.answers.to_dicts(), strict=True))
    ]
    return _ENCODER.encode_lines(lines)


def _line(
    served: Served, row: int, release_id: str, x: dict[str, Any], answer: dict[str, Any]
) -> dict[str, Any]:
    """One row; its first five fields stand in this order, which those who read rely on."""
    return {
        "request": served.request,
        "row": row,
        "of": len(served.rows),
        "at": f"{served.at.isoformat(timespec='microseconds')}Z",
        "release": release_id,
        "day": served.days[row] if served.days else None,
        "x": x,
        "answer": answer,
    }


def lost_line(n_lost: int, at: datetime) -> bytes:
    """Say in the log itself how many answered rows it lacks."""
    return (
        json.dumps({"lost": n_lost, "at": at.isoformat()}, separators=(",", ":")).encode() + b"\n"
    )


def read_served(folder: Path, release_id: str, columns: Mapping[str, str]) -> ServedRows:
    """Read the rows that a release answered, of all processes.

    Parameters
    ----------
    folder : Path
        Of the log; it need not be there.
    release_id : str
        Whose answers.
    columns : mapping of str to str
        Feature name to kind, as in its manifest.
    """
    import polars as pl

    schema = _schema(columns)
    tally, days = _Tally(), set[date]()
    frames = [pl.DataFrame(schema={**schema, "logged": pl.Date})]
    for path, day in dated_files(folder).items():
        # it may be deleted meanwhile
        with suppress(FileNotFoundError):
            lines = tally.lines_of(path.read_bytes(), release_id.encode())
            days.add(day)
            frame = _parsed(lines, schema, tally)
            frames.append(frame.with_columns(pl.lit(day).alias("logged")))
    whole = pl.concat(frames).sort("at", maintain_order=True)
    once = whole.unique(["request", "row"], keep="first", maintain_order=True)
    at = pl.col("at").str.to_datetime(_TIME, time_unit="us")
    return ServedRows(
        once.with_columns(at),
        frozenset(days),
        n_repeated=whole.height - once.height,
        others=frozenset(tally.others),
        n_cut=tally.n_cut,
        n_lost=tally.n_lost,
    )


@dataclass
class _Tally:
    """Counts what is no row of the release."""

    others: set[str] = field(default_factory=set)
    n_cut: int = 0
    n_lost: int = 0

    def lines_of(self, data: bytes, release_id: bytes) -> list[bytes]:
        """The lines of a file that are of the release."""
        lines, n_cut = whole_lines(data)
        self.n_cut += n_cut
        kept = []
        for line in lines:
            if (head := _HEAD.match(line)) is not None:
                if head[3] == release_id:
                    kept.append(line)
                else:
                    self.others.add(f"{head[1].decode()}:{int(head[2])}")
            elif (lost := _LOST.match(line)) is not None:
                self.n_lost += int(lost[1])
            else:
                self.n_cut += 1
        return kept


def _parsed(lines: list[bytes], schema: Mapping[str, Any], tally: _Tally) -> pl.DataFrame:
    """Lines as columns; those that are no JSON are counted and left out."""
    import polars as pl

    try:
        return _read(lines, schema)
    except pl.exceptions.PolarsError:
        whole = [line for line in lines if _is_json(line)]
        tally.n_cut += len(lines) - len(whole)
        return _read(whole, schema)


def _read(lines: list[bytes], schema: Mapping[str, Any]) -> pl.DataFrame:
    import polars as pl

    if not lines:
        return pl.DataFrame(schema=dict(schema))
    return pl.read_ndjson(io.BytesIO(b"\n".join(lines)), schema=dict(schema))


def _is_json(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _schema(columns: Mapping[str, str]) -> dict[str, Any]:
    """Columns of a log, but for the answers."""
    import polars as pl

    return {
        "request": pl.String,
        "row": pl.Int64,
        "at": pl.String,
        "day": pl.String,
        "x": pl.Struct(_features(columns)),
    }


def _features(columns: Mapping[str, str]) -> dict[str, Any]:
    import polars as pl

    return {name: pl.Float64 if kind == "number" else pl.String for name, kind in columns.items()}


def _as_text(row: tuple[Any, ...], images: Sequence[int]) -> tuple[Any, ...]:
    """A row whose images are base64, as JSON holds no bytes."""
    if not images:
        return row
    values = list(row)
    for index in images:
        if values[index] is not None:
            values[index] = b64encode(values[index]).decode()
    return tuple(values)
