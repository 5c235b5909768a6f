from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.guests import install
from tests.processes import is_alive
from tests.projects import PROBLEM, customers, finding, project, run_to, whats

from leadline.jobs.search import choose
from leadline.phases.search import Search, Trial, TrialState
from leadline.phases.verdict import Answer

Wait = Callable[[Callable[[], bool]], None]


def search(folder: Path, *families: str, time_box_s: float = 60.0, **find: Any) -> Search:
    """Search on two hundred rows."""
    with project(
        folder / "project",
        customers(200),
        problem={**PROBLEM, "time_box_s": time_box_s},
        find={"families": list(families), "folds": 2, **find},
    ) as workspace:
        verdict = run_to(workspace, "problem", "data", "search")
    assert isinstance(verdict, Search)
    return verdict


def states(verdict: Search) -> dict[str, TrialState]:
    return {trial.name.split()[0]: trial.state for trial in verdict.trials}


def test_the_baseline_is_tried_first_and_beaten(tmp_path: Path) -> None:
    verdict = search(tmp_path, "linear", "majority", folds=3)
    assert verdict.trials[0].family == "majority"
    assert verdict.answer is Answer.GO
    assert verdict.chosen_trial.family == "linear"
    assert all(trial.state is TrialState.COMPLETE for trial in verdict.trials)
    assert all(len(trial.scores) == 3 for trial in verdict.trials)
    assert verdict.spent_s <= verdict.time_box_s
    assert verdict.examples


def test_a_family_that_sleeps_is_cut_at_the_box_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wait_for: Wait
) -> None:
    pids = install(tmp_path, monkeypatch)
    verdict = search(tmp_path, "majority", "sleeper", time_box_s=10.0)
    assert states(verdict) == {"majority": TrialState.COMPLETE, "sleeper": TrialState.CUT}
    assert verdict.chosen == "majority 0"
    assert verdict.spent_s <= verdict.time_box_s + 2
    assert verdict.answer is Answer.NO, "the baseline is no better than itself"
    assert "The time box closed on sleeper 1; the best so far is kept." in whats(verdict)
    for pid in map(int, pids.read_text().split()):
        wait_for(lambda pid=pid: not is_alive(pid))  # type: ignore[misc]


def test_a_family_that_raises_is_a_result_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch)
    verdict = search(tmp_path, "majority", "breaker", "linear")
    assert states(verdict) == {
        "majority": TrialState.COMPLETE,
        "linear": TrialState.COMPLETE,
        "breaker": TrialState.FAILED,
    }
    broken = next(trial for trial in verdict.trials if trial.family == "breaker")
    assert broken.message == "RuntimeError: out of paper"
    assert verdict.answer is Answer.GO
    assert finding(verdict, broken.name).what.endswith("out of paper")
    names = [trial.family for trial in verdict.trials]
    assert names.index("breaker") < len(names) - 1, "the search went on"


def test_nothing_finished_is_out_of_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch)
    verdict = search(tmp_path, "sleeper", time_box_s=5.0)
    assert verdict.answer is Answer.NO
    assert verdict.chosen == ""
    assert verdict.summary.endswith("out of time.")
    assert verdict.examples == ()
    assert verdict.spent_s <= verdict.time_box_s + 2


def test_a_box_too_small_for_anything_still_ends_in_a_verdict(tmp_path: Path) -> None:
    verdict = search(tmp_path, "majority", time_box_s=0.05)
    assert verdict.answer is Answer.NO
    assert verdict.spent_s > 0.05
    assert verdict.cost > 0


def test_a_family_that_never_names_its_candidates_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch)
    verdict = search(tmp_path, "majority", "dreamer", time_box_s=5.0)
    assert verdict.answer is Answer.NO
    assert verdict.spent_s <= verdict.time_box_s + 2


def test_a_family_that_is_not_for_the_task_is_left_out(tmp_path: Path) -> None:
    with project(
        tmp_path / "project",
        customers(200),
        label="calls",
        problem={
            "task": "regression",
            "scoring": "mean_absolute_error",
            "target_score": 1.0,
            "time_box_s": 60.0,
        },
        find={"families": ["majority", "bayes", "linear"], "folds": 2},
    ) as workspace:
        verdict = run_to(workspace, "problem", "data", "search")
    assert isinstance(verdict, Search)
    assert {trial.family for trial in verdict.trials} == {"majority", "linear"}
    assert all(trial.state is TrialState.COMPLETE for trial in verdict.trials)


def test_forest_and_bayes_are_searched_as_others_are(tmp_path: Path) -> None:
    verdict = search(tmp_path, "majority", "bayes", "forest")
    assert {trial.family for trial in verdict.trials} == {"majority", "bayes", "forest"}
    assert all(trial.state is TrialState.COMPLETE for trial in verdict.trials)
    assert verdict.answer is Answer.GO


def trial(name: str, mean: float | None, complexity: int, stderr: float = 0.01) -> Trial:
    return Trial(
        name=name,
        family=name,
        params={},
        complexity=complexity,
        n_train=100,
        mean=mean,
        stderr=stderr,
        state=TrialState.CUT if mean is None else TrialState.COMPLETE,
    )


def test_the_simplest_within_one_standard_error_is_chosen() -> None:
    trials = (trial("rich", 0.90, 3), trial("plain", 0.895, 1), trial("none", 0.5, 0))
    assert choose(trials, "roc_auc") == "plain"
    assert choose((trial("rich", 0.90, 3, 0.001), *trials[1:]), "roc_auc") == "rich"
    assert choose((trial("cut", None, 0),), "roc_auc") == ""
    losses = (trial("rich", 2.0, 3, 0.2), trial("plain", 2.1, 1, 0.2), trial("none", 9.0, 0, 0.2))
    assert choose(losses, "mean_absolute_error") == "plain"
