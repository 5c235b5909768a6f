"""Language models that are asked for each row, with examples from the rows to learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from leadline.engines.contract import Scalar
from leadline.engines.language_models import TEMPLATE, ModelAnswer, Prompt, answers
from leadline.engines.language_models.connection import Connection, Meter
from leadline.engines.language_models.prompt import draw_rows
from leadline.engines.language_models.row_data import Row
from leadline.errors import DataError, EngineError

_N_EXAMPLES = (0, 4, 16)
_MOST_COLUMNS = 12
# nobody is believed to be always right, or to know less than a guess
_LEAST_DOUBT = 1e-3
_SHARPNESS = np.linspace(0.0, 1.5, 31)


class _Asking(BaseEstimator):
    """Asks a language model; learns nothing but which examples to show, and how far to trust it.

    Parameters
    ----------
    connection : Connection
        Whom to ask.
    columns : sequence of str
        What is told of a row.
    n_examples : int, default=0
        Rows to learn from that are shown with their labels.
    n_checked : int, default=40
        Further rows to learn from that are asked for, to see how often the answers are right.
    seed : int, default=0
        Decides which rows these are.

    Attributes
    ----------
    cost_per_row_, seconds_per_row_ : float or None
        Money and time of an answer, the mean over the newest that the server gave; None before
        it gave any.
    n_asked_ : int
        Answers that the server gave when rows were last asked about; the others were kept.
    n_unsure_ : int
        Rows of the last prediction without an answer, which get what is usual in the rows learnt
        from.
    """

    def __init__(
        self,
        connection: Connection,
        columns: Sequence[str],
        n_examples: int = 0,
        n_checked: int = 40,
        seed: int = 0,
    ) -> None:
        self.connection = connection
        self.columns = columns
        self.n_examples = n_examples
        self.n_checked = n_checked
        self.seed = seed

    def _prepare(self, X: pl.DataFrame, labels: list[str], classes: tuple[str, ...]) -> list[int]:
        """Make the prompt; return the rows that it does not show, in an order of chance."""
        rows, rng = self._rows(X), np.random.default_rng(self.seed)
        shown = draw_rows(labels, self.n_examples, rng)
        self.prompt_ = Prompt(
            TEMPLATE,
            self.connection.guidelines,
            classes,
            tuple((rows[at], labels[at]) for at in shown),
        )
        self.cost_per_row_: float | None = None
        self.seconds_per_row_: float | None = None
        self.n_asked_ = 0
        return [int(at) for at in rng.permutation(len(rows)) if int(at) not in set(shown)]

    def _asked(self, X: pl.DataFrame) -> list[ModelAnswer]:
        """An answer for each row."""
        rows = {str(at): row for at, row in enumerate(self._rows(X))}
        with self.connection.spending() as spending:
            meter = Meter(spending)
            found = list(answers(self.connection.endpoint, self.prompt_, rows, meter))
        n_lost = sum(answer.is_lost for answer in found)
        if n_lost and self.connection.is_restored:
            # in a project they count as unsure; whoever serves must not answer for the model
            refused = [answer.row for answer in found if answer.is_refused]
            if len(refused) == n_lost:
                raise _not_taken(rows[refused[0]], n_lost, len(found))
            raise EngineError(
                f"{self.connection.endpoint.url} gave no answer to {n_lost} of {len(found)} rows.",
                "An answer to each is needed.",
                "Ask again, or see whether its server is well.",
            )
        self.n_asked_ = meter.n_asked
        if meter.n_asked:
            self.cost_per_row_ = self.connection.cost(meter.usage) / meter.n_asked
            self.seconds_per_row_ = meter.seconds / meter.n_asked
        self.n_unsure_ = sum(answer.label is None for answer in found)
        return found

    def ask_once(self) -> None:
        """From now on raise at once where the server does not answer: somebody waits."""
        endpoint = replace(self.connection.endpoint, n_tries=1)
        self.connection = replace(self.connection, endpoint=endpoint)

    def _rows(self, X: pl.DataFrame) -> list[Row]:
        """The rows of a frame, as they are told."""
        return list(X.select(self.columns).iter_rows(named=True))


class PromptedClassifier(ClassifierMixin, _Asking):
    """A language model that is asked for a class."""

    @property
    def n_asked_a_fit(self) -> int:
        """Rows to learn from that a fit asks about at most."""
        return self.n_checked

    def fit(self, X: pl.DataFrame, y: Any) -> Self:
        """Draw the examples, and see how often answers to other rows are right."""
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        if self.classes_.size < 2:
            raise ValueError("There is one class only; two are needed. Bring rows of another.")
        names = self._names()
        labels = [names[code] for code in codes]
        left = self._prepare(X, labels, tuple(names))
        self.shares_ = np.bincount(codes) / codes.size
        checked = left[: self.n_checked]
        self.sharpness_, self.share_right_ = 1.0, 0.5
        if checked:
            found = self._asked(X[checked])
            self._calibrate(found, [labels[at] for at in checked])
        return self

    def predict_proba(self, X: pl.DataFrame) -> NDArray[np.float64]:
        """The answered class as likely as such answers were right; the others share the rest.

        Rows without an answer get the shares of the classes among the rows learnt from.
        """
        names = self._names()
        shares = np.tile(self.shares_, (X.height, 1))
        for at, answer in enumerate(self._asked(X)):
            if answer.label is not None:
                right = self._trust(answer.confidence)
                shares[at] = (1.0 - right) / (len(names) - 1)
                shares[at, names.index(answer.label)] = right
        return shares

    def predict(self, X: pl.DataFrame) -> NDArray[Any]:
        """The likeliest class."""
        likeliest: NDArray[Any] = self.classes_[self.predict_proba(X).argmax(axis=1)]
        return likeliest

    def _names(self) -> list[str]:
        """What the classes are called."""
        return [self.connection.classes.get(str(each), str(each)) for each in self.classes_]

    def _calibrate(self, found: Sequence[ModelAnswer], labels: Sequence[str]) -> None:
        """One number, without regard to the classes: by how much the model is too sure of itself.

        The logit of its confidence, from a guess among the classes upwards, is multiplied by the
        number under which the checked answers are likeliest.
        """
        pairs = [
            (answer.confidence, answer.label == label)
            for answer, label in zip(found, labels, strict=True)
            if answer.label is not None
        ]
        # half a right and half a wrong answer more: a few in a row prove nothing
        self.share_right_ = (sum(hit for _, hit in pairs) + 0.5) / (len(pairs) + 1)
        sure = [(confidence, hit) for confidence, hit in pairs if confidence is not None]
        if not sure:
            return
        hits = np.array([hit for _, hit in sure])
        logits = np.array([self._logit(confidence) for confidence, _ in sure])
        losses = [
            np.logaddexp(0.0, -np.where(hits, 1, -1) * (sharpness * logits + self._guess())).sum()
            for sharpness in _SHARPNESS
        ]
        self.sharpness_ = float(_SHARPNESS[int(np.argmin(losses))])

    def _guess(self) -> float:
        """Logit of a guess among the classes."""
        return -float(np.log(self.classes_.size - 1))

    def _logit(self, confidence: float) -> float:
        """How much surer than a guess, in logits."""
        bounded = min(max(confidence, _LEAST_DOUBT), 1 - _LEAST_DOUBT)
        return float(np.log(bounded / (1 - bounded))) - self._guess()

    def _trust(self, confidence: float | None) -> float:
        """How likely an answer is right."""
        if confidence is None:
            return self.share_right_
        return float(1 / (1 + np.exp(-self.sharpness_ * self._logit(confidence) - self._guess())))


class PromptedRegressor(RegressorMixin, _Asking):
    """A language model that is asked for a number."""

    @property
    def n_asked_a_fit(self) -> int:
        """Rows to learn from that a fit asks about at most: one tells cost and time."""
        return min(self.n_checked, 1)

    def fit(self, X: pl.DataFrame, y: Any) -> Self:
        """Draw the examples."""
        numbers = np.asarray(y, dtype=np.float64)
        left = self._prepare(X, [repr(float(number)) for number in numbers], ())
        self.median_ = float(np.median(numbers))
        if left and self.n_checked:
            self._asked(X[left[: self.n_asked_a_fit]])
        return self

    def predict(self, X: pl.DataFrame) -> NDArray[np.float64]:
        """The answered number; rows without one get the median of the rows learnt from."""
        found = self._asked(X)
        return np.array(
            [self.median_ if each.label is None else float(each.label) for each in found]
        )


class Prompted:
    """Language models of ``[machines]``, with no, a few or more examples in the prompt.

    Parameters
    ----------
    machines : mapping of str to Connection, default={}
        Those that may be asked, by name; without any there is no candidate.
    """

    name = "prompted"
    complexity = 9
    trusted = (
        f"{__name__}.PromptedClassifier",
        f"{__name__}.PromptedRegressor",
        "leadline.engines.language_models.connection.Connection",
        "leadline.engines.language_models.endpoint.Endpoint",
        "leadline.engines.language_models.prompt.Prompt",
    )

    def __init__(self, machines: Mapping[str, Connection] | None = None) -> None:
        self.machines = dict(machines or {})

    def connect(self, machines: Mapping[str, Connection]) -> None:
        """Say which machines may be asked."""
        self.machines = dict(machines)

    def candidates(
        self,
        task: str,  # noqa: ARG002
        columns: Mapping[str, str],
        n_rows: int,
    ) -> Sequence[Mapping[str, Scalar]]:
        """Each machine with each number of examples; none for many columns without a text."""
        n_columns = len(_told(columns))
        if not n_columns or (n_columns > _MOST_COLUMNS and "text" not in columns.values()):
            return ()
        return tuple(
            {"machine": name, "identity": connection.identity, "n_examples": n}
            for n in _N_EXAMPLES
            for name, connection in sorted(self.machines.items())
            if 2 * n <= n_rows
        )

    def build(
        self,
        params: Mapping[str, Scalar],
        task: str,
        columns: Mapping[str, str],
        seed: int,
    ) -> Any:
        """A model that asks the machine; images are not told."""
        name = str(params.get("machine"))
        if name not in self.machines:
            raise EngineError(
                f"There is no machine {name!r} to ask.",
                "Each machine needs a section [machines.NAME] in leadline.toml.",
                "Declare it, or try other candidates.",
            )
        connection = self.machines[name]
        if params.get("identity", connection.identity) != connection.identity:
            raise EngineError(
                f"The machine {name!r} has another address, model or guidelines than were tried.",
                "What was measured of one says nothing of another.",
                "Run the search again, or set it back.",
            )
        make = PromptedRegressor if task == "regression" else PromptedClassifier
        n_examples = int(params.get("n_examples") or 0)
        return make(connection, _told(columns), n_examples=n_examples, seed=seed)


def _not_taken(row: Row, n_refused: int, n_rows: int) -> DataError:
    """What is wrong with rows that a server does not take, while it may take others."""
    n_letters = max((len(str(value)) for value in row.values()), default=0)
    return DataError(
        f"The server of the language model does not take {n_refused} of {n_rows} rows; the longest "
        f"value of the first has {n_letters:,} letters.",
        "A row that it can read at once is needed.",
        "Shorten it, or leave it out.",
    )


def _told(columns: Mapping[str, str]) -> list[str]:
    """Columns that words and numbers can tell."""
    return [name for name, kind in columns.items() if kind != "image"]
