"""The picture of a delegation: a line a person, readable on both sheets."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from tests.delegations import example_delegation

from leadline.charts import NARROW, WIDE, Sheet, svg
from leadline.charts.delegation import chart


@pytest.mark.parametrize(("sheet", "widest"), [(WIDE, 1_000), (NARROW, 440)])
def test_each_person_has_a_line(sheet: Sheet, widest: int) -> None:
    drawn = chart(example_delegation(), sheet)
    assert drawn is not None
    text = svg(drawn)
    assert all(f"beside {name}" in text for name in ("Ada", "Bo", "Cy"))
    assert text.count("share of rows as close to the others") == 1
    assert "small can take the place of" in text
    assert float(ElementTree.fromstring(text).attrib["width"]) <= widest


def test_what_is_not_known_is_not_its_message() -> None:
    drawn = chart(example_delegation(n_rows=36))
    assert drawn is not None
    assert "beside 3 people: too few rows to let it in" in svg(drawn)


def test_without_a_comparison_there_is_nothing_to_draw() -> None:
    assert chart(replace(example_delegation(), duels=())) is None
