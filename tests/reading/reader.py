"""Files read the first time, as frames."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import polars as pl

from leadline.reading import table
from leadline.reading.file_forms.source import Note
from leadline.reading.table import ReadingOptions


def read_table(path: Path, *, note: Note | None = None, **options: Any) -> pl.DataFrame:
    return read_tables([path], note=note, **options)


def read_tables(paths: Iterable[Path], *, note: Note | None = None, **options: Any) -> pl.DataFrame:
    return table.read_tables(paths, options=ReadingOptions(**options), note=note).frame
