from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from tests.examples import example_problem
from tests.projects import customers, finding, run, verdict_of, write_settings

from leadline.errors import NotReadyError
from leadline.jobs.monitor import _cost
from leadline.monitoring.observations import observe_file
from leadline.phases.monitor import Monitor
from leadline.phases.release import Release
from leadline.phases.verdict import Answer
from leadline.workspace import Workspace

N_NEW = 224  # eight weeks of four a day


def new_rows(seed: int = 3, *, strength: float = 1.0) -> pl.DataFrame:
    """Eight whole weeks after the pool."""
    rows = customers(N_NEW + 40, seed, skipped=600, strength=strength)
    monday = pl.datetime(2024, 6, 3)
    return rows.filter(pl.col("joined") >= monday)[:N_NEW]


def observe(folder: Path, rows: pl.DataFrame, name: str = "new.parquet") -> list[str]:
    rows.write_parquet(folder / name)
    return list(observe_file(str(folder), str(folder / name)).blocks)


def monitor(folder: Path) -> Monitor:
    with Workspace.open(folder) as workspace:
        verdict = run(workspace, "monitor").verdict
    assert isinstance(verdict, Monitor)
    return verdict


def test_a_later_file_is_read_as_the_data_were(released_folder: Path) -> None:
    rows = new_rows().with_columns(calls=pl.lit(5))
    observe(released_folder, rows.with_columns(spend=pl.Series([1.5, 12.0] * (N_NEW // 2))))
    expected = monitor(released_folder).blocks
    file = released_folder / "new.csv"
    rows.with_columns(spend=pl.Series(["1.500", "12"] * (N_NEW // 2))).write_csv(file)
    observe_file(str(released_folder), str(file))
    assert monitor(released_folder).blocks == expected


def test_rows_like_those_learnt_from_are_a_go(released_folder: Path) -> None:
    names = observe(released_folder, new_rows())
    verdict = monitor(released_folder)
    assert verdict.answer is Answer.GO
    assert [block.name for block in verdict.blocks] == names
    assert names[:2] == ["2024-06-03", "2024-06-10"]
    assert all(block.n_labelled == block.n_rows == 28 for block in verdict.blocks)
    # six whole weeks of test rows; three days of a seventh are too few to compare with
    assert verdict.n_reference_blocks == 6
    assert verdict.false_alarm_rate is not None
    assert verdict.error_limit is not None
    for block in verdict.blocks:
        assert block.error is not None
        assert block.error.estimate <= verdict.error_limit + 1e-9 or block.is_alarm


def test_a_world_turned_round_alarms(released_folder: Path) -> None:
    observe(released_folder, new_rows(strength=-1.0))
    verdict = monitor(released_folder)
    assert verdict.answer is Answer.NO
    assert verdict.summary.startswith("Retrain: ")
    assert sum(block.is_alarm for block in verdict.blocks) >= 4


def test_shifted_inputs_are_information(released_folder: Path) -> None:
    shifted = new_rows().with_columns(pl.col("spend") + 200.0)
    observe(released_folder, shifted.drop("left"))
    verdict = monitor(released_folder)
    assert verdict.answer is Answer.UNCLEAR
    assert verdict.blocks[-1].shifts[0].column in {"spend", "joined"}
    assert any(shift.column == "spend" for shift in verdict.blocks[-1].shifts)


def test_without_labels_it_is_unclear(released_folder: Path) -> None:
    observe(released_folder, new_rows().drop("left"))
    verdict = monitor(released_folder)
    assert verdict.answer is Answer.UNCLEAR
    assert all(block.error is None and not block.is_alarm for block in verdict.blocks)
    assert finding(verdict, "8 blocks have fewer than 50 labels.").next


def test_labels_that_arrive_later_replace_the_observation(released_folder: Path) -> None:
    observe(released_folder, new_rows().drop("left"))
    observe(released_folder, new_rows())
    verdict = monitor(released_folder)
    assert len(verdict.blocks) == 8
    assert all(block.n_labelled == 28 for block in verdict.blocks)


def test_labels_may_be_there_for_some_rows_only(released_folder: Path) -> None:
    rows = new_rows().with_columns(left=pl.when(pl.int_range(N_NEW) % 2 == 0).then(pl.col("left")))
    observe(released_folder, rows)
    assert {block.n_labelled for block in monitor(released_folder).blocks} == {14}


def test_the_unit_is_the_block_that_the_settings_name(released_folder: Path) -> None:
    write_settings(released_folder, watch={"block": "month"})
    assert observe(released_folder, new_rows()) == ["2024-06-01", "2024-07-01"]


def test_what_has_not_been_seen_cannot_be_judged(released_folder: Path) -> None:
    with Workspace.open(released_folder) as workspace:
        release = verdict_of(workspace, "release", Release)
        with pytest.raises(NotReadyError, match=f"{release.release_id} has not seen") as caught:
            run(workspace, "monitor")
    assert caught.value.next.startswith("Run 'leadline watch FILE'")


def test_each_kind_of_error_costs_what_the_problem_says() -> None:
    """A miss costs 40 and a false alarm 10."""
    payload = {"n_missed": 2, "n_false_alarms": 1, "n_labelled": 50}
    assert _cost(payload, example_problem()) == pytest.approx(1000 * (2 * 40 + 10) / 50)
    assert _cost({"n_wrong": 3, "n_labelled": 50}, example_problem()) is None


def test_rows_that_the_release_learnt_from_do_not_count_as_good(released_folder: Path) -> None:
    pool = pl.read_csv(released_folder / "pool.csv", try_parse_dates=True)
    observe(released_folder, pool.filter(pl.col("left").is_not_null()))
    verdict = monitor(released_folder)
    assert all(block.is_learnt and block.n_learnt == block.n_rows for block in verdict.blocks)
    assert verdict.answer is not Answer.GO
    assert any("learnt from or was tested on" in finding.what for finding in verdict.findings)
    names = set(observe(released_folder, new_rows()))
    new = [block for block in monitor(released_folder).blocks if block.name in names]
    assert new
    assert not any(block.is_learnt for block in new)
