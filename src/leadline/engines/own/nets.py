"""A skorch net as a family of one candidate: any PyTorch module of a person's own.

A net holds torch's objects, which no release can. What is kept is where the net is named, and its
weights as arrays: the net is built from its module again, and given them.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone

from leadline.engines.own.estimators import Estimators
from leadline.engines.own.import_path import FRAME, ImportPath, parse_import_path
from leadline.engines.own.importing import attribute_of
from leadline.errors import EngineError

_NET, _BINARY = "NeuralNet", "NeuralNetBinaryClassifier"


class _Net(BaseEstimator):
    """Builds a net where it is named, and keeps its weights.

    Parameters
    ----------
    name : str
        Import path of a skorch net, or of a class of them.
    seed : int, default=0
        Of torch.

    Attributes
    ----------
    weights_ : dict of str to numpy.ndarray
        Of the module, as its ``state_dict`` names them.
    """

    def __init__(self, name: str, seed: int = 0) -> None:
        self.name = name
        self.seed = seed

    def _learn(self, X: Any, target: NDArray[Any]) -> None:
        with _seeded(self.seed):
            net = self._made().fit(np.asarray(X, dtype=np.float32), target)
        state = net.module_.state_dict()
        self.weights_ = {name: weight.detach().cpu().numpy() for name, weight in state.items()}
        self._net = None

    def _answering(self) -> Any:
        """The net with its weights, in 64 bits: rows beside a row do not change its answer."""
        if getattr(self, "_net", None) is None:
            import torch

            with _seeded(self.seed):
                net = self._made().initialize()
            state = {name: torch.tensor(weight) for name, weight in self.weights_.items()}
            net.module_.load_state_dict(state)
            net.module_.double()
            self._net = net
        return self._net

    def _made(self) -> Any:
        path = parse_import_path(self.name)
        found = attribute_of(importlib.import_module(path.module), path)
        net = found() if isinstance(found, type) else clone(found)
        return net.set_params(verbose=0)

    def __getstate__(self) -> dict[str, Any]:
        """Plain data."""
        state = dict(super().__getstate__())
        state.pop("_net", None)
        return state


class NetClassifier(ClassifierMixin, _Net):
    """A net for classes."""

    def fit(self, X: Any, y: Any) -> Self:
        """Train it on places of classes."""
        self.classes_, places = np.unique(y, return_inverse=True)
        kind = np.float32 if _is_one(self._made(), _BINARY) else np.int64
        self._learn(X, places.astype(kind))
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probability of each class."""
        said = self._answering().predict_proba(np.asarray(X, dtype=np.float64))
        shares: NDArray[np.float64] = np.asarray(said, dtype=np.float64)
        return shares

    def predict(self, X: Any) -> NDArray[Any]:
        """The likeliest class."""
        likeliest: NDArray[Any] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return likeliest


class NetRegressor(RegressorMixin, _Net):
    """A net for numbers."""

    def fit(self, X: Any, y: Any) -> Self:
        """Train it on one column of numbers, centred and scaled."""
        numbers = np.asarray(y, dtype=np.float64)
        self.mean_, self.scale_ = float(numbers.mean()), float(numbers.std()) or 1.0
        self._learn(X, ((numbers - self.mean_) / self.scale_).astype(np.float32)[:, np.newaxis])
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """The numbers."""
        said = self._answering().predict(np.asarray(X, dtype=np.float64))
        predicted: NDArray[np.float64] = self.mean_ + self.scale_ * np.asarray(said).ravel()
        return predicted


class Nets(Estimators):
    """Makes estimators that train one net.

    Raises
    ------
    EngineError
        If the net is to be given the frame: a net takes numbers.
    """

    def __init__(self, named: ImportPath, model: Any, kind: str) -> None:
        if named.given == FRAME:
            raise EngineError(
                f"{named.name!r} is a skorch net, which cannot be given the frame.",
                "A net takes numbers.",
                f"Leave [{FRAME}] out, or let a class with fit and predict of yours use the net.",
            )
        super().__init__(named, model, kind)

    @property
    def trusted(self) -> tuple[str, ...]:
        """None of torch's or skorch's types."""
        return (
            *super().trusted,
            *(f"{__name__}.{o.__name__}" for o in (NetClassifier, NetRegressor)),
        )

    def _copy(self, seed: int) -> Any:
        make: Any = NetClassifier if self.kind == "classifier" else NetRegressor
        return make(self._named.name, seed=seed)


def is_net(model: Any) -> bool:
    """Whether an object is a skorch net; skorch is not imported for those that are none."""
    return _is_one(model, _NET)


def _is_one(model: Any, name: str) -> bool:
    kinds: Mapping[str, str] = {kind.__name__: kind.__module__ for kind in type(model).__mro__}
    return kinds.get(name, "").partition(".")[0] == "skorch"


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Random numbers of torch from a seed, without its warnings, such as that of lazy layers."""
    import torch

    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=UserWarning, module="torch")
        torch.manual_seed(seed)
        yield
