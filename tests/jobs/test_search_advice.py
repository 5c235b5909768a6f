from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.examples import example_data, example_problem
from tests.search.simulated import MemoryRecord

from leadline.errors import DiedError
from leadline.jobs.search import _end_what_ran, _untried, _wanted_s, _without_culprit
from leadline.phases.curve import Point
from leadline.phases.search import Closed
from leadline.phases.search.search_findings import USUAL_START_S
from leadline.phases.search.trial import Trial, TrialState
from leadline.search.child_process import SearchRequest


def trial(family: str, *sizes: int, seconds_a_row: float = 0.01) -> Trial:
    points = tuple(Point(n_train=n, errors=(0.2, 0.2, 0.2), fit_s=seconds_a_row * n) for n in sizes)
    return Trial(
        name=f"{family} 1",
        family=family,
        params={},
        complexity=1,
        n_train=sizes[-1] if sizes else 0,
        mean=0.8 if sizes else None,
        points=points,
    )


WHOLE = trial("majority", 1000, seconds_a_row=1e-6)


def test_the_advice_is_what_the_defaults_would_take_with_all_rows() -> None:
    part = trial("boosting", 50, 100, 200)
    wanted = _wanted_s((WHOLE, part), 0, 40.0, n_processes=2, n_folds=5)
    # ten seconds a fit, five folds, two processes, half as much again
    assert wanted == pytest.approx(40 + 1.5 * 10 * 5 / 2, rel=0.15)
    one_size = trial("boosting", 100)
    assert _wanted_s((WHOLE, one_size), 0, 40.0, 2, 5) == pytest.approx(40 + 1.5 * 10 * 5 / 2)


def test_a_family_that_was_not_tried_is_taken_to_be_as_dear_as_the_dearest() -> None:
    part = trial("boosting", 100)
    alone = _wanted_s((WHOLE, part), 0, 0.0, 1, 5)
    beside = _wanted_s((WHOLE, part), 1, 0.0, 1, 5)
    assert alone is not None
    assert beside == pytest.approx(2 * alone)


def test_where_all_was_measured_with_all_rows_there_is_no_advice() -> None:
    assert _wanted_s((WHOLE, trial("linear", 100, 1000)), 0, 40.0, 2, 5) is None
    assert _wanted_s((), 0, 40.0, 2, 5) is None


def test_families_that_nothing_is_known_of_are_named_if_the_box_was_cut() -> None:
    cut = replace(trial("forest"), state=TrialState.NOT_STARTED)
    failed = replace(trial("own"), state=TrialState.FAILED)
    families = ("majority", "forest", "own", "boosting")
    trials = (WHOLE, cut, failed)
    assert _untried(trials, families, Closed.TIME, is_all_open=False) == ("forest", "boosting")
    assert _untried(trials, families, Closed.TIME, is_all_open=True) == ("forest",), (
        "boosting has nothing for this task"
    )
    assert _untried(trials, families, Closed.DONE, is_all_open=False) == ()


def request(folder: Path, **given: Any) -> SearchRequest:
    return SearchRequest(
        folder="",
        study="study",
        problem=example_problem(),
        data=example_data(),
        n_affordable=100,
        asked_at=1000.0,
        granted_s=60.0,
        ready_file=str(folder / "ready"),
        **given,
    )


def workspace(*trials: Trial) -> Any:
    record = MemoryRecord()
    for each in trials:
        record.trials.add("study", each)
    return SimpleNamespace(record=record)


def running(family: str) -> Trial:
    return replace(trial(family), state=TrialState.RUNNING)


DIED = DiedError("The computing process died.")


def test_if_one_candidate_ran_when_the_processes_died_it_has_failed(tmp_path: Path) -> None:
    place = workspace(WHOLE, running("hog"))
    following = _without_culprit(place, request(tmp_path), DIED)
    assert following.banned == {"hog 1"}
    assert place.record.trials.of("study")[-1].state is TrialState.FAILED


def test_if_several_ran_nobody_is_accused_until_they_ran_one_at_a_time(tmp_path: Path) -> None:
    place = workspace(running("hog"), running("linear"), running("forest"))
    following = _without_culprit(place, request(tmp_path), DIED)
    assert not following.banned
    assert following.is_careful
    # the forest was begun last, the hog was written last: its fit ran
    place.record.trials.add("study", running("hog"))
    found = _without_culprit(place, following, DIED)
    assert found.banned == {"hog 1"}
    assert not found.is_careful


def test_what_an_earlier_run_had_begun_is_no_suspect(tmp_path: Path) -> None:
    place = workspace(running("linear"), replace(trial("forest", 50), state=TrialState.RUNNING))
    _end_what_ran(place, request(tmp_path))
    states = {each.name: each.state for each in place.record.trials.of("study")}
    assert states == {"linear 1": TrialState.NOT_STARTED, "forest 1": TrialState.PRUNED}
    with pytest.raises(DiedError):
        _without_culprit(place, request(tmp_path), DIED)


def test_only_what_starting_takes_beyond_the_usual_is_added_to_the_box(tmp_path: Path) -> None:
    asked = request(tmp_path)
    assert asked.closes_at() is None
    Path(asked.ready_file).write_text(str(1000.0 + USUAL_START_S - 1), encoding="ascii")
    assert asked.closes_at() == 1060.0
    Path(asked.ready_file).write_text(str(1000.0 + USUAL_START_S + 5), encoding="ascii")
    assert asked.closes_at() == 1065.0
