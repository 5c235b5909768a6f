"""Learn prior and calibration from curves: what `learn.py` runs on all of the train half."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from families import FAMILIES
from scipy.special import ndtr, ndtri

from leadline.stats.curves.calibration import GROUP_WEIGHT, learn_places
from leadline.stats.curves.discrepancy import kernels
from leadline.stats.curves.learnt import (
    ANY,
    SINGLE_RUNS,
    VERSION,
    Learnt,
    Table,
    groups_of,
)
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

RATIOS = np.array([1.4, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0])
LEVELS = ndtri([0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99])
# chosen by cross-validation inside the train half: see docs/curves.md
SHARES = {"known": (0.2, 0.4), "hidden": (0.2, 0.4)}
# chosen on LCDB's train half, on the learning half of the networks' sources and on small networks
# of our own: next to nothing for families that the tables know, MLPs among them; much for losses of
# language models, which many sources taught, and less for other metrics, which hardly more than one
# did. Losses of networks that classify are like those of other classifiers
NETWORK_SHARES = {
    ANY: 0.05,
    "image-network": 0.5,
    "text-network": 0.5,
    "language-model": 0.5,
    "language-model log_loss": 0.95,
    "image-network log_loss": 0.05,
    "text-network log_loss": 0.05,
    **dict.fromkeys(FAMILIES, 1e-4),
}
_KEPT_CELLS = 30
_FEWEST_OF_A_GROUP = 40
_FEWEST_OF_PLACES = 20
# pseudo-count of all groups beside a new one's: by cross-validation on the metrics' learning half,
# where forecasts as of error rates were far too wide
_OF_NEW_GROUPS = 5.0
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
    metric: str = "error_rate"
    source: str = ""
    """Of a network's curve; empty for classifiers on tables."""
    share_of: str = ""
    """Curves of one network or one data set, which count as one."""

    @property
    def group(self) -> str:
        """The group of curves that it teaches."""
        if self.source:
            return self.metric if self.metric == "log_loss" else ANY
        if self.n_repeats == 1:
            return SINGLE_RUNS
        return self.family if self.is_general else self.metric

    @property
    def is_general(self) -> bool:
        """Whether it teaches what holds of all groups: error rates do, and all of networks."""
        return bool(self.source) or self.metric == "error_rate"

    def measured(self) -> Measured:
        return measured(self.sizes, self.errors, self.stderr, METRICS[self.metric], self.n_repeats)

    def later(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Log ratios, relative log errors and their variances."""
        data = self.measured()
        safe = np.maximum(self.later_errors, 1e-4)
        variance = np.minimum(self.later_stderr / safe, 2.0) ** 2 + 1e-6
        logs = np.log(safe / data.error_ref) / data.power
        return np.log(self.later_sizes / data.n_ref), logs, variance / data.power**2


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
    examples: Sequence[Example], table: np.ndarray, active: np.ndarray, shares: tuple[float, float]
) -> Table:
    """A table without calibration: the prior from curves of error rates, tilts from every group."""
    own = table[[example.is_general for example in examples]]
    prior = mixed(learn_joint(own), learn_independent(own), shares)
    return with_tilts(examples, table, active, prior)


def with_tilts(
    examples: Sequence[Example], table: np.ndarray, active: np.ndarray, prior: np.ndarray
) -> Table:
    """A table of this prior, and of what each group with enough curves adds to it."""
    groups, by_kernel, by_shape = [ANY], [np.zeros(active.size)], [np.zeros(len(shapes()))]
    for group, places in members(examples).items():
        if len(places) >= _FEWEST_OF_A_GROUP:
            groups.append(group)
            kernel_tilt, shape_tilt = learn_tilt(table[places], prior)
            by_kernel.append(kernel_tilt)
            by_shape.append(shape_tilt)
    untouched = np.tile(LEVELS, (len(groups), RATIOS.size, 1))
    return Table(
        active,
        np.log(prior),
        tuple(groups),
        np.array(by_kernel),
        np.array(by_shape),
        RATIOS,
        LEVELS,
        untouched,
    )


def members(examples: Sequence[Example]) -> dict[str, list[int]]:
    """Places of the examples of each group; all of them are of any."""
    found: dict[str, list[int]] = {}
    for place, example in enumerate(examples):
        if example.group != ANY:
            found.setdefault(example.group, []).append(place)
    return dict(sorted(found.items()))


def places_of_truth(examples: Sequence[Example], table: Table, every: Learnt) -> np.ndarray:
    """Where the truth fell in the plain forecast: (n_examples, n_ratios), NaN where unknown."""
    found = np.full((len(examples), RATIOS.size), np.nan)
    for row, example in enumerate(examples):
        data = example.measured()
        x, y, _ = example.later()
        names = groups_of(example.family, METRICS[example.metric], example.n_repeats)
        prior = every.mixture(table, names)
        parts = posterior_components(data, prior.log_prior, DesignMatrices.at(data.x, prior.active))
        mean, variance = parts.moments(x)
        below = mixture_cdf(parts.weight, mean, np.sqrt(variance), y[None])[0]
        z = ndtri(below.clip(1e-6, 1 - 1e-6))
        for column, ratio in enumerate(RATIOS):
            distance = np.abs(x - np.log(ratio))
            if distance.min() < _RATIO_TOLERANCE:
                found[row, column] = z[np.argmin(distance)]
    return found


def calibrate(
    table: Table, examples: Sequence[Example], z: np.ndarray, all_groups: float = GROUP_WEIGHT
) -> Table:
    """Put the quantiles of where the truth fell into a table, groups shrunk towards all.

    `all_groups` is the pseudo-count, in curves, of all groups together beside those of one.
    """
    probabilities = ndtr(LEVELS)
    independent = _independent(examples)
    general = np.flatnonzero([example.is_general for example in examples])
    every = np.array(
        [
            _places(z[general, column], independent[general], probabilities)
            for column in range(RATIOS.size)
        ]
    )
    return replace(table, calibrated=_of_groups(table.groups, examples, z, every, all_groups))


def _of_groups(
    groups: Sequence[str],
    examples: Sequence[Example],
    z: np.ndarray,
    every: np.ndarray,
    all_groups: float = GROUP_WEIGHT,
) -> np.ndarray:
    """Quantiles of all groups together, the first one, and of each other one shrunk to them."""
    probabilities = ndtr(LEVELS)
    independent = _independent(examples)
    of_group = members(examples)
    calibrated = [every]
    for group in groups[1:]:
        own = of_group.get(group, [])
        rows = []
        for column in range(RATIOS.size):
            n = np.isfinite(z[own, column]).sum()
            share = n / (n + all_groups)
            alone = _places(z[own, column], independent[own], probabilities, every[column])
            rows.append(share * alone + (1 - share) * every[column])
        calibrated.append(np.array(rows))
    return np.array(calibrated)


def _independent(examples: Sequence[Example]) -> np.ndarray:
    return np.array([example.share_of or str(example.data) for example in examples])


def _places(
    z: np.ndarray, independent: np.ndarray, probabilities: np.ndarray, few: np.ndarray = LEVELS
) -> np.ndarray:
    """The quantiles of where the truth fell; `few` where too few are known."""
    known = np.isfinite(z)
    if known.sum() <= _FEWEST_OF_PLACES:
        return few
    return learn_places(z[known], probabilities, np.unique(independent[known]).size)


def learn_table(
    examples: Sequence[Example],
    weighed: np.ndarray,
    active: np.ndarray,
    shares: tuple[float, float],
    *,
    to_calibrate: Sequence[Example] = (),
    networks: Table | None = None,
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
    networks
        What is mixed with it in a forecast; nothing if not given.
    """
    side = np.array([_side(example.data) for example in examples])
    pool = list(to_calibrate) or list(examples)
    judged: list[Example] = []
    places = []
    for here in (0, 1):
        learnt_from = np.flatnonzero(side != here)
        half = learn_prior([examples[k] for k in learnt_from], weighed[learnt_from], active, shares)
        held_out = [example for example in pool if _side(example.data) == here]
        places.append(places_of_truth(held_out, half, learnt_of(half, half, networks or half, {})))
        judged += held_out
    table = learn_prior(examples, weighed, active, shares)
    return calibrate(table, judged, np.vstack(places))


def with_groups(table: Table, examples: Sequence[Example], networks: Table) -> Table:
    """The table, and a calibration of groups that it has not learnt from, beside its own.

    Parameters
    ----------
    table
        Its prior and its other groups stay as they are; groups of the same names are replaced.
    examples
        Curves of the groups, of data sets that the prior has not seen.
    networks
        What is mixed with it in a forecast.
    """
    new = members(examples)
    kept = [place for place, group in enumerate(table.groups) if group not in new]
    alone = replace(
        table,
        groups=tuple(table.groups[place] for place in kept),
        tilt_kernels=table.tilt_kernels[kept],
        tilt_shapes=table.tilt_shapes[kept],
        calibrated=table.calibrated[kept],
    )
    places = places_of_truth(examples, alone, learnt_of(alone, alone, networks, {}))
    calibrated = _of_groups((ANY, *new), examples, places, alone.calibrated[0], _OF_NEW_GROUPS)
    # without a tilt: it was no closer on data sets that it was not learnt from
    return replace(
        alone,
        groups=(*alone.groups, *new),
        tilt_kernels=_with_zeros(alone.tilt_kernels, len(new)),
        tilt_shapes=_with_zeros(alone.tilt_shapes, len(new)),
        calibrated=np.concatenate([alone.calibrated, calibrated[1:]]),
    )


def _with_zeros(tilts: np.ndarray, n_more: int) -> np.ndarray:
    return np.pad(tilts, ((0, n_more), (0, 0)))


def _side(data: int) -> int:
    """Which half of the data sets, by a hash that has nothing to do with the folds'."""
    return (data * 40503 >> 4) % 2


def learnt_of(
    known: Table, hidden: Table, networks: Table, provenance: dict[str, object]
) -> Learnt:
    return Learnt(known, hidden, networks, NETWORK_SHARES, {"version": VERSION, **provenance})
