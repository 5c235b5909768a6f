from __future__ import annotations

from dataclasses import replace

import pytest

from leadline.jobs.search import _untried, _wanted_s
from leadline.phases.curve import Point
from leadline.phases.search import Closed
from leadline.phases.search.trial import Trial, TrialState


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
