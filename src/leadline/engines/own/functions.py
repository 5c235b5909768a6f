"""Two functions of a module as a family of one candidate: any program at all.

::

    def fit(X, y, seed): ...  # returns a model, whatever it is
    def predict(model, X): ...  # labels or numbers; or shares, one column a class

and, if need be, beside them::

    def to_bytes(model): ...  # for a model that does not consist of plain data
    def from_bytes(data): ...


    trusted = ("package.*",)  # types that a stored model may hold
    tasks = ("binary",)  # what it is for, of binary, multiclass and regression
    complexity = 1  # rank from simple to rich
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from leadline.engines.contract import TASKS, Scalar
from leadline.engines.families.inputs.encoders import TEXT_DIRECTIONS, TRUSTED, Columns
from leadline.engines.own.estimators import RICHEST, dense
from leadline.engines.own.import_path import NUMBERS, ImportPath
from leadline.errors import EngineError

_MOST_SHOWN = 10
_FORMS = {
    "fit": ("X", "y", "seed"),
    "predict": ("model", "X"),
    "to_bytes": ("model",),
    "from_bytes": ("data",),
}


class _Program(BaseEstimator):
    """Calls the functions of a module.

    Parameters
    ----------
    module : str
        Has ``fit`` and ``predict``.
    kinds : mapping of str to {"number", "category", "text", "date", "image"}
        Column name to kind.
    numbers : bool, default=False
        Whether it is given the encoded columns instead of the polars frame.
    seed : int, default=0
        Handed to ``fit``.
    """

    def __init__(
        self, module: str, kinds: Mapping[str, str], numbers: bool = False, seed: int = 0
    ) -> None:
        self.module = module
        self.kinds = kinds
        self.numbers = numbers
        self.seed = seed

    def fit(self, X: pl.DataFrame, y: Any) -> Self:
        """Call ``fit``, and keep what it returns."""
        if self.numbers:
            encode = Columns(dict(self.kinds), n_components=TEXT_DIRECTIONS, seed=self.seed)
            self.columns_ = encode.fit(X)
        self.model_ = self._functions().fit(self._given(X), y, self.seed)
        if self.model_ is None:
            raise EngineError(
                f"fit of {self.module!r} returned nothing.",
                "It must return the model that predict is given.",
                "End it with 'return model'.",
            )
        return self

    def __getstate__(self) -> dict[str, Any]:
        """Attributes, the model as the module writes it."""
        state = dict(super().__getstate__())
        write = getattr(self._functions(), "to_bytes", None)
        if write is not None and "model_" in state:
            state["model_"] = write(state["model_"])
            if not isinstance(state["model_"], bytes):
                raise EngineError(
                    f"to_bytes of {self.module!r} gave a {type(state['model_']).__name__}.",
                    "It must give bytes.",
                    "Correct it.",
                )
        return state

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        """Attributes, the model as the module reads it."""
        state = dict(state)
        read = getattr(importlib.import_module(state["module"]), "from_bytes", None)
        if read is not None and "model_" in state:
            state["model_"] = read(state["model_"])
        super().__setstate__(state)

    def _functions(self) -> ModuleType:
        return importlib.import_module(self.module)

    def _given(self, X: pl.DataFrame) -> Any:
        return dense(self.columns_.transform(X)) if self.numbers else X

    def _answers(self, X: pl.DataFrame) -> NDArray[Any]:
        """What ``predict`` gives, a single column as a vector."""
        answers = np.asarray(self._functions().predict(self.model_, self._given(X)))
        return answers[:, 0] if answers.shape == (X.height, 1) else answers

    def _refused(self, answers: NDArray[Any], needed: str) -> EngineError:
        shown = f"{answers.dtype} of shape {answers.shape}"
        return EngineError(
            f"predict of {self.module!r} gave {shown}.", f"{needed} needed.", "Correct it."
        )


class ProgramClassifier(ClassifierMixin, _Program):
    """Functions that predict classes."""

    def fit(self, X: pl.DataFrame, y: Any) -> Self:
        """Learn classes, of which there must be two at least."""
        self.classes_ = np.unique(y)
        if self.classes_.size < 2:
            raise ValueError("y holds one class; at least two are needed. Add rows of another.")
        super().fit(X, y)
        return self

    def predict(self, X: pl.DataFrame) -> NDArray[Any]:
        """The likeliest class."""
        predicted: NDArray[Any] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return predicted

    def predict_proba(self, X: pl.DataFrame) -> NDArray[np.float64]:
        """Shares as they were given; of a label, all for its class."""
        answers = self._answers(X)
        if answers.shape == (X.height,):
            return self._of_labels(answers)
        form = (X.height, self.classes_.size)
        needed = f"Labels, or probabilities of shape {form}, the classes in sorted order, are"
        if answers.shape != form or answers.dtype.kind not in "fiub":
            raise self._refused(answers, needed)
        shares = answers.astype(np.float64)
        totals = shares.sum(axis=1)
        if not ((shares >= 0).all() and np.allclose(totals, 1.0, atol=1e-3)):
            raise EngineError(
                f"predict of {self.module!r} gave rows that are not probabilities.",
                "At least 0 and a sum of 1 in each row are needed.",
                "Correct it, or give labels.",
            )
        normal: NDArray[np.float64] = shares / totals[:, None]
        return normal

    def _of_labels(self, labels: NDArray[Any]) -> NDArray[np.float64]:
        is_it: NDArray[np.bool_] = labels[:, None] == self.classes_[None, :]
        strange = np.flatnonzero(~is_it.any(axis=1))
        if strange.size:
            known = ", ".join(repr(one) for one in self.classes_[:_MOST_SHOWN].tolist())
            raise EngineError(
                f"predict of {self.module!r} gave the label {labels[strange[0]]!r}.",
                f"One of the labels that fit was given is needed: {known}.",
                "Correct it; probabilities have a column for each class.",
            )
        return is_it.astype(np.float64)


class ProgramRegressor(RegressorMixin, _Program):
    """Functions that predict numbers."""

    def predict(self, X: pl.DataFrame) -> NDArray[np.float64]:
        """The numbers."""
        answers = self._answers(X)
        needed = f"Finite numbers of shape ({X.height},) are"
        if answers.shape != (X.height,) or answers.dtype.kind not in "fiub":
            raise self._refused(answers, needed)
        numbers: NDArray[np.float64] = answers.astype(np.float64)
        if not np.isfinite(numbers).all():
            raise self._refused(answers, needed.replace("Finite", "Not all are finite; finite"))
        return numbers


class Functions:
    """Makes estimators that call the functions of a module.

    Parameters
    ----------
    named : ImportPath
        How it was named.
    module : module
        Imported.

    Raises
    ------
    EngineError
        If a function is missing, or cannot be called as it will be.
    """

    kind = ""
    trusted = (*TRUSTED, f"{__name__}.ProgramClassifier", f"{__name__}.ProgramRegressor")

    def __init__(self, named: ImportPath, module: ModuleType) -> None:
        self.name = named.short
        self.complexity = getattr(module, "complexity", RICHEST)
        self._named = named
        self._tasks = _tasks(named, module)
        for function in ("fit", "predict"):
            _require(named, function, getattr(module, function, None))
        pair = {word: getattr(module, word, None) for word in ("to_bytes", "from_bytes")}
        if any(pair.values()):
            for word, one in pair.items():
                _require(named, word, one)

    def candidates(
        self,
        task: str,
        columns: Mapping[str, str],  # noqa: ARG002
        n_rows: int,  # noqa: ARG002
    ) -> Sequence[Mapping[str, Scalar]]:
        """The one there is; none if the module leaves the task out."""
        return ({},) if task in self._tasks else ()

    def build(
        self,
        params: Mapping[str, Scalar],  # noqa: ARG002
        task: str,
        columns: Mapping[str, str],
        seed: int,
    ) -> Any:
        """An estimator that calls the module."""
        make = ProgramRegressor if task == "regression" else ProgramClassifier
        is_numbers = self._named.given == NUMBERS
        return make(self._named.module, dict(columns), numbers=is_numbers, seed=seed)


def _tasks(named: ImportPath, module: ModuleType) -> tuple[str, ...]:
    """What a module says it is for; everything, if it says nothing."""
    tasks = getattr(module, "tasks", TASKS)
    said = (tasks,) if isinstance(tasks, str) else tuple(tasks)
    if not said or not set(said) <= set(TASKS):
        raise EngineError(
            f"tasks of {named.module!r} is {tasks!r}.",
            f"One or more of {', '.join(TASKS)} are needed.",
            "Correct it, or leave it out if the module is for all of them.",
        )
    return said


def _require(named: ImportPath, word: str, function: Callable[..., Any] | None) -> None:
    """Refuse a function that is missing, or has other arguments."""
    form = _FORMS[word]
    if not callable(function):
        raise EngineError(
            f"The module {named.module!r} has no function {word}.",
            f"{word}({', '.join(form)}) is needed.",
            f"Write it; 'leadline.engines.own.functions' says what each function does. "
            f"A single class or object of it is named '{named.module}:NAME'.",
        )
    try:
        signature = inspect.signature(function)
    except ValueError:
        return  # compiled functions do not tell
    try:
        signature.bind(*form)
    except TypeError as error:
        raise EngineError(
            f"{word} of {named.module!r} is {word}{signature}.",
            f"{word}({', '.join(form)}) is needed.",
            "Change its arguments.",
        ) from error
