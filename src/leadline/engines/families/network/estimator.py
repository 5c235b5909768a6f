"""Estimators that hold a network as plain data: layers as mappings, weights as arrays."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from leadline.engines.contract import Scalar
from leadline.engines.families.network.architecture import dense_layers, widths_of
from leadline.engines.families.network.input_arrays import TRUSTED as INPUTS
from leadline.engines.families.network.input_arrays import Inputs
from leadline.errors import EngineError

_FEW_ROWS = 50  # below, rows held out would tell less than they would teach
_FEW_EPOCHS = 50
_HELD_OUT = 0.1
_MOST_HELD_OUT = 10_000
_BATCH_SIZES = (32, 256)


class _Network(BaseEstimator):
    """A network on columns of all kinds.

    Parameters
    ----------
    kinds : mapping of str to {"number", "category", "text", "date", "image"}
        Column name to kind.
    widths : str, default="128-64"
        Of the dense layers.
    filters : str, default=""
        Numbers of filters of the convolutions, such as "16-32"; images are numbers without.
    activation : {"relu", "silu", "gelu", "tanh"}, default="relu"
        Behind each layer but the last.
    dropout : float in [0, 1), default=0.1
        Share of a dense layer's outputs that is left out in a step.
    learning_rate : float > 0, default=1e-3
        Of AdamW.
    weight_decay : float >= 0, default=1e-2
        Of AdamW.
    batch_size : int, default=0
        Rows a step; 0 is more for more rows, from 32 to 256.
    n_epochs : int, default=200
        Most of them.
    patience : int, default=12
        Epochs without improvement after which it stops.
    good_enough : float, optional
        Loss on the rows held out at which it stops: cross-entropy in nats, or the squared error
        as a share of the label's variance.
    text, size
        As in `Inputs`.
    seed : int, default=0
        Of all random numbers.
    checkpoint : str, default=""
        Path of a file to go on from, and to write what has been learnt to.

    Attributes
    ----------
    architecture_ : list of dict
        The layers, as `leadline.engines.families.network.architecture` describes them.
    epochs_ : list of dict
        ``train_loss``, ``valid_loss``, ``seconds`` and ``kept`` of each epoch.
    weights_ : dict of str to numpy.ndarray
        Of the epoch that was kept.
    """

    _is_regression = False

    def __init__(  # noqa: PLR0913 -- each is tuned, or set by a person, under its own name
        self,
        kinds: Mapping[str, str],
        *,
        widths: str = "128-64",
        filters: str = "",
        activation: str = "relu",
        dropout: float = 0.1,
        learning_rate: float = 1e-3,
        weight_decay: float = 1e-2,
        batch_size: int = 0,
        n_epochs: int = 200,
        patience: int = 12,
        good_enough: float | None = None,
        text: str = "directions",
        size: int = 32,
        seed: int = 0,
        checkpoint: str = "",
    ) -> None:
        self.kinds = kinds
        self.widths = widths
        self.filters = filters
        self.activation = activation
        self.dropout = dropout
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.n_epochs = n_epochs
        self.patience = patience
        self.good_enough = good_enough
        self.text = text
        self.size = size
        self.seed = seed
        self.checkpoint = checkpoint

    def _learn(self, X: pl.DataFrame, target: NDArray[Any], n_out: int) -> None:
        """Encode, hold out, train."""
        _need_torch()
        from leadline.engines.families.network import training

        self.inputs_ = Inputs(self.kinds, self.text, bool(self.filters), self.size, self.seed).fit(
            X
        )
        inputs = self.inputs_.transform(X)
        self.architecture_ = [
            *self.inputs_.layers(inputs, widths_of(self.filters), self.activation),
            *dense_layers(widths_of(self.widths), self.activation, self.dropout, n_out),
        ]
        valid = held_out(target, self.seed)
        n_epochs = self.n_epochs if valid.any() else min(self.n_epochs, _FEW_EPOCHS)
        settings = training.Settings(
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            batch_size=self.batch_size or _batch_size(target.size),
            n_epochs=n_epochs,
            patience=self.patience,
            good_enough=self.good_enough,
            is_regression=self._is_regression,
            seed=self.seed,
        )
        self.weights_, self.epochs_ = training.train(
            self.architecture_, inputs, target, valid, settings, self.checkpoint
        )
        self._module: Any = None

    def _answers(self, X: pl.DataFrame) -> NDArray[np.float64]:
        """What the last layer says, of shape (n_samples, n_out)."""
        _need_torch()
        from leadline.engines.families.network import answering

        if getattr(self, "_module", None) is None:
            self._module = answering.rebuilt(self.architecture_, self.weights_)
        said: NDArray[np.float64] = answering.answers(self._module, self.inputs_.transform(X))
        return said

    def __getstate__(self) -> dict[str, Any]:
        """Plain data: the module is built again when it is asked."""
        state = dict(super().__getstate__())
        state.pop("_module", None)
        return state


class NetworkClassifier(ClassifierMixin, _Network):
    """A network for classes."""

    def fit(self, X: pl.DataFrame, y: Any) -> Self:
        """Learn the weights, by cross-entropy."""
        self.classes_, places = np.unique(y, return_inverse=True)
        if self.classes_.size < 2:
            raise ValueError("y holds one class; at least two are needed. Add rows of another.")
        self._learn(X, places.astype(np.int64), self.classes_.size)
        return self

    def predict_proba(self, X: pl.DataFrame) -> NDArray[np.float64]:
        """Probability of each class."""
        shares: NDArray[np.float64] = softmax(self._answers(X), axis=1)
        return shares

    def predict(self, X: pl.DataFrame) -> NDArray[Any]:
        """The likeliest class."""
        likeliest: NDArray[Any] = self.classes_[self._answers(X).argmax(axis=1)]
        return likeliest


class NetworkRegressor(RegressorMixin, _Network):
    """A network for numbers."""

    _is_regression = True

    def fit(self, X: pl.DataFrame, y: Any) -> Self:
        """Learn the weights, by squared error."""
        numbers = np.asarray(y, dtype=np.float64)
        self.mean_, self.scale_ = float(numbers.mean()), float(numbers.std()) or 1.0
        self._learn(X, ((numbers - self.mean_) / self.scale_).astype(np.float32), 1)
        return self

    def predict(self, X: pl.DataFrame) -> NDArray[np.float64]:
        """The number."""
        predicted: NDArray[np.float64] = self.mean_ + self.scale_ * self._answers(X)[:, 0]
        return predicted


def held_out(target: NDArray[Any], seed: int) -> NDArray[np.bool_]:
    """Which rows show when to stop: a tenth from all over the label's range, or none of few rows.

    Parameters
    ----------
    target : numpy.ndarray, shape (n_samples,)
        Places of classes, or numbers.
    seed : int
        Of the choice.

    Returns
    -------
    numpy.ndarray of bool, shape (n_samples,)

    Examples
    --------
    >>> target = np.repeat([0, 1], [80, 20])
    >>> np.bincount(target[held_out(target, seed=0)]).tolist()
    [8, 2]
    """
    chosen = np.zeros(target.size, dtype=bool)
    if target.size >= _FEW_ROWS:
        rng = np.random.default_rng(seed)
        order = np.lexsort((rng.random(target.size), target))
        every = max(round(1 / _HELD_OUT), target.size // _MOST_HELD_OUT)
        chosen[order[rng.integers(every) :: every]] = True
    return chosen


def _batch_size(n_rows: int) -> int:
    """About thirty steps an epoch, within what is quick on one core."""
    smallest, largest = _BATCH_SIZES
    return int(np.clip(2 ** round(np.log2(max(n_rows, 1) / 30)), smallest, largest))


def _need_torch() -> None:
    """Say how to get it; importing it takes seconds, which only a fit or an answer should."""
    if find_spec("torch") is None:
        raise EngineError(
            "The package 'torch' is not installed.",
            "Networks are fitted with it, and answer with it.",
            "Install it: pip install 'leadline[torch]'.",
        )


TRUSTED = (*INPUTS, f"{__name__}.NetworkClassifier", f"{__name__}.NetworkRegressor")
"""Types that a stored network consists of."""


def build(
    params: Mapping[str, Scalar], task: str, columns: Mapping[str, str], seed: int
) -> NetworkClassifier | NetworkRegressor:
    """The unfitted estimator of a task."""
    make: Any = NetworkRegressor if task == "regression" else NetworkClassifier
    made: NetworkClassifier | NetworkRegressor = make(dict(columns), seed=seed, **params)
    return made
