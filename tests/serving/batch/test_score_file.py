from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from cryptography.hazmat.primitives import serialization
from tests.serving.conftest import Sealed

from leadline.errors import DataError
from leadline.serving.batch.score_file import score_file
from leadline.serving.releases.bundle import open_bundle, seal


@pytest.fixture
def source(tmp_path: Path, release: Sealed) -> Path:
    path = tmp_path / "rows.csv"
    release.X.with_columns(note=pl.lit('said "no",\nthen left')).write_csv(path)
    return path


def read(path: Path) -> pl.DataFrame:
    if path.suffix == ".parquet":
        return pl.read_parquet(path)
    separator = "\t" if path.suffix == ".tsv" else ","
    return pl.read_csv(path, separator=separator, schema_overrides={"town": pl.String})


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet"])
@pytest.mark.parametrize("chunk_rows", [7, 50_000])
def test_every_row_is_answered_in_order(
    tmp_path: Path, release: Sealed, source: Path, suffix: str, chunk_rows: int
) -> None:
    target, done = tmp_path / f"out{suffix}", list[tuple[int, float]]()
    bundle = release.open()
    n_rows = score_file(
        bundle, source, target, chunk_rows=chunk_rows, progress=lambda *told: done.append(told)
    ).n_rows
    out = read(target)
    assert n_rows == out.height == release.X.height
    assert done[-1] == (n_rows, 1.0)
    assert out.columns == [*release.X.columns, "note", "score", "flagged"]
    assert np.allclose(out["score"].to_numpy(), bundle.score(release.X), atol=1e-12)
    assert out["note"][0] == 'said "no",\nthen left'


@pytest.mark.parametrize(
    ("rest", "told"), [("1.250", "each number"), ("0,5", ""), ("0.53", "40 of 80 numbers")]
)
def test_numbers_that_could_be_thousands_are_judged_by_the_whole_column(
    tmp_path: Path, release: Sealed, rest: str, told: str
) -> None:
    size = {"name": "size", "type": "number", "decimal": ",", "thousands": "."}
    card = replace(release.card, reading=(size,))
    sealed = seal(tmp_path, model=release.model, card=card, golden_X=release.X[:5], key=release.key)
    bundle = open_bundle(tmp_path / sealed.digest, trusted=[release.key.public_key()])
    rows, notes = release.X[:80], list[str]()
    cells = pl.Series(["1.500"] * 40 + [rest] * 40)
    rows.with_columns(size=cells).write_csv(tmp_path / "rows.csv")
    score_file(
        bundle, tmp_path / "rows.csv", tmp_path / "out.csv", chunk_rows=10, note=notes.append
    )
    assert [f"'size': {told} could be thousands" in each for each in notes] == [True] * bool(told)


def test_what_training_never_saw_is_counted(tmp_path: Path, release: Sealed) -> None:
    bundle, source = release.open(), tmp_path / "rows.csv"
    town = pl.when(pl.int_range(pl.len()) < 3).then(pl.lit("Oslo")).otherwise("town")
    number = next(name for name, kind in release.card.columns.items() if kind == "number")
    release.X.with_columns(town.alias("town"), pl.lit(None).alias(number)).write_csv(source)
    notes: list[str] = []
    scored = score_file(bundle, source, tmp_path / "out.csv", chunk_rows=20, note=notes.append)
    assert scored.unusual is not None
    n_rows = release.X.height
    assert scored.unusual.empty == (number,)
    assert scored.unusual.to_json()["unseen_categories"] == {
        "town": {"rows": 3, "most": {"Oslo": 3}}
    }
    assert notes[-1] == f"Never seen in training: 'town' in 3 of {n_rows:,} rows ('Oslo')."
    release.X.write_csv(source)
    usual_rows = score_file(bundle, source, tmp_path / "out.csv").unusual
    assert usual_rows is not None
    assert usual_rows.words == []


def test_parquet_is_read_too(tmp_path: Path, release: Sealed) -> None:
    source, target = tmp_path / "rows.parquet", tmp_path / "out.parquet"
    release.X.write_parquet(source)
    score_file(release.open(), source, target, chunk_rows=30)
    assert np.array_equal(
        pl.read_parquet(target)["score"].to_numpy(), release.open().score(release.X)
    )


