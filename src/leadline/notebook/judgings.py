"""Judging without a project: precision and recall from a few answers, and thresholds on offer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from leadline.stats.arrays import Ints
from leadline.stats.interval import Estimate
from leadline.stats.judgments import StreamEstimate, estimate, sample
from leadline.stats.operating.points import propose_points

_YES, _NO = frozenset({"y", "yes", "j", "1"}), frozenset({"n", "no", "0"})


class Judging:
    """Rows of a stream that a person judges, and what their answers say of each threshold.

    Parameters
    ----------
    scores : array-like of float, shape (n_samples,)
        Of rows without labels, higher for more likely positive.
    thresholds : array-like of float, shape (n_thresholds,)
        Operating points on offer.
    n : int
        Rows to judge.
    seed : int
        Of the sample.
    """

    def __init__(self, scores: ArrayLike, thresholds: ArrayLike, n: int, seed: int) -> None:
        self.scores = np.asarray(scores, dtype=float)
        self.thresholds = np.atleast_1d(np.asarray(thresholds, dtype=float))
        self._rng = np.random.default_rng(seed)
        self._said: dict[int, bool] = {}
        self.rows: Ints = sample(self.scores, self.thresholds, n, self._rng)
        """Rows to judge, in random order: it tells nothing of their scores."""

    @property
    def open_rows(self) -> Ints:
        """Rows that nobody has judged."""
        return self.rows[[int(row) not in self._said for row in self.rows]]

    def answer(self, answers: Mapping[int, bool]) -> Judging:
        """Note what was said of some rows: whether each is positive. A later answer replaces one.

        Raises
        ------
        ValueError
            If a row was not drawn: what is judged by choice says nothing of the stream; or if an
            answer is neither yes nor no. Nothing is noted then.
        """
        drawn = set(self.rows.tolist())
        strange = [row for row in answers if int(row) not in drawn]
        if strange:
            raise ValueError(f"Row {strange[0]} was not drawn; judge the rows of .rows.")
        # of "no", or of what is missing, bool() would make a yes
        if unclear := [said for said in answers.values() if said not in (True, False)]:
            raise ValueError(f"An answer is {unclear[0]!r}; True or False is needed.")
        self._said |= {int(row): bool(said) for row, said in answers.items()}
        return self

    def ask(self, X: Any = None, *, read: Callable[[str], str] = input) -> Judging:
        """Show the open rows one by one and take the answers: y, n, u to undo, q to stop.

        Parameters
        ----------
        X : DataFrame or array, optional
            The rows themselves; without it their numbers are shown.
        read : callable, default=input
            From a prompt to what was typed.

        Raises
        ------
        ValueError
            If `X` has fewer or more rows than there are scores.
        """
        if X is not None and len(X) != self.scores.size:
            raise ValueError(
                f"X has {len(X):,} rows and there are {self.scores.size:,} scores; pass the rows "
                "that were scored, in their order."
            )
        waiting, before = self.open_rows.tolist(), [*self._said]
        while waiting:
            row = waiting[0]
            shown = row if X is None else _shown(X, row)
            said = read(f"{shown}\npositive? [y/n/u/q] ({len(waiting)} left) ").strip().lower()
            if said == "q":
                break
            if said == "u" and before:
                waiting.insert(0, before.pop())
                self._said.pop(waiting[0], None)
            elif said in _YES or said in _NO:
                self._said[row] = said in _YES
                before.append(waiting.pop(0))
        return self

    def more(self, n: int) -> Judging:
        """Draw further rows, placed by what was said so far."""
        known = np.fromiter(self._said, dtype=np.int64)
        said = np.fromiter(self._said.values(), dtype=bool)
        further = sample(self.scores, self.thresholds, n, self._rng, rows=known, is_positive=said)
        open_rows = np.setdiff1d(self.open_rows, further)
        self.rows = np.concatenate([known, open_rows, further])
        return self

    def estimate(self, confidence_level: float = 0.9) -> StreamEstimate:
        """Precision and recall at each threshold.

        Raises
        ------
        ValueError
            If nothing was judged.
        """
        if not self._said:
            raise ValueError("Nothing is judged yet; .answer({row: True}) or .ask() first.")
        rows, said = list(self._said), list(self._said.values())
        return estimate(self.scores, self.thresholds, rows, said, confidence_level)

    def to_frame(self, confidence_level: float = 0.9) -> pl.DataFrame:
        """The same as a table, one row a threshold, each figure with its interval."""
        found = self.estimate(confidence_level)
        return pl.DataFrame(
            {
                "threshold": found.thresholds,
                "n_flagged": found.n_alerts,
                **_columns("precision", found.precision),
                **_columns("recall", found.recall),
            }
        )

    def __repr__(self) -> str:
        return (
            f"Judging: {len(self._said):,} of {self.rows.size:,} rows judged, of a stream of "
            f"{self.scores.size:,}; thresholds {', '.join(f'{t:g}' for t in self.thresholds)}"
        )

    def _repr_html_(self) -> str:
        table = self.to_frame()._repr_html_() if self._said else ""
        return f"<p>{self!r}</p>{table}"


def judge(scores: ArrayLike, thresholds: ArrayLike, *, n: int = 200, seed: int = 0) -> Judging:
    """Precision and recall on rows without labels, from a few that a person judges.

    Parameters
    ----------
    scores : array-like of float, shape (n_samples,)
        Of the rows, higher for more likely positive; any model's.
    thresholds : array-like of float, shape (n_thresholds,) or a number
        Operating points on offer.
    n : int >= 1, default=200
        Rows to judge.
    seed : int, default=0
        Of the sample.

    Returns
    -------
    Judging
        Its ``rows`` are to be judged; ``answer`` takes what was said.

    Raises
    ------
    ValueError
        If `n` is below 1 or an input is empty or not finite.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> scores = rng.random(2_000)
    >>> truth = rng.random(2_000) < scores
    >>> judging = judge(scores, [0.5, 0.8])
    >>> table = judging.answer({row: truth[row] for row in judging.rows}).to_frame()
    >>> table.columns[:3]
    ['threshold', 'n_flagged', 'precision']
    """
    return Judging(scores, thresholds, n, seed)


def operating_points(
    y: ArrayLike,
    scores: ArrayLike,
    costs: Mapping[str, float],
    *,
    positive: Any = None,
    groups: ArrayLike | None = None,
    confidence_level: float = 0.9,
) -> pl.DataFrame:
    """A few thresholds between precision and recall, and what no model costs.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Labels of two classes, of rows that nothing learnt from.
    scores : array-like of float, shape (n_samples,)
        Higher for more likely positive.
    costs : mapping
        ``{"miss": 5, "false_alarm": 1}``: what each error costs.
    positive : label, optional
        The class that counts as a hit; the last in order if not given.
    groups : array-like of shape (n_samples,), optional
        What belongs together, such as the rows of one customer: they err together.
    confidence_level : float in (0, 1), default=0.9
        Of the intervals.

    Returns
    -------
    DataFrame
        ``point``, ``threshold``, ``cost_per_row``, and precision, recall and share flagged with
        their intervals; the last two rows are to flag nothing and to flag all.

    Raises
    ------
    ValueError
        If `y` does not hold two classes, or a cost is missing, unknown or not above 0.

    Examples
    --------
    >>> y, scores = [0, 0, 1, 0, 1, 1], [0.1, 0.2, 0.3, 0.4, 0.8, 0.9]
    >>> table = operating_points(y, scores, {"miss": 1, "false_alarm": 2})
    >>> table["point"].to_list()
    ['balanced, cautious', 'catch-all', 'flag nothing', 'flag all']
    """
    if set(costs) != {"miss", "false_alarm"}:
        raise ValueError(f"costs name {', '.join(costs)}; 'miss' and 'false_alarm' are needed.")
    labels = np.asarray(y)
    classes = np.unique(labels)
    hit = classes[-1] if positive is None else positive
    if classes.size != 2 or hit not in classes:
        raise ValueError(
            f"y holds {classes.tolist()[:5]}; two classes are needed"
            f"{'' if positive is None else f', {positive!r} one of them'}."
        )
    truth = labels == hit
    points = propose_points(
        truth,
        scores,
        cost_miss=costs["miss"],
        cost_false_alarm=costs["false_alarm"],
        groups=groups,
        confidence_level=confidence_level,
    )
    rows = [
        {
            "point": ", ".join((point.name, *point.also)),
            "threshold": point.threshold,
            "cost_per_row": point.cost_per_row,
            **_columns("precision", point.precision),
            **_columns("recall", point.recall),
            **_columns("flagged", point.alert_share),
        }
        for point in points
    ]
    share = float(truth.mean())
    idle = {"point": "flag nothing", "cost_per_row": share * costs["miss"], "recall": 0.0}
    alarm = {"point": "flag all", "cost_per_row": (1 - share) * costs["false_alarm"]}
    nothing = {**idle, "flagged": 0.0}
    everything = {**alarm, "precision": share, "recall": 1.0, "flagged": 1.0}
    return pl.DataFrame([*rows, nothing, everything])


def _columns(name: str, found: Estimate[Any]) -> dict[str, Any]:
    return {name: found.estimate, f"{name}_low": found.low, f"{name}_high": found.high}


def _shown(X: Any, row: int) -> str:
    """A row as words."""
    if hasattr(X, "iloc"):
        return str(X.iloc[row])
    if isinstance(X, pl.DataFrame):
        return _lines(X.row(row, named=True).items())
    return str(X[row])


def _lines(pairs: Iterable[tuple[str, Any]]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in pairs)
