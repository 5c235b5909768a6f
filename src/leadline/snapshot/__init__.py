"""Snapshots of users' files: parsing, column kinds, row hashes and test split."""

from leadline.reading.row_hashes import content_hashes
from leadline.snapshot.column_kinds import (
    class_texts,
    columns_of,
    infer_kinds,
    infer_task,
    refuse_unknown,
)
from leadline.snapshot.parquet import from_parquet, to_parquet
from leadline.snapshot.split import (
    ahead_words,
    choose_draw,
    rows_between,
    span_of,
    split_rows,
    test_side,
)

__all__ = [
    "ahead_words",
    "choose_draw",
    "class_texts",
    "columns_of",
    "content_hashes",
    "from_parquet",
    "infer_kinds",
    "infer_task",
    "refuse_unknown",
    "rows_between",
    "span_of",
    "split_rows",
    "test_side",
    "to_parquet",
]
