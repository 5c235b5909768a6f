from __future__ import annotations

import getpass
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.importances import FLIGHTS, search_with
from tests.projects import BY, copy_of_released, customers, project
from tests.services.flights import append, make_workspace

import leadline as nb
from leadline.charts import svg
from leadline.errors import DataError, NotReadyError, SettingsError
from leadline.phases.curve import Curve
from leadline.phases.data import Data
from leadline.phases.decision import Decision
from leadline.phases.lifecycle import ROWS, State, is_decision
from leadline.phases.review import Review
from leadline.phases.verdict import Answer
from leadline.snapshot import from_parquet


@pytest.fixture
def released(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[nb.Project]:
    """The project that went from question to release and decay."""
    folder = copy_of_released(tmp_path_factory.getbasetemp(), tmp_path / "released")
    with nb.open(folder, by=BY) as opened:
        yield opened


def test_a_project_is_run_and_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(tmp_path, customers(120)).close()
    monkeypatch.setenv("LEADLINE_USER", "Vera")
    with nb.open(tmp_path) as hers, nb.open(tmp_path, by="Ada") as other:
        assert (hers.by, other.by) == ("Vera", "Ada"), "as in a terminal"
    monkeypatch.delenv("LEADLINE_USER")
    with nb.open(tmp_path) as mine:
        assert mine.by == getpass.getuser()
        assert repr(mine) == "Project('customers', 0 entries)"
        with pytest.raises(NotReadyError, match="no 'data' yet") as caught:
            mine.result("data")
        assert caught.value.next == "Run it: .run('data')."
        problem = mine.run("problem")
        assert repr(problem).startswith("problem: go. Predict 'left'")
        assert mine.run("problem").entry.number == problem.entry.number
        data = mine.run("data")
        assert data.entry.row == "data"
        assert data.to_frame()["name"].to_list() == ["joined", "calls", "spend", "plan", "left"]
        assert mine.standing()["data"].state is State.CURRENT
        assert [result.entry.row for result in mine.history()] == ["problem", "data"]
        with pytest.raises(NotReadyError):
            mine.run("review")


def test_a_folder_without_settings_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"holds no leadline\.toml"):
        nb.open(tmp_path)


def test_every_row_has_numbers_and_a_page(released: nb.Project) -> None:
    rows = {result.entry.row for result in released.history()}
    assert rows == {row for row in ROWS if not is_decision(row)} - {"capacity", "monitor"}
    for row in rows:
        result = released.result(row)
        assert result.to_frame().height >= 1
        html = result._repr_html_()
        assert f"/ {row} " in html
        assert ("<svg" in html) == (result.plot() is not None)


def test_numbers_are_one_row_a_point(released: nb.Project) -> None:
    curve = released.result("curve").to_frame()
    assert curve.columns == ["candidate", "n_train", "error", "stderr", "fit_s"]
    verdict = released.result("curve").verdict
    assert isinstance(verdict, Curve)
    assert curve.height == sum(len(each.points) for each in verdict.curves) >= 10
    forecast = released.result("forecast").to_frame()
    assert forecast.columns[:2] == ["n_train", "q0.05"]
    assert (forecast["q0.05"] <= forecast["q0.95"]).all()
    tuning = released.result("tuning").to_frame()
    assert {"precision", "precision_low", "precision_high"} <= set(tuning.columns)
    assert released.result("search").to_frame()["family"].n_unique() == 2
    staleness = released.result("decay").to_frame()
    assert staleness["delay"].dtype == pl.Int64
    assert released.result("release").to_frame().height == 1


def test_what_strangers_wrote_is_escaped(tmp_path: Path) -> None:
    rows = customers(120).rename({"calls": "<b>calls"})
    with project(tmp_path, rows):
        pass
    with nb.open(tmp_path, by="Ada") as mine:
        html = mine.run_all("problem", "data")[-1]._repr_html_()
        wrong = mine.decide("define", "stop", "<script>alert(1)</script>")
    assert "<b>calls" not in html
    assert "<script>" not in wrong._repr_html_()
    assert isinstance(wrong.verdict, Decision)
    assert wrong.verdict.answer is Answer.NO


