"""Images as numbers that any estimator can learn from."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import TruncatedSVD

from leadline.reading.images.pixels import channels_of, longest_side, pixels

__all__ = ["TRUSTED", "Pixels", "pixels"]


class Pixels(TransformerMixin, BaseEstimator):
    """Pixels of one column of images, centred and scaled; or the directions they vary most in.

    Parameters
    ----------
    size : int > 0, default=16
        Side of the square that images are scaled to; less where all images are smaller.
    n_components : int, default=0
        Above 0: the leading directions only.
    trees : bool, default=False
        A missing image is NaN; else it is the mean image, and flagged.
    seed : int, default=0
        Of the randomised decomposition.
    """

    def __init__(
        self, size: int = 16, n_components: int = 0, trees: bool = False, seed: int = 0
    ) -> None:
        self.size = size
        self.n_components = n_components
        self.trees = trees
        self.seed = seed

    def fit(self, X: pl.Series, y: object = None) -> Self:  # noqa: ARG002
        """Learn the mean image, how much pixels vary, and the directions if any."""
        given = X.drop_nulls()
        self.size_ = max(1, min(self.size, longest_side(given)))
        self.n_channels_ = channels_of(given)
        self.is_empty_ = given.is_empty()
        self.is_flagged_ = given.len() < X.len() and not self.is_empty_ and not self.trees
        values = self._flat(given)
        n_values = self.size_**2 * self.n_channels_
        self.mean_ = values.mean(axis=0) if len(values) else np.zeros(n_values)
        # one scale for all: a corner that is nearly always black must not count as much as the rest
        spread = float(np.sqrt(((values - self.mean_) ** 2).mean())) if len(values) else 0.0
        self.scale_ = spread if spread > 1e-6 else 1.0
        self.directions_ = None
        n_components = min(self.n_components, n_values - 1, given.len() - 1)
        if n_components > 0 and spread > 1e-6:
            centred = (values - self.mean_) / self.scale_
            self.directions_ = TruncatedSVD(n_components, random_state=self.seed).fit(centred)
        return self

    def transform(self, X: pl.Series) -> NDArray[np.float64]:
        """Floats of shape (n_samples, n_pixels or n_components, and 1 more if flagged)."""
        missing = X.is_null().to_numpy()
        values = (self._flat(X) - self.mean_) / self.scale_
        values[missing] = 0.0
        if self.is_empty_ or (self.n_components and self.directions_ is None):
            # nothing was seen to vary: nothing is said of any image
            return np.zeros((len(X), 0))
        if self.directions_ is not None:
            values = self.directions_.transform(values)
        if self.trees:
            values[missing] = np.nan
        flags = missing[:, None].astype(np.float64)
        return np.hstack([values, flags]) if self.is_flagged_ else values

    def _flat(self, X: pl.Series) -> Any:
        """Pixels of each image in one row."""
        n_values = self.size_**2 * self.n_channels_
        return pixels(X, self.size_, self.n_channels_).reshape(len(X), n_values).astype(np.float64)


TRUSTED = (f"{__name__}.Pixels",)
