"""Changed units are named, and what is none is not."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.monitoring.shifts.changed_units import RELATIONS, Relation, changed_unit
from leadline.stats.arrays import Floats

NAMES = {
    "Celsius": "temp", "Fahrenheit": "temp", "Kelvin": "temp", "kilograms": "weight",
    "pounds": "weight", "grams": "weight", "metres": "height", "feet": "height",
    "inches": "length", "centimetres": "length", "miles": "distance", "kilometres": "distance",
    "minutes": "duration", "seconds": "duration", "hours": "duration",
    "milliseconds": "duration", "a share": "rate", "per cent": "rate", "whole money": "price",
    "cents": "price", "thousands": "sales", "ones": "sales", "tenths": "level",
}  # fmt: skip


def drawn(unit: str, rng: np.random.Generator, n: int, level: float = 0.0) -> Floats:
    """Numbers that are usual in a unit."""
    if unit == "a share":
        return rng.beta(2, 5, n)
    if unit in ("Celsius", "Kelvin"):
        return rng.normal(12 + 8 * level + 273.15 * (unit == "Kelvin"), 6, n)
    if unit == "Fahrenheit":
        return rng.normal(54 + 14 * level, 11, n)
    return np.exp(rng.normal(3 + 0.2 * level, 0.7, n))


def told(relation: Relation, name: str, *, weeks: int) -> str:
    """What is said of a block in another unit, after so many weeks that differ."""
    rng = np.random.default_rng(3)
    levels = np.sin(np.arange(weeks) / 8)
    old = np.concatenate([drawn(relation.was, rng, 200, level) for level in levels])
    new = drawn(relation.was, rng, 100, 0.3) * relation.factor + relation.offset
    return changed_unit(name, new, old, np.repeat(np.arange(weeks), 200))


@pytest.mark.parametrize("relation", RELATIONS, ids=lambda each: f"{each.was} to {each.now}")
def test_every_unit_is_told_by_the_name_of_its_column(relation: Relation) -> None:
    words = told(relation, NAMES[relation.was], weeks=1)
    is_named = f"{relation.now} where it was {relation.was}" in words
    assert is_named or "another unit" in words
    if relation.hint and NAMES[relation.was] in relation.hint:
        assert is_named


@pytest.mark.parametrize("name", ["temp", "x1"])
@pytest.mark.parametrize("relation", [one for one in RELATIONS if one.offset], ids=str)
def test_heat_is_told_where_weeks_differ_and_without_a_name(relation: Relation, name: str) -> None:
    assert f"{relation.now} where it was {relation.was}" in told(relation, name, weeks=40)


def test_units_near_each_other_need_a_name_that_speaks_for_them() -> None:
    ways = next(one for one in RELATIONS if one.now == "kilometres" and one.was == "miles")
    assert "kilometres where it was miles" in told(ways, "distance", weeks=1)
    assert "kilometres where it was miles" in told(ways, "km", weeks=1)
    assert told(ways, "x1", weeks=1) == ""
    assert told(ways, "bookmarks", weeks=1) == "", "km is no word of it"


def test_a_turned_sign_is_told() -> None:
    rng = np.random.default_rng(0)
    old, new = rng.normal(12, 4, 900), -rng.normal(12, 4, 90)
    words = changed_unit("balance", new, old, np.zeros(900, dtype=np.intp))
    assert words.startswith("'balance' looks as if its sign was turned: mean -1")


@pytest.mark.parametrize("step", [0.0, 1.0, 3.0, 8.0])
def test_what_is_only_higher_is_no_unit(step: float) -> None:
    rng = np.random.default_rng(0)
    for name in ("temp", "x1", "duration"):
        old, new = rng.normal(20, 5, 900), rng.normal(20 + step, 5, 200)
        assert changed_unit(name, new, old, np.zeros(900, dtype=np.intp)) == ""


def test_a_few_numbers_show_no_unit() -> None:
    assert changed_unit("temp", np.full(2, 50.0), np.full(90, 10.0), np.zeros(90, np.intp)) == ""
