"""False alarms and delay of the alarm that the target's own metric raises in service.

    python benchmarks/watch/target_fall.py [--runs 200]

Streams are simulated: blocks of 300 rows, one a week, of which 50 have a label, asked for by strata
of the predicted error. After each block the metric of the last eight, and of the last 26,
is held against the bound, each at .05 over the 156 blocks that lie between two false alarms, as the
monitor does. "At the bound": the true score is the bound itself, which is the worst that is no
miss, for 52 blocks; the share of runs with an alarm. "Blocks differ": how well the classes, or the
numbers, are told apart varies from block to block by a fifth. "Fallen": the true score is worse
than the bound, as the column says; blocks until half of the runs have an alarm, of 52. "Interval
holds": how often the 95 % interval of eight blocks holds the score of all.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.special import expit

from leadline.monitoring.labelled_rows import rows_stood_for
from leadline.stats.metric import metric_of
from leadline.stats.metric.service_score import LabelledRows, falls_short, service_score
from leadline.stats.monitoring.labelled_error import stratified_rows

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_N_BLOCKS, _N_ROWS, _N_LABELS, _RECENT, _LONG = 52, 300, 50, 8, 26
_CHANCE = 0.05 / 156.54
_LEVEL = 0.95
# metric, share of positive rows, labels
_CASES = (
    ("roc_auc", 0.3, _N_LABELS),
    ("f1", 0.3, _N_LABELS),
    ("root_mean_squared_error", None, _N_LABELS),
)
Told = tuple[np.ndarray, np.ndarray, np.ndarray]


def rows(rng: np.random.Generator, share: float | None, n: int, worth: float) -> Told:
    """Labels, scores or predictions, and how probably each row is wrong."""
    if share is None:
        y, noise = rng.normal(0, 2, n), rng.standard_t(5, n) / worth
        return y + noise, y, np.full(n, 0.5)
    y = (rng.random(n) < share).astype(np.int64)
    scores = expit(rng.normal(-1.5, 1, n) + 2.5 * worth * y)
    return y, scores, np.clip(np.minimum(scores, 1 - scores), 0.01, 1)


def response(scoring: str, scores: np.ndarray) -> np.ndarray:
    if scoring == "f1":
        return (scores >= 0.5).astype(np.int64)
    return scores


def block_worth(rng: np.random.Generator, spread: float) -> float:
    return float(np.exp(rng.normal(0, spread)))


def true_score(scoring: str, share: float | None, worth: float, spread: float) -> float:
    """What a million rows of many blocks score."""
    rng = np.random.default_rng(99)
    told = [rows(rng, share, 2_000, worth * block_worth(rng, spread)) for _ in range(500)]
    y, scores, _ = (np.concatenate(part) for part in zip(*told, strict=True))
    return metric_of(scoring).compute(y, response(scoring, scores))


def stream(
    seed: int, case: tuple[str, float | None, int], worth: float, spread: float
) -> Iterator[LabelledRows]:
    """A year of blocks, of each the rows that have a label."""
    scoring, share, n_labels = case
    rng = np.random.default_rng([seed, 5])
    for _ in range(_N_BLOCKS):
        y, scores, doubt = rows(rng, share, _N_ROWS, worth * block_worth(rng, spread))
        known = np.zeros(_N_ROWS, dtype=bool)
        known[stratified_rows(doubt, n_labels, rng)] = True
        answer = response(scoring, scores[known])
        stood_for = rows_stood_for(scores, known)
        yield LabelledRows(y[known], answer, stood_for, np.zeros(known.sum(), dtype=int))


def run(
    seed: int, case: tuple[str, float | None, int], worth: float, spread: float, bound: float
) -> float:
    """Block of the first alarm."""
    scoring, rng = case[0], np.random.default_rng([seed, 6])
    blocks: list[LabelledRows] = []
    for number, block in enumerate(stream(seed, case, worth, spread), start=1):
        blocks = [*blocks, block][-_LONG:]
        recent = LabelledRows.together(blocks[-_RECENT:])
        whole = [recent, LabelledRows.together(blocks)] if number > _RECENT else [recent]
        if any(falls_short(scoring, told, bound, rng=rng, chance=_CHANCE) for told in whole):
            return number
    return np.inf


def held(seed: int, case: tuple[str, float | None, int], spread: float, true: float) -> list[bool]:
    """Whether the interval of each eight blocks holds the score of all blocks."""
    blocks, rng = list(stream(seed, case, 1.0, spread)), np.random.default_rng([seed, 7])
    found = []
    for last in range(_RECENT, _N_BLOCKS + 1, _RECENT):
        together = LabelledRows.together(blocks[last - _RECENT : last])
        told = service_score(case[0], together, rng=rng, confidence_level=_LEVEL)
        if told is not None:
            found.append(told.low <= true <= told.high)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=200)
    n_runs = parser.parse_args().runs
    table = []
    for case in _CASES:
        scoring, share, n_labels = case
        cells = [scoring + (f", {share:.0%} positive" if share else ""), str(n_labels)]
        bounds = {spread: true_score(scoring, share, 1.0, spread) for spread in (0.0, 0.2)}
        for spread, bound in bounds.items():
            found = [run(seed, case, 1.0, spread, bound) for seed in range(n_runs)]
            cells.append(f"{np.isfinite(found).mean():.2f}")
        for spread, bound in bounds.items():
            hits = [hit for seed in range(n_runs) for hit in held(seed, case, spread, bound)]
            cells.append(f"{np.mean(hits):.3f} of {len(hits)}")
        bound, fallen = (true_score(scoring, share, worth, 0.0) for worth in (1.0, 0.7))
        delay = float(np.median([run(seed, case, 0.7, 0.0, bound) for seed in range(n_runs // 4)]))
        cells += [f"{bound:.2f} to {fallen:.2f}", f"{delay:g}" if np.isfinite(delay) else "–"]
        table.append(cells)
        print(*cells, sep=" | ", flush=True)
    names = ["metric", "labels", "alarms at the bound", "where blocks differ"]
    names += ["interval holds", "where blocks differ", "fallen", "delay"]
    print(markdown(names, table))


if __name__ == "__main__":
    main()
