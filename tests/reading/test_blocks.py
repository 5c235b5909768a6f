"""Large text is read block by block, to the same cells, readings and messages as whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadline.errors import DataError
from leadline.reading.file_forms import blocks
from leadline.reading.file_forms.packed import Packing, read_packed
from leadline.reading.schema import CellType, ColumnReading, ReadingSchema
from leadline.reading.table import ReadingOptions, read_tables
from leadline.reading.values import distinct

BLOCK_BYTES = 120
CELLS = [
    "0", "7", "-12", "2019", "20240531", "1.5", "1.500", "-0.25", "1e5", "1E5", "1e-05", "0.0",
    "-0", "007", "00.5", "+5", "5.", ".5", "1,5", "1,500", "999999999999999", "1234567890123456",
    "0.1234567890123456789", "", " ", "NA", "nan", "inf", "-", "none", "1e999", " 5", "5 ", "5%",
    "(12)", "1 000", "x", "12 kg", "true", "2020-01-31", "31.01.2020", "1.2.3", "10.0.0.1", "é",
    "5%", "5 €", "$5", "5 $", "2020-01-31 10:00", "2020-01-31T10:00Z", "cm", ";", "a.png",
]  # fmt: skip


@contextmanager
def small_blocks() -> Iterator[None]:
    with (
        patch.object(blocks, "FEWEST_BYTES", 0),
        patch.object(blocks, "_BLOCK_BYTES", BLOCK_BYTES),
        patch.object(distinct, "_FEWEST_ROWS", 4),
    ):
        yield


def outcome(*paths: Path, **how: Any) -> Any:
    """All that anybody sees of files that are read; or of some that are refused."""
    notes: list[str] = []
    try:
        table = read_tables(paths, note=notes.append, **how)
    except DataError as error:
        return str(error), notes
    columns = [(each.name, each.dtype, each.to_list()) for each in table.frame.iter_columns()]
    last = table.place(table.frame.height - 1)
    return columns, table.schema, table.doubts, notes, table.place(0), last


def is_by_blocks(path: Path) -> bool:
    with small_blocks():
        file = blocks.plain_file(path)
        try:
            read = file and read_packed(file, Packing(lambda _: True, lambda *_: None))
        except blocks.UnusualError:
            return False
        return read is not None


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "made.csv"
        path.write_bytes(text.encode())
        return path

    return write


@st.composite
def columns(draw: st.DrawFn) -> str:
    """Columns of mostly one kind of cell, with a few others anywhere."""
    n_rows = draw(st.integers(30, 60))
    drawn = []
    for _ in range(draw(st.integers(2, 4))):
        usual = draw(st.lists(st.sampled_from(CELLS), min_size=1, max_size=3))
        cells = draw(st.lists(st.sampled_from(usual), min_size=n_rows, max_size=n_rows))
        for row in draw(st.lists(st.integers(0, n_rows - 1), max_size=2)):
            cells[row] = draw(st.sampled_from(CELLS))
        drawn.append(cells)
    rows = [[f"c{position}" for position in range(len(drawn))], *zip(*drawn, strict=True)]
    quoted = draw(st.booleans())
    return "".join(
        ";".join(f'"{cell}"' if quoted and len(cell) == 1 else cell for cell in row) + "\n"
        for row in rows
    )


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=columns())
def test_blocks_and_the_whole_file_agree(text: str, written: Callable[[str], Path]) -> None:
    path = written(text)
    whole = outcome(path)
    with small_blocks():
        assert outcome(path) == whole


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(texts=st.tuples(columns(), columns()), odd_cells=st.sampled_from(["refuse", "missing"]))
def test_several_files_agree_and_later_ones(
    texts: tuple[str, str], odd_cells: str, tmp_path: Path
) -> None:
    paths = [tmp_path / "first.csv", tmp_path / "second.csv"]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    options = ReadingOptions(odd_cells=odd_cells)
    whole = outcome(*paths, options=options)
    with small_blocks():
        assert outcome(*paths, options=options) == whole
    try:
        schema = read_tables(paths[:1], options=options).schema
    except DataError:
        return
    for said in ("refuse", "missing", "words"):
        options = ReadingOptions(odd_cells=said, is_odd_said=True)
        later = outcome(paths[1], schema=schema, options=options)
        with small_blocks():
            assert outcome(paths[1], schema=schema, options=options) == later


ROWS = "".join(f"{n},{n / 8},{'north' if n % 3 else 'south'}\n" for n in range(100))
PLAIN = f"n,x,where\n{ROWS}"
UNUSUAL = {
    "short row": f"{PLAIN}5,6\n",
    "long row": f"{PLAIN}5,6,7,8\n",
    "one short and one with an empty field too many": f"{PLAIN}5,6\n5,6,7,\n",
    "blank row": f"{PLAIN}\n{ROWS}",
    "row of delimiters": f"{PLAIN},,\n{ROWS}",
    "the header again": f"{PLAIN}{PLAIN}",
    "a field over two lines": f'{PLAIN}5,6,"a\nb"\n',
    "a quote within a field": f'{PLAIN}5,6,5" pipe\n',
    "a quote that never closes": f'{PLAIN}5,6,"open\n{ROWS}',
    "text after a quote": f'{PLAIN}5,6,"a"b\n',
    "lone carriage return": f"{PLAIN}5,6,a\rb\n",
    "total": f"{PLAIN}Total,6,7\n",
    "a column without a name": PLAIN.replace("where", "", 1),
    "units below the header": f"n,x,where\nkg,cm,\n{ROWS}",
    "units that come again": f"n,x,where\nkg,cm,\n{ROWS}kg,cm,\n",
    "units of columns that begin late": "n,x,where\nkg,cm,\n" + ",,south\n" * 50 + ROWS,
    "marks for a column": "n,x,;\n" + "1,2,;\n" * 50,
    "marks for a column, and a value late": "n,x,;\n" + "1,2,;\n" * 50 + "1,2,3\n",
}
USUAL = {
    "plain": PLAIN,
    "windows": PLAIN.replace("\n", "\r\n"),
    "byte order mark": f"\ufeff{PLAIN}",
    "no newline at the end": PLAIN[:-1],
    "no header": ROWS,
    "quoted delimiters": PLAIN.replace("north", '"north, ""up"""'),
    "empty last fields": PLAIN.replace("north", ""),
    "a word late among numbers": f"{PLAIN}x,6,7\n",
    "a code late among numbers": f"{PLAIN}007,6,7\n",
    "a part late among whole numbers": f"{PLAIN}5.5,6,7\n",
    "words for no value": f"{PLAIN}NA,nan,7\n,-,7\n",
    "days without marks": "day,x\n" + "20240531,1\n" * 60,
    "points before three digits": "a,x\n" + "1.500,1\n" * 60,
    "words for each row": "a,x\n" + "north,up\n" * 60,
    "percent": "a,x\n" + "5%,1\n" * 60,
    "percent late": f"{PLAIN}5,50%,7\n",
    "two currencies": "a,x\n" + "5 €,1\n" * 60 + "5 $,1\n",
    "mixed zones": "a,x\n" + "2020-01-31 10:00,1\n" * 60 + "2020-01-31 10:00Z,1\n",
}


