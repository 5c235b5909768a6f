"""Tables learnt from other curves: the prior, its tilts by group, the calibration.

`benchmarks/curves/learn.py` makes the file beside this module and says from which data.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import logsumexp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.stats.arrays import Floats, Ints
    from leadline.stats.metric import Metric

VERSION = 2
ANY = "any"
SINGLE_RUNS = "single runs"


@dataclass(frozen=True, eq=False)
class Table:
    """Prior and calibration for one kind of curves; told apart by identity.

    Parameters
    ----------
    active : ndarray of int, shape (n_active,)
        Kernels that are considered.
    log_prior : ndarray of shape (n_active, n_shapes)
        Up to a constant.
    groups : tuple of str
        `ANY` first, then kinds of learner, metrics, and what else has a tilt and a calibration.
    tilt_kernels : ndarray of shape (n_groups, n_active)
        Added to the log prior where a curve is of the group.
    tilt_shapes : ndarray of shape (n_groups, n_shapes)
        The same for shapes.
    ratios : ndarray of shape (n_ratios,)
        Sizes forecast, as multiples of the largest measured, ascending.
    levels : ndarray of shape (n_levels,)
        Standard normal quantiles, ascending.
    calibrated : ndarray of shape (n_groups, n_ratios, n_levels)
        Where in the uncalibrated forecast, as a standard normal quantile, the truth's quantile
        of each level lay.
    """

    active: Ints
    log_prior: Floats
    groups: tuple[str, ...]
    tilt_kernels: Floats
    tilt_shapes: Floats
    ratios: Floats
    levels: Floats
    calibrated: Floats

    def index(self, names: Sequence[str | None]) -> int:
        """Return the place of the last name that is one of the groups, that of any if none is."""
        places = [self.groups.index(name) for name in names if name in self.groups]
        return places[-1] if places else 0

    def prior(self, names: Sequence[str | None]) -> Floats:
        """Return the log prior of a curve of these groups, of shape (n_active, n_shapes)."""
        prior = self.log_prior.copy()
        for place in {self.groups.index(name) for name in names if name in self.groups}:
            prior += self.tilt_kernels[place][:, None] + self.tilt_shapes[place]
        return prior


@dataclass(frozen=True)
class Mixture:
    """The prior of a curve that may be of a table's kind or of a network's.

    Parameters
    ----------
    active : ndarray of int, shape (n_active,)
        Kernels of either.
    log_prior : ndarray of shape (n_active, n_shapes)
        Of both together.
    of_networks : ndarray of shape (n_active, n_shapes)
        Probability that a curve of this kernel and shape is of a network's kind.
    """

    active: Ints
    log_prior: Floats
    of_networks: Floats

    def share_of_networks(self, kernel: Ints, shape: Ints, weight: Floats) -> float:
        """Return the probability that a curve with these components is of a network's kind."""
        return float(weight @ self.of_networks[np.searchsorted(self.active, kernel), shape])


@lru_cache(maxsize=64)
def _mixture(table: Table, networks: Table, share: float, names: tuple[str, ...]) -> Mixture:
    """Mix the two, `share` of the weight for networks."""
    active = np.union1d(table.active, networks.active)
    parts = []
    for one, weight in ((table, 1 - share), (networks, share)):
        prior = one.prior(names)
        log_prior = np.full((active.size, prior.shape[1]), -np.inf)
        log_prior[np.searchsorted(active, one.active)] = prior - logsumexp(prior) + np.log(weight)
        parts.append(log_prior)
    both = np.logaddexp(*parts)
    return Mixture(active, both, np.exp(parts[1] - both))


@dataclass(frozen=True)
class Learnt:
    """All tables, and where they come from.

    Parameters
    ----------
    known, hidden : Table
        Classifiers on tables. Known: standard errors of five repeats or more; hidden: of fewer,
        or none.
    networks : Table
        Neural networks on text, images and signals.
    network_shares : dict of str to float
        How likely a curve is of a network's kind before any point is seen: by family and metric,
        a space between them, where the two are among the names; else by family, else of `ANY`.
    provenance : dict
        Data, their licences, how many curves, and what was left out.
    """

    known: Table
    hidden: Table
    networks: Table
    network_shares: dict[str, float]
    provenance: dict[str, Any]

    def mixture(self, table: Table, names: Sequence[str | None]) -> Mixture:
        """Return the prior of a curve of these groups, `table` or `networks`."""
        pairs = (f"{one} {other}" for one, other in pairwise(names))
        named = (name for name in (*pairs, *names) if name in self.network_shares)
        share = self.network_shares[next(named, ANY)]
        known = tuple(name for name in names if name in {*table.groups, *self.networks.groups})
        return _mixture(table, self.networks, share, known)


def groups_of(family: str | None, metric: Metric, n_repeats: int | None) -> list[str | None]:
    """Names of the groups that a curve is of, from what says least to what says most."""
    return [family, metric.square_of or metric.name, SINGLE_RUNS if n_repeats == 1 else None]


@cache
def learnt() -> Learnt:
    """Return what ships with Leadline.

    Examples
    --------
    >>> learnt().provenance["version"] == VERSION
    True
    """
    with files("leadline.stats.curves").joinpath("learnt.npz").open("rb") as file:
        return unpacked(dict(np.load(file)))


_STEP = 0.05  # nats: finer differences of a log weight leave forecasts as they are
_TABLES = ("known", "hidden", "networks")


def packed(all_of_it: Learnt) -> dict[str, Any]:
    """Return arrays for `numpy.savez_compressed`; log weights rounded to a twentieth of a nat."""
    arrays: dict[str, Any] = {
        "provenance": np.array(json.dumps(all_of_it.provenance)),
        "network_shares": np.array(json.dumps(all_of_it.network_shares)),
    }
    for name in _TABLES:
        table: Table = getattr(all_of_it, name)
        prior = table.log_prior - table.log_prior.max()
        arrays |= {
            f"{name}_active": table.active.astype(np.int16),
            f"{name}_log_prior": np.round(prior.clip(-25, 0) / -_STEP).astype(np.uint16),
            f"{name}_groups": np.array(table.groups),
            f"{name}_tilt_kernels": np.round(table.tilt_kernels / _STEP).astype(np.int16),
            f"{name}_tilt_shapes": np.round(table.tilt_shapes / _STEP).astype(np.int16),
            f"{name}_ratios": table.ratios,
            f"{name}_levels": table.levels,
            f"{name}_calibrated": table.calibrated.astype(np.float32),
        }
    return arrays


def unpacked(arrays: dict[str, Any]) -> Learnt:
    """Return what `packed` made into arrays."""
    known, hidden, networks = (
        Table(
            active=arrays[f"{name}_active"].astype(np.int64),
            log_prior=-_STEP * arrays[f"{name}_log_prior"].astype(np.float64),
            groups=tuple(str(group) for group in arrays[f"{name}_groups"]),
            tilt_kernels=_STEP * arrays[f"{name}_tilt_kernels"].astype(np.float64),
            tilt_shapes=_STEP * arrays[f"{name}_tilt_shapes"].astype(np.float64),
            ratios=arrays[f"{name}_ratios"],
            levels=arrays[f"{name}_levels"],
            calibrated=arrays[f"{name}_calibrated"].astype(np.float64),
        )
        for name in _TABLES
    )
    shares, provenance = (json.loads(str(arrays[n])) for n in ("network_shares", "provenance"))
    return Learnt(known, hidden, networks, shares, provenance)
