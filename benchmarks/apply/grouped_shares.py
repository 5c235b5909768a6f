"""Do intervals and promises hold where the rows of a group err together?

    python benchmarks/apply/grouped_shares.py [--sets 2000]

Seeded. Each group has a share of its own, drawn from a beta distribution with the intraclass
correlation of the line (at 1 a group is all right or all wrong); its rows are right or wrong by
that share. The peer takes rows one by one
(Wilson). Promises of a precision are held against a million rows of new groups. The mean cost is of
two classes whose confusions cost 5 and 1, a quarter of the rows being wrong.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from leadline.stats.interval import wilson_interval
from leadline.stats.operating.class_costs import mean_cost
from leadline.stats.operating.grouped_shares import share_of_groups
from leadline.stats.operating.promises import promise_precision

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_GROUPS, _ROWS = (3, 8, 20, 100, 400), 10
_CORRELATIONS, _SHARES = (0.0, 0.1, 0.4, 1.0), (0.5, 0.9, 0.98)
_AIM = 0.7


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sets", type=int, default=2000)
    n_sets = parser.parse_args().sets
    rng = np.random.default_rng(6)
    lines = [
        [str(n_groups), f"{correlation:g}", *_cells(n_groups, correlation, n_sets, rng)]
        for n_groups in _GROUPS
        for correlation in _CORRELATIONS
    ]
    shares = [f"{name} {share:g}" for share in _SHARES for name in ("one by one", "Leadline")]
    print(markdown(["groups", "correlation", *shares], lines))
    print()
    print(markdown(["groups", "promised", "kept", "one by one: promised", "kept"], _promises(rng)))
    print()
    print(
        markdown(
            ["groups", "correlation", "cost one by one", "Leadline"],
            _costs(np.random.default_rng(7)),
        )
    )


def _cells(n_groups: int, correlation: float, n_sets: int, rng: np.random.Generator) -> list[str]:
    """How often each interval holds the share, and its mean width."""
    groups = np.repeat(np.arange(n_groups), _ROWS)
    cells = []
    for share in _SHARES:
        own = _own(share, correlation, (n_groups, n_sets), rng)
        is_right = rng.random((groups.size, n_sets)) < own[groups]
        alone = wilson_interval(is_right.sum(axis=0), groups.size)
        together = share_of_groups(is_right, np.ones_like(is_right), groups)
        for found in (alone, together):
            held = np.mean((found.low <= share) & (share <= found.high))
            cells.append(f"{held:.2f} ({np.mean(found.high - found.low):.3f})")
    return cells


def _own(
    share: float, correlation: float, shape: tuple[int, ...], rng: np.random.Generator
) -> np.ndarray:
    """The share of each group."""
    if correlation == 0:
        return np.full(shape, share)
    if correlation == 1:
        return (rng.random(shape) < share).astype(float)
    size = 1 / correlation - 1
    return rng.beta(share * size, (1 - share) * size, shape)


def _rows(n_groups: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, scores that lie as far off for all rows of a group, and the groups."""
    groups = np.repeat(np.arange(n_groups), _ROWS)
    labels = np.repeat(rng.random(n_groups) < 0.3, _ROWS) ^ (rng.random(groups.size) < 0.1)
    scores = labels * 1.5 + rng.normal(size=n_groups)[groups] + rng.normal(size=groups.size)
    return labels, scores, groups


def _promises(rng: np.random.Generator, n_sets: int = 300) -> list[list[str]]:
    truth, scores, _ = _rows(100_000, rng)
    order = np.argsort(scores)[::-1]
    precision = np.cumsum(truth[order]) / np.arange(1, truth.size + 1)
    falling = -scores[order]
    lines = []
    for n_groups in (20, 100, 400):
        counts = np.zeros((2, 2), dtype=int)
        for _ in range(n_sets):
            y, score, groups = _rows(n_groups, rng)
            for place, known in enumerate((groups, None)):
                found = promise_precision(y, score, _AIM, groups=known)
                if found is not None:
                    n_alerts = np.searchsorted(falling, -found.threshold, side="right")
                    counts[place] += 1, bool(precision[max(n_alerts - 1, 0)] >= _AIM)
        made, kept = counts[:, 0], counts[:, 1]
        held = (kept + n_sets - made) / n_sets
        lines.append(
            [str(n_groups), *(f"{each:.3f}" for place in (0, 1)
                              for each in (made[place] / n_sets, held[place]))]
        )  # fmt: skip
    return lines


def _costs(rng: np.random.Generator, n_sets: int = 400) -> list[list[str]]:
    """How often intervals of the mean cost of a row hold it, and their mean width."""
    costs, share = np.array([[0.0, 5.0], [1.0, 0.0]]), 0.25
    truth_mean = share * (5 + 1) / 2
    lines = []
    for n_groups in _GROUPS:
        groups = np.repeat(np.arange(n_groups), _ROWS)
        for correlation in _CORRELATIONS:
            ends = np.empty((n_sets, 2, 2))
            for each in range(n_sets):
                own = _own(share, correlation, (n_groups,), rng)
                truth = rng.integers(0, 2, groups.size)
                said = np.where(rng.random(groups.size) < own[groups], 1 - truth, truth)
                for place, known in enumerate((None, groups)):
                    found = mean_cost(truth, said, costs, groups=known)
                    ends[each, place] = found.low, found.high
            held = np.mean((ends[..., 0] <= truth_mean) & (truth_mean <= ends[..., 1]), axis=0)
            width = np.mean(ends[..., 1] - ends[..., 0], axis=0)
            cells = [f"{h:.2f} ({w:.3f})" for h, w in zip(held, width, strict=True)]
            lines.append([str(n_groups), f"{correlation:g}", *cells])
    return lines


if __name__ == "__main__":
    main()
