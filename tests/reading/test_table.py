"""Strangers' files: read whole, or refused with the line that is to blame."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from tests.reading.reader import read_table, read_tables

from leadline.errors import DataError
from leadline.reading.file_forms.raw import Trim
from leadline.reading.schema import CellType, ColumnReading, ReadingSchema
from leadline.reading.table import ReadingOptions
from leadline.reading.table import read_tables as read

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(content: str | bytes, name: str = "train.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


def refusal(path: Path, **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        read_table(path, **options)
    assert caught.value.needed
    assert caught.value.next
    return str(caught.value)


# --------------------------------------------------------------------------- delimiters


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_recognised(write: Write, delimiter: str) -> None:
    text = "name,age,town\nAnn,41,Ulm\nBob,9,Bonn\n".replace(",", delimiter)
    frame = read_table(write(text))
    assert frame.to_dict(as_series=False) == {
        "name": ["Ann", "Bob"],
        "age": [41, 9],
        "town": ["Ulm", "Bonn"],
    }


def test_semicolons_with_decimal_commas(write: Write) -> None:
    frame = read_table(write("a;b;c\n1,5;1.234;x\n2,25;12;y\n-3,0;999;z\n"))
    assert frame["a"].to_list() == [1.5, 2.25, -3.0]
    assert frame["b"].to_list() == [1234, 12, 999]


def test_commas_inside_tab_separated_text(write: Write) -> None:
    frame = read_table(write("kind\ttext\nham\tso, it is, really\nspam\tfree\n", "a.tsv"))
    assert frame["text"].to_list() == ["so, it is, really", "free"]


def test_one_column(write: Write) -> None:
    frame = read_table(write("text\nhello, world\nwell\n\nmore, of, it\n"))
    assert frame["text"].to_list() == ["hello, world", "well", "more, of, it"]


def test_columns_kept_apart_by_spaces_are_refused(write: Write) -> None:
    message = refusal(write("18.0   8   307.0 1\n15.0   8   350.0 2\n18.0   8   318.0 3\n"))
    assert "keeps its 4 columns apart by spaces" in message


def test_title_above_the_header_is_refused(write: Write) -> None:
    message = refusal(write("Report of May\n\nname,age\n" + "Ann,41\n" * 9))
    assert "line 3: 2 values, but the first line has 1" in message
    assert "Leave out what stands above the header: --skip-lines N" in message


def test_line_that_names_the_delimiter(write: Write) -> None:
    assert read_table(write("sep=;\r\na;b\r\n1;2\r\n3;4\r\n")).rows() == [(1, 2), (3, 4)]
    assert "line 2: columns 1 and 2" in refusal(write("sep=;\na;a\n1;2\n3;4\n"))


def test_empty_rows_are_left_out(write: Write) -> None:
    notes: list[str] = []
    frame = read_table(write("a,b\n1,2\n,\n  \n3,4\n,,,\n"), note=notes.append)
    assert frame["a"].to_list() == [1, 3]
    assert notes == ["train.csv: blank lines left out: 3."]


def test_trailing_delimiters(write: Write) -> None:
    for text in ("a,b,\n1,2,\n3,4,\n", "a,b\n1,2,\n3,4,\n"):
        frame = read_table(write(text))
        assert frame.to_dict(as_series=False) == {"a": [1, 3], "b": [2, 4]}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(write: Write, end: str) -> None:
    assert read_table(write(f"a,b{end}1,x{end}2,y")).rows() == [(1, "x"), (2, "y")]


# --------------------------------------------------------------------------- ragged rows, quotes


def test_ragged_rows_name_their_line(write: Write) -> None:
    rows = ["a,b,c"] + ["1,2,3"] * 8_110
    assert "line 8,112: 2 values" in refusal(write("\n".join([*rows, "1,2"])))
    message = refusal(write("\n".join([*rows, "1,2,3,4", "5", "1,2,3"])))
    assert "train.csv line 8,112: 4 values, but the first line has 3" in message
    assert "1 more" in message


def test_lines_are_exact_after_quoted_newlines_and_blank_lines(write: Write) -> None:
    text = 'text,n\n"one\ntwo\nthree",1\n\n"x ""y"" z",2\n'
    text += "".join(f"t,{number}\n" for number in range(3, 40))
    frame = read_table(write(text + "t,40\n"))
    assert frame["text"].to_list()[:2] == ["one\ntwo\nthree", 'x "y" z']
    # header 1, first row 2 to 4, blank 5, second row 6, then rows 7 to 43
    assert "line 44: 'n' is \"lots\", a number is needed" in refusal(write(text + "t,lots\n"))
    assert "line 44: 1 value," in refusal(write(text + "t\n"))


def test_open_quote_is_named_by_the_line_it_opens_on(write: Write) -> None:
    message = refusal(write('a,b\n1,x\n2,"y\n3,z,9\n4,w\n'))
    assert "line 3: a quote opens and never closes" in message


def test_text_after_a_closing_quote(write: Write) -> None:
    assert "line 3: text follows a closing quote" in refusal(write('a,b\n1,x\n2,"y" or, z\n'))


def test_stray_quotes_are_plain_characters(write: Write) -> None:
    frame = read_table(write('size,n\n5" pipe,1\n"6 inch,2\n7" pipe,3\n'))
    assert frame["size"].to_list() == ['5" pipe', '"6 inch', '7" pipe']


def test_tab_separated_quotes(write: Write) -> None:
    text = 'kind\ttext\nham\t"Gimme a few" was said\nham\t"all ""of"" it"\nspam\t"open\nham\tno\n'
    frame = read_table(write(text, "a.tsv"))
    assert frame["text"].to_list() == ['"Gimme a few" was said', 'all "of" it', '"open', "no"]


def test_quoted_delimiters_and_newlines_in_tab_separated(write: Write) -> None:
    frame = read_table(write('a\tb\n1\t"x\ty"\n2\t"p\nq"\n', "a.tsv"))
    assert frame["b"].to_list() == ["x\ty", "p\nq"]


def test_huge_field(write: Write) -> None:
    frame = read_table(write(f'a,b\n1,"{"x" * 300_000}"\n2,y\n'))
    assert frame["b"].str.len_chars().to_list() == [300_000, 1]


# --------------------------------------------------------------------------- headers


def test_headerless_numbers(write: Write) -> None:
    notes: list[str] = []
    frame = read_table(write("5.1,3.5,setosa\n4.9,3.0,setosa\n6.1,2.8,other\n"), note=notes.append)
    assert frame.columns == ["column_1", "column_2", "column_3"]
    assert frame.height == 3
    assert "no header" in notes[0]


def test_headerless_words(write: Write) -> None:
    text = "ham\tsee you there\nham\tok then my dear\nspam\twin a prize now\nham\tfine by me\n"
    frame = read_table(write(text, "sms.tsv"))
    assert frame.columns == ["column_1", "column_2"]
    assert frame["column_1"].to_list() == ["ham", "ham", "spam", "ham"]


def test_header_that_is_also_a_class(write: Write) -> None:
    text = (
        "spam,text\n" + "ham,see you there at a quarter past nine\nspam,win a prize at once\n" * 4
    )
    assert read_table(write(text)).columns == ["spam", "text"]


@pytest.mark.parametrize("header", ["0,1,2,y", "country,2019,2020,2021", "7,8,9,10"])
def test_numbers_that_count_up_are_names(write: Write, header: str) -> None:
    frame = read_table(write(f"{header}\n1.5,2,3,4\n5.5,6,7,8\n"))
    assert frame.columns == header.split(",")


def test_a_line_with_a_known_name_is_a_header_though_it_is_like_the_rows(write: Write) -> None:
    path = write("kind,tone\nkind,x\nkind,y\nsoft,z\n")
    assert read([path]).frame.columns == ["column_1", "column_2"]
    schema = ReadingSchema((ColumnReading(name="tone", type=CellType.WORDS),))
    frame = read([path], schema=schema).frame
    assert frame.to_dict(as_series=False) == {
        "kind": ["kind", "kind", "soft"],
        "tone": ["x", "y", "z"],
    }


def test_header_problems(write: Write) -> None:
    assert "columns 1 and 3 are both called 'a'" in refusal(write("a,b, a\n1,2,3\n"))
    assert read_table(write("a,,c\n1,2,3\n")).columns == ["a", "column_2", "c"]
    assert "one line only" in refusal(write("a,b,c\n"))


def test_names_are_stripped_and_row_names_called_column_1(write: Write) -> None:
    frame = read_table(write('"", a ,"b\nc"\n1,x,2\n2,y,3\n'))
    assert frame.columns == ["column_1", "a", "b c"]


def test_repeated_headers_are_left_out(write: Write) -> None:
    notes: list[str] = []
    frame = read_table(write("a,b\n1,x\na,b\n2,y\n"), note=notes.append)
    assert frame["a"].to_list() == [1, 2]
    assert "repeat the header: 1" in notes[0]


# --------------------------------------------------------------------------- encodings, forms


def test_encodings(write: Write) -> None:
    text = "name,n\nMüller,1\nGarçon,2\n"
    for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
        notes: list[str] = []
        frame = read_table(write(text.encode(encoding)), note=notes.append)
        assert frame.columns == ["name", "n"], encoding
        assert frame["name"].to_list() == ["Müller", "Garçon"], encoding
        assert bool(notes) == (encoding in {"cp1252", "utf-16"})


def test_latin_1_line_is_named(write: Write) -> None:
    notes: list[str] = []
    read_table(write(b"a,b\nx,1\n\xfcber\x81,2\n"), note=notes.append)
    assert "line 3" in notes[0]


def test_compressed(write: Write) -> None:
    text = b"a,b\n1,x\n2,y\n"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("train.csv", text)
        archive.writestr("__MACOSX/._train.csv", b"junk")
    for data, name in ((gzip.compress(text), "a.csv.gz"), (buffer.getvalue(), "a.zip")):
        assert read_table(write(data, name)).rows() == [(1, "x"), (2, "y")]
    assert "cannot be unpacked" in refusal(write(gzip.compress(text * 99)[:40], "a.csv.gz"))


def test_broken_workbooks_and_archives_are_refused(write: Write) -> None:
    for members, found in ((["xl/workbook.xml"], "workbook"), (["a.csv", "b.csv"], "2 files")):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for member in members:
                archive.writestr(member, "x")
        assert found in refusal(write(buffer.getvalue(), "a.xlsx"))


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00", "binary"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"\n<!DOCTYPE html><html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "Git LFS"),
        (b"PAR1 and then nothing", "not whole Parquet"),
    ],
)
def test_what_is_no_table_is_called_by_its_name(write: Write, content: bytes, found: str) -> None:
    assert found in refusal(write(content))


@pytest.mark.parametrize("trim", [Trim(skip_lines=9), Trim(footer_rows=9)])
def test_more_lines_left_out_than_there_are(tmp_path: Path, write: Write, trim: Trim) -> None:
    """Whoever left out too much is told so, not that the file is broken."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["a", "b"], [1, "x"], [2, "y"]):
        book.active.append(row)
    book.save(tmp_path / "train.xlsx")
    for path in (write("a,b\n1,x\n2,y\n"), tmp_path / "train.xlsx"):
        said = refusal(path, trim=trim)
        assert "9" in said.partition(". ")[0]
        assert "Leave out fewer: --" in said


