from __future__ import annotations

import getpass
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from tests.projects import BY, copy_of_released, customers, project

import leadline.notebook as nb
from leadline.charts import svg
from leadline.errors import NotReadyError, SettingsError
from leadline.phases.curve import Curve
from leadline.phases.decision import Decision
from leadline.phases.lifecycle import State
from leadline.phases.review import Review
from leadline.phases.verdict import Answer


@pytest.fixture
def released(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[nb.Project]:
    """The project that went from question to release and decay."""
    folder = copy_of_released(tmp_path_factory.getbasetemp(), tmp_path / "released")
    with nb.open(folder, by=BY) as opened:
        yield opened


def test_a_project_is_run_and_looked_at(tmp_path: Path) -> None:
    project(tmp_path, customers(120)).close()
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
    assert len(rows) == 11
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


def test_run_all_leaves_what_is_current(released: nb.Project) -> None:
    assert released.run_all("define", "find", "train") == []


def test_a_plot_is_a_picture(released: nb.Project) -> None:
    picture = released.result("curve").plot()
    assert picture is not None
    assert svg(picture).startswith("<svg")
    assert released.result("problem").plot() is None
