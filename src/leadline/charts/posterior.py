"""Chart of a learning-curve posterior without a project, for notebooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.charts.drawing.forecast_bands import QUANTILES, ForecastBands, Size, kinds_along
from leadline.charts.drawing.forecast_layers import forecast_layers
from leadline.charts.drawing.palette import INK, VERMILION
from leadline.charts.drawing.theme import Picture, framed
from leadline.phases.number_format import percent
from leadline.phases.wording import three_digits
from leadline.stats.metric import metric_of

if TYPE_CHECKING:
    from leadline.stats.curves import CurvePosterior

_N_GRID = 40
_REACH = 16.0


def chart(
    posterior: CurvePosterior,
    target_error: float | None = None,
    *,
    chance_error: float | None = None,
    metric: str | None = None,
    n_most: float | None = None,
) -> Picture:
    """Draw a forecast: points, median, bands, regions, and where it meets a target.

    Parameters
    ----------
    posterior : CurvePosterior
        What `leadline.stats.curves.fit` gave.
    target_error : float, optional
        The error to reach; drawn as a score, with the rows of an even and of a 90 % chance.
    chance_error : float, optional
        Error of a model that learns nothing. Without it no region is called guessing.
    metric : str, optional
        Name of the metric the axis shows; that of the posterior if not given. It must turn
        errors into scores: ``"accuracy"`` draws an error rate the right way up.
    n_most : float, optional
        Rows the picture reaches; 16 times the largest measured size if not given.

    Returns
    -------
    Picture
        An Altair chart; a notebook shows it by itself, ``.save("curve.html")`` keeps it.

    Raises
    ------
    ValueError
        If no metric has the name, or `n_most` does not lie beyond the measured sizes.

    Examples
    --------
    >>> from leadline.charts import description
    >>> from leadline.stats.curves import fit
    >>> curve = fit([100, 200, 400, 800, 1600], [0.31, 0.25, 0.2, 0.17, 0.15], [0.004] * 5)
    >>> picture = chart(curve, target_error=0.12, metric="accuracy")
    >>> "At 25,600 rows the most likely accuracy is" in description(picture)
    True
    """
    shown = posterior.metric if metric is None else metric_of(metric)
    end = posterior.n_largest * _REACH if n_most is None else float(n_most)
    if end <= posterior.n_largest:
        raise ValueError(
            f"n_most is {end:g}; it must lie beyond the largest measured size, "
            f"{posterior.n_largest:g}. Leave it out, or reach further."
        )
    data = posterior.measured
    start = float(data.sizes[0])
    grid = [start * (end / start) ** (step / (_N_GRID - 1)) for step in range(_N_GRID)]
    regions = posterior.regions([*grid, posterior.n_largest], chance_error=chance_error)
    floor = regions.floor_error
    bands = ForecastBands(
        metric=shown,
        words=shown.words,
        train_sizes=data.sizes.tolist(),
        errors=data.errors.tolist(),
        stderrs=() if data.stderr is None else data.stderr.tolist(),
        grid=grid,
        lines={q: posterior.quantile(grid, q).tolist() for q in QUANTILES},
        target_score=None if target_error is None else shown.score(target_error),
        chance_error=chance_error,
        floor=(floor.low, floor.high) if regions.tells_floor else None,
        regions=kinds_along(regions.small[:-1].tolist(), regions.floor[:-1].tolist()),
        sizes=_sizes(posterior, target_error, end),
    )
    return framed(
        forecast_layers(bands), _title(bands), " ".join(_sentences(posterior, bands, end))
    )


def _title(bands: ForecastBands) -> str:
    best = bands.metric.score(bands.lines[0.5][-1])
    return f"At {bands.grid[-1]:,.0f} rows the most likely {bands.words} is {three_digits(best)}"


def _sentences(posterior: CurvePosterior, bands: ForecastBands, end: float) -> list[str]:
    sentences = []
    if bands.target_score is not None:
        p = float(posterior.cdf(end, bands.metric.error(bands.target_score)))
        sentences.append(f"The chance of meeting the target is {percent(p)} there.")
    sentences.append(
        "Dots are measured, with two standard errors; the bands hold 50, 80 and 90% of the "
        "possible curves."
    )
    return [*sentences, *posterior.caution]


def _sizes(posterior: CurvePosterior, target_error: float | None, end: float) -> list[Size]:
    """The largest measured size, and those that are needed."""
    sizes = [Size(posterior.n_largest, "measured up to", "", INK)]
    if target_error is None:
        return sizes
    for probability, name, shape in (
        (0.5, "even chance", "diamond"),
        (0.9, "90% chance", "circle"),
    ):
        needed = posterior.rows_for(target_error, probability)
        if isinstance(needed, float) and needed <= end:
            sizes.append(Size(needed, name, "", VERMILION, shape))
    return sizes
