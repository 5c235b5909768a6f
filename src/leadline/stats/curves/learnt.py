"""Tables learnt from other curves: the prior, its tilts by family, the calibration.

`benchmarks/curves/learn.py` makes the file beside this module and says from which data.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats, Ints

VERSION = 1
ANY_FAMILY = "any"


@dataclass(frozen=True)
class Table:
    """Prior and calibration for one way of measuring.

    Known: standard errors of five repeats or more; hidden: of fewer, or none.

    Parameters
    ----------
    active : ndarray of int, shape (n_active,)
        Kernels that are considered.
    log_prior : ndarray of shape (n_active, n_shapes)
        Up to a constant.
    families : tuple of str
        Kinds of learner, `ANY_FAMILY` first.
    tilt_kernels : ndarray of shape (n_families, n_active)
        Added to the log prior where the family is known.
    tilt_shapes : ndarray of shape (n_families, n_shapes)
        The same for shapes.
    ratios : ndarray of shape (n_ratios,)
        Sizes forecast, as multiples of the largest measured, ascending.
    levels : ndarray of shape (n_levels,)
        Standard normal quantiles, ascending.
    calibrated : ndarray of shape (n_families, n_ratios, n_levels)
        Where in the uncalibrated forecast, as a standard normal quantile, the truth's quantile
        of each level lay.
    """

    active: Ints
    log_prior: Floats
    families: tuple[str, ...]
    tilt_kernels: Floats
    tilt_shapes: Floats
    ratios: Floats
    levels: Floats
    calibrated: Floats

    def index(self, family: str | None) -> int:
        """Return the place of a family, that of any family where it is not known."""
        return self.families.index(family) if family in self.families else 0

    def prior(self, family: str | None) -> Floats:
        """Return the log prior for a family, of shape (n_active, n_shapes)."""
        place = self.index(family)
        tilt = self.tilt_kernels[place][:, None] + self.tilt_shapes[place]
        prior: Floats = self.log_prior + tilt
        return prior


@dataclass(frozen=True)
class Learnt:
    """Both tables, and where they come from.

    Parameters
    ----------
    known, hidden : Table
        Known: standard errors of five repeats or more; hidden: of fewer, or none.
    provenance : dict
        Data, their licences, how many curves, and what was left out.
    """

    known: Table
    hidden: Table
    provenance: dict[str, Any]


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


def packed(all_of_it: Learnt) -> dict[str, Any]:
    """Return arrays for `numpy.savez_compressed`; log weights rounded to a twentieth of a nat."""
    arrays: dict[str, Any] = {"provenance": np.array(json.dumps(all_of_it.provenance))}
    for name, table in (("known", all_of_it.known), ("hidden", all_of_it.hidden)):
        prior = table.log_prior - table.log_prior.max()
        arrays |= {
            f"{name}_active": table.active.astype(np.int16),
            f"{name}_log_prior": np.round(prior.clip(-25, 0) / -_STEP).astype(np.uint16),
            f"{name}_families": np.array(table.families),
            f"{name}_tilt_cells": np.round(table.tilt_kernels / _STEP).astype(np.int16),
            f"{name}_tilt_shapes": np.round(table.tilt_shapes / _STEP).astype(np.int16),
            f"{name}_ratios": table.ratios,
            f"{name}_levels": table.levels,
            f"{name}_calibrated": table.calibrated.astype(np.float32),
        }
    return arrays


def unpacked(arrays: dict[str, Any]) -> Learnt:
    """Return what `packed` made into arrays."""
    tables = [
        Table(
            active=arrays[f"{name}_active"].astype(np.int64),
            log_prior=-_STEP * arrays[f"{name}_log_prior"].astype(np.float64),
            families=tuple(str(family) for family in arrays[f"{name}_families"]),
            tilt_kernels=_STEP * arrays[f"{name}_tilt_cells"].astype(np.float64),
            tilt_shapes=_STEP * arrays[f"{name}_tilt_shapes"].astype(np.float64),
            ratios=arrays[f"{name}_ratios"],
            levels=arrays[f"{name}_levels"],
            calibrated=arrays[f"{name}_calibrated"].astype(np.float64),
        )
        for name in ("known", "hidden")
    ]
    return Learnt(tables[0], tables[1], json.loads(str(arrays["provenance"])))
