"""Regions of a learning curve: small data, power law, or close to the floor."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from leadline.phases.number_format import percent
from leadline.phases.scoring import scoring_of
from leadline.phases.verdict import Bounds
from leadline.phases.wording import three_digits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.stats.curves import CurvePosterior
    from leadline.stats.curves.regions import Regions as CurveRegions


_NOT_BEGUN = (
    "The curve has not begun to fall: the measured sizes cannot say when it will, or whether, or "
    "what the best is that data can do."
)
_NOTICED = 0.02  # of the error; less is called close to the floor, whichever way it goes
_RISES = "While the error rises with the rows, the best that data can do cannot be told."


class RegionKind(StrEnum):
    """The three regions of a learning curve, in the field's words."""

    SMALL = "small data"
    POWER = "power law"
    FLOOR = "irreducible"


@dataclass(frozen=True, kw_only=True)
class Region:
    """The region that some rows are in.

    Attributes
    ----------
    n_rows : int
        Train rows.
    p_small, p_power, p_floor : float
        Probabilities, which sum to 1: the error is within a twentieth of chance; more rows pay;
        twice the rows take less than a fiftieth off the error.
    slope : Bounds
        The error falls as rows to the power of minus this, up to twice the rows; 90 % interval.
    """

    n_rows: int
    p_small: float
    p_power: float
    p_floor: float
    slope: Bounds

    @property
    def kind(self) -> RegionKind:
        """The likeliest region."""
        return likeliest(self.p_small, self.p_floor)

    @property
    def probability(self) -> float:
        """Of the likeliest region."""
        return max(self.p_small, self.p_power, self.p_floor)

    @property
    def gain(self) -> Bounds:
        """Share of the error that twice the rows take off; below 0 where it may rise."""
        return Bounds(
            estimate=1 - 2.0**-self.slope.estimate,
            low=1 - 2.0**-self.slope.low,
            high=1 - 2.0**-self.slope.high,
        )

    @property
    def gain_words(self) -> str:
        """The gain in whole percent, with its 90 % range."""
        gain = self.gain
        low, middle, high = (round(100 * share) for share in (gain.low, gain.estimate, gain.high))
        return f"{middle}% ({low}% to {high}%)"

    @property
    def is_rising(self) -> bool:
        """Whether twice the rows are likelier than not to add a fiftieth to the error.

        Of a model close to guessing it is not asked.
        """
        return self.kind is not RegionKind.SMALL and self.gain.estimate < -_NOTICED

    @property
    def words(self) -> str:
        """The meaning of the region, and its probability."""
        gain = self.gain
        twice = f"twice the rows take {self.gain_words} off the error"
        if round(100 * gain.estimate) < 0:
            middle, low, high = map(_change, (gain.estimate, gain.high, gain.low))
            twice = f"at twice the rows the error is {middle} ({low} to {high})"
        if self.is_rising:
            return f"At {self.n_rows:,} rows more data do not pay: {twice}."
        state = {
            RegionKind.SMALL: "the model is hardly better than guessing",
            RegionKind.POWER: f"more data pay: {twice}",
            RegionKind.FLOOR: f"more data hardly pay: {twice}",
        }[self.kind]
        return (
            f"At {self.n_rows:,} rows {state}. "
            f"The probability of this region, {self.kind.value}, is {percent(self.probability)}."
        )


@dataclass(frozen=True, kw_only=True)
class Regions:
    """The three regions of a curve.

    Attributes
    ----------
    now, reached : Region
        At the rows there are, and at those that the budget reaches.
    floor : Bounds
        The error that no data remove; 90 % interval.
    learns_from : int or None
        Smallest measured size from which on the model is better than chance, by a test at 5 %;
        None where it never is, or the error of chance is not known.
    floor_from : int or None
        Rows from which on the irreducible region is likelier than not; None: not in sight.
    small_along, floor_along : tuple of float
        Probabilities of two regions along the grid of the forecast; the power law has the rest.
    has_begun : bool
        Whether the measured errors have begun to fall.
    """

    now: Region
    reached: Region
    floor: Bounds
    learns_from: int | None
    floor_from: int | None
    small_along: tuple[float, ...]
    floor_along: tuple[float, ...]
    has_begun: bool = True

    @property
    def places(self) -> tuple[Region, ...]:
        """The rows there are, and where more can be had, those."""
        more = self.reached.n_rows > self.now.n_rows
        return (self.now, self.reached) if more else (self.now,)

    @property
    def is_waiting(self) -> bool:
        """Whether the model is close to guessing, and the curve has not begun to fall."""
        return not self.has_begun and self.now.kind is RegionKind.SMALL

    @property
    def tells_floor(self) -> bool:
        """Whether the best that data can do can be told: not of a curve that waits, or rises."""
        return not (self.is_waiting or self.now.is_rising)

    def words(self, scoring: str) -> str:
        """The meaning for a decision, in the terms of the metric."""
        metric = scoring_of(scoring)
        low, high = sorted((metric.score(self.floor.low), metric.score(self.floor.high)))
        parts = [place.words for place in self.places]
        if not self.tells_floor:
            return " ".join([*parts, _NOT_BEGUN if self.is_waiting else _RISES])
        least, most = three_digits(low), three_digits(high)
        span = f"of about {least}" if least == most else f"between {least} and {most}"
        parts.append(f"The best that data can do is {metric.words} {span} (90%);")
        if self.floor_from is None:
            parts.append("that end is not in sight.")
        else:
            parts.append(f"from about {self.floor_from:,} rows on it is near.")
        return " ".join(parts)


def _change(gain: float) -> str:
    """A share that is taken off the error, or added to it, in whole percent."""
    return f"{abs(round(100 * gain))}% {'lower' if gain > 0 else 'higher'}"


def likeliest(p_small: float, p_floor: float) -> RegionKind:
    """Return the likeliest of the three regions; the power law has the rest of the probability.

    Examples
    --------
    >>> likeliest(0.1, 0.2).value, likeliest(0.1, 0.6).value
    ('power law', 'irreducible')
    """
    power = 1 - p_small - p_floor
    if power >= max(p_small, p_floor):
        return RegionKind.POWER
    return RegionKind.SMALL if p_small >= p_floor else RegionKind.FLOOR


def regions_of(
    posterior: CurvePosterior,
    grid: Sequence[float],
    n_now: int,
    n_reached: int,
    chance_error: float | None,
) -> Regions:
    """Read the regions off a forecast, along its grid and at the two sizes that matter."""
    read = posterior.regions([*grid, n_now, n_reached], chance_error=chance_error)
    return Regions(
        now=_region(read, -2, n_now),
        reached=_region(read, -1, n_reached),
        floor=Bounds(
            estimate=read.floor_median, low=read.floor_error.low, high=read.floor_error.high
        ),
        learns_from=None if read.learns_from is None else round(read.learns_from),
        floor_from=None if read.floor_from is None else round(read.floor_from),
        small_along=tuple(float(p) for p in read.small[:-2]),
        floor_along=tuple(float(p) for p in read.floor[:-2]),
        has_begun=read.has_begun,
    )


def _region(read: CurveRegions, place: int, n_rows: int) -> Region:
    return Region(
        n_rows=n_rows,
        p_small=float(read.small[place]),
        p_power=max(float(read.power[place]), 0.0),
        p_floor=float(read.floor[place]),
        slope=Bounds(
            estimate=float(read.slope_median[place]),
            low=float(read.slope.low[place]),
            high=float(read.slope.high[place]),
        ),
    )