def test_a_point_is_chosen_and_replaces_the_earlier_choice(released: nb.Project) -> None:
    name = released.result("tuning").to_frame()["name"][0]
    result = released.choose(name, "fewer calls", cost_miss=1.0, cost_false_alarm=4.0)
    assert isinstance(result.verdict, Review)
    assert result.verdict.chosen == name
    assert result.verdict.person == BY
    assert released.standing()["release"].state is State.STALE


def test_rows_are_judged_all_or_none(released: nb.Project) -> None:
    rows = released.rows_to_judge()
    assert rows.columns[:3] == ["row", "is_positive", "joined"]
    first, second = rows["row"][:2]
    with pytest.raises(SettingsError, match="Row 99999 was not drawn"):
        released.judge({first: True, 99_999: False})
    with pytest.raises(DataError, match=f"Row {second}: is_positive is 'maybe'"):
        released.judge({first: True, second: "maybe"})
    before = released.points()
    assert before["is_cheapest"].sum() <= 1
    assert released.judge({first: True, second: None}) == 2
    assert released.points().columns == before.columns
    assert {"words", "precision_low", "recall", "cost_per_1000"} <= set(before.columns)


def test_new_rows_are_watched_from_frame_and_file(released: nb.Project, tmp_path: Path) -> None:
    new = customers(112, 5, skipped=760)
    watched = released.watch(new.to_pandas())
    assert watched.entry.row == "monitor"
    n_rows = watched.to_frame()["n_rows"].sum()
    assert n_rows == 112
    more = customers(56, 6, skipped=872)
    more.write_csv(tmp_path / "more.csv")
    assert released.watch(tmp_path / "more.csv").to_frame()["n_rows"].sum() == 168
    with pytest.raises(DataError, match="Rows were given as int"):
        released.watch(7)


def test_run_all_leaves_what_is_current(released: nb.Project) -> None:
    assert released.run_all("define", "find", "train") == []


def test_a_plot_is_a_picture(released: nb.Project) -> None:
    plot = released.result("curve").plot()
    assert plot is not None
    assert svg(plot.chart).startswith("<svg")
    assert released.result("problem").plot() is None


def test_candidates_and_standing_are_tables(released: nb.Project) -> None:
    candidates = released.candidates
    assert candidates["family"].n_unique() == 2
    chosen = candidates.filter("is_chosen")
    assert chosen.height == 1
    low, score, high = chosen.select("expected_low", "expected", "expected_high").row(0)
    assert low < score < high <= 1
    standing = released.standing()
    assert standing["release"].state is State.CURRENT
    assert standing.to_frame().height == len(standing) == len(ROWS)
    told = repr(standing)
    assert "release" in told
    assert "current" in told
    html = standing._repr_html_()
    assert "<td>release</td><td>current</td><td>go</td>" in html
    assert "None" not in html


def test_costs_are_a_table_and_a_picture(released: nb.Project) -> None:
    costs = released.costs()
    frame = costs.to_frame()
    assert frame["spent"].sum() == pytest.approx(costs.ledger.spent)
    assert "judgments" in frame["what"].to_list()
    assert repr(costs).startswith("No budget was stated")
    assert "<table" in costs._repr_html_()
    assert svg(costs.plot().chart).startswith("<svg")


def test_nothing_spent_is_no_picture(tmp_path: Path) -> None:
    project(tmp_path, customers(20)).close()
    with nb.open(tmp_path) as mine:
        assert mine.costs().to_frame().is_empty()
        with pytest.raises(NotReadyError, match="Nothing has been spent"):
            mine.costs().plot()


def test_a_frame_of_pandas_is_the_same(released: nb.Project) -> None:
    result = released.result("curve")
    assert result.to_pandas()["n_train"].tolist() == result.to_frame()["n_train"].to_list()


