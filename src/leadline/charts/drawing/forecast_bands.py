"""Data and axes of a drawing of a forecast: points, bands, regions, sizes that matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import NamedTuple

import altair as alt

from leadline.charts.drawing.label_placement import log_position
from leadline.charts.drawing.sheet import Sheet
from leadline.charts.drawing.theme import ROWS_TITLE, sizes_axis
from leadline.phases.forecast.region import RegionKind, likeliest
from leadline.stats.metric import Metric

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
"""Quantiles that `ForecastBands.lines` must hold."""


HEIGHT = 380
_WORTH_SHOWING = 0.8  # how much taller chance may make a picture, as a share of the rest


@dataclass(frozen=True)
class Size:
    """A number of rows that matters, marked by an upright line.

    Parameters
    ----------
    n_rows : float
        Where it stands.
    name : str
        What it is, e.g. ``"today"``.
    note : str
        Second line under its name, e.g. what it costs; may be empty.
    color : str
        Of line and words.
    shape : str
        Mark where it meets the target line, e.g. ``"diamond"``; empty: none.
    """

    n_rows: float
    name: str
    note: str
    color: str
    shape: str = ""


@dataclass(frozen=True)
class ForecastBands:
    """Data of a drawing of a forecast; errors as the metric declares.

    Parameters
    ----------
    metric : Metric
        How errors become scores.
    words : str
        What the metric is called.
    train_sizes, errors, stderrs : sequence of float
        The measured points; no `stderrs` where nobody knows them.
    grid : sequence of float
        Train sizes of the forecast, ascending.
    lines : dict of float to sequence of float
        Forecast errors along the grid, by quantile: those of `QUANTILES`.
    target_score : float or None
        What is good enough.
    chance_error : float or None
        Of a model that learns nothing.
    floor : tuple of float or None
        The errors between which lies what no data remove (90 %).
    regions : sequence of RegionKind
        Likeliest region at each size of the grid; empty: not known.
    sizes : sequence of Size
        Numbers of rows that matter.
    """

    metric: Metric
    words: str
    train_sizes: Sequence[float]
    errors: Sequence[float]
    stderrs: Sequence[float]
    grid: Sequence[float]
    lines: dict[float, Sequence[float]]
    target_score: float | None = None
    chance_error: float | None = None
    floor: tuple[float, float] | None = None
    regions: Sequence[RegionKind] = ()
    sizes: Sequence[Size] = ()


class RegionSpan(NamedTuple):
    """Rows over which one region is the likeliest."""

    kind: RegionKind
    start: float
    end: float


def kinds_along(small: Sequence[float], floor: Sequence[float]) -> tuple[RegionKind, ...]:
    """Likeliest region at each size, of the probabilities of two of them."""
    return tuple(likeliest(one, other) for one, other in zip(small, floor, strict=True))


def region_spans(grid: Sequence[float], kinds: Sequence[RegionKind]) -> list[RegionSpan]:
    """Join neighbours of the same region; two regions meet half way between their sizes.

    Examples
    --------
    >>> [
    ...     part.end
    ...     for part in region_spans(
    ...         [10, 40, 90], [RegionKind.SMALL, RegionKind.POWER, RegionKind.POWER]
    ...     )
    ... ]
    [20.0, 90]
    """
    joined: list[RegionSpan] = []
    for index, kind in enumerate(kinds):
        if joined and joined[-1].kind is kind:
            joined[-1] = joined[-1]._replace(end=grid[index])
            continue
        start = grid[index]
        if joined:
            start = sqrt(grid[index - 1] * grid[index])
            joined[-1] = joined[-1]._replace(end=start)
        joined.append(RegionSpan(kind, start, grid[index]))
    return joined


@dataclass(frozen=True)
class Frame:
    """What the two axes show: rows from left to right, scores from bottom to top."""

    left: float
    right: float
    bottom: float
    top: float
    sheet: Sheet

    @property
    def x(self) -> alt.X:
        """The axis of rows."""
        return alt.X(
            "n:Q",
            title=ROWS_TITLE,
            scale=alt.Scale(type="log", domain=[self.left, self.right], nice=False),
            axis=sizes_axis(self.left, self.right, is_narrow=self.sheet.is_narrow),
        )

    def y(self, title: str) -> alt.Y:
        """The axis of scores."""
        domain = [self.bottom, self.top]
        return alt.Y("score:Q", title=title, scale=alt.Scale(domain=domain, nice=False))

    def x_pixel(self, n: float) -> float:
        """Pixels from the left."""
        return log_position(n, self.left, self.right, self.sheet.width)

    def y_pixel(self, score: float) -> float:
        """Pixels from the top."""
        return HEIGHT * (self.top - score) / (self.top - self.bottom)

    def shows(self, n: float) -> bool:
        """Whether a number of rows is on the axis."""
        return self.left <= n <= self.right


def frame_of(bands: ForecastBands, sheet: Sheet) -> Frame:
    """Fit the axes to what is shown; chance only where it is not far from the curve."""
    to_score = bands.metric.score
    right = max([bands.grid[-1], *(size.n_rows for size in bands.sizes)]) * 1.15
    pairs = zip(bands.errors, two_stderrs(bands), strict=True)
    scores = [to_score(e + side * s) for e, s in pairs for side in (-1, 1)]
    scores += [to_score(e) for line in bands.lines.values() for e in line[len(line) // 4 :]]
    target = bands.target_score
    scores += [] if target is None else [target]
    if bands.chance_error is not None:
        chance = to_score(bands.chance_error)
        span = max(scores) - min(scores)
        if max(min(scores) - chance, chance - max(scores)) <= _WORTH_SHOWING * span:
            scores.append(chance)
    margin = 0.08 * (max(scores) - min(scores) or 1.0)
    bottom, top = min(scores) - margin, max(scores) + margin
    least = margin / 2 if target is None else target + margin / 2
    if bands.metric.is_loss:
        bottom = max(bottom, 0.0)
    else:
        top = max(min(top, 1.0), least)
    return Frame(min(bands.grid[0], *bands.train_sizes) * 0.93, right, bottom, top, sheet)


def two_stderrs(bands: ForecastBands) -> list[float]:
    """Half the height of each error bar."""
    return [2 * stderr for stderr in bands.stderrs] or [0.0] * len(bands.errors)
