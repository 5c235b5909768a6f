"""What only a machine labelled is learnt from, and no score rests on it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.delegations import PEOPLE
from tests.projects import (
    BY,
    N_POOL,
    PROBLEM,
    customers,
    project,
    run,
    run_to,
    verdict_of,
    whats,
)
from tests.teaching import MACHINES, N_GIVEN, N_JUDGED, keys_by_mark, say, taught_project

from leadline import snapshot
from leadline.datasets.frames import Target, load_pool
from leadline.datasets.stream_repeats import n_learnt_of
from leadline.evaluation.fit import (
    FitResult,
    attempt,
    fold_machine_rows,
    fold_rows,
    machine_rows_of,
)
from leadline.evaluation.fit_spec import key_of, spec_of
from leadline.phases.curve import Curve
from leadline.phases.data import Data, machine_worth
from leadline.phases.forecast import Forecast
from leadline.phases.lifecycle import State
from leadline.phases.problem import Problem
from leadline.phases.search import Search
from leadline.phases.tuning import Tuning
from leadline.record import Vote
from leadline.services.delegation.delegate import decide_delegation, judge_machine
from leadline.services.labelling.keyed_items import keyed_items
from leadline.services.queries import project_page
from leadline.services.whole_report import whole_report
from leadline.snapshot import from_parquet
from leadline.worker.refreshing import preview
from leadline.workspace import Workspace

# writes down how many marked rows it learns from, and is asked about
SPY = """
    import os
    from pathlib import Path

    import numpy as np
    from sklearn.linear_model import LogisticRegression

    SEEN = Path(__file__).parent / "seen"

    def note(what, X):
        SEEN.mkdir(exist_ok=True)
        with (SEEN / f"{what} {os.getpid()}").open("a") as file:
            file.write(f"{len(X)} {(X['spend'] < 0).sum()}\\n")

    def numbers(X):
        return np.column_stack([X["calls"].to_numpy(), (X["plan"] == "basic").to_numpy()])

    def fit(X, y, seed):
        note("learnt", X)
        fitted = LogisticRegression().fit(numbers(X), y)
        return {"weights": fitted.coef_[0], "start": float(fitted.intercept_[0])}

    def predict(model, X):
        note("asked", X)
        share = 1 / (1 + np.exp(-numbers(X) @ model["weights"] - model["start"]))
        return np.column_stack([1 - share, share])
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("taught")
    with taught_project(folder) as workspace:
        run(workspace, "data")
    return folder


