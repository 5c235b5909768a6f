"""Digits as image files through all six stages by the command line; then people see them."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import Result
from PIL import Image
from playwright.sync_api import Page, expect
from sklearn.datasets import load_digits
from starlette.testclient import TestClient
from tests.journeys.conftest import state
from tests.web.conftest import served

from leadline.cli.releases import latest_release, open_release
from leadline.cli.terminal.options import EXIT_NO
from leadline.evaluation.examples import held_out_examples
from leadline.evaluation.fit_spec import FitSpec, spec_of
from leadline.evaluation.held_out import HeldOut
from leadline.phases.data import Data, Kind
from leadline.phases.monitor import Monitor
from leadline.phases.problem import Problem
from leadline.phases.search import Search
from leadline.phases.wording import is_picture
from leadline.serving.http.server import create_app
from leadline.workspace import Workspace

N_POOL, N_STREAM, N_LATER = 500, 150, 250
SAID = {
    "question": "Is this an eight?",
    "time_box_s": 90.0,
    "answered_by": "Ada",
    "harmed": "nobody",
    "by_which_error": "neither",
    "data_allowed": "public",
    "personal_data": "none",
    "families": ["majority", "linear"],
    "measure_s": 5.0,
    "p99_ms": 5000.0,
    "executor": "sequential",
    "searcher": "none",
    "stream": ["stream.csv"],
    "image_size": 32,
}


def digits(folder: Path) -> pl.DataFrame:
    """Write each digit as a file; later ones are darker, as from another scanner."""
    loaded = load_digits()
    (folder / "digits").mkdir()
    n_rows = N_POOL + N_STREAM + N_LATER
    for row, image in enumerate(loaded.images[:n_rows]):
        white = 255 if row < N_POOL + N_STREAM else 120
        pixels = Image.fromarray(np.uint8(image / 16 * white))
        pixels.resize((80, 80)).save(folder / "digits" / f"{row}.png")
    return pl.DataFrame(
        {
            "scan": [f"digits/{row}.png" for row in range(n_rows)],
            "is_eight": np.where(loaded.target[:n_rows] == 8, "yes", "no"),
        }
    )


@pytest.mark.long
def test_from_files_of_images_to_a_watched_model(
    go: Callable[..., Result],
    page: Page,
    tmp_path: Path,
) -> None:
    rows = digits(tmp_path)
    rows[:N_POOL].write_csv(tmp_path / "pool.csv")
    rows[N_POOL : N_POOL + N_STREAM].drop("is_eight").write_csv(tmp_path / "stream.csv")
    rows[N_POOL + N_STREAM :].write_csv(tmp_path / "later.csv")
    (tmp_path / "digits" / "7.png").unlink()

    begun = go("init", tmp_path / "pool.csv", "--label", "is_eight", "--positive", "yes")
    assert "1 image of 'scan' could not be read and count as missing" in begun.stdout
    state(tmp_path, SAID)
    go("run", "define", "find", "train")
    go("run", "tuning")
    judge_elsewhere(go, tmp_path)
    go("review", "--choose", "balanced", "--why", "what a post office can bear")
    go("run", "ship")
    go("score", tmp_path / "later.csv", "--to", tmp_path / "scored.csv")
    scored = pl.read_csv(tmp_path / "scored.csv")
    assert scored["scan"].to_list() == rows["scan"][N_POOL + N_STREAM :].to_list()
    go("watch", tmp_path / "later.csv", codes=(0, EXIT_NO))
    go("report")

    with Workspace.open(tmp_path) as workspace:
        see_evidence(workspace)
        ask_the_server(workspace, tmp_path, scored)
        with served(workspace) as url:
            look_around(page, url)


def judge_elsewhere(go: Callable[..., Result], folder: Path) -> None:
    """The rows to judge come with images to look at."""
    go("export", "rows", folder / "rows.csv")
    drawn = pl.read_csv(folder / "rows.csv", schema_overrides={"is_positive": pl.String})
    with Image.open(folder / drawn["scan"][0]) as image:
        assert image.size == (32, 32)
    drawn[:40].with_columns(is_positive=pl.lit("no")).write_csv(folder / "rows.csv")
    go("review", "--judgments", folder / "rows.csv")


def see_evidence(workspace: Workspace) -> None:
    """Each verdict copes with images."""
    data, search, monitor = (
        entry.verdict
        for name in ("data", "search", "monitor")
        if (entry := workspace.record.latest(name))
    )
    assert isinstance(data, Data)
    assert data.features == {"scan": Kind.IMAGE}
    assert isinstance(search, Search)
    assert search.chosen.startswith("linear")
    # whether a box leaves time for them depends on the machine
    examples = held_out_examples(HeldOut.of(spec_of_chosen(workspace, data, search)))
    shown = [value for example in examples for value in example.values.values() if value]
    assert shown
    assert all(is_picture(value) and len(value) < 4_000 for value in shown)
    assert isinstance(monitor, Monitor)
    (shift,) = monitor.blocks[0].shifts
    assert re.match(r"'scan' is (darker|flatter): ", shift.words)


def spec_of_chosen(workspace: Workspace, data: Data, search: Search) -> FitSpec:
    """The candidate that the search has chosen."""
    entry, trial = workspace.record.latest("problem"), search.chosen_trial
    assert entry is not None
    assert isinstance(entry.verdict, Problem)
    spec = spec_of(workspace, entry.verdict, data)
    return replace(spec, family=trial.family, params=trial.params)


def ask_the_server(workspace: Workspace, folder: Path, scored: pl.DataFrame) -> None:
    """An image sent as base64 is scored as the one in a file; anything else is refused."""
    bundle = open_release(workspace, latest_release(workspace))
    image = b64encode((folder / scored["scan"][0]).read_bytes()).decode()
    with TestClient(create_app(bundle)) as client:
        answer = client.post("/predict", json={"rows": [{"scan": image}, {"scan": None}]})
        assert answer.status_code == 200
        assert abs(answer.json()["predictions"][0]["score"] - scored["score"][0]) < 1e-9
        for sent in (scored["scan"][0], b64encode(b"hello").decode(), 7):
            answer = client.post("/predict", json={"rows": [{"scan": sent}]})
            assert answer.status_code == 422
            assert answer.json()["error"]["found"].startswith("rows[0].scan is ")
        inputs = [{"name": "scan", "shape": [1], "datatype": "BYTES", "data": [image]}]
        name = workspace.settings.name
        answer = client.post(f"/v2/models/{name}/infer", json={"inputs": inputs})
        assert answer.status_code == 200


def look_around(page: Page, url: str) -> None:
    """Images are seen where people look: nothing is blocked, everything has words."""
    page.goto(f"{url}/review")
    page.get_by_label("Your name").fill("Bo")
    page.keyboard.press("Enter")
    expect(page.locator("img.picture").first).to_be_visible()
    for place in ("review", "label", "rows/data", "rows/search"):
        page.goto(f"{url}/{place}")
        if place == "label":
            page.get_by_role("button", name="Begin").click()
        picture = page.locator("img.picture").first
        expect(picture).to_be_visible()
        expect(picture).to_have_attribute("alt", "scan (an image)")
        assert picture.evaluate("image => image.naturalWidth") > 0
