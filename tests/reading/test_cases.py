"""Small files after public reports: what each must be read as, first and in service."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result
from tests.reading.released import release_of

from leadline.cli import main
from leadline.errors import DataError
from leadline.monitoring.observations import observe_file
from leadline.phases.data import Data
from leadline.phases.release import Release
from leadline.reading.table import read_tables
from leadline.serving.releases.bundle import open_bundle
from leadline.serving.releases.keys import public_keys
from leadline.snapshot import from_parquet
from leadline.workspace import Workspace

CASES = Path(__file__).parents[3] / "shared" / "cases"
Init = Callable[..., Result]


def case(name: str) -> Path:
    """A file of the shared cases."""
    path = CASES / name
    if not path.exists():
        pytest.skip(f"needs the shared cases: {path} is not there")
    return path


@pytest.fixture
def init(tmp_path: Path) -> Init:
    """Make a project of files; all that is said stands on one line."""

    def run(*arguments: object, codes: tuple[int, ...] = (0, 3)) -> Result:
        words = ["init", *map(str, arguments), "--yes", "--by", "Ada", "-C", str(tmp_path)]
        result = CliRunner().invoke(main, words, env={"COLUMNS": "1000"})
        assert result.exit_code in codes, (result.output, result.exception)
        return result

    return run


def data_of(folder: Path) -> tuple[Data, pl.DataFrame]:
    """The data verdict, and the rows."""
    with Workspace.open(folder) as workspace:
        data = workspace.record.latest_of(Data)
        assert data is not None
        return data, from_parquet(workspace.artifacts.get(data.snapshot))


def told(folder: Path) -> str:
    """All findings of the data verdict."""
    return " ".join(f"{finding.what} {finding.next}" for finding in data_of(folder)[0].findings)


# --------------------------------------------------------------------------- the first reading


@pytest.mark.parametrize(
    ("files", "label", "options", "kinds"),
    [
        (["chinese-text/reviews.csv"], "verdict", [], {"review": "text"}),
        (["empty-header/empty_header.csv"], "y", [], {"column_2": "category"}),
        (["numeric-header/t.csv"], "label", [], {"0": "number", "1": "number"}),
        (["version-dates/t.csv"], "crash", [], {"version": "category"}),
        (["version-dates/t.csv"], "crash", ["--kind", "version=date"], {"version": "date"}),
        (["sku-as-number/sku.csv"], "y", [], {"sku": "category"}),
        (["sku-as-number/ip.csv"], "y", [], {"ip": "category"}),
        (["zip-two-files/east.csv", "zip-two-files/west.csv"], "y", [], {"zip": "category"}),
        (["words-in-numbers/num_text_mixed.csv"], "y", ["--odd-cells", "missing"], {"x": "number"}),
        (["words-in-numbers/num_text_mixed.csv"], "y", ["--kind", "x=category"], {"x": "category"}),
        (["footer/footer.csv"], "y", ["--footer-rows", "1"], {"x": "number", "g": "category"}),
        (["title-lines/title_lines.csv"], "y", ["--skip-lines", "2"], {"x": "number"}),
        (["jsonl-nan/nan.jsonl"], "y", [], {"x": "number"}),
        (["jsonl-nan/mixed.jsonl"], "y", [], {"x": "category", "z": "number"}),
    ],
)
def test_columns_are_what_they_are(
    init: Init,
    tmp_path: Path,
    files: list[str],
    label: str,
    options: list[str],
    kinds: dict[str, str],
) -> None:
    init(*map(case, files), "--label", label, *options)
    found = {column.name: column.kind.value for column in data_of(tmp_path)[0].columns}
    assert {name: found[name] for name in kinds} == kinds


@pytest.mark.parametrize(
    ("file", "shape", "first"),
    [
        ("semicolon-in-text/t.csv", (40, 2), {"languages": "Python;C", "hired": "no"}),
        ("jsonl-nan/nan.jsonl", (80, 2), {"x": None, "y": "a"}),
        ("jsonl-nan/mixed.jsonl", (80, 3), {"x": "true", "z": 2, "y": "a"}),
    ],
)
def test_files_are_read_whole(file: str, shape: tuple[int, int], first: dict[str, object]) -> None:
    frame = read_tables([case(file)]).frame
    assert frame.shape == shape
    assert frame.row(0, named=True) == first


@pytest.mark.parametrize(
    ("file", "label", "values"),
    [
        ("tsv-thousands/t.tsv", "y", {"pop": 1346, "ratio": 1.101}),
        ("thousands-de/thousands_de_mixed.csv", "y", {"umsatz": 427}),
        ("votes-by-content/calls.csv", "angry", {"minutes": 0.05}),
    ],
)
def test_numbers_are_what_they_are(
    init: Init, tmp_path: Path, file: str, label: str, values: dict[str, float]
) -> None:
    init(case(file), "--label", label)
    frame = data_of(tmp_path)[1]
    assert {name: frame[name][0] for name in values} == values


def test_a_doubtful_column_is_told_with_an_example(init: Init, tmp_path: Path) -> None:
    init(case("thousands-de/thousands_de_mixed.csv"), "--label", "y")
    assert '"1.220" was read as 1220; it could be 1.22' in told(tmp_path)
    assert data_of(tmp_path)[1]["umsatz"].to_list()[:4] == [427, 983, 121, 1220]


@pytest.mark.parametrize(
    ("file", "label", "words"),
    [
        ("footer/footer.csv", "y", 'line 122 begins with "Total".*--footer-rows 1'),
        ("title-lines/title_lines.csv", "y", "line 3 is more like a header.*--skip-lines 2"),
        (
            "words-in-numbers/num_text_mixed.csv",
            "y",
            "11 more lines.*--odd-cells missing.*--kind x=",
        ),
    ],
)
def test_what_is_refused_can_be_mended_by_what_is_told(
    init: Init, file: str, label: str, words: str
) -> None:
    result = init(case(file), "--label", label, codes=(1,))
    said = " ".join((result.output + result.stderr).split())
    assert re.search(words, said), said


def test_dates_in_three_forms_are_told(init: Init, tmp_path: Path) -> None:
    init(case("dates-three/dates3.csv"), "--label", "y")
    assert "'d' holds dates in 3 forms" in told(tmp_path)
    assert '"03.03.23"' in told(tmp_path)


def test_an_excluded_column_of_lists_is_no_hindrance(init: Init, tmp_path: Path) -> None:
    rows = {
        "tags": [["a"], ["b", "c"]] * 40,
        "x": [row * 7 % 31 for row in range(80)],
        "y": ["a", "b"] * 40,
    }
    pl.DataFrame(rows).write_parquet(tmp_path / "t.parquet")
    init(tmp_path / "t.parquet", "--label", "y", "--exclude", "tags")
    assert list(data_of(tmp_path)[0].features) == ["x"]


# --------------------------------------------------------------------------- in service


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project released from the file of the case, as a person would."""
    folder = tmp_path_factory.mktemp("released")
    shutil.copy(case("release/train.csv"), folder / "train.csv")
    release_of(folder, folder / "train.csv", "--label", "late", "--positive", "yes")
    return folder


