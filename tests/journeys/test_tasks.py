"""Several classes, and numbers, from a file to a served and watched model by the command line."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import Result
from sklearn.datasets import load_digits
from starlette.testclient import TestClient
from tests.journeys.conftest import state

from leadline.cli.releases import latest_release, open_release
from leadline.cli.terminal.options import EXIT_NO
from leadline.monitoring.served_rows import log_place
from leadline.phases.lifecycle import ROWS, is_decision
from leadline.phases.release import Release
from leadline.processes.release_server import served
from leadline.serving.http.server import create_app
from leadline.workspace import Workspace

BIKE = Path(__file__).parents[3] / "shared" / "data" / "streams" / "bike_hour.csv.gz"
SAID = {
    "time_box_s": 90.0,
    "answered_by": "Ada",
    "harmed": "nobody",
    "by_which_error": "either",
    "data_allowed": "public",
    "personal_data": "none",
    "families": ["majority", "linear"],
    "measure_s": 5.0,
    "p99_ms": 5000.0,
    "executor": "sequential",
    "searcher": "none",
    "stream": ["stream.csv"],
}


@dataclass(frozen=True)
class Case:
    """A file of a stranger.

    Attributes
    ----------
    label : str
        What is predicted.
    point : str
        What is on offer.
    n_pool, n_stream : int
        Labelled rows, rows of the stream; the others come later.
    options : tuple of str
        Of ``leadline init``.
    tolerance : float
        How far off is still of use; 0 where nobody says.
    """

    label: str
    point: str
    n_pool: int
    n_stream: int
    options: tuple[str, ...] = ("--target", "0.4")
    tolerance: float = 0.0


CASES = {
    "digits": Case("digit", "likeliest-class", 900, 100),
    # dated rows; a date among the features besides
    "bike": Case(
        "count", "as-predicted", 3000, 336, ("--target", "0.3", "--time", "dateday"), 60.0
    ),
}


def rows_of(name: str) -> pl.DataFrame:
    """The rows of a case: shuffled, or in order of time."""
    if name == "bike":
        if not BIKE.exists():
            pytest.skip(f"needs the shared data: {BIKE} is not there")
        rows = pl.read_csv(BIKE).drop("instant", "casual", "registered")[:4500]
        return rows.with_columns(booked=pl.col("dateday").str.to_date("%d-%m-%Y"))
    loaded = load_digits()
    columns = {str(each): loaded.data[:, i] for i, each in enumerate(loaded.feature_names)}
    frame = pl.DataFrame({**columns, CASES[name].label: loaded.target})
    return frame.sample(fraction=1.0, shuffle=True, seed=0)


@pytest.mark.long
@pytest.mark.parametrize("name", list(CASES))
def test_from_a_file_to_a_watched_model(
    go: Callable[..., Result], tmp_path: Path, name: str
) -> None:
    case, rows = CASES[name], rows_of(name)
    stream = rows[case.n_pool : case.n_pool + case.n_stream]
    later = rows[case.n_pool + case.n_stream :]
    rows[: case.n_pool].write_csv(tmp_path / "pool.csv")
    stream.drop(case.label).write_csv(tmp_path / "stream.csv")
    later.write_csv(tmp_path / "later.csv")

    go("init", tmp_path / "pool.csv", "--label", case.label, "--yes", *case.options)
    state(tmp_path, {**SAID, "tolerance": case.tolerance} if case.tolerance else SAID)
    for stage in ("define", "find", "train"):
        ran = go("run", stage, codes=(0, EXIT_NO))
        if ran.exit_code == EXIT_NO or f"leadline decide {stage}" in ran.stdout:
            # the target may be out of reach: a person says to go on all the same
            go("decide", stage, "go", "--why", "a first try")
    assert "leadline review" in go("run").stdout
    go("export", "rows", tmp_path / "rows.csv")
    to_judge = pl.read_csv(tmp_path / "rows.csv", infer_schema=False)
    truth = [str(stream[case.label][int(row)]) for row in to_judge["row"]]
    to_judge.with_columns(value=pl.Series(truth)).write_csv(tmp_path / "judged.csv")
    told = go("review", "--judgments", tmp_path / "judged.csv").stdout
    assert f"One point is on offer, {case.point}" in told
    assert f"On the real stream, from {to_judge.height} judgments" in told
    go("review", "--choose", case.point, "--why", "good enough for a first try")
    if "below the target" in go("run", "ship").stdout:
        go("decide", "ship", "go", "--below-target", "--why", "a first try")
    go("score", tmp_path / "later.csv", "--to", tmp_path / "scored.csv")
    scored = pl.read_csv(tmp_path / "scored.csv")
    assert scored.columns[rows.width :] == (
        ["score"] if case.point == "as-predicted" else ["score", "label"]
    )
    watched = go("watch", tmp_path / "later.csv", codes=(0, EXIT_NO))
    assert re.search(r"watch +monitor +(no alarm|alarm|retrain) ", watched.stdout)
    go("report")
    assert case.point in (tmp_path / "report.html").read_text()
    with Workspace.open(tmp_path) as workspace:
        judged = {mark.row for mark in workspace.record.marks() if not is_decision(mark.row)}
        assert judged == {row for row in ROWS if not is_decision(row)}
        answers = served_answers(workspace, later.drop(case.label).head(3))
    assert [each["score"] for each in answers] == pytest.approx(scored["score"][:3].to_list())

    with Workspace.open(tmp_path) as workspace:
        by_file = payloads(workspace)
        serve_and_send(workspace, later, case.label)
        go("watch", "--served", codes=(0, EXIT_NO))
        over_http = payloads(workspace)
    counts = ("n_labelled", "n_wrong")
    if name == "digits":
        # not dated: a block bears the name of its file
        assert by_file.keys() == {"later.csv"}
        (block,) = over_http.keys() - by_file.keys()
        mine, its = (
            each | {"rows": "", "delivered": ""}
            for each in (over_http[block], by_file["later.csv"])
        )
        assert mine.pop("mean_score") == pytest.approx(its.pop("mean_score"))
        assert mine == its, "the same rows and labels, whichever way they come"
        return
    assert over_http.keys() == by_file.keys()
    for block, its in by_file.items():
        # rows of a block that came in both ways are told, and count twice
        assert [over_http[block][each] for each in counts] == [2 * its[each] for each in counts]
        assert over_http[block]["off_by"] == pytest.approx(its["off_by"])


def payloads(workspace: Workspace) -> dict[str, Any]:
    """What the record holds of each block."""
    entry = workspace.record.latest("release")
    assert entry is not None
    assert isinstance(entry.verdict, Release)
    seen = workspace.record.observations.of(entry.verdict.release_id)
    return {each.block: dict(each.payload) for each in seen}


def serve_and_send(workspace: Workspace, rows: pl.DataFrame, label: str) -> None:
    """Have rows answered over HTTP in parts, and send what turned out."""
    bundle = open_release(workspace, latest_release(workspace))
    place = log_place(workspace)
    sent = list(bundle.manifest.columns)
    if place.day and place.day not in sent:
        rows = rows.with_columns(pl.col(place.day).str.to_date("%d-%m-%Y").cast(pl.String))
        sent.append(place.day)
    with TestClient(create_app(bundle, log=place)) as client:
        for part in rows.iter_slices(50):
            body = json.dumps({"rows": part.select(sent).to_dicts()}, default=str)
            answer = client.post(
                "/predict", content=body, headers={"Content-Type": "application/json"}
            )
            assert answer.status_code == 200, answer.text
            request = answer.json()["request"]
            outcomes = [
                {"request": request, "row": row, "label": value}
                for row, value in enumerate(part[label])
            ]
            told = client.post("/outcomes", json={"outcomes": outcomes}).json()
            assert told["kept"] == part.height


def served_answers(workspace: Workspace, rows: pl.DataFrame) -> list[dict[str, object]]:
    """What a real server of the release says of some rows."""
    entry = workspace.record.latest("release")
    assert entry is not None
    assert isinstance(entry.verdict, Release)
    folder = workspace.releases_folder / entry.verdict.bundle
    with served(folder, key=workspace.key_path, modules=workspace.folder) as port:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/schema", timeout=30) as schema:
            columns = list(json.load(schema)["columns"])
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/predict",
            data=json.dumps({"rows": rows.select(columns).to_dicts()}, default=str).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            found: list[dict[str, object]] = json.load(answer)["predictions"]
    return found
