"""A release beside its challenger, from the labelled blocks that a file brings."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from tests.jobs.test_monitor import N_NEW, monitor, new_rows, observe
from tests.projects import run, write_settings

from leadline.evaluation.fit import fit_model
from leadline.monitoring import challenger
from leadline.phases.monitor.challenge import Challenge
from leadline.phases.verdict import Answer
from leadline.workspace import Workspace


def with_a_new_plan(rows: pl.DataFrame) -> pl.DataFrame:
    """Half of the customers have a plan that the release never saw, and all of them leave."""
    is_new = pl.int_range(rows.height) % 2 == 0
    return rows.with_columns(
        plan=pl.when(is_new).then(pl.lit("gold")).otherwise(pl.col("plan")),
        left=pl.when(is_new).then(pl.lit("yes")).otherwise(pl.col("left")),
    )


def challenge_of(folder: Path) -> Challenge:
    found = monitor(folder).challenge
    assert found is not None
    return found


def priced(folder: Path, retrain_cost: float, error_cost: float | None = 1.0) -> None:
    """Backtest with other prices; None: a miss costs 4, a false alarm 1."""
    one = {} if error_cost is None else {"error_cost": error_cost}
    write_settings(folder, watch={"retrain_cost": retrain_cost, **one})
    with Workspace.open(folder) as workspace:
        run(workspace, "decay")


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Rows that each challenger learnt from."""
    sizes: list[int] = []

    def counted(model: object, pool: object, rows: object, *more: object) -> object:
        sizes.append(rows.size)  # type: ignore[attr-defined]
        return fit_model(model, pool, rows, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(challenger, "fit_model", counted)
    return sizes


def test_what_only_new_rows_teach_makes_a_retraining_due(
    released_folder: Path, fits: list[int]
) -> None:
    priced(released_folder, 16.0)
    observe(released_folder, with_a_new_plan(new_rows()))
    verdict = monitor(released_folder)
    found = verdict.challenge
    assert found is not None
    # seven weeks, each met by one that knows all weeks before it
    assert [block.n_learnt for block in found.blocks] == [28 * week for week in range(1, 8)]
    assert fits == [420 + 28 * week for week in range(1, 8)]
    assert all(block.challenger < block.released - 0.1 for block in found.blocks)
    assert found.difference.low > 0.1
    summed = sum(28 * (block.released - block.challenger) for block in found.blocks)
    assert found.excess == pytest.approx(summed)
    due = next(block.name for block in found.blocks if block.excess >= 16.0)
    assert found.due_since == due
    assert verdict.answer is Answer.NO
    assert found.cpu_s > 0


def test_misses_and_false_alarms_cost_what_the_problem_has(released_folder: Path) -> None:
    priced(released_folder, 16.0, error_cost=None)
    observe(released_folder, with_a_new_plan(new_rows()))
    found = challenge_of(released_folder)
    assert found.is_by_kind
    assert "more than its challenger over 7 blocks, at 4.00 USD for a miss and" in found.words
    assert found.excess == pytest.approx(sum(28 * 4 * block.dearer for block in found.blocks))
    shares = sum(28 * (block.released - block.challenger) for block in found.blocks)
    assert found.excess > 2 * shares, "customers of the new plan are missed"
    priced(released_folder, 16.0)
    alike = challenge_of(released_folder)
    assert not alike.is_by_kind
    assert alike.excess == pytest.approx(shares), "judged anew at other prices"


def test_a_world_that_stays_as_it_is_needs_no_retraining(released_folder: Path) -> None:
    priced(released_folder, 1.0)
    observe(released_folder, new_rows())
    verdict = monitor(released_folder)
    assert verdict.challenge is not None
    assert verdict.challenge.due_since == ""
    assert verdict.challenge.difference.low < 0 < verdict.challenge.difference.high
    assert verdict.answer is Answer.GO


def test_only_blocks_that_are_new_are_fitted_for(released_folder: Path, fits: list[int]) -> None:
    rows = new_rows()
    observe(released_folder, rows[: N_NEW // 2])
    first = challenge_of(released_folder)
    assert len(fits) == len(first.blocks) == 3
    observe(released_folder, rows[N_NEW // 2 :])
    both = challenge_of(released_folder)
    assert len(fits) == len(both.blocks) == 7
    assert both.blocks[:3] == first.blocks
    # a label that changes concerns the blocks after it, and its own
    other = rows[28 * 6 :].with_columns(left=pl.lit("no"))
    observe(released_folder, other)
    assert challenge_of(released_folder).blocks[:5] == both.blocks[:5]
    assert len(fits) == 9


def test_of_many_new_blocks_several_meet_one_challenger(
    released_folder: Path, fits: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(challenger, "_MOST_FITS", 3)
    observe(released_folder, new_rows())
    found = challenge_of(released_folder)
    assert [block.n_learnt for block in found.blocks] == [28, 28, 28, 112, 112, 112, 196]
    assert len(fits) == 3


def test_without_time_one_challenger_meets_all_new_blocks(
    released_folder: Path, fits: list[int]
) -> None:
    observe(released_folder, new_rows())
    write_settings(released_folder, watch={"backtest_s": 0.0})
    found = challenge_of(released_folder)
    assert [block.n_learnt for block in found.blocks] == [28] * 7
    assert len(fits) == 1


def test_few_labels_are_learnt_from_but_judge_nobody(released_folder: Path) -> None:
    week = pl.int_range(N_NEW) // 28
    is_known = (week != 3) | (pl.int_range(N_NEW) % 4 == 0)
    left = pl.when(is_known).then(pl.col("left"))
    observe(released_folder, new_rows().with_columns(left=left))
    found = challenge_of(released_folder)
    assert [block.n_learnt for block in found.blocks] == [28, 56, 91, 119, 147, 175]


def test_rows_the_release_learnt_from_meet_nobody(released_folder: Path) -> None:
    observe(released_folder, pl.read_csv(released_folder / "pool.csv", try_parse_dates=True))
    assert monitor(released_folder).challenge is None


def test_what_waiting_brings_is_said_by_the_curve(released_folder: Path) -> None:
    observe(released_folder, new_rows())
    more = challenge_of(released_folder).more
    assert more is not None
    assert (more.n_now, more.n_later, more.scoring) == (224, 112, "roc_auc")
    # half as many rows on top of more: less than half as much
    assert 0 < more.gain_later < more.gain_now / 2 + 1e-9
