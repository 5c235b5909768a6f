"""Changed units: linear relations that bring the numbers of a block back to those of before."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.phases.wording import three_digits
from leadline.stats.arrays import Floats
from leadline.stats.monitoring.drift import number_shift

_GRID = np.linspace(0.01, 0.99, 99)
_FEWEST_ROWS = 3
# the change undoes most of the distance, else it is only one of several that happened
_LEFT = 1 / 3
# relations near 1 fit many a shift by accident: a name must speak for them, or the fit be perfect
_NEAR_ONE = 4.0
_DISJOINT, _FAR = 0.9, 0.5
_SHORT = 3
# one standard deviation to each side, of a normal distribution
_MIDDLE = (0.16, 0.84)
_TINY = 1e-300
# Kolmogorov-Smirnov's distance that is no more than other drift, or its p-value
_CLOSE, _NEAR, _UNLIKE = 0.3, 0.15, 0.01
# of two relations, the one whose name speaks for it wins, unless it fits this much worse
_WORSE = 3.0


@dataclass(frozen=True)
class Relation:
    """``new = factor * old + offset``.

    Attributes
    ----------
    factor, offset : float
        Of the relation.
    was, now : str
        Units of before and of the block.
    hint : str
        Words that names of such columns contain, with bars between them.
    """

    factor: float
    offset: float
    was: str
    now: str
    hint: str


_HEAT = r"temp|celsius|fahrenheit|kelvin|heat|dew|°"
_WEIGHT = r"weight|mass|kg|lb|pound|kilo|gram|load"
_LENGTH = r"height|length|width|depth|size|inch|feet|foot|cm|metre|meter|elevation|altitude"
_WAY = r"dist|mile|km|way|trip|route|range|speed|mph|kmh|vis"
_TIME = r"time|durat|second|minute|hour|delay|wait|age|sec|min|ms"
_SHARE = r"share|rate|ratio|percent|pct|prob|frac|humid"
_MONEY = r"price|cost|amount|spend|pay|fee|fare|salary|income|revenue|charge|balance|money|total"
_SIZE = "sale|turnover|volume|quant|qty|value|budget|popul"
_ANY_NAME = ""
_A_SHARE = "a share"


def _both(factor: float, was: str, now: str, hint: str) -> list[Relation]:
    return [Relation(factor, 0.0, was, now, hint), Relation(1 / factor, 0.0, now, was, hint)]


RELATIONS = (
    Relation(1.8, 32.0, "Celsius", "Fahrenheit", _HEAT),
    Relation(1 / 1.8, -32 / 1.8, "Fahrenheit", "Celsius", _HEAT),
    Relation(1.0, 273.15, "Celsius", "Kelvin", _HEAT),
    Relation(1.0, -273.15, "Kelvin", "Celsius", _HEAT),
    Relation(1 / 1.8, 273.15 - 32 / 1.8, "Fahrenheit", "Kelvin", _HEAT),
    Relation(1.8, 32 - 1.8 * 273.15, "Kelvin", "Fahrenheit", _HEAT),
    *_both(2.204623, "kilograms", "pounds", _WEIGHT),
    *_both(1000.0, "kilograms", "grams", _WEIGHT),
    *_both(3.280840, "metres", "feet", _LENGTH),
    *_both(2.54, "inches", "centimetres", _LENGTH),
    *_both(100.0, "metres", "centimetres", _LENGTH),
    *_both(1.609344, "miles", "kilometres", _WAY),
    *_both(1000.0, "kilometres", "metres", _WAY),
    *_both(60.0, "minutes", "seconds", _TIME),
    *_both(60.0, "hours", "minutes", _TIME),
    *_both(3600.0, "hours", "seconds", _TIME),
    *_both(1000.0, "seconds", "milliseconds", _TIME),
    *_both(100.0, _A_SHARE, "per cent", _SHARE),
    *_both(100.0, "whole money", "cents", _MONEY),
    *_both(1000.0, "thousands", "ones", f"{_MONEY}|{_SIZE}"),
    *_both(10.0, "ones", "tenths", _ANY_NAME),
)
"""Units that get mixed up, both ways."""
FLIPPED = Relation(-1.0, 0.0, "", "", _ANY_NAME)


def changed_unit(name: str, new: Floats, old: Floats, blocks: NDArray[np.intp]) -> str:
    """Say which change of unit or sign explains how a number moved; empty if none does.

    Taken back, the numbers must look like those of a block of before, or of all of them, and lie
    far nearer than they do as they are.

    Parameters
    ----------
    name : str
        Of the column: it decides between units that fit alike.
    new, old : ndarray of shape (n_rows,)
        Finite numbers of the block and of the reference.
    blocks : ndarray of int, shape (n_rows,)
        Block of each number of the reference.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> before, block = rng.normal(12, 8, 900), rng.normal(12, 8, 100)
    >>> changed_unit("temp", block * 1.8 + 32, before, np.zeros(900, dtype=int))
    "'temp' looks like Fahrenheit where it was Celsius: mean 49.8, 11.8 before"
    """
    if new.size < _FEWEST_ROWS or old.size < _FEWEST_ROWS:
        return ""
    before = _Before.of(old, blocks)
    fits = {each: fit for each in (*RELATIONS, FLIPPED) if (fit := _fit(each, name, new, before))}
    if not fits:
        return ""
    least = min(fits.values())
    hinted = [
        each
        for each, (is_of_one, left) in fits.items()
        if _is_hinted(each, name) and is_of_one == least[0] and left <= _WORSE * least[1]
    ]
    best = min(hinted or fits, key=lambda each: fits[each])
    means = f"mean {three_digits(float(np.mean(new)))}, {three_digits(float(np.mean(old)))} before"
    if best is FLIPPED:
        return f"{name!r} looks as if its sign was turned: {means}"
    return f"{name!r} looks like {_named(best, name, old)}: {means}"


@dataclass(frozen=True, eq=False)
class _Before:
    """Numbers of the reference: all of them, and those of each block that has enough."""

    parts: list[Floats]
    quantiles: Floats

    @classmethod
    def of(cls, old: Floats, blocks: NDArray[np.intp]) -> _Before:
        order = np.argsort(blocks, kind="stable")
        parts = np.split(old[order], np.flatnonzero(np.diff(blocks[order])) + 1)
        parts = [old, *(part for part in parts if part.size >= _FEWEST_ROWS)]
        return cls(parts, np.stack([np.quantile(part, _GRID) for part in parts]))

    def gaps(self, new: Floats) -> Floats:
        """How far quantiles lie apart, on average: numbers that do not overlap differ still."""
        return np.asarray(np.abs(self.quantiles - np.quantile(new, _GRID)).mean(axis=1))

    def is_like(self, new: Floats, place: int, close: float) -> bool:
        """Whether the numbers differ from a part by no more than other drift does."""
        fit = number_shift(new, self.parts[place])
        return fit.statistic <= close or fit.p_value >= _UNLIKE

    def is_as_wide(self, back: Floats, new: Floats, place: int) -> bool:
        """Whether numbers taken back are spread as a part is, rather than as they were given.

        Else they have moved, and were not multiplied.
        """
        usual, taken, given = (
            np.log(max(float(np.diff(np.quantile(each, _MIDDLE))[0]), _TINY))
            for each in (self.parts[place], back, new)
        )
        return bool(abs(taken - usual) <= abs(given - usual))


def _fit(relation: Relation, name: str, new: Floats, before: _Before) -> tuple[bool, float] | None:
    """How well the numbers, taken back, lie where those of before do; None if they do not.

    Returns
    -------
    is_of_one, left : tuple of bool and float, or None
        Whether they are like one block only, not like all; and how far they still lie apart.
    """
    back = (new - relation.offset) / relation.factor
    gaps = before.gaps(back)
    if gaps.min() > _LEFT * before.gaps(new).min():
        return None
    # near 1 many a shift fits by accident, the more so as one block of many is enough
    is_near_one = not relation.offset and 1 / _NEAR_ONE < relation.factor < _NEAR_ONE
    is_doubtful = is_near_one and not _is_hinted(relation, name)
    close = _NEAR if is_doubtful else _CLOSE
    places = (0, int(np.argmin(gaps)))
    nearest = next((place for place in places if before.is_like(back, place, close)), None)
    if nearest is None or (is_near_one and not before.is_as_wide(back, new, nearest)):
        return None
    least = _DISJOINT if nearest else _FAR
    if is_doubtful and number_shift(new, before.parts[0]).statistic < least:
        return None
    return nearest > 0, float(gaps[nearest])


def _named(best: Relation, name: str, old: Floats) -> str:
    """The units, or the factor where no name speaks for one of several."""
    alike = [each for each in RELATIONS if (each.factor, each.offset) == (best.factor, best.offset)]
    meant = [each for each in alike if _is_hinted(each, name)]
    if not meant and old.min() >= 0 and old.max() <= 1:
        meant = [each for each in alike if each.was == _A_SHARE]
    if meant or best.offset:
        return " or ".join(f"{each.now} where it was {each.was}" for each in (meant or [best])[:2])
    times = f"{best.factor:,.4g} times" if best.factor > 1 else f"1/{1 / best.factor:,.4g} of"
    return f"another unit, {times} what it was, as with {alike[0].now} for {alike[0].was}"


def _is_hinted(relation: Relation, name: str) -> bool:
    """Whether a name contains a word of the relation; short words stand alone: "lb" in no album."""
    parts = set(re.split(r"[^a-z°]+", name.casefold()))
    words = relation.hint.split("|") if relation.hint else []
    return any(word in parts or (len(word) > _SHORT and word in name.casefold()) for word in words)