def test_missing_file_and_folder(tmp_path: Path) -> None:
    assert "There is no file" in refusal(tmp_path / "none.csv")
    assert "is a folder" in refusal(tmp_path)


def test_json_lines(write: Write) -> None:
    text = '{"a": 1, "b": "x", "on": true}\n{"a": 2.5, "day": "2020-01-02"}\n'
    frame = read_table(write(text, "a.jsonl"))
    assert frame["a"].to_list() == [1, 2.5]
    assert frame["on"].to_list() == ["true", None]
    assert frame["day"].to_list() == [None, datetime(2020, 1, 2)]  # noqa: DTZ001
    assert read_table(write('[{"a": 1}, {"a": 2}]', "a.json"))["a"].to_list() == [1, 2]
    assert "line 2 is not a JSON object" in refusal(write('{"a": 1}\n{"a": \n', "a.jsonl"))
    assert "'a' holds lists or objects" in refusal(write('{"a": {"b": 1}}\n', "a.jsonl"))


def test_rows_that_a_service_wraps_in_one_object(write: Write) -> None:
    notes: list[str] = []
    rows = '[{"a": 1, "b": "x"},\n {"a": 2, "b": "y"}]'
    path = write(f'{{"status": "ok", "data": {rows}, "pages": [1, 2]}}', "a.json")
    assert read_table(path, note=notes.append)["a"].to_list() == [1, 2]
    assert "the rows are read from its member 'data'" in "".join(notes)
    assert read_table(write('{"a": 1,\n "b": "x"}', "a.json"))["a"].to_list() == [1]
    for text in (
        '{"a": {"0": 1, "1": 2}, "b": {"0": 3, "1": 4}}',  # columns, as pandas writes them
        '{"columns": ["a"],\n "data": [[1], [2]]}',
        '{"old": [{"a": 1}],\n "new": [{"a": 2}]}',
    ):
        assert "is one JSON object with the members" in refusal(write(text, "a.json"))


