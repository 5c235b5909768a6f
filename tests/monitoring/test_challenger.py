"""Age of a release in blocks; what a challenger does is tested on a project, in tests/jobs."""

from __future__ import annotations

import pytest
from tests.examples import example_decay
from tests.phases.again import again

from leadline.monitoring.challenger import _age


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
