"""Changed units: linear relations that bring the numbers of a block back to those of before."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from leadline.stats.arrays import Floats
from leadline.stats.monitoring.drift import number_shift

_GRID = np.linspace(0.01, 0.99, 99)
_FEWEST_ROWS = 5
# the change undoes most of the distance, else it is only one of several that happened
_LEFT = 1 / 3
# relations near 1 fit many a shift by accident: a name must speak for them, or the fit be perfect
_NEAR_ONE = 3.0
_DISJOINT = 0.9
_PERFECT = 0.05
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
        What names of such columns contain, as a regular expression.
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
_ANY_NAME = ""


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
    *_both(100.0, "a share", "per cent", _SHARE),
    *_both(100.0, "whole money", "cents", _MONEY),
    *_both(1000.0, "thousands", "ones", _ANY_NAME),
    *_both(10.0, "ones", "tenths", _ANY_NAME),
)
"""Units that get mixed up, both ways."""
FLIPPED = Relation(-1.0, 0.0, "", "", _ANY_NAME)


def changed_unit(name: str, new: Floats, old: Floats, limit: float) -> str:
    """Say which change of unit or sign explains how a number moved; empty if none does.

    Parameters
    ----------
    name : str
        Of the column: it decides between units that fit alike.
    new, old : ndarray of shape (n_rows,)
        Finite numbers of the block and of the reference.
    limit : float
        Kolmogorov-Smirnov's distance that blocks have by chance; not a number: not known.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> before, block = rng.normal(12, 8, 900), rng.normal(12, 8, 100)
    >>> changed_unit("temp", block * 1.8 + 32, before, 0.2)
    "'temp' looks like Fahrenheit where it was Celsius: mean 49.8, 11.8 before"
    """
    if new.size < _FEWEST_ROWS or old.size < _FEWEST_ROWS:
        return ""
    found = [each for each in (*RELATIONS, FLIPPED) if _explains(each, name, new, old, limit)]
    if not found:
        return ""
    left = {each: _apart((new - each.offset) / each.factor, old) for each in found}
    least = min(left.values())
    hinted = [each for each in found if _is_hinted(each, name) and left[each] <= _WORSE * least]
    best = min(hinted or found, key=lambda each: left[each])
    means = f"mean {np.mean(new):.3g}, {np.mean(old):.3g} before"
    if best is FLIPPED:
        return f"{name!r} looks as if its sign was turned: {means}"
    return f"{name!r} looks like {_named(best, name, old)}: {means}"


def _named(best: Relation, name: str, old: Floats) -> str:
    """The units, or the factor where no name speaks for one of several."""
    alike = [each for each in RELATIONS if (each.factor, each.offset) == (best.factor, best.offset)]
    hinted = [each for each in alike if _is_hinted(each, name)]
    if hinted or best.offset:
        each = (hinted or [best])[0]
        return f"{each.now} where it was {each.was}"
    is_share = old.min() >= 0 and old.max() <= 1
    for each in alike:
        if is_share and each.was == "a share":
            return f"{each.now} where it was {each.was}"
    side = f"{best.factor:,.4g} times" if best.factor > 1 else f"1/{1 / best.factor:,.4g} of"
    units = [each for each in alike if each.hint] or alike
    ways = " or ".join(f"{each.now} for {each.was}" for each in units[:2])
    return f"{side} what it was ({ways})"


def _is_hinted(relation: Relation, name: str) -> bool:
    return bool(relation.hint) and re.search(relation.hint, name.casefold()) is not None


def _explains(relation: Relation, name: str, new: Floats, old: Floats, limit: float) -> bool:
    """Whether the numbers, taken back, lie where those of before do, and did not without."""
    back = (new - relation.offset) / relation.factor
    before = number_shift(new, old).statistic
    if _apart(back, old) > _LEFT * _apart(new, old):
        return False
    after = number_shift(back, old)
    usual = after.p_value > _PERFECT if math.isnan(limit) else after.statistic <= limit
    if not usual or after.statistic >= before:
        return False
    is_near_one = not relation.offset and 1 / _NEAR_ONE < relation.factor < _NEAR_ONE
    return not is_near_one or before >= _DISJOINT or _is_hinted(relation, name)


def _apart(new: Floats, old: Floats) -> float:
    """How far the quantiles lie apart, on average: distances of disjoint numbers differ still."""
    return float(np.mean(np.abs(np.quantile(new, _GRID) - np.quantile(old, _GRID))))
