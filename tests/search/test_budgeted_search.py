from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.search.simulated import MemoryRecord, Model, Params, Simulation

from leadline.engines.contract import Choice, Range
from leadline.engines.searchers.random import Random
from leadline.phases.search.trial import Trial, TrialState
from leadline.search import candidate_evaluator
from leadline.search.budgeted_search import BudgetedSearch
from leadline.search.candidates import CandidateSource
from leadline.search.study import Study
from leadline.stats.curves.design import train_sizes

LARGEST = train_sizes(1600)[-1]
CHANCE = Model("majority", 0, lambda *_: 0.5)
LINEAR = Model("linear", 1, lambda _, n: 0.6 * n**-0.15)
FOREST = Model(
    "forest",
    2,
    lambda params, n: (0.7 + 2 * (float(params["x"] or 0) - 0.4) ** 2) * n**-0.25,
    proposals=({"x": 0.9}, {"x": 0.5}),
)


class Searched:
    """Run searches of some models, one after the other on one record."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *models: Model) -> None:
        self.simulation = Simulation({model.name: model for model in models})
        self.record: Any = MemoryRecord()
        monkeypatch.setattr(candidate_evaluator, "time", self.simulation)

    def run(self, seconds: float, searcher: str = "none", **given: Any) -> dict[str, Trial]:
        closes_at, n_asked = self.simulation.now + seconds, 0

        def left_s() -> float:
            nonlocal n_asked
            n_asked += 1
            assert n_asked < 3000, "the search does not end"
            return closes_at - self.simulation.now

        self.search = BudgetedSearch(
            context=self.simulation.context(self.record),
            study=Study(self.record, "study"),
            n_affordable=6400,
            searcher=searcher,
            left_s=left_s,
            **given,
        )
        models = self.simulation.models.values()
        self.search.run([CandidateSource(model.name, model) for model in models])
        return {trial.name: trial for trial in self.record.trials.of("study")}


def dear(model: Model) -> Model:
    """The same, but in a box of a thousand seconds not worth measuring in full at once."""
    return replace(model, seconds_a_row=0.05)


def test_the_first_family_is_measured_in_full_and_the_others_at_three_small_sizes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searched = Searched(monkeypatch, CHANCE, LINEAR)
    searched.run(1000.0)
    sizes = searched.search.sizes
    assert sizes[-1] == LARGEST
    assert [size / sizes[0] for size in sizes] == [1, 2, 4, 8, 16, 32]
    first = [("majority", LARGEST, fold) for fold in range(4)]
    assert searched.simulation.fits[:4] == first
    then = [("linear", n, fold) for n in sizes[:3] for fold in range(3)]
    assert searched.simulation.fits[4 : 4 + len(then)] == then


def test_what_is_cheap_is_measured_in_full_before_anything_is_tuned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searched = Searched(monkeypatch, CHANCE, LINEAR, FOREST)
    trials = searched.run(1000.0)
    fits = searched.simulation.fits
    whole = [("linear", LARGEST, fold) for fold in range(4)]
    whole += [("forest", LARGEST, fold) for fold in range(4)]
    assert set(whole) <= set(fits)
    n_defaults = len(fits) - len([s for s in searched.simulation.specs if s.params == {"x": 0.5}])
    assert max(fits.index(each) for each in whole) < n_defaults, "then the forest's second"
    assert trials["forest 2"].state is TrialState.COMPLETE
    assert trials["linear 1"].state is TrialState.COMPLETE


def test_a_new_candidate_is_looked_at_with_all_rows_where_that_is_cheap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searched = Searched(monkeypatch, CHANCE, FOREST)
    second = searched.run(1000.0)["forest 2"]
    specs = [spec for spec in searched.simulation.specs if spec.params == second.params]
    assert specs[0].n_train == LARGEST


def test_what_is_dear_is_measured_in_full_if_it_can_be_the_best_and_pruned_if_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    trials = Searched(monkeypatch, CHANCE, dear(LINEAR), dear(FOREST)).run(1000.0)
    assert [trial.state for trial in trials.values()] == [
        TrialState.COMPLETE,
        TrialState.PRUNED,
        TrialState.PRUNED,
        TrialState.COMPLETE,
    ]
    best = trials["forest 3"]
    assert best.params == {"x": 0.5}
    assert len(best.scores) == 4, "one repeat a fold at the largest size"
    assert best.error_at_largest is not None
    assert best.error_at_largest.error == pytest.approx(0.72 * LARGEST**-0.25, rel=0.02)
    assert best.log_error_change < 0, "with more rows the error falls"
    assert best.expected[-1].n_train == 6400
    assert trials["linear 1"].n_train < LARGEST


def test_a_search_goes_on_from_the_record_and_measures_nothing_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searched = Searched(monkeypatch, CHANCE, LINEAR, FOREST)
    first = searched.run(1000.0)
    n_fits = len(searched.simulation.fits)
    second = searched.run(1000.0)
    assert len(searched.simulation.fits) == n_fits
    assert list(second) == list(first)
    # the forest has two candidates
    assert max(Counter(searched.simulation.fits).values()) == 2


def test_a_banned_trial_is_not_measured_and_the_next_proposal_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searched = Searched(monkeypatch, CHANCE, LINEAR)
    searched.record.trials.add(
        "study", Trial(name="linear 0", family="linear", params={}, complexity=1, n_train=0)
    )
    searched.run(1000.0, banned=frozenset({"linear 0"}))
    assert {family for family, _, _ in searched.simulation.fits} == {"majority"}


def test_what_killed_the_processes_is_not_drawn_again_and_others_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    space = {"x": Range(0.0, 1.0)}
    tuned = Model("tuned", 1, FOREST.error, [{"x": 0.9}], seconds_a_row=0.005, searched=space)
    first = Searched(monkeypatch, CHANCE, tuned).run(110.0, "random")
    killer = next(trial for trial in first.values() if trial.is_tuned)
    again = Searched(monkeypatch, CHANCE, tuned)
    for trial in first.values():
        again.record.trials.add("study", replace(trial, points=(), mean=None))
    trials = again.run(110.0, "random", banned=frozenset({killer.name}))
    others = [trial for trial in trials.values() if trial.is_tuned and trial.name != killer.name]
    assert trials[killer.name].mean is None
    assert any(trial.mean is not None for trial in others)
    assert killer.params not in [trial.params for trial in others]


def test_folds_that_would_end_too_late_are_not_begun_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the forest's default lacks costs a small share of the box, which is all but over."""
    linear = replace(LINEAR, seconds_a_row=0.005)
    forest = replace(FOREST, seconds_a_row=0.005, proposals=({"x": 0.9},))
    searched = Searched(monkeypatch, CHANCE, linear, forest)
    trials = searched.run(110.0)
    assert trials["forest 2"].state is TrialState.PRUNED
    assert 100 < searched.simulation.now < 110