def test_other_delimiters_and_a_byte_order_mark_are_seen(tmp_path: Path, release: Sealed) -> None:
    source, target = tmp_path / "rows.csv", tmp_path / "out.parquet"
    release.X.write_csv(source, separator=";", include_bom=True)
    assert score_file(release.open(), source, target).n_rows == release.X.height


def test_a_file_from_before_is_replaced_not_written_over(
    tmp_path: Path, release: Sealed, source: Path
) -> None:
    target, other = tmp_path / "out.csv", tmp_path / "kept.csv"
    target.write_text("from before")
    other.hardlink_to(target)
    score_file(release.open(), source, target)
    assert read(target).height == release.X.height
    assert other.read_text() == "from before"


def test_no_rows_make_a_header_only(tmp_path: Path, release: Sealed) -> None:
    source, target = tmp_path / "rows.csv", tmp_path / "out.csv"
    release.X[:0].write_csv(source)
    assert score_file(release.open(), source, target).n_rows == 0
    assert target.read_text().strip() == "size,town,said,at,score,flagged"


def test_words_for_missing_values_are_those_of_training(tmp_path: Path, release: Sealed) -> None:
    source, target = tmp_path / "rows.csv", tmp_path / "out.csv"
    source.write_text("size,town,said,at\nn/a,Ulm,x,2024-05-01\n")
    assert score_file(release.open(), source, target).n_rows == 1
    assert target.read_text().splitlines()[1].startswith("n/a,Ulm,x,2024-05-01,")


@pytest.mark.parametrize("chunk_rows", [1, 2, 100])
def test_a_value_that_does_not_fit_is_named_by_line_and_column(
    tmp_path: Path, release: Sealed, chunk_rows: int
) -> None:
    source, target = tmp_path / "rows.csv", tmp_path / "out.csv"
    target.write_text("from before")
    # the second row goes over three lines
    source.write_text('size,town,said,at\n1,Ulm,x,\n2,Bern,"a\nb\nc",\n3,Ulm,x,\nmany,Ulm,x,\n')
    with pytest.raises(DataError, match=r"^rows\.csv line 7: 'size' is \"many\", a finite"):
        score_file(release.open(), source, target, chunk_rows=chunk_rows)
    assert target.read_text() == "from before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "rows.csv"]


def test_a_missing_column_is_named(tmp_path: Path, release: Sealed) -> None:
    source = tmp_path / "rows.csv"
    release.X.drop("town").write_csv(source)
    with pytest.raises(DataError, match=r"'town' is missing.*Add it"):
        score_file(release.open(), source, tmp_path / "out.csv")
    release.X.rename({"town": "Town"}).write_csv(source)
    with pytest.raises(DataError, match=r"'town' is missing.*Rename 'Town' to 'town'"):
        score_file(release.open(), source, tmp_path / "out.csv")


def test_a_column_is_never_overwritten(tmp_path: Path, release: Sealed) -> None:
    source = tmp_path / "rows.csv"
    release.X.with_columns(score=pl.lit(1)).write_csv(source)
    notes: list[str] = []
    score_file(release.open(), source, tmp_path / "out.csv", note=notes.append)
    assert notes == [
        "The rows have a column 'score' themselves: the release's is 'leadline_score'."
    ]
    scored = pl.read_csv(tmp_path / "out.csv")
    assert scored["score"].unique().to_list() == [1]
    assert scored["leadline_score"].to_list() == pytest.approx(release.open().score(release.X))
    scored.write_csv(source)
    with pytest.raises(DataError, match="'leadline_score' already"):
        score_file(release.open(), source, tmp_path / "out.csv")


