"""Scoring of plain files by the compiled form alone: CSV and TSV, one row after the other."""

from __future__ import annotations

import csv
import math
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from leadline.errors import DataError
from leadline.reading.schema import CellType
from leadline.serving.compiled.answers import free_names, renamed_words
from leadline.serving.compiled.known_categories import UnseenCategories
from leadline.serving.releases.manifest import Manifest

if TYPE_CHECKING:
    from leadline.serving.package.packaged_release import PackagedRelease

_CHUNK = 1_000
_SEPARATORS = {".csv": ",", ".tsv": "\t"}
_PLACE = re.compile(r"rows\[(\d+)\]")
_FULL = "Ask the sender for a package made with --full, which reads whatever the project read."


def score_rows(
    release: PackagedRelease, source: Path, target: Path, note: Callable[[str], None]
) -> int:
    """Score every row of a file.

    Parameters
    ----------
    release : PackagedRelease
        Opened.
    source : Path
        CSV or TSV in UTF-8 by its suffix, with a header; numbers as ``1234.5``.
    target : Path
        CSV or TSV: all columns of the source, then those of the answer, called ``leadline_score``
        and so on where the source has one of their names. It is there whole or not at all.
    note : callable
        Told what a person should know: such names, and categories that training never saw.

    Returns
    -------
    int
        Rows scored.

    Raises
    ------
    DataError
        If the file cannot be read, a column is missing, or a value does not fit; names the line.
    """
    for path in (source, target):
        if path.suffix.lower() not in _SEPARATORS:
            raise DataError(
                f"{path.name} ends in {path.suffix!r}.", "This package takes CSV and TSV.", _FULL
            )
    _refuse_other_numbers(release.manifest)
    aside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with (
            source.open(encoding="utf-8-sig", newline="") as read,
            aside.open("w", encoding="utf-8", newline="") as written,
        ):
            separator = _SEPARATORS[target.suffix.lower()]
            n_rows = _scored(release, source, read, written, separator, note)
        aside.replace(target)
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(
            f"{source.name} cannot be read: {error}.", "CSV or TSV in UTF-8 is needed.", _FULL
        ) from error
    except FileNotFoundError as error:
        raise DataError(
            f"There is no file {error.filename}.", "A table is needed.", "Check the path."
        ) from error
    finally:
        aside.unlink(missing_ok=True)
    return n_rows


def _scored(
    release: PackagedRelease,
    source: Path,
    read: TextIO,
    written: TextIO,
    separator: str,
    note: Callable[[str], None],
) -> int:
    rows = csv.reader(read, delimiter=_SEPARATORS[source.suffix.lower()], strict=True)
    header = next(rows, [])
    columns = _columns(header, release.manifest, source.name)
    table = csv.writer(written, delimiter=separator, lineterminator="\n")
    names = free_names(release.answer_names, header, source.name)
    for words in renamed_words(names):
        note(words)
    table.writerow([*header, *names.values()])
    unseen = UnseenCategories()
    for chunk in _chunks(rows, len(header), source.name):
        asked = [_row(values, columns, release.manifest, place) for place, values in chunk]
        try:
            answers = release.answer_rows(asked)
        except DataError as error:
            raise _placed(error, [place for place, _ in chunk]) from None
        told = zip(*(answers.columns[name] for name in release.answer_names), strict=True)
        for (_, values), answer in zip(chunk, told, strict=True):
            table.writerow([*values, *map(_cell, answer)])
        unseen.add(release.known.unseen(asked))
    if unseen:
        note(unseen.words)
    return unseen.n_rows


def _chunks(rows: Any, n_columns: int, file: str) -> Iterator[list[tuple[str, list[str]]]]:
    """Some rows at a time, each with what a message calls it."""

    def placed() -> Iterator[tuple[str, list[str]]]:
        for values in rows:
            if not values:
                continue
            place = f"{file} line {rows.line_num:,}"
            if len(values) != n_columns:
                raise DataError(
                    f"{place} has {len(values)} values.",
                    f"{n_columns} are needed, as in the header.",
                    "Export it again.",
                )
            yield place, values

    waiting = placed()
    while chunk := list(islice(waiting, _CHUNK)):
        yield chunk


def _columns(header: Sequence[str], manifest: Manifest, file: str) -> Mapping[str, int]:
    """Where each column of the release stands."""
    missing = [name for name in manifest.columns if name not in header]
    if missing:
        raise DataError(
            f"{file}: the column {missing[0]!r} is missing.",
            f"Needed are: {', '.join(manifest.columns)}.",
            "Add it; it may be empty.",
        )
    return {name: header.index(name) for name in manifest.columns}


def _row(
    values: Sequence[str], columns: Mapping[str, int], manifest: Manifest, place: str
) -> tuple[Any, ...]:
    """The values of a row as a request has them."""
    row: list[Any] = []
    for name, kind in manifest.columns.items():
        text = values[columns[name]]
        if not text or text in manifest.missing:
            row.append(None)
        elif kind == "number":
            row.append(_number(text, name, place))
        else:
            row.append(text)
    return tuple(row)


def _number(text: str, name: str, place: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    # Python reads 1_000 and inf, which no table means
    if not math.isfinite(number) or "_" in text:
        raise DataError(
            f'{place}: {name!r} is "{text[:60]}",',
            "a finite number is needed.",
            "Correct it, or leave it empty where it is not known.",
        )
    return number


def _refuse_other_numbers(manifest: Manifest) -> None:
    """Refuse a release whose files write numbers in a way that is not read here."""
    for how in manifest.reading_schema:
        is_number = how.type is CellType.NUMBER and manifest.columns.get(how.name) == "number"
        if is_number and (how.decimal != "." or how.thousands or how.unit):
            raise DataError(
                f"Numbers of {how.name!r} are written otherwise in files: {how.words}.",
                "This package reads numbers such as 1234.5 only.",
                _FULL,
            )


def _placed(error: DataError, places: Sequence[str]) -> DataError:
    """An error of a row, at its line."""
    found = _PLACE.sub(lambda match: places[int(match[1])], error.found, count=1)
    return DataError(found, error.needed, error.next)


def _cell(value: Any) -> str:
    """An answer as the other way of scoring writes it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
