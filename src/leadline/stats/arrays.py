"""Array types of the statistics, and checks of their inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]


def as_vector(values: ArrayLike, name: str, *, min_size: int = 1) -> Floats:
    """Return `values` as a one-dimensional array of finite floats; raise a ValueError otherwise."""
    vector: Floats = np.asarray(values, dtype=np.float64)
    if vector.ndim != 1:
        raise ValueError(f"{name} has {vector.ndim} dimensions, one is needed. Pass a flat array.")
    if vector.size < min_size:
        raise ValueError(
            f"{name} holds {vector.size} values, at least {min_size} are needed. Gather more first."
        )
    if not np.all(np.isfinite(vector)):
        n_bad = int(np.sum(~np.isfinite(vector)))
        raise ValueError(
            f"{name} holds {n_bad} values that are not finite, all must be. Leave those rows out."
        )
    return vector


def as_labels(values: ArrayLike, name: str, *, n_samples: int) -> Bools:
    """Return `values` as booleans of shape (n_samples,); raise a ValueError otherwise."""
    raw: NDArray[Any] = np.asarray(values)
    if raw.shape != (n_samples,):
        raise ValueError(
            f"{name} has shape {raw.shape}, ({n_samples},) is needed. Pass one value a score."
        )
    if not np.all((raw == 0) | (raw == 1)):
        raise ValueError(
            f"{name} holds values other than 0 and 1. Say which class is the positive one first."
        )
    return raw.astype(np.bool_)


def check_share(value: float, name: str) -> None:
    """Raise a ValueError for a number outside the open interval (0, 1)."""
    if not 0 < value < 1:
        raise ValueError(
            f"{name} must lie in (0, 1); got {value}. Write a percentage as a fraction."
        )


def check_positive(value: float, name: str) -> None:
    """Raise a ValueError for a number that is not finite and above 0."""
    if not (np.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be a finite number above 0; got {value}.")