def test_nested_values_of_several_shapes_are_refused_together(write: Write) -> None:
    rows = [f'{{"a": {n}, "at": {{"x": {n}}}, "by": []}}' for n in range(5)]
    rows += ['{"a": 5, "at": {"x": "north", "y": [1]}, "by": ["Ben"]}']
    said = refusal(write("\n".join(rows), "a.jsonl"))
    assert "row 1: 'at' holds lists or objects" in said
    assert "--exclude at --exclude by" in said
    frame = read_table(write("\n".join(rows), "a.jsonl"), exclude=("at", "by"))
    assert frame["a"].to_list() == list(range(6))


def test_tables_of_other_tools_are_named(write: Write) -> None:
    arff = "% Made by hand\n%\n\n@RELATION heart\n@attribute a numeric\n@data\n1\n"
    assert "is an ARFF file" in refusal(write(arff, "a.arff"))
    assert read_table(write("note\n@relation heart\n", "a.csv")).columns == ["note"]
    assert "is a Stata file" in refusal(write("<stata_dta><header>", "a.dta"))


def test_columns_kept_apart_by_spaces_are_no_single_column(write: Write) -> None:
    rows = "".join(f"{n:>6}   12-15 years   {'yes' if n % 2 else 'no':>4}\n" for n in range(30))
    said = refusal(write("    id        school   left\n" + rows, "a.dat"))
    assert "keeps its 3 columns apart by spaces" in said
    prose = "text\n" + "".join(f"He said:  well  that is {n}.\n" for n in range(30))
    assert read_table(write(prose, "a.txt")).columns == ["text"]


