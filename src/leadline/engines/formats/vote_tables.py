"""Tables of votes: CSV, JSON lines, Parquet."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from leadline.engines.annotation_format import (
    VOTE_COLUMNS,
    Fault,
    ImportedAnnotation,
    ImportResult,
    LabellingBatch,
    Question,
)
from leadline.engines.formats.cells import imported_annotation, plain, row_of
from leadline.engines.formats.text_rows import Row, csv_rows, json_rows
from leadline.errors import DataError, first_line


class Csv:
    """Votes as CSV, one vote a line; items beside it, as ``NAME-items.csv``."""

    name = "csv"
    suffixes = (".csv", ".tsv")

    def write(self, batch: LabellingBatch, path: Path) -> None:
        """As `leadline.engines.annotation_format.Format.write`."""
        _write_csv(path, VOTE_COLUMNS, map(row_of, batch.answers))
        _write_csv(_beside(path), batch.items.columns, _item_rows(batch))

    def read(self, path: Path, question: Question) -> ImportResult:
        """As `leadline.engines.annotation_format.Format.read`."""
        return import_result_of(path.name, csv_rows(path), question)


class JsonLines:
    """Votes as JSON, one mapping a line; items beside it, as ``NAME-items.jsonl``."""

    name = "jsonl"
    suffixes = (".jsonl", ".ndjson")

    def write(self, batch: LabellingBatch, path: Path) -> None:
        """As `leadline.engines.annotation_format.Format.write`."""
        _write_lines(path, map(row_of, batch.answers))
        _write_lines(_beside(path), _item_rows(batch))

    def read(self, path: Path, question: Question) -> ImportResult:
        """As `leadline.engines.annotation_format.Format.read`."""
        return import_result_of(path.name, json_rows(path), question)


class Parquet:
    """Votes as Parquet, ``at`` a time in UTC; items beside it, as ``NAME-items.parquet``."""

    name = "parquet"
    suffixes = (".parquet",)

    def write(self, batch: LabellingBatch, path: Path) -> None:
        """As `leadline.engines.annotation_format.Format.write`."""
        vote_frame(batch).write_parquet(path)
        batch.items.write_parquet(_beside(path))

    def read(self, path: Path, question: Question) -> ImportResult:
        """As `leadline.engines.annotation_format.Format.read`."""
        try:
            frame = pl.read_parquet(path)
        except PolarsError as error:
            raise DataError(
                f"{path.name} is no Parquet: {first_line(error)}.",
                "A Parquet file is needed.",
                "Write it again.",
            ) from error
        rows = ((f"row {number}", row) for number, row in enumerate(frame.iter_rows(named=True), 1))
        return import_result_of(path.name, rows, question)


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.stem}-items{path.suffix}")


def _item_rows(batch: LabellingBatch) -> Iterator[dict[str, Any]]:
    for row in batch.items.iter_rows(named=True):
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


def vote_frame(batch: LabellingBatch) -> pl.DataFrame:
    """The answers as a frame, of the same types whatever is in it."""
    types: dict[str, pl.DataType | type[pl.DataType]] = dict.fromkeys(VOTE_COLUMNS, pl.String())
    types |= {"seconds": pl.Float64(), "at": pl.Datetime("us", "UTC")}
    rows = [vars(answer) for answer in batch.answers]
    return pl.DataFrame(rows, schema=types)


def import_result_of(name: str, rows: Iterable[Row], question: Question) -> ImportResult:
    """Rows of a table as answers.

    Raises
    ------
    DataError
        If the first row has no ``value``: it is then no table of votes.
    """
    annotations: list[ImportedAnnotation] = []
    faults: list[Fault] = []
    for row in _of_votes(name, rows):
        read = row if isinstance(row, Fault) else imported_annotation(*row, question.columns)
        if isinstance(read, Fault):
            faults.append(read)
        else:
            annotations.append(read)
    return ImportResult(annotations=tuple(annotations), faults=tuple(faults))


def _of_votes(name: str, rows: Iterable[Row]) -> Iterator[Row]:
    is_first = True
    for row in rows:
        if isinstance(row, Fault) or not {"value", "leadline_value"}.isdisjoint(row[1]):
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
