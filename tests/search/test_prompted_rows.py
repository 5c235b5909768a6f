"""How many rows a prompted candidate is asked about: what the box and the purse allow, or none."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.model_servers import LOCAL_MODEL, Body, FakeModel, Reply, chat, fake_model
from tests.projects import PROBLEM, project, run_to

from leadline.engines.executors.sequential import Sequential
from leadline.errors import EngineError
from leadline.evaluation.machines.connected_families import connected_family
from leadline.phases.curve import Point
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.search import Closed, Search
from leadline.phases.search.search_findings import USUAL_START_S
from leadline.phases.search.trial import Trial, TrialState
from leadline.search.candidate_evaluator import EvaluationContext
from leadline.workspace import Workspace

N_ROWS = 240
N_CHECKED = 40


def mails() -> pl.DataFrame:
    is_spam = np.random.default_rng(0).random(N_ROWS) < 0.5
    said = [f"{'win money' if spam else 'lunch at noon'} {i}" for i, spam in enumerate(is_spam)]
    return pl.DataFrame({"said": said, "left": np.where(is_spam, "yes", "no")})


@contextmanager
def opened(
    folder: Path,
    url: str,
    *,
    model: str = "a model",
    time_box_s: float = 40.0,
    budget: float = 1.0,
    rows: pl.DataFrame | None = None,
    asked: Mapping[str, object] = PROBLEM,
) -> Iterator[Workspace]:
    machine: dict[str, object] = {
        "url": url,
        "model": model,
        "input": 1.0,
        "output": 10.0,
        "priced_on": "2026-11-30",
        "budget": budget,
        "max_in_flight": 2,
    }
    with project(
        folder,
        mails() if rows is None else rows,
        problem={**asked, "time_box_s": time_box_s},
        data={"columns": {"said": {"kind": "text"}}},
        find={
            "executor": "sequential",
            "searcher": "none",
            "families": ["majority", "prompted"],
            "folds": 2,
            "importance_s": 0.0,
        },
        machines={"here": machine},
    ) as workspace:
        run_to(workspace, "problem", "data")
        yield workspace


def answering(seconds: float) -> AbstractContextManager[FakeModel]:
    """Right about each row, after some time."""

    def answer(body: Body, n_before: int) -> Reply:
        time.sleep(seconds)
        is_spam = "win" in body["messages"][-1]["content"]
        return chat(f'{{"label": "{"yes" if is_spam else "no"}"}}')

    return fake_model(answer)


def context_of(workspace: Workspace) -> tuple[EvaluationContext, Trial]:
    record = workspace.record
    problem, data = record.latest_of(Problem), record.latest_of(Data)
    assert problem is not None
    assert data is not None
    context = EvaluationContext.of(workspace, problem, data, n_folds=2, executor=Sequential())
    family = connected_family("prompted", str(workspace.folder))
    params = family.candidates("binary", {"said": "text"}, 100)[0]
    return context, Trial(
        name="prompted 1", family="prompted", params=dict(params), complexity=9, n_train=0
    )


def asked(context: EvaluationContext, trial: Trial, left_s: float) -> int:
    n_valid = context.evaluator(trial, left_s).spec.n_valid
    assert n_valid is not None
    return n_valid


def test_as_many_rows_as_fit_after_a_few_were_tried(tmp_path: Path) -> None:
    with answering(0.05) as model, opened(tmp_path, model.url) as workspace:
        context, trial = context_of(workspace)
        few = asked(context, trial, 45.0)
        assert len(model.bodies) == 4
        # a quarter of the box is 450 answers at best, of which 3 fits check 40 each
        assert few in {20, 40, 80}
        n_fold = max(map(len, context.valid_labels))
        assert asked(context, trial, 10_000.0) == n_fold
        assert 8 <= len(model.bodies) < 12, "those tried are kept, and others tell the time"
        assert context.evaluator(trial).n_valid_per_round == context.n_valid_per_round
        point = Point(n_train=80, errors=(0.1,), fit_s=1.0, n_valid=(40, 40))
        known = replace(trial, n_train=80, points=(point,))
        assert context.evaluator(known, 0.0).spec.n_valid == 40
        assert context.evaluator(known).spec.n_valid == 40


def test_new_labels_of_a_machine_leave_its_fits_alone(tmp_path: Path) -> None:
    with answering(0.0) as model, opened(tmp_path, model.url) as workspace:
        context, trial = context_of(workspace)
        taught = replace(context.spec.data, machine_rows="aa" * 32)
        again = replace(context, spec=replace(context.spec, data=taught)).evaluator(trial)
        assert again.spec.data.machine_rows == ""


def test_what_cannot_be_finished_is_not_begun(tmp_path: Path) -> None:
    with answering(0.2) as model, opened(tmp_path, model.url) as workspace:
        context, trial = context_of(workspace)
        for n_bodies in (4, 12):
            # what the first run tried is kept, and is no reason to think the model quick
            with pytest.raises(EngineError, match="180 answers, the fewest that say something"):
                asked(context, trial, 10.0)
            assert 4 <= len(model.bodies) < n_bodies + 1


def test_what_cannot_be_paid_is_not_begun(tmp_path: Path) -> None:
    # an answer costs 100 and 80 micro-dollars; what one may cost at most is some 1,500
    with answering(0.0) as model, opened(tmp_path, model.url, budget=0.02) as workspace:
        context, trial = context_of(workspace)
        with pytest.raises(EngineError, match=r"cost about 0\.03 USD; this machine may still"):
            asked(context, trial, 1_000.0)
        assert len(model.bodies) == 4


def test_of_numbers_a_fit_checks_one_answer_and_is_begun_for_less(tmp_path: Path) -> None:
    numbers = mails().with_columns(left=pl.int_range(N_ROWS) / 7)
    wanted = {"scoring": "r2", "target_score": 0.8}
    with (
        answering(0.0) as model,
        opened(tmp_path, model.url, budget=0.02, rows=numbers, asked=wanted) as workspace,
    ):
        context, trial = context_of(workspace)
        # 3 fits of 21 answers can be paid; of 60 they could not
        assert asked(context, trial, 1_000.0) == 20


def searched(workspace: Workspace) -> tuple[Search, Trial]:
    verdict = run_to(workspace, "search")
    assert isinstance(verdict, Search)
    return verdict, next(each for each in verdict.trials if each.family == "prompted")


def test_a_slow_model_is_told_and_the_search_goes_on(tmp_path: Path) -> None:
    with answering(0.4) as model, opened(tmp_path, model.url, time_box_s=12.0) as workspace:
        verdict, trial = searched(workspace)
        assert len(model.bodies) == 4
    assert (trial.state, trial.n_train) == (TrialState.FAILED, 0)
    assert "What cannot be finished is not begun." in trial.message
    assert verdict.chosen == "majority 0"
    assert verdict.closed is Closed.DONE


def test_a_quick_model_is_measured_with_others(tmp_path: Path) -> None:
    with answering(0.0) as model, opened(tmp_path, model.url, time_box_s=15.0) as workspace:
        verdict, trial = searched(workspace)
        account = workspace.record.machines.account("here")
    assert trial.state is TrialState.COMPLETE, trial.message
    assert trial.n_train == verdict.trials[0].n_train, "with all rows at once"
    assert verdict.chosen_trial.family == "prompted"
    assert trial.answer_cost == pytest.approx(180e-6)
    assert account.spent == account.n_answers * 180
    assert trial.error_at_largest is not None
    assert trial.error_at_largest.error < 0.01, "one that was never wrong is no worse for it"


def test_a_search_with_a_real_model_ends_within_its_box(tmp_path: Path, local_model: str) -> None:
    with opened(tmp_path, local_model, model=LOCAL_MODEL, time_box_s=15.0) as workspace:
        verdict, trial = searched(workspace)
        account = workspace.record.machines.account("here")
    late_s = max((verdict.starting_s or 0.0) - USUAL_START_S, 0.0)
    assert verdict.spent_s <= 15.0 + late_s + 2.0
    # some 60 s of processor are needed: it is not begun, or on a busy machine not even tried
    assert trial.state in {TrialState.FAILED, TrialState.NOT_STARTED}
    assert ("180 answers" in trial.message) == (trial.state is TrialState.FAILED)
    assert account.n_answers <= 4
    assert verdict.chosen == "majority 0"