def test_parquet_types(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    day = datetime(2020, 1, 2)  # noqa: DTZ001
    pl.DataFrame(
        {
            "flag": [True, None],
            "small": pl.Series([1, 2], dtype=pl.UInt8),
            "real": pl.Series([1.5, float("inf")], dtype=pl.Float32),
            "kind": pl.Series(["x", "y"], dtype=pl.Categorical),
            "day": pl.Series([day.date(), None], dtype=pl.Date),
            "zone": pl.Series([day, day]).dt.replace_time_zone("Europe/Berlin"),
            "none": pl.Series([None, None], dtype=pl.Null),
            "money": pl.Series(["1.20", "2.00"]).cast(pl.Decimal(10, 2)),
        }
    ).write_parquet(path)
    frame = read_table(path)
    assert frame["flag"].to_list() == ["true", None]
    assert frame["small"].dtype == pl.Int64
    assert frame["real"].to_list() == [1.5, None]
    assert frame["kind"].dtype == pl.String
    assert frame["day"].to_list() == [day, None]
    assert frame["zone"].to_list()[0] == datetime(2020, 1, 1, 23)  # noqa: DTZ001
    assert frame["none"].dtype == pl.String
    assert frame["money"].to_list() == [1.2, 2.0]


def test_wide_files(write: Write) -> None:
    names = ",".join(f"c{i}" for i in range(1_000))
    row = ",".join(str(i) for i in range(1_000))
    assert read_table(write(f"{names}\n{row}\n{row}\n")).shape == (2, 1_000)
    path = write(",".join(f"c{i}" for i in range(10_001)) + "\n" + "1," * 10_000 + "1\n")
    assert "has 10,001 columns" in refusal(path)


# --------------------------------------------------------------------------- several files


def test_several_files(write: Write) -> None:
    first = write("a,b,c\n1,x,\n2,y,\n", "one.csv")
    second = write("b;a;c\nz;1,5;7\nz;2,5;7\n", "two.csv")
    frame = read_tables([first, second])
    assert frame.columns == ["a", "b", "c"]
    assert frame["a"].to_list() == [1, 2, 1.5, 2.5]
    assert frame["c"].to_list() == [None, None, 7, 7]


def test_a_mark_that_is_clear_in_any_file_settles_a_doubtful_number(write: Write) -> None:
    first = write("x;share\n1.220;2\n983;3\n", "one.csv")
    second = write("x;share\n1.500;0.5\n12;tba\n", "two.csv")
    frame = read_tables([first, second], missing=("tba",))
    assert frame["x"].to_list() == [1.22, 983, 1.5, 12]


def test_a_stray_word_above_a_total_is_named_by_its_own_line(write: Write) -> None:
    rows = [f"g{number % 3},{number}.5" for number in range(20)]
    lines = ["g,x", *rows[:9], "g0,tba", *rows[9:], "Total,200"]
    assert "train.csv line 11: 'x' is \"tba\"" in refusal(write("\n".join(lines)))


def test_several_lines_of_totals_are_told_at_once(write: Write) -> None:
    rows = [f"g{number % 3},{number}" for number in range(20)]
    lines = ["g,x", *rows, "Total,all", "Average,some"]
    message = refusal(write("\n".join(lines)))
    assert "the last 2 lines look like a total" in message
    assert "--footer-rows 2" in message


def test_signs_of_windows_are_read_as_such(write: Write) -> None:
    frame = read_table(write("price,y\n\u20ac5 \u2013 caf\u00e9,a\nless,b\n".encode("cp1252")))
    assert frame["price"][0] == "\u20ac5 \u2013 caf\u00e9"


def test_files_that_differ_are_refused(write: Write) -> None:
    first = write("a,b\n1,x\n2,y\n", "one.csv")
    with pytest.raises(DataError, match=r"two.csv lacks 'b' and has also 'd'"):
        read_tables([first, write("a,d\n1,x\n2,y\n", "two.csv")])
    with pytest.raises(DataError, match=r"join the files into one first, by .* \('a'\)"):
        read_tables([first, write("a,d\n1,x\n2,y\n", "two.csv")])
    with pytest.raises(DataError, match=r"'a' holds numbers in one.csv, but words in three.csv"):
        read_tables([first, write("a,b\nm,x\nn,y\n", "three.csv")])
    with pytest.raises(DataError, match="No file"):
        read_tables([])


def test_a_column_that_is_left_out_need_not_be_in_every_file(write: Write) -> None:
    files = [write("a,b\n1,x\n2,y\n", "one.csv"), write("a,b,c\n3,x,5\n", "two.csv")]
    with pytest.raises(
        DataError, match=r"two.csv has also 'c'.* leave the column out: --exclude c"
    ):
        read_tables(files)
    notes: list[str] = []
    table = read(files, options=ReadingOptions(exclude=("c",)), note=notes.append)
    assert table.frame["a"].to_list() == [1, 2, 3]
    assert table.frame["c"].to_list() == [None, None, 5]
    assert notes == ["Not in every file, and left out: 'c'."]


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "May"
    sheet.append(["day", "amount", "code", "is_on", "n"])
    for day in range(1, 21):
        row: list[object] = [datetime(2021, 5, day), day / 2, f"00{day}", day % 2 == 0, day]  # noqa: DTZ001
        sheet.append(row)
    other = book.create_sheet("June")
    for line in (["Report", None], [None, None], ["a", "b"], [1, "x"], [2, "y"]):
        other.append(line)
    book.save(path)
    return path


def test_a_workbook_is_read_as_it_was_typed(tmp_path: Path) -> None:
    path, notes = workbook(tmp_path / "sales.xlsx"), list[str]()
    frame = read_table(path, note=notes.append)
    assert frame["day"].to_list()[:2] == [datetime(2021, 5, 1), datetime(2021, 5, 2)]  # noqa: DTZ001
    assert frame["amount"].to_list()[:2] == [0.5, 1.0]
    assert frame["code"].to_list()[:2] == ["001", "002"]
    assert frame["is_on"].to_list()[:2] == ["false", "true"]
    assert frame["n"].dtype == pl.Int64
    assert "'May' was read" in notes[0]
    june = read([path], options=ReadingOptions(trim=Trim(skip_lines=2, sheet="June"))).frame
    assert june.rows() == [(1, "x"), (2, "y")]
    with pytest.raises(DataError, match=r"has no sheet 'July'\. It has 'May', 'June'"):
        read([path], options=ReadingOptions(trim=Trim(sheet="July")))