@pytest.fixture
def workspace(made: Path, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    with Workspace.open(tmp_path) as opened:
        yield opened


def data_of(workspace: Workspace) -> Data:
    return verdict_of(workspace, "data", Data)


def n_marked(frame: pl.DataFrame) -> int:
    return int((frame["spend"] < 0).sum())


def test_no_frame_that_is_scored_holds_a_row_of_a_machine(tmp_path: Path) -> None:
    name = f"spy_{tmp_path.name}".replace("-", "_")
    find = {"executor": "sequential", "families": ["majority", f"{name}:"], "folds": 2}
    before = list(sys.path)
    with taught_project(tmp_path, find=find, problem={**PROBLEM, "time_box_s": 20.0}) as workspace:
        (tmp_path / f"{name}.py").write_text(dedent(SPY), encoding="utf-8")
        run_to(workspace, "data", "feasibility", "search", "labelling", "curve", "forecast")
        run(workspace, "tuning")
        n_machine = data_of(workspace).n_machine_rows
    sys.path[:] = before
    sys.modules.pop(name, None)
    learnt, asked = (seen(tmp_path, what) for what in ("learnt", "asked"))
    assert n_machine > 50
    assert max(n for _, n in learnt) == n_machine, "the final model learns from all of them"
    n_without = sum(n == 0 for _, n in learnt)
    assert n_without == 5, "every fold does, in its part, but for those it is held against"
    assert len(asked) > 10
    assert all(n == 0 for _, n in asked)


def seen(folder: Path, what: str) -> list[tuple[int, int]]:
    """Rows, and marked ones among them, of each time that the model learnt or was asked."""
    lines = [
        line.split()
        for file in (folder / "seen").glob(f"{what} *")
        for line in file.read_text().splitlines()
    ]
    return [(int(n_rows), int(n)) for n_rows, n in lines]


def test_the_rows_are_kept_apart_and_counted(workspace: Workspace) -> None:
    data = data_of(workspace)
    taught = from_parquet(workspace.artifacts.get(data.machine_rows))
    (share,) = data.machine_shares
    assert (share.machine, share.model, share.n_rows) == ("small", "smol", taught.height)
    assert np.sum(share.counts) == 80, "what people and the machine say of the judged rows"
    assert 0.3 < share.weight < 0.7, "it errs on a tenth of them"
    assert n_marked(taught) == taught.height
    assert not snapshot.test_side(taught, data.split).any(), "test rows are people's"
    assert n_marked(from_parquet(workspace.artifacts.get(data.snapshot))) == 0
    told = "No score rests on a row that only a machine labelled."
    assert any(what.endswith(told) for what in whats(data))
    pool = load_pool(
        workspace.artifacts, data, Target.of(verdict_of(workspace, "problem", Problem))
    )
    assert pool.machines is None, "who does not learn does not meet them"


def test_every_size_has_its_part_of_them(workspace: Workspace) -> None:
    problem, data = verdict_of(workspace, "problem", Problem), data_of(workspace)
    spec = replace(spec_of(workspace, problem, data), family="linear", n_folds=3)
    pool = load_pool(workspace.artifacts, data, spec.target, is_learnt=True)
    n_all = fold_rows(pool, spec)[0].size
    parts = [fold_machine_rows(pool, replace(spec, n_train=n)) for n in (n_all // 4, n_all)]
    assert parts[1].size == data.n_machine_rows
    assert parts[0].size == pytest.approx(data.n_machine_rows / 4, abs=1.5)
    assert set(parts[0]) < set(parts[1])
    prompted = replace(spec, family="prompted")
    assert machine_rows_of(pool, pool.order, prompted).size == 0, "no answers as examples of truth"


def test_a_new_weight_of_the_same_rows_is_another_fit(workspace: Workspace) -> None:
    problem, data = verdict_of(workspace, "problem", Problem), data_of(workspace)
    (share,) = data.machine_shares
    spec = replace(spec_of(workspace, problem, data), family="linear", scoring="log_loss")
    light, heavy = (
        replace(spec, data=replace(data, machine_shares=(replace(share, weight=weight),)))
        for weight in (0.01, 1.0)
    )
    one, other = (attempt(each) for each in (light, heavy))
    assert isinstance(one, FitResult)
    assert isinstance(other, FitResult)
    assert one.score != other.score, "one process has read the rows for both"
    halves = [
        replace(
            light, data=replace(data, machine_shares=tuple(replace(share, n_rows=n) for n in ns))
        )
        for ns in ((1, share.n_rows - 1), (share.n_rows - 1, 1))
    ]
    assert key_of(halves[0]) != key_of(halves[1]), "whose they are decides what they weigh"


def test_a_stream_of_rows_that_a_machine_labelled_is_known(workspace: Workspace) -> None:
    """The model learnt from them; the release, made of the same rows, knows them too."""
    problem, data = verdict_of(workspace, "problem", Problem), data_of(workspace)
    spec = spec_of(workspace, problem, data)
    pool = load_pool(workspace.artifacts, data, spec.target, is_learnt=True)
    assert pool.machines is not None
    every, stream = np.arange(pool.machines.y.size), pool.machines.X
    assert n_learnt_of(stream, pool, every) == data.n_machine_rows
    assert n_learnt_of(stream, pool, every[:0]) < data.n_machine_rows


def test_numbers_are_learnt_less_what_the_machine_says_too_much(tmp_path: Path) -> None:
    """People judge whole numbers, six off at times; the machine is 3 too high, and off by 3."""
    rng = np.random.default_rng(0)
    bill = (10 * pl.col("calls") + pl.col("spend")).round().cast(pl.Int64).alias("bill")
    every = customers(N_POOL).drop("joined", "left").with_columns(bill)
    truth = dict(zip(every["calls"], every["bill"], strict=True))
    pool = every.with_columns(pl.when(pl.int_range(N_POOL) < N_GIVEN).then("bill").alias("bill"))
    stated = {"target_score": 0.7, "time_box_s": 40.0}
    with project(tmp_path, pool, label="bill", problem=stated, machines=MACHINES) as workspace:
        run_to(workspace, "problem", "data")
        data = data_of(workspace)
        rows = keyed_items(workspace, data.unlabelled, data).select("item", "calls").rows()
        for place, (item, calls) in enumerate(rows):
            for person, error in zip(PEOPLE, rng.permutation((-6, 0, 6)), strict=True):
                if place < N_JUDGED:
                    vote = Vote(item, person, str(truth[calls] + error), 2.0)
                    workspace.record.labels.votes.add(vote)
            said = repr(float(truth[calls] + 3 + rng.normal(0, 3)))
            say(workspace, item, said, None)
        judge_machine(workspace, "small", BY)
        decide_delegation(workspace, "small", "go", "it is near enough", BY)
        run(workspace, "data")
        data = data_of(workspace)
        taught = from_parquet(workspace.artifacts.get(data.machine_rows))
        (share,) = data.machine_shares
        problem = verdict_of(workspace, "problem", Problem)
        target = Target.of(problem)
        learnt = load_pool(workspace.artifacts, data, target, is_learnt=True).machines
    assert share.gap is not None
    assert share.gap.bias.low < 3 < share.gap.bias.high
    assert share.gap.variance**0.5 == pytest.approx(3, rel=0.25)
    off = taught["bill"].to_numpy() - [truth[calls] for calls in taught["calls"]]
    assert abs(np.mean(off)) < 1.2
    assert learnt is not None
    assert learnt.y.tolist() == taught["bill"].to_list()
    assert 0.3 < share.weight < 1
    assert f"alone, {share.gap.bias.estimate:.3g} taken off each" in share.words
    sure, hard = (machine_worth([share], "r2", error, error) for error in (0.01, 0.2))
    assert sure is not None
    assert hard is not None
    assert 0 < sure.low < sure.estimate < hard.estimate <= share.n_rows


def stopped(workspace: Workspace) -> Workspace:
    decide_delegation(workspace, "small", "stop", "it errs on families", BY)
    return workspace


def test_all_that_is_measured_says_what_it_learnt_from(
    workspace: Workspace, tmp_path: Path
) -> None:
    n = data_of(workspace).n_machine_rows
    n_train = data_of(workspace).split.n_train
    told = f"{n_train} train rows judged by people, and {n} rows labelled by 'small' (smol) alone"
    run_to(workspace, "search", "feasibility", "labelling", "curve", "forecast", "tuning")
    for row, kind in (("search", Search), ("curve", Curve), ("tuning", Tuning)):
        assert any(told in what for what in whats(verdict_of(workspace, row, kind))), row
    forecast = verdict_of(workspace, "forecast", Forecast)
    worth = forecast.machine_worth
    assert worth is not None
    assert 0 < worth.low < worth.estimate < worth.high <= n
    (words,) = [what for what in whats(forecast) if told in what]
    assert f"worth {round(worth.estimate)}" in words
    step = n_train / (n_train + worth.estimate)
    assert forecast.train_share == pytest.approx(0.8 * step)
    curve = verdict_of(workspace, "curve", Curve)
    assert curve.without_machines is not None
    assert curve.without_machines.n_train == curve.curves[0].points[-1].n_train
    assert any(what.startswith("On the same 5 folds, by people's labels") for what in whats(curve))
    assert told in project_page(workspace).machines
    report = whole_report(workspace, "markdown")
    assert report.count(told) >= 3
    run(stopped(workspace), "data")
    standing = workspace.record.standing()
    assert {standing[row].state for row in ("search", "curve", "tuning")} == {State.STALE}
    assert standing["feasibility"].state is State.CURRENT, "it never read them"


Change = Any


def with_machine(workspace: Workspace, **changes: Any) -> Workspace:
    small = replace(workspace.settings.machines["small"], **changes)
    return replace(workspace, settings=replace(workspace.settings, machines={"small": small}))


def with_guidelines(workspace: Workspace) -> Workspace:
    (workspace.folder / "guide.md").write_text("Who leaves has called twice.")
    labels = replace(workspace.settings.labels, guidelines="guide.md")
    return replace(workspace, settings=replace(workspace.settings, labels=labels))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (stopped, f"{BY} decided that it may not label"),
        (lambda one: with_machine(one, train=False), "train is false in its section"),
        (lambda one: with_machine(one, model="large"), "the model is 'large' now"),
        (with_guidelines, "the guidelines are of version 1 now"),
        (
            lambda one: replace(one, settings=replace(one.settings, machines={})),
            "it is not declared any more",
        ),
    ],
)
def test_they_leave_with_the_leave(workspace: Workspace, change: Change, why: str) -> None:
    problem, before = verdict_of(workspace, "problem", Problem), data_of(workspace)
    assert "data" not in preview(workspace).rows, "nothing has changed"
    changed = change(workspace)
    assert "data" in preview(changed).rows
    told = project_page(changed).machines
    assert f"Nothing is learnt from 'small' any more: {why}" in told
    run(changed, "data")
    after = data_of(changed)
    assert (after.machine_rows, after.machine_shares) == ("", ())
    assert any(why in what for what in whats(after))
    keys = {key_of(spec_of(changed, problem, data)) for data in (before, after)}
    assert len(keys) == 2, "no fit of before stands for one of after"
    assert project_page(changed).machines == ""


def test_new_labels_change_what_fits_rest_on_and_people_come_first(workspace: Workspace) -> None:
    before = data_of(workspace)
    rows = from_parquet(workspace.artifacts.get(before.machine_rows))
    _, marked = keys_by_mark(workspace)
    say(workspace, marked[0], None, None)
    assert "data" in preview(workspace).rows
    voted = marked[1:40]
    for item in voted:
        workspace.record.labels.votes.add(Vote(item, "Ada", None, 2.0))
    run(workspace, "data")
    after = data_of(workspace)
    assert after.machine_rows != before.machine_rows
    left = from_parquet(workspace.artifacts.get(after.machine_rows))
    n_gone = before.n_machine_rows - after.n_machine_rows
    assert 20 < n_gone <= 40, "a person was unsure of them: they are people's"
    assert left.height == rows.height - n_gone
    assert after.snapshot == before.snapshot


def test_of_unsure_answers_nothing_is_learnt(workspace: Workspace) -> None:
    _, marked = keys_by_mark(workspace)
    entry = workspace.record.delegation.verdicts.newest()["small"]
    assert entry.verdict.handover is not None
    strict = replace(entry.verdict, handover=replace(entry.verdict.handover, cut=0.95))
    workspace.record.delegation.verdicts.append(strict, BY)
    decide_delegation(workspace, "small", "go", "where it is sure", BY)
    for item in marked[:30]:
        say(workspace, item, "yes", 0.96)
    run(workspace, "data")
    assert 15 <= data_of(workspace).n_machine_rows <= 30
    none = replace(entry.verdict.handover, error=None)
    workspace.record.delegation.verdicts.append(replace(strict, handover=none), BY)
    decide_delegation(workspace, "small", "go", "on my word", BY)
    run(workspace, "data")
    assert data_of(workspace).n_machine_rows == 0, "no share of them is shown to be right"
