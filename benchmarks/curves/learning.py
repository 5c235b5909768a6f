"""Learn prior and calibration from curves: what `learn.py` runs on all of the train half."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr, ndtri

from leadline.stats.curves.calibration import FAMILY_WEIGHT, learn_places
from leadline.stats.curves.discrepancy import kernels
from leadline.stats.curves.learnt import ANY_FAMILY, VERSION, Learnt, Table
from leadline.stats.curves.marginal_likelihood import (
    DesignMatrices,
    log_likelihoods,
    posterior_components,
)
from leadline.stats.curves.measured import Measured, measured
from leadline.stats.curves.mixture import mixture_cdf
from leadline.stats.curves.prior import (
    learn_independent,
    learn_joint,
    learn_tilt,
    mixed,
)
from leadline.stats.curves.shapes import shapes
from leadline.stats.metric import METRICS

RATIOS = np.array([2.0, 4.0, 8.0, 16.0])
LEVELS = ndtri([0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99])
# chosen by cross-validation inside the train half: see docs/curves.md
SHARES = {"known": (0.2, 0.4), "hidden": (0.2, 0.4)}
_KEPT_CELLS = 36
_FEWEST_OF_A_FAMILY = 40
_RATIO_TOLERANCE = 0.25
_FLOOR = -60.0


@dataclass(frozen=True)
class Example:
    """One curve, cut: what was measured, and what came later."""

    data: int
    family: str
    sizes: np.ndarray
    errors: np.ndarray
    stderr: np.ndarray | None
    later_sizes: np.ndarray
    later_errors: np.ndarray
    later_stderr: np.ndarray
    n_repeats: int | None = None

    def measured(self) -> Measured:
        return measured(self.sizes, self.errors, self.stderr, METRICS["error_rate"], self.n_repeats)

    def later(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Log ratios, relative log errors and their variances."""
        data = self.measured()
        safe = np.maximum(self.later_errors, 1e-4)
        variance = np.minimum(self.later_stderr / safe, 2.0) ** 2 + 1e-6
        return np.log(self.later_sizes / data.n_ref), np.log(safe / data.error_ref), variance


def likelihoods(examples: Sequence[Example], active: np.ndarray) -> np.ndarray:
    """Log likelihoods of whole curves, with what came later: (n_examples, n_active, n_shapes)."""
    table = np.empty((len(examples), active.size, len(shapes())), dtype=np.float16)
    for place, example in enumerate(examples):
        data = example.measured()
        x, y, variance = example.later()
        whole = replace(
            data,
            x=np.append(data.x, x),
            y=np.append(data.y, y),
            variance=np.append(data.variance, variance),
            # the truth is a mean: the noise of single runs is not in it
            unit_variance=np.append(data.unit_variance, np.zeros(x.size)),
        )
        values, _ = log_likelihoods(whole, DesignMatrices.at(whole.x, active))
        table[place] = np.maximum(values - values.max(), _FLOOR)
        if place % 1000 == 999:
            print(f"  {place + 1:,} of {len(examples):,} curves weighed", file=sys.stderr)
    return table


def useful_kernels(examples: Sequence[Example]) -> np.ndarray:
    """The discrepancies that carry most of the prior."""
    every = np.arange(len(kernels()))
    table = likelihoods(examples, every)
    weight = learn_joint(table, n_iterations=15).sum(axis=1)
    weight += learn_independent(table, n_iterations=10).sum(axis=1)
    return np.sort(np.argsort(weight)[-_KEPT_CELLS:])


