"""Do intervals with a machine as second reader hold, however machines' errors go together."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.arrays import Floats
from leadline.stats.judgments import sample
from leadline.stats.machine_votes import (
    flagged_reading,
    share_reading,
    stacked_scores,
    stream_reading,
)

N = 2000
N_DRAWS = 100


def dependent(share: float, joint: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Rows, and four machines wrong on a tenth, two at once `joint` times as often as by chance."""
    truth = (rng.random(N) < share) * 1.0
    hard = rng.random((N, 1)) < 1 / joint
    wrong = hard * (rng.random((N, 4)) < 0.1 * joint)
    said: Floats = np.abs(truth[:, None] - wrong)
    return truth.astype(np.float64), said


def labels_of(truth: Floats, n: int, rng: np.random.Generator) -> Floats:
    labels = np.full(N, np.nan)
    rows = rng.permutation(N)[:n]
    labels[rows] = truth[rows]
    return labels


@pytest.mark.parametrize(("share", "joint", "n"), [(0.4, 1, 40), (0.4, 5, 100), (0.05, 5, 100)])
def test_share_is_held(share: float, joint: float, n: int) -> None:
    rng = np.random.default_rng(11)
    held, narrower = [], []
    for _ in range(N_DRAWS):
        truth, machines = dependent(share, joint, rng)
        labels = labels_of(truth, n, rng)
        found = share_reading(labels, stacked_scores(labels, machines, rng), rng)
        held.append(found.with_machine.low <= truth.mean() <= found.with_machine.high)
        widths = [one.high - one.low for one in (found.with_machine, found.people_alone)]
        narrower.append(widths[0] / widths[1])
    # two standard errors of the share of draws about .86 to .94; sure machines are held more often
    assert 0.80 <= np.mean(held) <= (1.0 if joint == 1 else 0.98)
    assert np.mean(narrower) < 0.95


@pytest.mark.parametrize("joint", [1, 5])
def test_precision_and_recall_are_held(joint: float) -> None:
    rng = np.random.default_rng(12)
    held: list[list[bool]] = [[], []]
    for _ in range(N_DRAWS):
        truth, machines = dependent(0.25, joint, rng)
        model = machines[:, 0]
        hits = float(truth @ model)
        found = flagged_reading(labels_of(truth, 100, rng), machines[:, 1], model, rng)
        assert found.recall is not None
        for place, (reading, expected) in enumerate(
            [(found.precision, hits / model.sum()), (found.recall, hits / truth.sum())]
        ):
            held[place].append(reading.with_machine.low <= expected <= reading.with_machine.high)
    assert all(0.80 <= share <= 0.98 for share in np.mean(held, axis=1))


def test_a_judged_stream_is_held_where_the_machine_errs_with_the_model() -> None:
    rng = np.random.default_rng(13)
    cuts = np.array([0.7, 0.4, 0.2])
    held, narrower = [], []
    for _ in range(25):
        scores = rng.beta(0.4, 2.0, 3 * N)
        truth = (rng.random(3 * N) < scores) * 1.0
        # wrong on a tenth of the rows, on those that the model gets wrong five times as often
        wrong = (scores >= cuts[1]) != (truth == 1)
        share = np.mean(wrong)
        p = np.where(wrong, 0.5, (0.1 - 0.5 * share) / (1 - share))
        says = np.abs(truth - (rng.random(3 * N) < p))
        rows = sample(scores, cuts, 150, rng)
        found = stream_reading(scores, cuts, rows, truth[rows], says)
        flagged = scores[:, None] >= cuts
        hits = truth @ flagged
        for both, alone, its in (
            (
                found.with_machine.precision,
                found.people_alone.precision,
                hits / flagged.sum(axis=0),
            ),
            (found.with_machine.recall, found.people_alone.recall, hits / truth.sum()),
        ):
            held.append((both.low <= its) & (its <= both.high))
            narrower.append(np.mean(both.high - both.low) / np.mean(alone.high - alone.low))
    assert 0.78 <= np.mean(held) <= 0.98
    assert np.mean(narrower) < 0.98
