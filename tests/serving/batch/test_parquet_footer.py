from __future__ import annotations

import io
from itertools import pairwise

import polars as pl
import pyarrow.parquet
import pytest

from leadline.serving.batch.parquet_footer import MAGIC, JoinedFooter, row_groups, tail_start


def written(frame: pl.DataFrame, group_rows: int) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, row_group_size=group_rows)
    return buffer.getvalue()


def made(n_rows: int) -> pl.DataFrame:
    rows = range(n_rows)
    return pl.DataFrame(
        {
            "n": rows,
            "share": [row / 3 if row % 2 else None for row in rows],
            "said": [f"é{row}" * (row % 3) for row in rows],
            "is": [row % 2 == 0 for row in rows],
            "many": [[row] * (row % 3) for row in rows],
        },
        schema={
            "n": pl.Int64,
            "share": pl.Float64,
            "said": pl.String,
            "is": pl.Boolean,
            "many": pl.List(pl.Int64),
        },
    )


def joined(files: list[bytes]) -> bytes:
    out, footer = io.BytesIO(), JoinedFooter()
    out.write(MAGIC)
    for data in files:
        tail = tail_start(data[-8:], len(data))
        footer.add(data[tail:], out.tell() - 4)
        out.write(data[4:tail])
    out.write(footer.to_bytes())
    return out.getvalue()


def test_row_groups_are_those_that_another_reader_finds() -> None:
    data = written(made(1_000), 300)
    groups = row_groups(data[tail_start(data[-8:], len(data)) :])
    told = pyarrow.parquet.ParquetFile(io.BytesIO(data)).metadata
    assert [group.n_rows for group in groups] == [300, 300, 300, 100]
    assert told.num_row_groups == 4
    assert all(4 <= one.start < one.stop <= two.start for one, two in pairwise(groups))


@pytest.mark.parametrize("heights", [(3, 0, 5), (0, 0), (1_000, 40_000, 7), (5,) * 40])
def test_files_behind_one_another_are_one_file_to_every_reader(heights: tuple[int, ...]) -> None:
    frames = [made(height) for height in heights]
    data = joined([written(frame, 900) for frame in frames])
    whole = pl.concat(frames)
    assert pl.read_parquet(io.BytesIO(data)).equals(whole)
    for other in (True, False):
        table = pyarrow.parquet.read_table(io.BytesIO(data), use_threads=other)
        assert pl.DataFrame(table).equals(whole)
    # and again: what is joined can be joined
    assert pl.read_parquet(io.BytesIO(joined([data, data]))).equals(pl.concat([whole, whole]))


def test_other_schemas_and_broken_tails_are_refused() -> None:
    footer = JoinedFooter()
    with pytest.raises(ValueError, match="at least one is needed"):
        footer.to_bytes()
    tails = []
    for frame in (made(3), made(3).rename({"n": "m"})):
        data = written(frame, 10)
        tails.append(data[tail_start(data[-8:], len(data)) :])
    footer.add(tails[0], 0)
    with pytest.raises(ValueError, match="several schemas"):
        footer.add(tails[1], 0)
    for size, last in ((100, b"\0\0\0\0PAR0"), (8, b"\1\0\0\0PAR1"), (4, b"PAR1")):
        with pytest.raises(ValueError, match=r"does not end|longer than the file"):
            tail_start(last, size)
    for at in range(0, 60, 3):
        with pytest.raises(ValueError, match="damaged"):
            row_groups(tails[0][:at])