@pytest.mark.parametrize("name", [*USUAL, *UNUSUAL])
def test_what_is_unusual_is_judged_as_in_the_whole_file(
    name: str, written: Callable[[str], Path]
) -> None:
    path = written((USUAL | UNUSUAL)[name])
    whole = outcome(path)
    with small_blocks():
        assert outcome(path) == whole
    assert is_by_blocks(path) == (name in USUAL or name == "total")


@pytest.mark.parametrize("said", ["refuse", "missing"])
def test_what_is_said_of_odd_cells_holds_where_there_is_none(
    said: str, written: Callable[[str], Path]
) -> None:
    known = ColumnReading(name="x", type=CellType.NUMBER, is_odd_missing=True)
    options = ReadingOptions(odd_cells=said, is_odd_said=True)
    with small_blocks():
        table = read_tables([written(PLAIN)], schema=ReadingSchema((known,)), options=options)
    reading = table.schema.get("x")
    assert reading is not None
    assert reading.is_odd_missing == (said == "missing")


def test_what_is_done_is_told(written: Callable[[str], Path]) -> None:
    told: list[tuple[str, float | None]] = []
    with small_blocks():
        read_tables([written(PLAIN)], tell=lambda message, share: told.append((message, share)))
    messages = [message for message, _ in told]
    assert "made.csv: 100 rows" in messages
    assert "made.csv: 1 of 3 columns recognised, now 'x'" in messages
    assert all(share is None or 0 <= share <= 1 for _, share in told)
