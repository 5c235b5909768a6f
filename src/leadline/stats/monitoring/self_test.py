"""Self-test of a monitor: how often a run raises an alarm although nothing has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from leadline.stats.arrays import Floats, Ints, as_labels, as_vector, check_positive
from leadline.stats.monitoring.alarm_evidence import AlarmEvidence, pooled_evidence
from leadline.stats.monitoring.labelled_error import stratified_rows
from leadline.stats.monitoring.predicted_error import PredictedError
from leadline.stats.monitoring.watched_rates import RATES, WatchedRate

_FEWEST_BLOCKS = 6
# samples of labels of each block; runs draw among them
_N_SAMPLES = 12


@dataclass(frozen=True)
class RunFalseAlarms:
    """Share of runs that alarm for nothing.

    Parameters
    ----------
    rate : float in [0, 1]
        Share of the runs in which an alarm was raised at any block.
    n_runs : int
        Shuffles tried.
    n_blocks : int
        Blocks watched in each.
    """

    rate: float
    n_runs: int
    n_blocks: int


def run_false_alarms(
    reference: Sequence[tuple[ArrayLike, ArrayLike, ArrayLike]],
    labels: Sequence[int],
    *,
    rng: np.random.Generator,
    tolerance: float = 0.0,
    run_length: float = 1000.0,
    n_runs: int = 300,
    rates: Sequence[str] = ("error",),
    views: Sequence[Sequence[tuple[ArrayLike, ArrayLike, ArrayLike]]] = (),
) -> RunFalseAlarms:
    """Measure the false alarms of `Monitor` by shuffling the reference's own blocks.

    Each run keeps half of the blocks as reference and watches the others, among which nothing has
    changed but their order, with as many labels a block as were in truth used.

    Parameters
    ----------
    reference : sequence of (scores, said, truth)
        As for `Monitor`; at least six blocks.
    labels : sequence of int >= 1
        Numbers of labels that blocks had; each block watched has one of them, at random.
    rng : Generator
        Source of chance.
    tolerance, run_length : float
        As for `Monitor`.
    n_runs : int >= 1, default=300
        Shuffles.
    rates : sequence of str, default=("error",)
        As for `Monitor`.
    views : sequence of sequence of (scores, said, truth), default=()
        Of several classes: the same blocks, each class against all others, whose recall is watched
        beside that; see `leadline.stats.monitoring.alarm_evidence.pooled_evidence`.

    Returns
    -------
    RunFalseAlarms
        It describes a reference half as long as the real one, so that the real monitor is rather
        better; and runs of so many blocks: of longer ones more alarm. Slow trends inside the
        reference are broken up by the shuffle and do not show.

    Raises
    ------
    ValueError
        If there are fewer than six blocks, no number of labels, or a number is out of range.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> scores = rng.random((20, 200))
    >>> truth = rng.random((20, 200)) < scores
    >>> blocks = [(s, s >= 0.5, t) for s, t in zip(scores, truth)]
    >>> tested = run_false_alarms(blocks, [50], rng=rng)
    >>> tested.rate < 0.1, tested.n_blocks
    (True, 10)
    """
    if len(reference) < _FEWEST_BLOCKS:
        raise ValueError(
            f"reference has {len(reference)} blocks; at least {_FEWEST_BLOCKS} are needed."
        )
    counts = as_vector(labels, "labels")
    if np.any(counts < 1) or n_runs < 1 or not 0 <= tolerance < 1:
        raise ValueError("labels and n_runs must be at least 1 and tolerance in [0, 1).")
    check_positive(run_length - 1, "run_length - 1")
    n = len(reference)
    of_all = _looks(_labelled(reference), rates, counts, rng)
    of_classes = [
        look for view in views for look in _looks(_labelled(view), RATES[1:2], counts, rng)
    ]
    half = -(-n // 2)
    alarms = 0
    for _ in range(n_runs):
        order = rng.permutation(n)
        samples = rng.integers(_N_SAMPLES, size=n)
        found = [
            [_evidence(look, order, samples, half, tolerance) for look in looks]
            for looks in (of_all, of_classes)
        ]
        total = pooled_evidence(np.mean(found[0], axis=0), found[1])
        alarms += bool(np.any(total >= run_length))
    return RunFalseAlarms(alarms / n_runs, n_runs, n - half)


def _looks(
    blocks: list[tuple[Floats, ...]],
    rates: Sequence[str],
    counts: Floats,
    rng: np.random.Generator,
) -> list[tuple[WatchedRate, Floats, Floats]]:
    """Each rate that the blocks tell, with what they and samples of their labels make of it."""
    return [
        (rate, *_looked_at(rate, blocks, counts, rng))
        for name in rates
        if (rate := WatchedRate.of(name, blocks)) is not None
    ]


def _evidence(
    look: tuple[WatchedRate, Floats, Floats],
    order: Ints,
    samples: Ints,
    half: int,
    tolerance: float,
) -> Floats:
    """Evidence of one rate after each block that is watched."""
    rate, known, seen = look
    kept = known[order[:half]]
    accepted = tolerance * rate.share
    evidence = AlarmEvidence(float(kept.mean()), rate.spread(kept), half, accepted)
    found = []
    for block, sample in zip(order[half:], samples, strict=False):
        value, variance = seen[block, sample]
        # labels that do not tell of the rate are no observation
        if np.isfinite(value):
            evidence.add(value, variance)
        found.append(evidence.value)
    return np.array(found)


def _labelled(
    reference: Sequence[tuple[ArrayLike, ArrayLike, ArrayLike]],
) -> list[tuple[Floats, ...]]:
    blocks: list[tuple[Floats, ...]] = []
    for scores, said, truth in reference:
        values = as_vector(scores, "scores")
        answers = (as_labels(each, "said", n_samples=values.size) for each in (said, truth))
        blocks.append((values, *(each.astype(np.float64) for each in answers)))
    return blocks


def _looked_at(
    rate: WatchedRate, blocks: list[tuple[Floats, ...]], counts: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """A rate of each block; and what samples of labels make of it, with the variance of that."""
    predicted = PredictedError.of(blocks)
    known = np.array([rate.whole(said, truth) for _, said, truth in blocks])
    seen = np.full((known.size, _N_SAMPLES, 2), np.nan)
    for number, (scores, said, truth) in enumerate(blocks):
        expected, wrong = predicted(scores, said), (said != truth).astype(np.float64)
        for sample in range(_N_SAMPLES):
            rows = stratified_rows(expected, int(rng.choice(counts)), rng)
            told = rate.seen(expected, said, rows, wrong[rows])
            if told is not None:
                seen[number, sample] = told
    return known, seen
