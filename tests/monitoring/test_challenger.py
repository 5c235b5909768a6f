"""Age of a release in blocks; what a challenger does is tested on a project, in tests/jobs."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.challenges import example_challenge
from tests.examples import example_decay, example_release
from tests.phases.again import again

from leadline.monitoring import challenger
from leadline.monitoring.challenger import _age, _keys, challenge
from leadline.monitoring.labelled_rows import LabelledBlock


@pytest.mark.parametrize(
    ("block", "last", "at", "age"),
    [
        ("week", "2024-12-23", "2025-01-13", 3),
        ("day", "2024-02-27", "2024-03-01", 3),
        ("month", "2024-11-01", "2025-02-01", 3),
        ("week", "2024-12-23", "", None),
    ],
)
def test_age_is_counted_in_blocks(block: str, last: str, at: str, age: int | None) -> None:
    decay = again(example_decay(), block=block, blocks=("2023-01-01",) * 6 + (last,))
    assert _age(decay, at) == age


def test_what_carries_no_time_has_no_age() -> None:
    undated = again(example_decay(), is_dated=False, blocks=(), staleness=())
    assert _age(undated, "2025-01-13") is None


def test_neither_is_judged_on_labels_of_rows_that_a_rule_chose(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is wrong among them is not known of the block."""
    y = np.zeros(20)
    blocks = [
        LabelledBlock(name, "", 20, pl.DataFrame({"a": y}), y, y + 1, name) for name in "abcd"
    ]
    release: Any = SimpleNamespace(verdict_as=lambda _: example_release())
    settings = SimpleNamespace(
        watch=SimpleNamespace(backtest_s=1.0), prices=SimpleNamespace(machine_per_hour=0.0)
    )
    workspace: Any = SimpleNamespace(settings=settings)
    monkeypatch.setattr(challenger, "_more_rows", lambda *_: None)
    met = example_challenge().blocks[0]
    keys = _keys(release, blocks, example_decay().prices)
    known = [replace(met, name=each.name, key=key) for each, key in zip(blocks, keys, strict=True)]
    before = replace(example_challenge(), blocks=tuple(known))
    found = challenge(
        workspace,
        release,
        blocks,
        decay=again(example_decay(), blocks=()),
        before=before,
        aside=["c"],
        report=lambda *_: None,
    )
    assert found is not None
    assert [each.name for each in found.blocks] == ["b", "d"]
