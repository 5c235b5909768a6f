"""Which metrics a target can be stated in, and which a task takes if none is named."""

from __future__ import annotations

import pytest

from leadline.errors import SettingsError
from leadline.phases.scoring import DEFAULT_SCORING, SCORINGS, Task, scoring_of
from leadline.stats.metric import METRICS


def test_every_task_has_a_default_that_is_for_it() -> None:
    assert DEFAULT_SCORING == {
        Task.BINARY: "roc_auc",
        Task.MULTICLASS: "accuracy",
        Task.REGRESSION: "r2",
    }
    assert all(task in scoring_of(name).tasks for task, name in DEFAULT_SCORING.items())


def test_a_target_is_stated_in_every_metric_but_the_error_rate() -> None:
    assert set(METRICS) - set(SCORINGS) == {"error_rate"}
    with pytest.raises(SettingsError, match="scoring is 'error_rate', which is not known"):
        scoring_of("error_rate")


def test_a_target_is_a_lower_limit_of_a_score_and_an_upper_limit_of_a_loss() -> None:
    assert scoring_of("accuracy").is_met(0.9, 0.8)
    assert not scoring_of("accuracy").is_met(0.7, 0.8)
    assert scoring_of("log_loss").is_met(0.7, 0.8)
    assert not scoring_of("log_loss").is_met(0.9, 0.8)