def scores(folder: Path, file: Path, tmp_path: Path) -> list[float]:
    target = tmp_path / f"{file.stem}.out.parquet"
    words = ["score", str(file), "--to", str(target), "-C", str(folder)]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    return pl.read_parquet(target)["score"].to_list()


def bundle_of(folder: Path) -> Any:
    releases = (folder / ".leadline" / "releases").iterdir()
    (path,) = (each for each in releases if each.is_dir())
    with Workspace.open(folder) as workspace:
        return open_bundle(path, trusted=public_keys(workspace.key_path))


def test_a_release_scores_the_file_it_learnt_from(released: Path, tmp_path: Path) -> None:
    """To the last digit of what training itself would say, in every form."""
    data, frame = data_of(released)
    bundle = bundle_of(released)
    expected = bundle.score(frame.select(list(data.features))).tolist()
    assert scores(released, released / "train.csv", tmp_path) == expected
    raw = pl.read_csv(released / "train.csv", separator=";", infer_schema=False)
    raw.write_csv(tmp_path / "train.tsv", separator="\t")
    (tmp_path / "train.jsonl").write_text(raw.write_ndjson())
    frame.write_parquet(tmp_path / "train.parquet")
    (tmp_path / "sixteen.csv").write_bytes(raw.write_csv(separator=";").encode("utf-16"))
    for name in ("train.tsv", "train.jsonl", "train.parquet", "sixteen.csv"):
        assert scores(released, tmp_path / name, tmp_path) == expected, name
    # a row at a time, as HTTP hands them over
    rows = [bundle.score(pl.DataFrame([row])).item() for row in raw.head(40).iter_rows(named=True)]
    assert rows == pytest.approx(expected[:40], abs=0)