def test_the_leader_is_measured_in_full_before_the_time_box_closes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = Model("slow", 1, LINEAR.error, seconds_a_row=0.02)
    trials = Searched(monkeypatch, CHANCE, slow).run(240.0)
    # 6 s for the baseline, 21 s for three sizes; the largest takes 128 s, and a half is the reserve
    assert trials["slow 1"].state is TrialState.COMPLETE
    sizes = [point.n_train for point in trials["slow 1"].points]
    assert sizes == [50, 100, 200, 400, 1600], "and a curve of its own"


def test_a_candidate_that_fails_on_more_rows_is_failed_and_costs_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = Model("broken", 1, lambda _, n: 0.1 if n < 100 else None)
    trials = Searched(monkeypatch, CHANCE, broken, LINEAR).run(1000.0)
    assert trials["broken 1"].state is TrialState.FAILED
    assert trials["broken 1"].message == "it broke"
    assert trials["linear 2"].mean is not None


def test_a_family_that_raises_is_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing(Model):
        def candidates(self, *_: Any) -> Any:
            raise RuntimeError("no licence")

    trials = Searched(monkeypatch, CHANCE, Refusing("refusing", 1, LINEAR.error)).run(1000.0)
    assert trials["refusing 1"].state is TrialState.FAILED
    assert trials["refusing 1"].message == "RuntimeError: no licence"


def test_while_nothing_can_be_measured_every_proposal_is_tried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def only_the_last(params: Params, n: int) -> float | None:
        return 0.5 * n**-0.1 if params["x"] == 3 else None

    proposals = [{"x": each} for each in (1, 2, 3)]
    trials = Searched(monkeypatch, Model("odd", 0, only_the_last, proposals)).run(1000.0)
    states = [trial.state for trial in trials.values()]
    assert states == [TrialState.FAILED, TrialState.FAILED, TrialState.COMPLETE]


