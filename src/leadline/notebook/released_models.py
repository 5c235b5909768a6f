"""Released models as scikit-learn estimators: fitted, and fed with frames."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.exceptions import NotFittedError

from leadline.errors import NotReadyError
from leadline.reading.data_frames import as_polars
from leadline.serving.releases.bundle import ReleaseBundle
from leadline.stats.arrays import Floats


class _Released(BaseEstimator):  # type: ignore[misc]  # scikit-learn is not typed
    """What classifier and regressor share: a release that answers.

    Parameters
    ----------
    bundle : ReleaseBundle or None, default=None
        Opened.
    """

    def __init__(self, bundle: ReleaseBundle | None = None) -> None:
        self.bundle = bundle

    @property
    def release(self) -> str:
        """Number of the release."""
        return self._opened.manifest.release_id

    @property
    def feature_names_in_(self) -> NDArray[np.object_]:
        """Columns it reads; a frame may have more."""
        return np.array(list(self._opened.manifest.columns), dtype=object)

    @property
    def n_features_in_(self) -> int:
        """How many these are."""
        return len(self._opened.manifest.columns)

    def fit(self, X: Any, y: Any) -> Self:
        """Refuse: a release is what it is.

        Raises
        ------
        NotReadyError
            Always.
        """
        del X, y
        raise NotReadyError(
            f"Release {self.release} is sealed.",
            "A release never learns; the next one does.",
            "Run 'leadline run', or .run_all().",
        )

    def answers(self, X: Any) -> pl.DataFrame:
        """What the release says of each row: ``score``, and ``flagged`` or ``label``.

        Parameters
        ----------
        X : DataFrame of pandas or polars, or Table of pyarrow, with the columns it reads
            Raw, as in the files the project was made of.

        Raises
        ------
        DataError
            If a column is missing or a value does not fit.
        """
        return self._opened.predict(as_polars(X))

    @property
    def _opened(self) -> ReleaseBundle:
        if self.bundle is None:
            raise NotFittedError("It holds no release; project.model() gives one that does.")
        return self.bundle

    def __sklearn_is_fitted__(self) -> bool:
        return self.bundle is not None

    def __repr__(self, **_: Any) -> str:
        if self.bundle is None:
            return f"{type(self).__name__}()"
        about = self.bundle.manifest
        return f"{type(self).__name__}({about.project!r}, release {self.release}, {about.label!r})"


class ReleasedClassifier(ClassifierMixin, _Released):  # type: ignore[misc]
    """A release that says classes; of two, whether a row is a hit.

    `predict` follows the threshold that was chosen. Of two classes they are ``False`` and ``True``:
    whether the row is flagged.
    """

    @property
    def classes_(self) -> NDArray[Any]:
        """Classes, in the order of the columns of `predict_proba`."""
        about = self._opened.manifest
        if about.task == "binary":
            return np.array([False, True])
        return np.array(sorted(about.classes))

    def predict(self, X: Any) -> NDArray[Any]:
        """The class of each row, of shape (n_samples,); None where the release does not answer."""
        answers = self.answers(X)
        name = "flagged" if "flagged" in answers.columns else "label"
        return answers[name].to_numpy()

    def predict_proba(self, X: Any) -> Floats:
        """Probability of each class, of shape (n_samples, n_classes)."""
        if self._opened.manifest.task == "binary":
            scores = self.answers(X)["score"].to_numpy()
            return np.column_stack([1 - scores, scores])
        opened = self._opened
        model = opened.model
        shares = np.asarray(model.predict_proba(opened.read(as_polars(X))), dtype=float)
        names = [str(name) for name in model.classes_]
        known = {name: shares[:, place] for place, name in enumerate(names)}
        nothing = np.zeros(len(shares))
        return np.column_stack([known.get(str(name), nothing) for name in self.classes_])


class ReleasedRegressor(RegressorMixin, _Released):  # type: ignore[misc]
    """A release that says numbers."""

    def predict(self, X: Any) -> Floats:
        """The number of each row, of shape (n_samples,)."""
        numbers: Floats = self.answers(X)["score"].to_numpy()
        return numbers


def released_model(bundle: ReleaseBundle) -> ReleasedClassifier | ReleasedRegressor:
    """The estimator of an opened release."""
    kind = ReleasedRegressor if bundle.manifest.task == "regression" else ReleasedClassifier
    return kind(bundle)