@pytest.mark.parametrize(
    ("text", "match"),
    [
        (b"", "is empty"),
        (b"size,size\n1,2\n", "columns 1 and 2 are both called 'size'"),
        (b"size,town,said,at\n\n1,Ulm,x,,more\n", "line 3 cannot be read: it has 5 values"),
        (b'size,town,said,at\n1,Ulm,"x\n', "line 2 cannot be read"),
        (b"size,town,said,at\nmuch,Ulm,\xff,\n", "line 2: 'size' is \"much\""),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, release: Sealed, text: bytes, match: str) -> None:
    source = tmp_path / "rows.csv"
    source.write_bytes(text)
    with pytest.raises(DataError, match=match):
        score_file(release.open(), source, tmp_path / "out.csv")


def test_a_broken_parquet_file_is_refused(tmp_path: Path, release: Sealed) -> None:
    source = tmp_path / "rows.parquet"
    source.write_bytes(b"PAR1 and nothing else")
    with pytest.raises(DataError, match=r"rows.parquet cannot be read"):
        score_file(release.open(), source, tmp_path / "out.csv")


def test_other_forms_and_missing_files_are_refused(tmp_path: Path, release: Sealed) -> None:
    (tmp_path / "rows.csv").write_text("size,town,said,at\n")
    with pytest.raises(DataError, match=r"out.xlsx ends in '.xlsx'"):
        score_file(release.open(), tmp_path / "rows.csv", tmp_path / "out.xlsx")
    (tmp_path / "rows.csv").unlink()
    with pytest.raises(DataError, match="There is no file"):
        score_file(release.open(), tmp_path / "rows.csv", tmp_path / "out.csv")
    with pytest.raises(ValueError, match="chunk_rows is 0"):
        score_file(release.open(), tmp_path / "rows.csv", tmp_path / "out.csv", chunk_rows=0)


@pytest.mark.parametrize("name", ["ROWS.CSV", "rows.tsv", "latin.csv", "sixteen.csv", "rows.jsonl"])
def test_whatever_a_project_can_be_made_of_is_scored(
    tmp_path: Path, release: Sealed, name: str
) -> None:
    X = release.X.with_columns(pl.col("at").dt.to_string("%Y-%m-%d %H:%M"))
    text = X.write_csv(separator="\t" if name.endswith("tsv") else ",")
    encoding = {"latin.csv": "cp1252", "sixteen.csv": "utf-16"}.get(name, "utf-8")
    if name == "rows.jsonl":
        text = X.write_ndjson()
    source = tmp_path / name
    source.write_bytes(text.replace("late again", "late again é").encode(encoding))
    score_file(release.open(), source, tmp_path / "out.parquet")
    changed = X.with_columns(pl.col("said").str.replace("late again", "late again é"))
    expected = release.open().score(changed)
    assert pl.read_parquet(tmp_path / "out.parquet")["score"].to_list() == expected.tolist()


PEAK = """
import sys, threading, time
from pathlib import Path
from leadline.serving.releases.bundle import open_bundle, public_keys
from leadline.serving.batch.score_file import score_file
from leadline.serving.releases.bundle import open_bundle, seal
peak = 0
def watch():
    global peak
    while True:
        lines = Path("/proc/self/status").read_text().splitlines()
        peak = max(peak, *(int(line.split()[1]) for line in lines if line.startswith("RssAnon")))
        time.sleep(0.005)
threading.Thread(target=watch, daemon=True).start()
bundle = open_bundle(Path(sys.argv[1]), trusted=public_keys(Path(sys.argv[2])))
for target in sys.argv[4:]:
    score_file(bundle, Path(sys.argv[3]), Path(target), chunk_rows=2_000)
print(peak)
"""


def test_memory_does_not_grow_with_the_file(tmp_path: Path, release: Sealed) -> None:
    pem = release.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    key = tmp_path / "signer.pub"
    key.write_bytes(pem)
    peaks, targets = [], (tmp_path / "out.parquet", tmp_path / "out.csv")
    for n_copies in (50, 300):
        source = tmp_path / f"{n_copies}.csv"
        # 3.2 kB a row: 4,000 rows are 13 MB, 24,000 rows are 77 MB
        wide = release.X.with_columns(note=pl.lit("x" * 3_200))
        with source.open("wb") as file:
            for copy in range(n_copies):
                wide.write_csv(file, include_header=copy == 0)
        paths = map(str, (release.path, key, source, *targets))
        command = [sys.executable, "-c", PEAK, *paths]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        peaks.append(int(done.stdout) / 1024)
    assert peaks[1] - peaks[0] < 40, peaks