def test_a_searcher_proposes_when_the_family_has_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    own = [{"x": 0.9}, {"x": 0.5}]
    space = {"x": Range(0.0, 1.0)}
    tuned = Model("tuned", 1, FOREST.error, own, seconds_a_row=0.004, searched=space)
    trials = Searched(monkeypatch, CHANCE, tuned).run(110.0, "random")
    first, second, *drawn = [trial for trial in trials.values() if trial.family == "tuned"]
    assert [first.params, second.params] == own
    assert not first.is_tuned
    assert not second.is_tuned
    assert len(drawn) >= 2
    assert all(trial.is_tuned for trial in drawn)
    assert len({trial.params["x"] for trial in drawn}) == len(drawn), "no parameters twice"
    alone = Searched(monkeypatch, CHANCE, tuned).run(110.0, "none")
    assert len(alone) == 3, "without a searcher only the family proposes"


def test_folds_by_time_are_compared_by_the_newest_and_told_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searched = Searched(monkeypatch, CHANCE, FOREST)
    searched.simulation.fold_effects = (0.0, 0.0, 0.0, 0.5)
    best = searched.run(1000.0)["forest 2"]
    plain, newest = 0.72 * LARGEST**-0.25, float(np.exp(0.5))
    told = best.points[-1].mean
    assert told == pytest.approx(plain * (3 + newest) / 4, rel=0.01), "as promised to people"
    assert best.error_at_largest is not None
    compared = best.error_at_largest.error
    assert compared == pytest.approx(plain * (6 + 4 * newest) / 10, rel=0.02)


def test_a_search_goes_on_with_its_searcher_after_the_proposals_of_an_earlier_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = [{"x": 0.9}, {"x": 0.5}]
    space = {"x": Range(0.0, 1.0)}
    tuned = Model("tuned", 1, FOREST.error, own, seconds_a_row=0.005, searched=space)
    searched = Searched(monkeypatch, CHANCE, tuned)
    first = searched.run(70.0, "random")
    second = searched.run(70.0, "random")
    assert list(second)[: len(first)] == list(first)
    assert any(trial.is_tuned for name, trial in second.items() if name not in first)


def test_a_searcher_that_repeats_itself_is_not_asked_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    space = {"x": Choice((0.5, 0.9))}
    tuned = Model("tuned", 1, FOREST.error, [{"x": 0.9}], searched=space)
    trials = Searched(monkeypatch, CHANCE, tuned).run(1000.0, "random")
    assert {trial.params.get("x") for trial in trials.values()} == {None, 0.5, 0.9}
    assert len(trials) == 3


def test_a_familys_own_proposal_is_measured_though_little_is_expected_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    behind = Model("behind", 1, lambda _, n: 1.02 * 0.6 * n**-0.15, [{"x": 1}, {"x": 2}])
    trials = Searched(monkeypatch, CHANCE, LINEAR, behind).run(1000.0)
    assert [t.params for t in trials.values() if t.family == "behind"] == [{"x": 1}, {"x": 2}]


def test_each_draw_of_a_searcher_has_a_seed_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    space = {"x": Range(0.0, 1.0)}
    tuned = Model("tuned", 1, FOREST.error, [{"x": 0.9}], seconds_a_row=0.005, searched=space)
    trials = Searched(monkeypatch, CHANCE, tuned).run(110.0, "random")
    _, *drawn = [trial for trial in trials.values() if trial.family == "tuned"]
    # the seed of the folds, and the number of the family's candidates so far
    expected = [Random(space, seed=3 + n).ask()["x"] for n in range(1, len(drawn) + 1)]
    assert drawn
    assert [trial.params["x"] for trial in drawn] == pytest.approx(expected, abs=1e-4)


def test_a_candidate_that_fails_at_one_size_is_kept_where_a_larger_one_succeeds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    odd = Model("odd", 1, lambda _, n: None if n == 100 else 0.6 * n**-0.15)
    trial = Searched(monkeypatch, CHANCE, odd).run(1000.0)["odd 1"]
    assert trial.state is TrialState.COMPLETE
    assert 100 not in [point.n_train for point in trial.points]


def test_what_is_believed_of_equal_candidates_is_independent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searched = Searched(monkeypatch, CHANCE, LINEAR, Model("twin", 1, LINEAR.error))
    searched.run(1000.0)
    _, one, other = (each.forecast for each in searched.search.candidates)
    assert one is not None
    assert other is not None
    assert abs(np.corrcoef(one.draws, other.draws)[0, 1]) < 0.2


def test_it_is_told_once_every_family_was_asked_for_candidates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[int] = []
    searched = Searched(monkeypatch, CHANCE, Model("nothing", 1, LINEAR.error, []), LINEAR)
    trials = searched.run(1000.0, on_all_open=lambda: told.append(1))
    assert told == [1]
    assert {trial.family for trial in trials.values()} == {"majority", "linear"}
    searched.run(0.0, on_all_open=lambda: told.append(2))
    assert told == [1], "the box was closed before"
