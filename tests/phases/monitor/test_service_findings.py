"""Words on the target in service, where the metric is not told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.examples import example_monitor
from tests.phases.again import again, notes, warnings

from leadline.phases.monitor import Target
from leadline.phases.verdict import Answer, Bounds

MONITOR = example_monitor()
LOW = replace(MONITOR.blocks[0], error=Bounds(estimate=0.32, low=0.29, high=0.36))


def test_where_confusions_are_priced_accuracy_is_not_missed_by_what_is_said() -> None:
    """The release says what costs least, and not what is likeliest."""
    aim = Target(scoring="accuracy", words="accuracy", target=0.72)
    alike, priced = (
        again(MONITOR, blocks=(LOW,), alarms=(), target=each)
        for each in (aim, replace(aim, is_share_right=False))
    )
    assert alike.badge == "target missed"
    assert priced.answer is Answer.GO
    assert any("Labels here do not measure that" in what for what in notes(priced))


def test_what_the_metric_takes_is_told_of_labels_that_there_are() -> None:
    aim = Target(scoring="mean_absolute_error", words="error", target=2.0, is_told=True)
    cases: list[dict[str, Any]] = [{"tolerance": 1.0, "alarms": ()}, {"alarms": ()}, {}]
    numbers, classes, alarmed = (
        next(what for what in notes(again(MONITOR, target=aim, **changes)) if "takes" in what)
        for changes in cases
    )
    assert numbers.endswith("three blocks with labels, and twenty in all.")
    assert classes.endswith("three blocks with labels, twenty in all, and ten of each class.")
    assert "three blocks with labels from 2025-01-20 on, twenty" in alarmed
    # blocks before an alarm of the target itself still tell it
    (alarm,) = MONITOR.alarms
    missed = again(MONITOR, target=aim, alarms=(replace(alarm, worse=("target",)),))
    assert any("three blocks with labels, twenty in all" in what for what in notes(missed))


def test_a_target_that_is_missed_is_told_where_the_newest_block_has_no_label() -> None:
    """The badge says so, and so does the answer beside it."""
    low = Bounds(estimate=0.7, low=0.62, high=0.77)
    aim = Target(scoring="roc_auc", words="ROC AUC", target=0.8, is_told=True, service=low)
    said = again(MONITOR, blocks=(MONITOR.blocks[0], MONITOR.blocks[3]), alarms=(), target=aim)
    assert said.badge == "target missed"
    assert said.summary.endswith("target at least 0.8: missed.")


def test_a_fall_that_leaves_the_target_met_is_no_good_news() -> None:
    met = Bounds(estimate=0.78, low=0.76, high=0.8)
    aim = Target(
        scoring="roc_auc", words="ROC AUC", target=0.7, released=0.9, is_told=True, service=met
    )
    alike, fallen = (
        again(MONITOR, blocks=MONITOR.blocks[:1], alarms=(), target=replace(aim, is_fallen=each))
        for each in (False, True)
    )
    assert alike.summary.startswith("No worse than at release")
    assert fallen.summary.startswith("No alarm so far, though ROC AUC of late is worse than at rel")
    assert any("met, at release 0.9. That is worse than at release" in w for w in warnings(fallen))