@pytest.mark.parametrize(
    "pair",
    [
        ("score-day-first/iso.csv", "score-day-first/dmy.csv"),
        ("score-thousands/a.csv", "score-thousands/b.csv"),
        ("score-none/a.csv", "score-none/b.csv"),
        ("score-boolean/words.csv", "score-boolean/bool.parquet"),
    ],
)
def test_two_files_of_the_same_rows_have_the_same_scores(
    released: Path, tmp_path: Path, pair: tuple[str, str]
) -> None:
    first, second = (scores(released, case(name), tmp_path) for name in pair)
    assert first == second


@pytest.mark.parametrize("name", ["UPPER.CSV", "latin1.csv", "long.csv", "sep.csv"])
def test_files_of_other_shapes_are_scored(released: Path, tmp_path: Path, name: str) -> None:
    plain = scores(released, case("score-day-first/iso.csv"), tmp_path)
    found = scores(released, case(f"score-other-shapes/{name}"), tmp_path)
    assert found == plain[: len(found)]


def test_rows_that_were_learnt_from_are_told(released: Path, tmp_path: Path) -> None:
    """By score and watch, in every form; rows that are like them are not."""
    data, frame = data_of(released)
    raw = pl.read_csv(released / "train.csv", separator=";", infer_schema=False)
    (tmp_path / "train.jsonl").write_text(raw.write_ndjson())
    frame.write_parquet(tmp_path / "train.parquet")
    shutil.copy(released / "train.csv", tmp_path / "train.csv")
    for name in ("train.csv", "train.jsonl", "train.parquet"):
        words = ["score", str(tmp_path / name), "-C", str(released), "--json"]
        words += ["--to", str(tmp_path / "out.csv")]
        (note,) = json.loads(CliRunner().invoke(main, words).stdout)["notes"]
        assert f"{frame.height:,} of {frame.height:,} rows are rows that this release" in note
        observe_file(str(released), str(tmp_path / name))
    number = next(name for name, kind in data.features.items() if kind == "number")
    frame.with_columns(pl.col(number) + 0.125).write_parquet(tmp_path / "new.parquet")
    words = ["score", str(tmp_path / "new.parquet"), "-C", str(released), "--json"]
    assert json.loads(CliRunner().invoke(main, words).stdout)["notes"] == []
    with Workspace.open(released) as workspace:
        release = workspace.record.latest_of(Release)
        assert release is not None
        seen = workspace.record.observations.of(release.release_id)
    assert seen
    assert all(one.payload["is_learnt"] and one.payload["n_learnt"] == one.n_rows for one in seen)


def test_a_block_of_the_rows_learnt_from_has_hardly_moved(released: Path, tmp_path: Path) -> None:
    """The case shift-noise: nearly every column of fifty such rows was said to have moved."""
    _, frame = data_of(released)
    n_blocks = n_named = 0
    for seed in range(6):
        path = tmp_path / f"{seed}.parquet"
        frame.sample(50, seed=seed).write_parquet(path)
        blocks = observe_file(str(released), str(path)).blocks
        with Workspace.open(released) as workspace:
            release = workspace.record.latest_of(Release)
            assert release is not None
            seen = workspace.record.observations.of(release.release_id)
        found = [one.payload["shifts"] for one in seen if one.block in blocks]
        n_blocks, n_named = n_blocks + len(found), n_named + sum(map(len, found))
    assert n_named <= 0.5 * n_blocks


def test_a_label_that_is_no_class_is_refused_by_watch(released: Path) -> None:
    with pytest.raises(DataError, match=r"upper.csv line 2: 'late' is \"(YES|NO)\""):
        observe_file(str(released), str(case("watch-label-spelling/upper.csv")))
    assert observe_file(str(released), str(case("watch-label-spelling/lower.csv"))).blocks
