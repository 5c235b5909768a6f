from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.alive import is_alive
from tests.guests import install
from tests.projects import PROBLEM, customers, finding, project, run_to, whats

from leadline.phases.search import Closed, Search
from leadline.phases.search.search_findings import USUAL_START_S
from leadline.phases.search.trial import TrialState
from leadline.phases.verdict import Answer
from leadline.processes import limit
from leadline.workspace import Workspace

Wait = Callable[[Callable[[], bool]], None]


def search(
    folder: Path,
    *families: str,
    time_box_s: float = 40.0,
    serve: dict[str, float] | None = None,
    **find: Any,
) -> Search:
    """Search on two hundred rows."""
    with project(
        folder / "project",
        customers(200),
        problem={**PROBLEM, "time_box_s": time_box_s},
        find={
            "executor": "sequential",
            "searcher": "none",
            "families": list(families),
            "folds": 2,
            **find,
        },
        serve=serve or {},
    ) as workspace:
        verdict = run_to(workspace, "problem", "data", "search")
    assert isinstance(verdict, Search)
    return verdict


@pytest.mark.parametrize(("n_copies", "is_told"), [(5, True), (1, False)])
def test_copies_that_folds_cannot_keep_apart_are_told(
    tmp_path: Path, n_copies: int, is_told: bool
) -> None:
    rows = customers(15 * 5 // n_copies).drop("joined")
    find = {"families": ["majority"], "folds": 2, "executor": "sequential", "searcher": "none"}
    with project(tmp_path, pl.concat([rows] * n_copies), find=find) as workspace:
        verdict = run_to(workspace, "problem", "data", "search")
    assert any("copies are learnt by heart" in each for each in whats(verdict)) is is_told


def states(verdict: Search) -> dict[str, TrialState]:
    return {trial.name.split()[0]: trial.state for trial in verdict.trials}


def kept(verdict: Search) -> bool:
    """Whether the box was kept: starting belongs to it as far as it is as quick as usual."""
    late_s = max((verdict.starting_s or 0.0) - USUAL_START_S, 0.0)
    return verdict.spent_s <= verdict.time_box_s + late_s + 2


def test_the_baseline_is_tried_first_and_beaten(tmp_path: Path) -> None:
    verdict = search(tmp_path, "linear", "majority", folds=3)
    assert verdict.trials[0].family == "majority"
    assert verdict.answer is Answer.GO
    chosen = verdict.chosen_trial
    assert chosen.family == "linear"
    assert chosen.state is TrialState.COMPLETE
    assert [len(trial.scores) for trial in verdict.trials[:2]] == [3, 3]
    assert len(chosen.points) >= 3, "small nested sizes first"
    assert chosen.expected[-1].n_train == verdict.n_affordable
    assert sum(trial.chance_best or 0 for trial in verdict.trials) == pytest.approx(1)
    assert kept(verdict)
    assert verdict.cpu_s > 0
    assert verdict.examples


def test_a_family_that_sleeps_is_cut_at_the_box_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wait_for: Wait
) -> None:
    pids = install(tmp_path, monkeypatch)
    verdict = search(tmp_path, "majority", "sleeper", time_box_s=15.0)
    assert states(verdict) == {"majority": TrialState.COMPLETE, "sleeper": TrialState.NOT_STARTED}
    assert verdict.chosen == "majority 0"
    assert kept(verdict)
    assert verdict.answer is Answer.UNCLEAR
    assert verdict.untried == ("sleeper",)
    assert "The time box closed on sleeper 1; the best so far is kept." in whats(verdict)
    for pid in map(int, pids.read_text().split()):
        wait_for(lambda pid=pid: not is_alive(pid))  # type: ignore[misc]


def test_a_family_that_raises_is_a_result_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch)
    verdict = search(tmp_path, "majority", "breaker", "linear")
    assert states(verdict)["breaker"] is TrialState.FAILED
    broken = next(trial for trial in verdict.trials if trial.family == "breaker")
    assert broken.message == "RuntimeError: out of paper"
    assert verdict.answer is Answer.GO
    assert finding(verdict, broken.name).what.endswith("out of paper")
    names = [trial.family for trial in verdict.trials]
    assert names.index("breaker") < len(names) - 1, "the search went on"


def test_nothing_finished_is_out_of_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch)
    verdict = search(tmp_path, "sleeper", time_box_s=5.0)
    assert verdict.answer is Answer.UNCLEAR
    assert verdict.chosen == ""
    assert verdict.summary.endswith("out of time.")
    assert verdict.examples == ()
    assert kept(verdict)


def test_a_box_too_small_for_anything_still_ends_in_a_verdict(tmp_path: Path) -> None:
    verdict = search(tmp_path, "majority", time_box_s=0.05)
    assert verdict.answer in {Answer.NO, Answer.UNCLEAR}
    assert verdict.spent_s > 0.05
    assert verdict.cost > 0


def test_a_family_that_never_names_its_candidates_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch)
    verdict = search(tmp_path, "majority", "dreamer", time_box_s=5.0)
    assert verdict.answer is Answer.UNCLEAR
    assert kept(verdict)


