"""Which labels a release takes: as where a file is watched."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.serving.logs.label_rule import label_as_text, label_fault
from leadline.serving.releases.manifest import Card


def card(task: str, *classes: str, positive: str = "") -> Card:
    more: dict[str, Any] = {"threshold": 0.5} if task == "binary" else {}
    return Card(
        project="p",
        label="y",
        task=task,
        columns={"x": "number"},
        classes=classes,
        positive=positive,
        **more,
    )


TWO = card("binary", "no", "yes", positive="yes")
MANY = card("binary", "stayed", "left", "new", positive="left")
DIGITS = card("multiclass", "1", "2", "true", "2.5")
NUMBER = card("regression")


@pytest.mark.parametrize(
    ("release", "value", "is_good"),
    [
        (TWO, "yes", True),
        (TWO, " no ", True),
        (TWO, "Yes", False),
        (TWO, "", False),
        (TWO, 1, False),
        (TWO, None, False),
        (TWO, [], False),
        (MANY, "gone", True),
        (MANY, "Left", False),
        (MANY, "", False),
        (DIGITS, 1, True),
        (DIGITS, 2.0, True),
        (DIGITS, 2.5, True),
        (DIGITS, "2", True),
        (DIGITS, True, True),
        (DIGITS, False, False),
        (DIGITS, 3, False),
        (NUMBER, 3, True),
        (NUMBER, -0.5, True),
        (NUMBER, "3", False),
        (NUMBER, True, False),
        (NUMBER, float("nan"), False),
        (NUMBER, float("inf"), False),
    ],
)
def test_a_label_is_a_class_or_a_number(release: Card, value: object, is_good: bool) -> None:
    assert (label_fault(value, release) == "") == is_good


def test_classes_are_named_but_not_thousands() -> None:
    fault = label_fault("x", card("multiclass", *map(str, range(100))))
    assert fault.endswith("18, 19 and 80 more is needed.")


def test_a_class_is_written_as_the_snapshot_writes_it() -> None:
    assert [label_as_text(v) for v in (7, 7.0, 7.5, True, " a ")] == ["7", "7", "7.5", "true", "a"]