# --------------------------------------------------------------------------- from frames


def test_what_a_candidate_leans_on_is_a_picture_and_two_tables(tmp_path: Path) -> None:
    with make_workspace(tmp_path, ("problem", "data")) as workspace:
        append(workspace, "search", search_with(FLIGHTS))
    with nb.open(tmp_path) as mine:
        result = mine.result("search")
        assert result.plot("importance") is not None
        assert result._repr_html_().count("<svg") == 2
        frame = result.to_frame("importance")
        assert frame["columns"].to_list()[:3] == [
            "hour",
            "distance + air_time",
            "distance + air_time",
        ]
        assert frame["alone"].to_list()[:3] == [None, None, "distance"]
        assert frame["rise_low"][0] == pytest.approx(0.13)
        assert result.to_frame("words")["word"].to_list() == ["late", "early"]
        assert mine.result("data").to_frame("importance").is_empty()
        assert mine.result("data").plot("importance") is None
        with pytest.raises(ValueError, match="'importance', 'words' or nothing"):
            result.to_frame("weights")
        with pytest.raises(ValueError, match="name is 'weights'; 'importance', 'architecture'"):
            result.plot("weights")


def frame_of_parcels() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "weight": [row * 7 % 23 / 4 for row in range(60)],
            "town": ["Ulm", "Hof", None] * 20,
            "tracking": [2**60 + row * 37 % 61 for row in range(60)],
            "sent": [datetime(2024, 1, 1) + timedelta(hours=row) for row in range(60)],  # noqa: DTZ001
            "late": [row % 3 == 0 for row in range(60)],
        }
    )


def snapshot_of(frame: Any, folder: Path) -> pl.DataFrame:
    with nb.init(frame, "late", folder, by=BY, problem={"positive": "true"}) as mine:
        data = mine.result("data").verdict
        assert isinstance(data, Data)
        assert mine.by == BY
        return from_parquet(mine.workspace.artifacts.get(data.snapshot))


def test_frames_of_every_package_make_the_same_project(tmp_path: Path) -> None:
    frame = frame_of_parcels()
    frame.write_csv(tmp_path / "late.csv")
    expected = snapshot_of(tmp_path / "late.csv", tmp_path / "file")
    sources = (frame, frame.lazy(), frame.to_arrow(), frame.to_pandas())
    for number, source in enumerate(sources):
        assert snapshot_of(source, tmp_path / str(number)).equals(expected)
    assert expected["tracking"].n_unique() == 60


def test_an_index_with_a_name_is_a_column(tmp_path: Path) -> None:
    named = frame_of_parcels().to_pandas().set_index("town")
    assert "town" in snapshot_of(named, tmp_path / "named").columns
    filtered = frame_of_parcels().to_pandas().iloc[5:]
    assert snapshot_of(filtered, tmp_path / "counted").width == 5


def test_a_frame_that_cannot_be_read_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    mixed = frame_of_parcels().to_pandas()
    mixed["town"] = [1, "Ulm", None] * 20
    with pytest.raises(DataError, match=r"'town' holds int and str; convert it"):
        nb.init(mixed, "late", folder)
    twice = frame_of_parcels().to_pandas()
    twice.columns = ["x", "x", "y", "z", "late"]
    with pytest.raises(DataError, match="two columns are called 'x'"):
        nb.init(twice, "late", folder)
    with pytest.raises(DataError, match="There is no column 'left'"):
        nb.init(frame_of_parcels(), "left", folder)
    with pytest.raises(DataError, match="Rows were given as int"):
        nb.init(7, "late", folder)
    assert not folder.exists()


def test_a_project_is_made_once(tmp_path: Path) -> None:
    nb.init(frame_of_parcels(), "late", tmp_path).close()
    with pytest.raises(SettingsError, match="exists already"):
        nb.init(frame_of_parcels(), "late", tmp_path)
    assert (tmp_path / "data.parquet").exists()
