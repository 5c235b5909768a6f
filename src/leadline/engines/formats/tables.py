"""Tables of votes: CSV, JSON lines, Parquet."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from leadline.engines.exchange import VOTE_COLUMNS, Arrival, Fault, Inbox, Parcel, Question
from leadline.engines.formats.cells import arrival_of, plain, row_of
from leadline.engines.formats.rows import Row, csv_rows, json_rows
from leadline.errors import DataError


class Csv:
    """Votes as CSV, one vote a line; items beside it, as ``NAME-items.csv``."""

    name = "csv"
    suffixes = (".csv", ".tsv")

    def write(self, parcel: Parcel, path: Path) -> None:
        """As `leadline.engines.exchange.Format.write`."""
        _write_csv(path, VOTE_COLUMNS, map(row_of, parcel.answers))
        _write_csv(_beside(path), parcel.items.columns, _item_rows(parcel))

    def read(self, path: Path, question: Question) -> Inbox:
        """As `leadline.engines.exchange.Format.read`."""
        del question
        return inbox_of(path.name, csv_rows(path))


class JsonLines:
    """Votes as JSON, one mapping a line; items beside it, as ``NAME-items.jsonl``."""

    name = "jsonl"
    suffixes = (".jsonl", ".ndjson")

    def write(self, parcel: Parcel, path: Path) -> None:
        """As `leadline.engines.exchange.Format.write`."""
        _write_lines(path, map(row_of, parcel.answers))
        _write_lines(_beside(path), _item_rows(parcel))

    def read(self, path: Path, question: Question) -> Inbox:
        """As `leadline.engines.exchange.Format.read`."""
        del question
        return inbox_of(path.name, json_rows(path))


class Parquet:
    """Votes as Parquet, ``at`` a time in UTC; items beside it, as ``NAME-items.parquet``."""

    name = "parquet"
    suffixes = (".parquet",)

    def write(self, parcel: Parcel, path: Path) -> None:
        """As `leadline.engines.exchange.Format.write`."""
        vote_frame(parcel).write_parquet(path)
        parcel.items.write_parquet(_beside(path))

    def read(self, path: Path, question: Question) -> Inbox:
        """As `leadline.engines.exchange.Format.read`."""
        del question
        try:
            frame = pl.read_parquet(path)
        except PolarsError as error:
            raise DataError(
                f"{path.name} is no Parquet: {str(error).splitlines()[0]}.",
                "A Parquet file is needed.",
                "Write it again.",
            ) from error
        rows = ((f"row {number}", row) for number, row in enumerate(frame.iter_rows(named=True), 1))
        return inbox_of(path.name, rows)


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.stem}-items{path.suffix}")


def _item_rows(parcel: Parcel) -> Iterator[dict[str, Any]]:
    for row in parcel.items.iter_rows(named=True):
        yield {name: plain(value) for name, value in row.items()}


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    delimiter = "\t" if path.suffix == ".tsv" else ","
    with path.open("w", encoding="utf-8", newline="") as file:
        # a line ends as RFC 4180 has it, so that both of its characters are quoted within a text
        writer = csv.DictWriter(file, columns, delimiter=delimiter, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)


def _write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    lines = (f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8", newline="")


def vote_frame(parcel: Parcel) -> pl.DataFrame:
    """The answers as a frame, of the same types whatever is in it."""
    types: dict[str, pl.DataType | type[pl.DataType]] = dict.fromkeys(VOTE_COLUMNS, pl.String())
    types |= {"seconds": pl.Float64(), "at": pl.Datetime("us", "UTC")}
    rows = [vars(answer) for answer in parcel.answers]
    return pl.DataFrame(rows, schema=types)


def inbox_of(name: str, rows: Iterable[Row]) -> Inbox:
    """Rows of a table as answers.

    Raises
    ------
    DataError
        If the first row has no ``value``: it is then no table of votes.
    """
    arrivals: list[Arrival] = []
    faults: list[Fault] = []
    for row in _of_votes(name, rows):
        read = row if isinstance(row, Fault) else arrival_of(*row)
        if isinstance(read, Fault):
            faults.append(read)
        else:
            arrivals.append(read)
    return Inbox(arrivals=tuple(arrivals), faults=tuple(faults))


def _of_votes(name: str, rows: Iterable[Row]) -> Iterator[Row]:
    is_first = True
    for row in rows:
        if isinstance(row, Fault) or "value" in row[1]:
            is_first = is_first and isinstance(row, Fault)
            yield row
            continue
        where, cells = row
        if is_first:
            raise DataError(
                f"{name} {where}: there is no 'value' (columns: {', '.join(list(cells)[:8])}).",
                "A vote has 'value', and 'item' or the columns of the item; 'judge', 'seconds', "
                "'at', 'guidelines', 'reason' and 'comment' may be there.",
                "Correct the names, or name the format with --as.",
            )
        yield Fault(where, "there is no 'value'")
