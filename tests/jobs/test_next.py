"""What to label next: ranked by a job, handed out in that order, and marked on the record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.projects import PROBLEM, customers, project, run, run_to, verdict_of, write_settings

from leadline.errors import SettingsError
from leadline.labelling.item_pool import drawn_rows, item_pool, keys_of
from leadline.labelling.row_ranking import rule_for
from leadline.labelling.selection_history import chosen_rows, ranking_in_force
from leadline.phases.curve import Curve
from leadline.phases.data import Data
from leadline.phases.forecast import Forecast
from leadline.phases.problem import Problem
from leadline.record import Assignment, AssignmentTerms, Vote
from leadline.services.labelling.worklist import work_of
from leadline.snapshot import test_side as is_test_row
from leadline.workspace import Workspace

TERMS = AssignmentTerms(hold_s=600, repeat_share=0.0, gold_share=0.0, seed=1)
LABELS = {"next": "uncertainty"}
SETTINGS = {**PROBLEM, "time_box_s": 25.0, "target_score": 0.95}
N_LABELLED, N_ROWS = 200, 700


@pytest.fixture(scope="module")
def measured_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with 200 labelled rows of 700, split by chance, whose curve is measured."""
    folder = tmp_path_factory.mktemp("next")
    pool = customers(N_ROWS).drop("joined")
    is_known = pl.int_range(N_ROWS, eager=True) < N_LABELLED
    pool = pool.with_columns(left=pl.when(is_known).then("left"))
    with project(folder, pool, problem=SETTINGS, labels=LABELS) as workspace:
        run_to(workspace, "problem", "data", "feasibility", "search", "labelling", "curve")
    return folder


@pytest.fixture
def workspace(measured_folder: Path) -> Iterator[Workspace]:
    with Workspace.open(measured_folder) as opened:
        yield opened


def test_the_least_sure_train_rows_come_first(workspace: Workspace) -> None:
    data, curve = verdict_of(workspace, "data", Data), verdict_of(workspace, "curve", Curve)
    assert curve.next_rule == "uncertainty"
    said = json.loads(workspace.artifacts.get(curve.ranking))
    drawn = drawn_rows(workspace.artifacts, data)
    is_test = is_test_row(drawn, data.split)
    keys = np.array(keys_of(drawn, data))
    assert set(said["keys"]) == set(keys[~is_test])
    # customers leave at about five calls as often as not; the plan shifts that a little
    calls = dict(zip(keys, drawn["calls"], strict=True))
    far = [abs(calls[key] - 5) for key in said["keys"]]
    assert np.mean(far[:50]) < 0.6 * np.mean(far[-50:])


def test_test_rows_stay_where_chance_put_them(workspace: Workspace) -> None:
    data = verdict_of(workspace, "data", Data)
    work = work_of(workspace)
    assert work.facts["is_ranked"]
    drawn = drawn_rows(workspace.artifacts, data)
    keys, is_test = np.array(keys_of(drawn, data)), is_test_row(drawn, data.split)
    ranking = ranking_in_force(workspace)
    pool = [item.key for item in item_pool(workspace.artifacts, data, ranking).items]
    assert [pool[place] for place in np.flatnonzero(is_test)] == keys[is_test].tolist()
    assert [pool[place] for place in np.flatnonzero(~is_test)] == list(ranking)
    # people are handed one of the first 64 that are open
    asked = _asked(workspace, "Cleo", 40)
    assert all(pool.index(key) < 64 + turn for turn, key in enumerate(asked))
    assert len(set(asked)) == 40


def test_what_was_chosen_is_marked_and_the_forecast_warns(workspace: Workspace) -> None:
    n_before = len(chosen_rows(workspace))
    asked = _asked(workspace, "Ada", 30)
    data = verdict_of(workspace, "data", Data)
    drawn = drawn_rows(workspace.artifacts, data)
    sides = dict(zip(keys_of(drawn, data), is_test_row(drawn, data.split).tolist(), strict=True))
    chosen = chosen_rows(workspace)
    assert set(chosen.values()) == {"uncertainty"}
    assert all(not sides[key] for key in chosen)
    assert all(key in chosen for key in asked if not sides[key])
    # a vote that a file brought was drawn by chance
    other = next(key for key in ranking_in_force(workspace) if key not in chosen)
    workspace.record.labels.votes.add(Vote(other, "file", "yes", 1.0))
    assert len(chosen_rows(workspace)) == len(chosen) >= n_before
    forecast = run(workspace, "forecast").verdict
    assert isinstance(forecast, Forecast)
    assert forecast.n_chosen == {"uncertainty": len(chosen)}
    assert any("drawn by chance" in finding.what for finding in forecast.findings)


def test_with_random_nothing_is_ranked(workspace: Workspace, measured_folder: Path) -> None:
    write_settings(measured_folder, problem=SETTINGS)
    try:
        with Workspace.open(measured_folder) as changed:
            assert ranking_in_force(changed) == ()
            assert not work_of(changed).facts["is_ranked"]
    finally:
        write_settings(measured_folder, problem=SETTINGS, labels=LABELS)
    assert ranking_in_force(workspace)


def test_new_rows_end_a_ranking(measured_folder: Path) -> None:
    with Workspace.open(measured_folder) as workspace:
        run(workspace, "data")
        assert ranking_in_force(workspace) == ()


def test_a_number_has_no_margin(tmp_path: Path) -> None:
    pool = customers(200).drop("left")
    problem = {"target_score": 0.5, "time_box_s": 5.0}
    settings = {"label": "spend", "problem": problem, "labels": LABELS}
    with project(tmp_path, pool, **settings) as workspace:
        run(workspace, "problem")
        with pytest.raises(SettingsError, match="a number is predicted"):
            rule_for(workspace, verdict_of(workspace, "problem", Problem))


def _asked(workspace: Workspace, judge: str, n: int) -> list[str]:
    """The first items that a person is handed; answered at once."""
    work_of(workspace)
    keys = []
    at_hand = workspace.record.labels.assignments.next(judge, TERMS)
    for _ in range(n):
        assert isinstance(at_hand, Assignment)
        keys.append(at_hand.item.key)
        given = Vote("", judge, "yes", 1.0)
        at_hand = workspace.record.labels.assignments.answer(at_hand.id, given, TERMS)
    return keys
