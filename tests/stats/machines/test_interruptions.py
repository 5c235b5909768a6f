from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.machines.interruptions import expected_hours, interrupted_hours


@pytest.mark.parametrize(
    ("work", "per_hour", "restart", "checkpoint"),
    [(10.0, 0.2, 0.1, 1.0), (2.5, 1.0, 0.25, 1.0), (0.5, 3.0, 0.0, 2.0)],
)
def test_draws_have_the_mean_of_the_closed_form(
    work: float, per_hour: float, restart: float, checkpoint: float
) -> None:
    drawn = interrupted_hours(
        work,
        per_hour=per_hour,
        restart=restart,
        checkpoint=checkpoint,
        size=40_000,
        rng=np.random.default_rng(0),
    )
    closed = expected_hours(work, per_hour=per_hour, restart=restart, checkpoint=checkpoint)
    assert drawn.min() >= work
    assert drawn.mean() == pytest.approx(closed, abs=4 * drawn.std() / 200)


def test_who_is_not_interrupted_takes_no_longer() -> None:
    drawn = interrupted_hours(
        3.0, per_hour=0.0, restart=1.0, checkpoint=1.0, size=5, rng=np.random.default_rng(0)
    )
    assert drawn.tolist() == [3.0] * 5
    assert expected_hours(3.0, per_hour=0.0, restart=1.0, checkpoint=1.0) == 3.0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"work": -1.0}, "work"),
        ({"checkpoint": 0.0}, "checkpoint"),
        ({"per_hour": 100.0}, "Save more often"),
        ({"size": 0}, "size"),
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, float], said: str) -> None:
    given = {"work": 1.0, "per_hour": 1.0, "restart": 0.1, "checkpoint": 1.0, "size": 1} | wrong
    with pytest.raises(ValueError, match=said):
        interrupted_hours(
            given["work"],
            per_hour=given["per_hour"],
            restart=given["restart"],
            checkpoint=given["checkpoint"],
            size=int(given["size"]),
            rng=np.random.default_rng(0),
        )
