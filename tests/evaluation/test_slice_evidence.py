from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from tests.examples import example_data

from leadline.datasets.frames import Pool
from leadline.errors import SettingsError
from leadline.evaluation.slice_evidence import Outcome, SliceQuestion, require_columns, slices_of
from leadline.phases.data import Column, Data, Kind, Role, SplitKind
from leadline.phases.performance.slice_report import WORSE

N = 3_000
COLUMNS = (
    Column(name="plan", kind=Kind.CATEGORY),
    Column(name="calls", kind=Kind.NUMBER),
    Column(name="remark", kind=Kind.TEXT),
    Column(name="since", kind=Kind.DATE),
    Column(name="photo", kind=Kind.IMAGE),
    Column(name="sex", kind=Kind.CATEGORY, role=Role.EXCLUDED, why="must not be seen"),
    Column(name="left", kind=Kind.CATEGORY, role=Role.LABEL),
)


def rows() -> pl.DataFrame:
    rng = np.random.default_rng(0)
    days = [datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=row) for row in range(N)]
    return pl.DataFrame(
        {
            "plan": rng.choice(["basic", "plus"], N, p=[0.2, 0.8]),
            "calls": rng.normal(5, 2, N),
            "remark": ["x" * int(length) for length in rng.integers(0, 90, N)],
            "since": days,
            "photo": [b""] * N,
            "sex": [[None, "f", "m"][which] for which in rng.choice(3, N, p=[0.1, 0.45, 0.45])],
            "left": rng.choice(["yes", "no"], N),
        }
    )


def pool_of(frame: pl.DataFrame) -> Pool:
    X = frame.select("plan", "calls", "remark", "since", "photo")
    y = (frame["left"] == "yes").cast(pl.Int64).to_numpy()
    is_test = np.ones(N, dtype=bool)
    is_test[:100] = False
    return Pool(frame, X, y, is_test, np.arange(100), None, SplitKind.RANDOM)


def data() -> Data:
    return replace(example_data(), columns=COLUMNS)


def outcome(pool: Pool, point: str = "balanced") -> Outcome:
    """Half of the basic plans are flagged wrongly, or not; a tenth of the others."""
    truth = pool.y[pool.test] == 1
    rng = np.random.default_rng(1)
    often = np.where(pool.X["plan"].to_numpy()[pool.test] == "basic", 0.5, 0.1)
    wrong = rng.random(truth.size) < often
    return Outcome(point, wrong.astype(float), truth, truth ^ wrong)


def test_the_slice_that_fares_worse_comes_first_with_precision_and_recall() -> None:
    pool = pool_of(rows())
    its = outcome(pool)
    (report,) = slices_of(pool, data(), [its], SliceQuestion(seed=3))
    worst = report.lines[0]
    assert (worst.name, worst.state, report.worse) == ("plan = basic", WORSE, (worst,))
    inside = pool.X["plan"].to_numpy()[pool.test] == "basic"
    assert its.flagged is not None
    assert its.truth is not None
    assert worst.n_rows == inside.sum()
    assert worst.loss is not None
    assert worst.precision is not None
    assert worst.recall is not None
    assert worst.loss.estimate == its.loss[inside].mean()
    assert worst.precision.estimate == its.truth[inside & its.flagged].mean()
    assert worst.recall.estimate == its.flagged[inside & its.truth].mean()
    assert worst.rest == its.loss[~inside].mean()
    assert worst.at_least is not None
    assert 0.2 < worst.at_least < 0.4
    assert report.mean_loss == its.loss.mean()