def test_a_family_that_is_not_for_the_task_is_left_out(tmp_path: Path) -> None:
    with project(
        tmp_path / "project",
        customers(200),
        label="calls",
        problem={
            "task": "regression",
            "scoring": "mean_absolute_error",
            "target_score": 1.0,
            "time_box_s": 25.0,
        },
        find={
            "executor": "sequential",
            "searcher": "none",
            "families": ["majority", "bayes", "linear"],
            "folds": 2,
        },
    ) as workspace:
        verdict = run_to(workspace, "problem", "data", "search")
    assert isinstance(verdict, Search)
    assert {trial.family for trial in verdict.trials} == {"majority", "linear"}


def test_forest_and_bayes_are_searched_as_others_are(tmp_path: Path) -> None:
    verdict = search(tmp_path, "majority", "bayes", "forest")
    assert {trial.family for trial in verdict.trials} == {"majority", "bayes", "forest"}
    assert not any(trial.state is TrialState.FAILED for trial in verdict.trials)
    assert verdict.answer is Answer.GO


def test_a_second_run_goes_on_from_what_the_first_has_measured(tmp_path: Path) -> None:
    with project(
        tmp_path / "project",
        customers(200),
        problem={**PROBLEM, "time_box_s": 90.0},
        find={
            "executor": "sequential",
            "searcher": "none",
            "families": ["majority", "linear"],
            "folds": 2,
        },
    ) as workspace:
        first = run_to(workspace, "problem", "data", "search")
        n_fits = count_fits(workspace)
        second = run_to(workspace, "search")
        n_more = count_fits(workspace) - n_fits
    assert isinstance(first, Search)
    assert isinstance(second, Search)
    assert (first.n_kept, second.n_kept) == (0, len(first.trials))
    assert n_more == 0, "what is known is not measured again"
    names = [trial.name for trial in second.trials]
    assert names[: len(first.trials)] == [trial.name for trial in first.trials]
    mean = {trial.name: trial.mean for trial in first.trials}
    assert all(mean.get(t.name, t.mean) == t.mean for t in second.trials)


def test_a_candidate_that_takes_too_much_memory_is_stopped_and_the_search_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch)
    verdict = search(tmp_path, "majority", "hog", "linear", memory_limit_gb=1.5)
    hog = next(trial for trial in verdict.trials if trial.family == "hog")
    assert hog.state is TrialState.FAILED
    assert hog.message.startswith("It took ")
    assert "1.5 GB are granted" in hog.message
    assert verdict.answer is Answer.GO
    assert verdict.chosen_trial.family == "linear"


def test_a_candidate_that_takes_the_process_down_costs_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch)
    verdict = search(tmp_path, "majority", "crasher", "linear")
    crashed = next(trial for trial in verdict.trials if trial.family == "crasher")
    assert crashed.state is TrialState.FAILED
    assert "process died" in crashed.message
    assert verdict.chosen_trial.family == "linear"


def test_a_candidate_that_raises_at_random_never_ends_the_search(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch)
    verdict = search(tmp_path, "majority", "dicer", "linear")
    assert verdict.chosen_trial.family == "linear"


def test_where_answers_have_a_price_they_are_timed_and_it_is_told(tmp_path: Path) -> None:
    serve = {"rows_per_year": 1e6, "instance_per_hour": 2.0}
    verdict = search(tmp_path, "linear", "majority", serve=serve, hundredth_worth=1000.0)
    assert verdict.price is not None
    for trial in verdict.ranked:
        alone, together = trial.answer_s
        assert alone > together > 0
    (reason,) = [each for each in verdict.reasons if each.startswith("majority")]
    assert "USD a year" in reason
    assert f"to serve than {verdict.chosen}, and is worth" in reason


def test_what_was_measured_before_a_price_was_stated_is_told(tmp_path: Path) -> None:
    first = search(tmp_path, "linear", "majority")
    assert all(trial.answer_s == () for trial in first.trials)
    folder = tmp_path / "project"
    text = (folder / "leadline.toml").read_text()
    for key, value in (("rows_per_year", 1e6), ("hundredth_worth", 1000.0)):
        text = text.replace(f"# {key} = 0.0", f"{key} = {value}")
    (folder / "leadline.toml").write_text(text)
    with Workspace.open(folder) as workspace:
        second = run_to(workspace, "search")
    assert isinstance(second, Search)
    assert second.price is not None
    assert second.chosen == first.chosen
    told = [each for each in second.reasons if "What answers cost is not known" in each]
    assert all(each.endswith("was not timed.") for each in told)
    assert told or all(trial.answer_s for trial in second.ranked)


def test_money_closes_the_box_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch)
    # at .10 an hour twelve seconds cost a thirtieth of a cent
    poor = search(tmp_path, "majority", "sleeper", money_limit=0.10 * 12 / 3600)
    assert poor.closed is Closed.MONEY
    assert poor.time_box_s == pytest.approx(12)
    assert kept(poor)


def test_processor_time_closes_the_box_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # a child that has imported nothing yet needs seconds of it
    monkeypatch.setattr(limit, "subprocess", subprocess)
    verdict = search(tmp_path, "majority", "linear", "boosting", searcher="optuna", cpu_limit_s=3.0)
    assert verdict.closed is Closed.CPU
    assert 3 < verdict.cpu_s < 6
    assert verdict.chosen


def count_fits(workspace: Workspace) -> int:
    """How many fits the record holds of the search's candidates."""
    entry = workspace.record.latest("search")
    assert entry is not None
    assert isinstance(entry.verdict, Search)
    points = [point for trial in entry.verdict.trials for point in trial.points]
    return sum(len(point.errors) for point in points)
