from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from tests.projects import customers, finding, run, verdict_of, write_settings
from tests.services.flights import append, make_workspace

from leadline.errors import NotReadyError
from leadline.jobs.monitor.block_walk import judged_before
from leadline.monitoring.block_rows import rows_of_block
from leadline.monitoring.observations import observe_file
from leadline.phases.lifecycle import ROWS
from leadline.phases.monitor import Monitor
from leadline.phases.release import Release
from leadline.phases.verdict import Answer
from leadline.services.commands import act_on_alarm
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
    same = rows.with_columns(spend=pl.Series([1.5, 12.0] * (N_NEW // 2)))
    observe(released_folder, same)
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
    assert verdict.self_test is not None
    assert (verdict.self_test.n_blocks, verdict.self_test.n_labels) == (3, 28)
    for block in verdict.blocks:
        assert block.error is not None
        # labelled whole, so known exactly
        assert block.error.estimate == pytest.approx((block.n_wrong or 0) / 28, abs=1e-3)
        assert block.evidence is not None
        assert block.cost is not None
    assert verdict.target is not None
    assert (verdict.target.scoring, verdict.target.target) == ("roc_auc", 0.8)
    # the metric of the target, over the eight weeks together
    said = finding(verdict, "Measured ranking quality (ROC AUC) of ").what
    assert "on 224 labelled rows of the last 8 blocks; target at least 0.8: " in said
    assert ", at release " in said
    assert verdict.target.service is not None
    assert abs(verdict.target.service.estimate - (verdict.target.released or 0)) < 0.1
    assert [rate.name for rate in verdict.rates] == ["recall", "precision"]
    assert (verdict.n_recent, verdict.n_recent_labels) == (8, N_NEW)
    for rate in verdict.rates:
        assert rate.is_watched
        assert rate.recent is not None
        assert abs(rate.recent.estimate - (rate.reference or 0.0)) < 0.15
    assert "Over the last 8 blocks with 224 labels: recall " in verdict.summary


def test_labels_of_flagged_rows_alone_are_unclear_and_others_are_wanted(
    released_folder: Path,
) -> None:
    write_settings(released_folder, watch={"block": "week", "labels": 5})
    rows = new_rows()
    observe(released_folder, rows.drop("left"))
    with Workspace.open(released_folder) as workspace:
        release = verdict_of(workspace, "release", Release)
        seen = workspace.record.observations.of(release.release_id)
        kept = [rows_of_block(workspace.artifacts, each) for each in seen]
    said = pl.concat([each for each in kept if each is not None])
    keys = {"x.spend": "spend", "x.calls": "calls"}
    known = rows.join(
        said.select(*keys, "said").rename(keys), on=list(keys.values()), maintain_order="left"
    )
    label = pl.when(pl.col("said") == 1).then(pl.col("left"))
    observe(released_folder, known.with_columns(left=label).drop("said"), "flagged.parquet")
    verdict = monitor(released_folder)
    assert verdict.answer is Answer.UNCLEAR
    assert "labels came of flagged rows only" in verdict.summary
    assert any(block.n_wanted for block in verdict.blocks), (
        "the rows asked for that are not flagged"
    )
    for block in verdict.blocks:
        assert block.untold == ("recall",)
        assert block.recall is None
        assert block.precision is not None or block.n_labelled < 10


def test_a_world_turned_round_raises_one_alarm_that_stays_open(released_folder: Path) -> None:
    observe(released_folder, new_rows(strength=-1.0))
    verdict = monitor(released_folder)
    assert verdict.answer is Answer.NO
    (alarm,) = verdict.alarms
    assert alarm.is_open
    assert [block.name for block in verdict.blocks if block.is_alarm] == [alarm.block]
    assert verdict.summary.startswith(f"Alarm since {alarm.block}")


def test_what_was_measured_of_the_target_before_an_open_alarm_does_not_count(
    released_folder: Path,
) -> None:
    """Weeks that were good before would be told as a target that is met."""
    observe(released_folder, customers(140, 8, skipped=840))
    observe(released_folder, customers(140, 9, skipped=980, strength=-1.0), "since.parquet")
    verdict = monitor(released_folder)
    since = [block for block in verdict.blocks if block.name >= verdict.alarms[0].block]
    assert verdict.alarms[0].block >= "2024-07-08"
    assert verdict.target is not None
    assert verdict.target.n_blocks == len(since) > 2
    assert verdict.target.service is not None
    assert verdict.target.service.high < 0.5


def test_a_tolerance_accepts_a_rise_and_no_target_that_is_surely_missed(
    released_folder: Path,
) -> None:
    write_settings(released_folder, watch={"block": "week", "tolerance": 0.9})
    observe(released_folder, new_rows(strength=-1.0))
    verdict = monitor(released_folder)
    words = finding(verdict, "A rise of up to 90.0%").what
    assert words.endswith("raises no alarm, nor does a fall of recall or precision by as much.")
    assert (verdict.answer, verdict.badge) == (Answer.NO, "alarm")
    (alarm,) = verdict.alarms
    assert (alarm.is_open, alarm.worse) == (True, ("target",))
    assert "the metric of the target is worse than on the reference. Measured" in verdict.summary
    assert "target at least 0.8: missed." in verdict.summary
    assert verdict.target is not None
    # what raised it stays in sight
    assert verdict.target.n_blocks == 8


def test_an_alarm_has_a_life(released_folder: Path) -> None:
    """Seen, explained, closed; blocks since are judged by themselves, and a new one is raised."""
    bad = new_rows(strength=-1.0)
    observe(released_folder, bad)
    first = monitor(released_folder).alarms[0]
    with Workspace.open(released_folder) as workspace:
        act_on_alarm(workspace, "seen", "Ada")
        act_on_alarm(workspace, "explain", "Bo", "a broken feed")
    explained = monitor(released_folder)
    assert explained.answer is Answer.NO
    assert explained.alarms[0].words == "explained by Bo: a broken feed"
    with Workspace.open(released_folder) as workspace:
        assert act_on_alarm(workspace, "close", "Ada").through == "2024-07-22"
    closed = monitor(released_folder)
    assert closed.answer is Answer.UNCLEAR
    assert [alarm.is_open for alarm in closed.alarms] == [False]
    assert all(block.is_closed for block in closed.blocks)
    since = customers(56, 8, skipped=840)
    observe(released_folder, since, "since.parquet")
    assert monitor(released_folder).answer is Answer.GO
    observe(released_folder, customers(140, 9, skipped=896, strength=-1.0), "again.parquet")
    again = monitor(released_folder)
    assert again.answer is Answer.NO
    assert [alarm.is_open for alarm in again.alarms] == [False, True]
    assert again.alarms[0].block == first.block
    assert again.alarms[1].block >= "2024-08-12"


def test_shifted_inputs_are_information(released_folder: Path) -> None:
    shifted = new_rows().with_columns(pl.col("spend") + 200.0)
    observe(released_folder, shifted.drop("left"))
    verdict = monitor(released_folder)
    assert verdict.answer is Answer.UNCLEAR
    assert verdict.blocks[-1].shifts[0].column in {"spend", "joined"}
    assert any(shift.column == "spend" for shift in verdict.blocks[-1].shifts)


def test_without_labels_it_asks_for_them(released_folder: Path) -> None:
    write_settings(released_folder, watch={"block": "week", "labels": 12})
    observe(released_folder, new_rows().drop("left"))
    verdict = monitor(released_folder)
    assert verdict.answer is Answer.UNCLEAR
    assert all(block.error is None and not block.is_alarm for block in verdict.blocks)
    assert finding(verdict, "96 rows of 8 weeks (2024-06-03, ").next


def test_labels_that_arrive_later_count(released_folder: Path) -> None:
    observe(released_folder, new_rows().drop("left"))
    observe(released_folder, new_rows())
    verdict = monitor(released_folder)
    assert len(verdict.blocks) == 8
    assert all(block.n_labelled == block.n_rows == 28 for block in verdict.blocks)


def test_weeks_without_a_row_are_told_once_though_labels_came_after_the_rows(
    released_folder: Path,
) -> None:
    rows = new_rows()
    kept = pl.concat([rows[:84], rows[140:]])
    observe(released_folder, kept.drop("left"))
    observe(released_folder, kept[:28], "labels.parquet")
    told = finding(monitor(released_folder), "No row has come of 2 weeks in between").what
    assert told.endswith("2024-06-24, 2024-07-01.")
    observe(released_folder, kept[28:56], "more.parquet")
    assert not any(found.what.startswith("No row") for found in monitor(released_folder).findings)


def test_labels_may_be_there_for_some_rows_only(released_folder: Path) -> None:
    rows = new_rows().with_columns(left=pl.when(pl.int_range(N_NEW) % 2 == 0).then(pl.col("left")))
    observe(released_folder, rows)
    verdict = monitor(released_folder)
    assert {block.n_labelled for block in verdict.blocks} == {14}
    assert {block.n_wanted for block in verdict.blocks} == {14}
    for block in verdict.blocks:
        assert block.error is not None
        assert block.error.high > block.error.low


def test_blocks_count_in_order_of_time_however_they_come(released_folder: Path) -> None:
    rows = new_rows()
    for part in reversed(range(4)):
        observe(released_folder, rows[part * 56 : (part + 1) * 56], f"part-{part}.parquet")
    verdict = monitor(released_folder)
    at_once = [block.name for block in verdict.blocks]
    assert at_once == sorted(at_once)
    with Workspace.open(released_folder) as workspace:
        release = verdict_of(workspace, "release", Release)
        kept = workspace.record.observations.of(release.release_id)
    assert [seen.block for seen in kept] == at_once


def test_a_late_part_of_a_block_adds_to_it(released_folder: Path) -> None:
    rows = new_rows()[:28]
    observe(released_folder, rows[:10], "half.parquet")
    assert monitor(released_folder).blocks[0].n_rows == 10
    observe(released_folder, rows[10:], "rest.parquet")
    verdict = monitor(released_folder)
    assert [(block.n_rows, block.n_labelled) for block in verdict.blocks] == [(28, 28)]


def test_the_unit_is_the_block_that_the_settings_name(released_folder: Path) -> None:
    write_settings(released_folder, watch={"block": "month"})
    assert observe(released_folder, new_rows()) == ["2024-06-01", "2024-07-01"]


def test_what_has_not_been_seen_cannot_be_judged(released_folder: Path) -> None:
    with Workspace.open(released_folder) as workspace:
        release = verdict_of(workspace, "release", Release)
        with pytest.raises(NotReadyError, match=f"{release.release_id} has not seen") as caught:
            run(workspace, "monitor")
    assert caught.value.next.startswith("Run 'leadline watch FILE'")


def test_rows_that_the_release_learnt_from_do_not_count(released_folder: Path) -> None:
    pool = pl.read_csv(released_folder / "pool.csv", try_parse_dates=True)
    observe(released_folder, pool.filter(pl.col("left").is_not_null()))
    verdict = monitor(released_folder)
    assert all(block.is_learnt and block.n_learnt == block.n_rows for block in verdict.blocks)
    assert all(block.error is None and block.n_labelled == 0 for block in verdict.blocks)
    assert verdict.answer is Answer.UNCLEAR
    assert any("learnt from or was tested on" in finding.what for finding in verdict.findings)
    names = set(observe(released_folder, new_rows()))
    after = monitor(released_folder)
    new = [block for block in after.blocks if block.name in names]
    assert new
    assert not any(block.is_learnt for block in new)
    assert after.answer is Answer.GO
    # of what was handed over before it was told then
    assert any(block.is_learnt for block in after.blocks)
    assert not any("learnt from or was tested on" in finding.what for finding in after.findings)


def test_a_challenger_that_fails_is_a_note(
    released_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    observe(released_folder, new_rows())

    def fail(*_: object) -> None:
        raise RuntimeError("singular matrix")

    monkeypatch.setattr("leadline.jobs.monitor.monitor.challenge_of", fail)
    verdict = monitor(released_folder)
    assert verdict.challenge is None
    assert verdict.answer is Answer.GO
    (told,) = [each.what for each in verdict.findings if "challenger" in each.what]
    assert told.startswith("No challenger could be fitted: RuntimeError: singular matrix.")


def test_a_reference_too_short_says_what_was_measured(released_folder: Path) -> None:
    write_settings(
        released_folder,
        watch={"block": "month"},
        data={"stream": ["stream.csv"], "test_share": 0.3},
    )
    observe(released_folder, new_rows())
    verdict = monitor(released_folder)
    assert verdict.n_reference_blocks < 3
    assert verdict.answer is Answer.UNCLEAR
    assert "Whether that is a rise cannot be said" in verdict.summary
    for block in verdict.blocks:
        assert block.error is not None
        # labelled whole, so known exactly, with nothing to hold it against
        wrong = (block.n_wrong or 0) / block.n_rows
        assert (block.error.low, block.error.high) == (wrong, wrong)
        assert block.precision is not None
        assert block.recall is not None
        assert block.recall.low == block.recall.high
        flagged = (block.alert_share or 0) * block.n_rows
        hits = block.precision.estimate * flagged
        positives = hits / block.recall.estimate
        assert flagged + positives - 2 * hits == pytest.approx(block.n_wrong)
        assert block.cost is not None
        assert block.evidence is None
    assert verdict.self_test is None
    assert "Over the last 2 blocks with 224 labels: recall " in verdict.summary
    assert not any(rate.is_watched for rate in verdict.rates)
    told = " ".join(finding.what for finding in verdict.findings)
    assert "In service it is not known yet: that takes three blocks" in told
    assert "false alarm in" not in told, "no alarm is raised"


def close_alarm(folder: Path) -> None:
    with Workspace.open(folder) as workspace:
        act_on_alarm(workspace, "explain", "Bo", "a broken feed")
        act_on_alarm(workspace, "close", "Ada")


def test_once_two_alarms_are_closed_the_blocks_of_both_are(released_folder: Path) -> None:
    observe(released_folder, new_rows(strength=-1.0))
    monitor(released_folder)
    close_alarm(released_folder)
    observe(released_folder, customers(140, 9, skipped=840, strength=-1.0), "again.parquet")
    assert monitor(released_folder).open_alarm is not None
    close_alarm(released_folder)
    verdict = monitor(released_folder)
    assert [alarm.is_open for alarm in verdict.alarms] == [False, False]
    assert all(block.is_closed and not block.n_wanted for block in verdict.blocks)


def test_few_labels_tell_no_costs(released_folder: Path) -> None:
    is_known = pl.int_range(N_NEW) % 28 < 9 + (pl.int_range(N_NEW) // 28) % 2
    observe(released_folder, new_rows().with_columns(left=pl.when(is_known).then("left")))
    blocks = monitor(released_folder).blocks
    assert [block.n_labelled for block in blocks] == [9, 10] * 4
    assert [block.cost is not None for block in blocks] == [False, True] * 4
    assert all(block.error is not None for block in blocks)


def test_a_delivery_that_was_judged_often_since_is_the_newest_alone(tmp_path: Path) -> None:
    """Else every block on the record would count as handed over last."""
    with make_workspace(tmp_path, tuple(ROWS)) as workspace:
        record = workspace.record
        (first,) = record.entries("monitor")
        before = (first.at - timedelta(days=1)).isoformat()
        assert judged_before(record, before) == ""
        for _ in range(9):
            append(workspace, "monitor", first.verdict)
        assert judged_before(record, before) == before
        *_, last, newest = (entry.at.isoformat() for entry in record.entries("monitor"))
        assert judged_before(record, newest) == last
