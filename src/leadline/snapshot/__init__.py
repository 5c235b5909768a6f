"""Snapshots of users' files: parsing, column kinds, row hashes and test split."""

from leadline.snapshot.column_kinds import class_texts, columns_of, infer_kinds, infer_task
from leadline.snapshot.hashes import content_hashes
from leadline.snapshot.image_columns import Images
from leadline.snapshot.parquet import from_parquet, to_parquet
from leadline.snapshot.split import rows_between, split_rows, test_side
from leadline.snapshot.table import read_table, read_tables

__all__ = [
    "Images",
    "class_texts",
    "columns_of",
    "content_hashes",
    "from_parquet",
    "infer_kinds",
    "infer_task",
    "read_table",
    "read_tables",
    "rows_between",
    "split_rows",
    "test_side",
    "to_parquet",
]