def learn_prior(
    table: np.ndarray, families: Sequence[str], active: np.ndarray, shares: tuple[float, float]
) -> Table:
    """A table without calibration."""
    prior = mixed(learn_joint(table), learn_independent(table), shares)
    kinds, by_kernel, by_shape = [ANY_FAMILY], [np.zeros(active.size)], [np.zeros(len(shapes()))]
    labels = np.array(families)
    for family in sorted(set(families)):
        own = table[labels == family]
        if len(own) >= _FEWEST_OF_A_FAMILY:
            kinds.append(family)
            kernel_tilt, shape_tilt = learn_tilt(own, prior)
            by_kernel.append(kernel_tilt)
            by_shape.append(shape_tilt)
    untouched = np.tile(LEVELS, (len(kinds), RATIOS.size, 1))
    return Table(
        active,
        np.log(prior),
        tuple(kinds),
        np.array(by_kernel),
        np.array(by_shape),
        RATIOS,
        LEVELS,
        untouched,
    )


def places_of_truth(examples: Sequence[Example], table: Table) -> np.ndarray:
    """Where the truth fell in the plain forecast: (n_examples, n_ratios), NaN where unknown."""
    found = np.full((len(examples), RATIOS.size), np.nan)
    for row, example in enumerate(examples):
        data = example.measured()
        x, y, _ = example.later()
        parts = posterior_components(
            data, table.prior(example.family), DesignMatrices.at(data.x, table.active)
        )
        mean, variance = parts.moments(x)
        below = mixture_cdf(parts.weight, mean, np.sqrt(variance), y[None])[0]
        z = ndtri(below.clip(1e-6, 1 - 1e-6))
        for column, ratio in enumerate(RATIOS):
            near = np.abs(x - np.log(ratio)) < _RATIO_TOLERANCE
            if near.any():
                found[row, column] = z[np.flatnonzero(near)[0]]
    return found


def calibrate(table: Table, examples: Sequence[Example], z: np.ndarray) -> Table:
    """Put the quantiles of where the truth fell into a table, families shrunk towards all."""
    labels = np.array([example.family for example in examples])
    probabilities = ndtr(LEVELS)
    every = np.array([_places(z[:, column], probabilities) for column in range(RATIOS.size)])
    calibrated = [every]
    for family in table.families[1:]:
        own = z[labels == family]
        rows = []
        for column in range(RATIOS.size):
            values = own[np.isfinite(own[:, column]), column]
            share = values.size / (values.size + FAMILY_WEIGHT)
            alone = learn_places(values, probabilities) if values.size > 20 else every[column]
            rows.append(share * alone + (1 - share) * every[column])
        calibrated.append(np.array(rows))
    return replace(table, calibrated=np.array(calibrated))


def _places(z: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    finite = z[np.isfinite(z)]
    return learn_places(finite, probabilities) if finite.size > 20 else LEVELS


def learn_table(
    examples: Sequence[Example],
    weighed: np.ndarray,
    active: np.ndarray,
    shares: tuple[float, float],
    *,
    to_calibrate: Sequence[Example] = (),
) -> Table:
    """Prior from all examples; calibration from halves of the data sets forecast by the other.

    Parameters
    ----------
    examples
        Curves to learn the prior from.
    weighed
        Their likelihoods.
    to_calibrate
        Curves to calibrate on, the examples if none are given; no data set is forecast by a prior
        that has seen it.
    """
    families = [example.family for example in examples]
    side = np.array([_side(example.data) for example in examples])
    pool = list(to_calibrate) or list(examples)
    judged: list[Example] = []
    places = []
    for here in (0, 1):
        learnt_from = side != here
        half = learn_prior(
            weighed[learnt_from],
            [f for f, used in zip(families, learnt_from, strict=True) if used],
            active,
            shares,
        )
        held_out = [example for example in pool if _side(example.data) == here]
        places.append(places_of_truth(held_out, half))
        judged += held_out
    table = learn_prior(weighed, families, active, shares)
    return calibrate(table, judged, np.vstack(places))


def _side(data: int) -> int:
    """Which half of the data sets, by a hash that has nothing to do with the folds'."""
    return (data * 40503 >> 4) % 2


def learnt_of(known: Table, hidden: Table, provenance: dict[str, object]) -> Learnt:
    return Learnt(known, hidden, {"version": VERSION, **provenance})
