from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.serving.conftest import Sealed

from leadline.errors import DataError
from leadline.serving.package.golden_rows import golden_lines, read_golden_lines
from leadline.serving.package.packaged_release import PackagedRelease
from leadline.serving.package.row_files import score_rows


@pytest.fixture(scope="module")
def alone(release: Sealed) -> PackagedRelease:
    """The compiled form of a release, without its model."""
    bundle = release.open()
    names = list(bundle.manifest.columns)
    rows = [dict(zip(names, row, strict=True)) for row in bundle.request_rows()]
    answers = bundle.predict(bundle.golden_rows()).to_dicts()
    golden, told = read_golden_lines(golden_lines(rows, answers).encode())
    return PackagedRelease.open(
        release.path,
        trusted=[release.key.public_key()],
        digest=release.sealed.digest,
        golden=golden,
        answer_names=list(told[0]),
    )


def scored(alone: PackagedRelease, folder: Path, text: str, name: str = "rows.csv") -> pl.DataFrame:
    (folder / name).write_text(text)
    score_rows(alone, folder / name, folder / "scored.csv", print)
    return pl.read_csv(folder / "scored.csv")


def test_the_scores_are_those_of_the_model(
    alone: PackagedRelease, release: Sealed, tmp_path: Path
) -> None:
    frame = release.X.with_columns(score=pl.int_range(release.X.height))
    found = scored(alone, tmp_path, frame.write_csv())
    expected = release.open().predict(release.X)
    assert found["leadline_score"].to_list() == expected["score"].to_list()
    assert found["flagged"].to_list() == expected["flagged"].to_list()
    assert found["score"].to_list() == frame["score"].to_list()


def test_other_separators_orders_and_missing_values(
    alone: PackagedRelease, release: Sealed, tmp_path: Path
) -> None:
    text = "at\tsaid\ttown\tsize\n2024-05-03\tlate again\tn/a\t\n\n2024-05-03 10:00\t\tUlm\t1.5\n"
    found = scored(alone, tmp_path, "\ufeff" + text, "rows.tsv")
    rows = [(None, None, "late again", "2024-05-03"), (1.5, "Ulm", None, "2024-05-03 10:00")]
    assert found["score"].to_list() == release.open().answer_rows(rows).columns["score"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("size,town,said\n1,Ulm,x\n", "the column 'at' is missing"),
        ("size,town,said,at\n1,Ulm,x\n", "line 2 has 3 values"),
        ("size,town,said,at\n1,Ulm,x,\n1_0,Ulm,x,\n", "line 3: 'size' is \"1_0\""),
        ("size,town,said,at\ninf,Ulm,x,\n", "a finite number is needed"),
        ('size,town,said,at\n1,"Ulm\nBern",x,\n2,Ulm,x,soon\n', "line 4: 'at' is \"soon\""),
        ('size,town,said,at\n1,"Ulm,x,\n', "cannot be read"),
        ("", "the column 'size' is missing"),
    ],
)
def test_a_fault_is_told_by_its_line(
    alone: PackagedRelease, tmp_path: Path, text: str, words: str
) -> None:
    with pytest.raises(DataError) as error:
        scored(alone, tmp_path, text)
    assert words in str(error.value)
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


def test_other_encodings_and_forms_are_refused(alone: PackagedRelease, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_bytes("size,town,said,at\n1,Köln,x,\n".encode("latin-1"))
    with pytest.raises(DataError, match="UTF-8 is needed"):
        score_rows(alone, tmp_path / "rows.csv", tmp_path / "scored.csv", print)
    with pytest.raises(DataError, match=r"ends in '.parquet'.*--full"):
        score_rows(alone, tmp_path / "rows.parquet", tmp_path / "scored.csv", print)


def test_numbers_that_only_the_reader_of_files_knows(
    alone: PackagedRelease, tmp_path: Path
) -> None:
    """1.500 is one thousand and a half in that project's files: better refused than misread."""
    size: dict[str, Any] = {"name": "size", "type": "number", "decimal": ",", "thousands": "."}
    manifest = replace(alone.manifest, reading=(size,))

    class Other(PackagedRelease):
        def answer_rows(self, rows: Sequence[tuple[Any, ...]], first: int = 0) -> Any:
            raise AssertionError("nothing is scored")

    other = Other(manifest, None, [], ["score"], alone.known)  # type: ignore[arg-type]
    with pytest.raises(DataError, match='decimal mark ","'):
        scored(other, tmp_path, "size,town,said,at\n1.500,Ulm,x,\n")


def test_what_a_reader_would_not_see_is_told(alone: PackagedRelease, tmp_path: Path) -> None:
    source, target, notes = tmp_path / "rows.csv", tmp_path / "scored.csv", list[str]()
    source.write_text("score,size,town,said,at\n1,1.5,Oslo,x,\n2,1.5,Ulm,x,\n")
    assert score_rows(alone, source, target, notes.append) == 2
    assert notes == [
        "The rows have a column 'score' themselves: the release's is 'leadline_score'.",
        "Never seen in training: 'town' in 1 of 2 rows ('Oslo').",
    ]
    # counted over all that is read at a time
    source.write_text("size,town,said,at\n1.5,Oslo,x,\n" + "1.5,Ulm,x,\n" * 1_000)
    assert score_rows(alone, source, target, notes.append) == 1_001
    assert notes[-1] == "Never seen in training: 'town' in 1 of 1,001 rows ('Oslo')."
    source.write_text("score,leadline_score,size,town,said,at\n1,2,1.5,Oslo,x,\n")
    with pytest.raises(DataError, match="has a column 'leadline_score' already"):
        score_rows(alone, source, target, notes.append)
