"""A stranger's file through all six stages by the command line; then people see the pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from click.testing import Result
from playwright.sync_api import Page, expect
from sklearn.datasets import load_breast_cancer
from tests.journeys.conftest import state
from tests.web.conftest import served

from leadline.charts import chart_of, details_of
from leadline.cli.terminal.options import EXIT_NO
from leadline.phases.lifecycle import ROWS, Stage, is_decision
from leadline.workspace import Workspace

LABEL = "diagnosis"
N_POOL, N_STREAM = 330, 120
SAID = {
    "question": "Is this tumour malignant?",
    "target_score": 0.9,
    "cost_miss": 20.0,
    "time_box_s": 15.0,
    "answered_by": "Ada",
    "harmed": "patients",
    "by_which_error": "a miss delays treatment",
    "data_allowed": "public",
    "personal_data": "none",
    "families": ["majority", "linear"],
    "measure_s": 5.0,
    "p99_ms": 5000.0,
    "stream": ["stream.csv"],
}


def tumours() -> pl.DataFrame:
    """The 569 tumours, shuffled."""
    loaded = load_breast_cancer()
    columns = {str(name): loaded.data[:, i] for i, name in enumerate(loaded.feature_names)}
    names = [str(loaded.target_names[target]) for target in loaded.target]
    return pl.DataFrame({**columns, LABEL: names}).sample(fraction=1.0, shuffle=True, seed=0)


@pytest.mark.long
def test_from_a_file_to_a_watched_model(
    go: Callable[..., Result], page: Page, tmp_path: Path
) -> None:
    rows = tumours()
    stream = rows[N_POOL : N_POOL + N_STREAM]
    rows[:N_POOL].write_csv(tmp_path / "tumours.csv")
    stream.drop(LABEL).write_csv(tmp_path / "stream.csv")
    rows[N_POOL + N_STREAM :].write_csv(tmp_path / "later.csv")

    go("init", tmp_path / "tumours.csv", "--label", LABEL, "--positive", "malignant")
    state(tmp_path, SAID)
    trained = go("run", "define", "find", "train")
    assert "the chance of meeting the target is" in trained.stdout
    assert "leadline review" in go("run").stdout
    judge_elsewhere(go, tmp_path, stream)
    go("review", "--choose", "balanced", "--why", "what a clinic can bear")
    go("run", "ship")
    go("score", tmp_path / "later.csv", "--to", tmp_path / "scored.csv")
    assert pl.read_csv(tmp_path / "scored.csv").height == rows.height - N_POOL - N_STREAM
    watched = go("watch", tmp_path / "later.csv", codes=(0, EXIT_NO))
    assert re.search(r"watch +monitor +(no alarm|alarm|retrain) ", watched.stdout)
    go("report")

    with Workspace.open(tmp_path) as workspace:
        rows_judged = {mark.row for mark in workspace.record.marks()}
        assert rows_judged == {name for name in ROWS if not is_decision(name)}
        with served(workspace) as url:
            look_around(page, url)
        latest = map(workspace.record.latest, rows_judged)
        verdicts = [entry.verdict for entry in latest if entry]
        n_pictures = sum(chart_of(each) is not None for each in verdicts)
        # and what the chosen candidate leans on
        n_pictures += sum(len(details_of(each)) for each in verdicts)
    assert n_pictures >= 9
    # beside them stand money and time
    see_pictures(page, tmp_path / "report.html", n_pictures + 2)


def judge_elsewhere(go: Callable[..., Result], folder: Path, stream: pl.DataFrame) -> None:
    """Half of the rows drawn come back in a file; the rest is left for the page."""
    file = folder / "rows.csv"
    go("export", "rows", file)
    drawn = pl.read_csv(file)
    said = ["yes" if stream[LABEL][row] == "malignant" else "no" for row in drawn["row"]]
    judged = drawn.with_columns(is_positive=pl.Series(said))
    judged[: drawn.height // 2].write_csv(file)
    go("review", "--judgments", file)


def look_around(page: Page, url: str) -> None:
    """What a manager and a judge do."""
    page.goto(url)
    expect(page.locator(".stage")).to_have_count(len(Stage))
    expect(page.get_by_text("Is this tumour malignant?").first).to_be_visible()

    page.goto(f"{url}/review")
    page.get_by_label("Your name").fill("Ada")
    page.keyboard.press("Enter")
    judged = page.get_by_text(re.compile(r"\d+ judged"))
    before = int(re.findall(r"(\d+) judged", judged.inner_text())[0])
    page.wait_for_load_state()
    page.keyboard.press("y")
    expect(page.get_by_text(f"{before + 1} judged")).to_be_visible()

    page.goto(f"{url}/decide/watch")
    page.get_by_label("Go on.").check()
    page.get_by_label("Why").fill("It does what it should.")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Put it on the record").click()
    expect(page.get_by_text("It does what it should.").first).to_be_visible()


def see_pictures(page: Page, report: Path, n_pictures: int) -> None:
    """The report is one file, and a picture of every verdict that has one is drawn in it."""
    page.goto(report.as_uri())
    pictures = page.locator("figure svg:visible")
    expect(pictures).to_have_count(n_pictures)
    for picture in pictures.all():
        box = picture.bounding_box()
        assert box is not None
        assert box["width"] > 200
        assert picture.locator("path, rect, line, circle").count() > 5