def test_rows_that_err_together_tell_less_of_a_slice() -> None:
    pool = pool_of(rows())
    alike = replace(pool, groups=np.arange(N) // 29, kind=SplitKind.GROUP)
    together = (np.random.default_rng(4).random(N) < 0.3)[alike.groups][pool.test]
    its = Outcome("balanced", together.astype(float), pool.y[pool.test] == 1, together)

    def width(which: Pool) -> float:
        (report,) = slices_of(which, data(), [its], SliceQuestion(columns=("plan",)))
        loss = report.lines[0].loss
        assert loss is not None
        return loss.high - loss.low

    assert width(alike) > 1.5 * width(pool)


def test_every_kind_of_column_makes_slices_but_images_and_what_the_model_must_not_see() -> None:
    pool = pool_of(rows())
    (report,) = slices_of(pool, data(), [outcome(pool)], SliceQuestion())
    names = {line.columns[0] for line in report.lines}
    assert names == {"plan", "calls", "length of remark", "month of since"}


def test_named_groups_always_appear_with_their_rates() -> None:
    pool = pool_of(rows())
    question = SliceQuestion(columns=("plan",), groups=("sex",))
    reports = slices_of(
        pool, data(), [outcome(pool, name) for name in ("cautious", "balanced")], question
    )
    for report in reports:
        named = [line.name for line in report.lines if line.is_group]
        assert sorted(named) == ["sex = f", "sex = m", "sex is missing"]
        assert {line.name for line in report.groups} == set(named)
        assert report.n_tested == 5
    (women,) = [each for each in reports[0].groups if each.name == "sex = f"]
    inside = pool.frame["sex"].to_numpy()[pool.test] == "f"
    its = outcome(pool)
    assert its.flagged is not None
    assert its.truth is not None
    assert women.n_rows == inside.sum()
    assert women.selection.rate == its.flagged[inside].mean()
    assert women.miss.rate == (~its.flagged[inside & its.truth]).mean()
    assert not women.selection.is_shown


def test_numbers_are_compared_by_how_far_they_are_off() -> None:
    pool = pool_of(rows())
    rng = np.random.default_rng(2)
    off_by = np.abs(rng.normal(0, np.where(pool.X["calls"].to_numpy()[pool.test] > 7, 3, 1)))
    its = Outcome("as-predicted", off_by)
    (report,) = slices_of(pool, data(), [its], SliceQuestion(groups=("sex",)))
    assert not report.is_share
    assert report.worse[0].columns == ("calls",)
    assert report.groups == ()
    loss = report.worse[0].loss
    assert loss is not None
    assert loss.low < loss.estimate < loss.high
    assert report.worse[0].precision is None


def test_what_is_kept_is_bounded() -> None:
    frame = rows().with_columns(plan=pl.Series([f"p{row % 28}" for row in range(N)]))
    wide = replace(
        data(), columns=(*COLUMNS, *(Column(name=f"x{at}", kind=Kind.NUMBER) for at in range(9)))
    )
    rng = np.random.default_rng(3)
    frame = frame.with_columns(**{f"x{at}": rng.normal(size=N) for at in range(9)})
    pool = pool_of(frame)
    pool = replace(pool, X=frame.drop("left", "sex"))
    (report,) = slices_of(pool, wide, [outcome(pool)], SliceQuestion())
    assert report.n_tested > 50
    assert len(report.lines) == 30


def test_groups_and_times_that_the_split_is_by_are_known() -> None:
    pool = pool_of(rows())
    by = {SplitKind.RANDOM: "", SplitKind.GROUP: "crew", SplitKind.TIME: "at"}
    for kind, column in by.items():
        split = replace(data().split, kind=kind, column=column)
        (report,) = slices_of(pool, replace(data(), split=split), [outcome(pool)], SliceQuestion())
        assert (report.alike_by, report.is_by_time) == (column, kind is SplitKind.TIME)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (SliceQuestion(columns=("plam",)), r"\[slices\] columns names 'plam', which is no column"),
        (SliceQuestion(groups=("left",)), r"\[ethics\] groups names 'left', which is the label"),
        (SliceQuestion(groups=("photo",)), "which is an image"),
    ],
)
def test_a_column_that_makes_no_slices_is_refused(question: SliceQuestion, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        require_columns(question, data(), "left")
