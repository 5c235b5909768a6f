"""Learning curves for whoever has some points: forecast, target, picture, table."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from difflib import get_close_matches
from html import escape

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from leadline.charts import svg
from leadline.charts.posterior import chart
from leadline.notebook.plots import Plot
from leadline.phases.number_format import percent
from leadline.stats import curves
from leadline.stats.curves import CurvePosterior, Regions
from leadline.stats.curves.learnt import learnt
from leadline.stats.metric import Metric

_REACH = 16
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
_PROBABILITIES = (0.5, 0.9)


class LearningCurve:
    """A learning curve: what was measured, and where it will go.

    Scores are in units of the metric: accuracy .9, not error .1.

    Parameters
    ----------
    posterior : CurvePosterior
        What the statistics made of the measured points.
    n_rows : int or None, default=None
        Rows that can be learnt from today; the largest measured size if not given.
    chance_error : float or None, default=None
        Error of a model that learns nothing.
    """

    def __init__(
        self,
        posterior: CurvePosterior,
        n_rows: int | None = None,
        chance_error: float | None = None,
    ) -> None:
        self.posterior = posterior
        self.n_rows = round(posterior.n_largest) if n_rows is None else n_rows
        self.chance_error = chance_error

    @property
    def metric(self) -> Metric:
        """Whose scores these are."""
        return self.posterior.metric

    @property
    def regions(self) -> Regions:
        """Which of the three regions the curve is in: small data, power law, irreducible."""
        return self.posterior.regions(chance_error=self.chance_error)

    def score(self, n_rows: ArrayLike, confidence_level: float = 0.9) -> pl.DataFrame:
        """What score to expect after learning from some numbers of rows.

        Parameters
        ----------
        n_rows : array-like of float, shape (n_sizes,) or a number
            Above 0.
        confidence_level : float in (0, 1), default=0.9
            Of the interval.

        Returns
        -------
        DataFrame
            ``n_rows``, ``low``, ``score`` (the median) and ``high``.
        """
        if not 0 < confidence_level < 1:
            raise ValueError(
                f"confidence_level must lie in (0, 1); got {confidence_level:g}. Write a "
                "percentage as a fraction."
            )
        sizes = np.atleast_1d(np.asarray(n_rows, dtype=float))
        tail = (1 - confidence_level) / 2
        errors = self.posterior.quantile(sizes, [tail, 0.5, 1 - tail])
        low, middle, high = np.sort(self.metric.score(errors), axis=0)
        return pl.DataFrame({"n_rows": sizes, "low": low, "score": middle, "high": high})

    def forecast(
        self, target: float, *, label_cost: float = 0.0, budget: float | None = None
    ) -> TargetForecast:
        """How likely a score is reached, with how many more rows, for how much.

        Parameters
        ----------
        target : float
            Score to reach, in units of the metric; of a loss the most that is allowed.
        label_cost : float >= 0, default=0
            Price of one more row.
        budget : float >= 0, optional
            What may be spent on rows.

        Raises
        ------
        ValueError
            If a price or budget is below 0, a budget has no price of a row, or no model can have
            the score.
        """
        if label_cost < 0 or (budget is not None and budget < 0):
            raise ValueError("label_cost and budget must be at least 0; one is not.")
        if budget is not None and not label_cost:
            raise ValueError("A budget buys rows at a price: give label_cost too.")
        error = self.metric.error(float(target))
        if not np.isfinite(error) or error < 0:
            raise ValueError(
                f"No model reaches {target:g} in {self.metric.words}: the best is "
                f"{self.metric.best:g}."
                + (" Write a percentage as a fraction." if self.metric.ceiling is not None else "")
            )
        return TargetForecast(self, float(target), label_cost, budget)

    def plot(self, target: float | None = None) -> Plot:
        """Draw the points, the median, the bands, the regions, and where a target is met."""
        error = None if target is None else self.metric.error(target)
        return Plot(chart(self.posterior, error, chance_error=self.chance_error))

    def to_frame(self) -> pl.DataFrame:
        """The measured points and the forecast, one row a size.

        Returns
        -------
        DataFrame
            ``n_rows``, ``measured`` (a score; null beyond), ``stderr``, and quantiles of the score
            that is expected: ``q5`` to ``q95``, the worst first.
        """
        data = self.posterior.measured
        known = np.unique(data.sizes)
        beyond = self.posterior.n_largest * 2.0 ** np.arange(1, np.log2(_REACH) + 1)
        sizes = np.concatenate([known, beyond])
        measured = pl.DataFrame(
            {
                "n_rows": data.sizes,
                "measured": self.metric.score(data.errors),
                "stderr": np.full(data.sizes.size, np.nan) if data.stderr is None else data.stderr,
            }
        ).with_columns(pl.col("stderr").fill_nan(None))
        scores = self.metric.score(self.posterior.quantile(sizes, _QUANTILES))
        if not self.metric.is_loss:
            scores = scores[::-1]
        names = [f"q{round(100 * q)}" for q in _QUANTILES]
        forecast = pl.DataFrame({"n_rows": sizes, **dict(zip(names, scores, strict=True))})
        both = forecast.join(measured, on="n_rows", how="left")
        return both.select(pl.col("n_rows").round().cast(pl.Int64), "measured", "stderr", *names)

    def __repr__(self) -> str:
        data = self.posterior.measured
        last = self.metric.score(float(data.errors[np.argmax(data.sizes)]))
        far = self.posterior.n_largest * _REACH
        low, score, high = self.score(far).select("low", "score", "high").row(0)
        return (
            f"LearningCurve: {self.metric.words} {last:.3g} at {self.posterior.n_largest:,.0f} "
            f"rows; {score:.3g} [{low:.3g}, {high:.3g}] expected at {far:,.0f}. "
            f"{' '.join((self.regions.words, *self.posterior.caution))}"
        )

    def _repr_html_(self) -> str:
        return f"<p>{escape(repr(self))}</p>{svg(self.plot().chart)}"


@dataclass(frozen=True)
class TargetForecast:
    """How far a target is: in rows, in money, and how sure that is.

    Parameters
    ----------
    curve : LearningCurve
        Where it comes from.
    target : float
        Score to reach.
    label_cost : float
        Price of one more row.
    budget : float or None
        What may be spent on rows.
    """

    curve: LearningCurve
    target: float
    label_cost: float = 0.0
    budget: float | None = None

    @property
    def p_now(self) -> float:
        """Chance of meeting the target with all rows of today."""
        return self.p_with(self.curve.n_rows)

    @property
    def n_affordable(self) -> int | None:
        """Rows of today and those that the budget buys; None without a budget."""
        if self.budget is None:
            return None
        return self.curve.n_rows + int(self.budget // self.label_cost)

    @property
    def p_affordable(self) -> float | None:
        """Chance of meeting the target with these; None without a budget."""
        return None if self.n_affordable is None else self.p_with(self.n_affordable)

    def p_with(self, n_rows: float) -> float:
        """Chance of meeting the target with so many rows."""
        return float(self.curve.posterior.cdf(n_rows, self._error))

    def rows_for(self, probability: float) -> int | None:
        """Rows that make success this likely; None where no number of rows can promise it."""
        needed = self.curve.posterior.rows_for(self._error, probability)
        return int(np.ceil(needed)) if isinstance(needed, float) else None

    def to_frame(self) -> pl.DataFrame:
        """Rows and money for an even and for a 90 % chance; null where none can be promised."""
        rows = []
        for probability in _PROBABILITIES:
            needed = self.rows_for(probability)
            more = None if needed is None else max(0, needed - self.curve.n_rows)
            cost = None if more is None else more * self.label_cost
            rows.append({"chance": probability, "n_rows": needed, "n_more": more, "cost": cost})
        schema = {"chance": pl.Float64, "n_rows": pl.Int64, "n_more": pl.Int64, "cost": pl.Float64}
        return pl.DataFrame(rows, schema=schema)

    def plot(self) -> Plot:
        """Draw the curve with the target."""
        return self.curve.plot(self.target)

    def __repr__(self) -> str:
        return "\n".join(self._sentences())

    def _repr_html_(self) -> str:
        told = "".join(f"<p>{escape(line)}</p>" for line in self._sentences())
        return told + svg(self.plot().chart)

    @property
    def _error(self) -> float:
        return self.curve.metric.error(self.target)

    def _sentences(self) -> list[str]:
        sense = "at most " if self.curve.metric.is_loss else ""
        first = f"Target: {self.curve.metric.words} of {sense}{self.target:g}. The chance of "
        lines = [
            f"{first}meeting it is {percent(self.p_now)} with today's {self.curve.n_rows:,} rows."
        ]
        if self.n_affordable is not None and self.p_affordable is not None:
            lines.append(
                f"The budget of {self.budget:,.0f} reaches {self.n_affordable:,} rows, and a "
                f"chance of {percent(self.p_affordable)}."
            )
        for probability, n_rows, n_more, cost in self.to_frame().iter_rows():
            if n_rows is None:
                lines.append(f"No number of rows can promise a chance of {probability:.0%}.")
                continue
            priced = f", for {cost:,.0f}" if cost else ""
            need = f"takes {n_more:,} more rows{priced}" if n_more else "takes no more rows"
            known = n_rows <= self.curve.posterior.n_largest * _REACH
            unsure = "" if known else f", {_REACH} times what was measured and more: hardly known"
            lines.append(f"A chance of {probability:.0%} {need}{unsure}.")
        return [*lines, *self.curve.posterior.caution]


def fit(
    sizes: ArrayLike,
    errors: ArrayLike,
    stderr: ArrayLike | None = None,
    *,
    metric: str = "error_rate",
    family: str | None = None,
    n_repeats: int | None = None,
) -> LearningCurve:
    """Forecast a learning curve from points that were measured elsewhere.

    Parameters
    ----------
    sizes : array-like of float, shape (n_sizes,)
        Rows trained on, at least three different sizes.
    errors : array-like of float >= 0, shape (n_sizes,)
        Mean error at each: 1 - accuracy, 1 - AUC, a log-loss, an RMSE.
    stderr : array-like of float >= 0, shape (n_sizes,), optional
        Standard errors of these means; without them noise is estimated from the curve.
    metric : str, default="error_rate"
        Which metric's error it is, such as ``"accuracy"`` or ``"log_loss"``:
        `leadline.stats.metric.METRICS`. Results are in units of the metric.
    family : str, optional
        Kind of learner, such as ``"linear"``, ``"boosting"`` or ``"text-network"``; of a language
        model ``"language-model"``. Of one that nothing was learnt of, as of none, nothing is added.
    n_repeats : int >= 1, optional
        Repeats behind each standard error.

    Returns
    -------
    LearningCurve

    Raises
    ------
    ValueError
        If the inputs differ in length, hold fewer than three sizes, or a value is out of range, or
        a family is misspelt.

    Warns
    -----
    UserWarning
        If errors grow with the rows, as scores do.

    Examples
    --------
    >>> curve = fit([100, 200, 400, 800, 1600], [0.31, 0.25, 0.2, 0.17, 0.15], metric="accuracy")
    >>> float(curve.score(1600)["score"].round(2)[0])
    0.85
    >>> curve.forecast(0.999).rows_for(0.9) is None
    True
    """
    _refuse_misspelt(family)
    posterior = curves.fit(sizes, errors, stderr, metric=metric, family=family, n_repeats=n_repeats)
    if _look_like_scores(posterior):
        warnings.warn(
            f"The errors of {posterior.metric.words} grow with the rows. If they are scores, pass "
            "1 - score.",
            stacklevel=2,
        )
    return LearningCurve(posterior)


def _refuse_misspelt(family: str | None) -> None:
    """Refuse what is nearly a family that was learnt from: it would count as none."""
    tables = learnt()
    known = {*tables.known.groups, *tables.network_shares}
    near = get_close_matches(family or "", known, n=1, cutoff=0.8)
    if near and family not in known:
        raise ValueError(f"family is {family!r}, which is not known. Did you mean {near[0]!r}?")


def _look_like_scores(posterior: CurvePosterior) -> bool:
    """Whether what should fall grows from each third of the sizes to the next."""
    parts = np.array_split(posterior.measured.errors, 3)
    first, middle, last = (float(np.mean(part)) for part in parts)
    return first < middle < last
