"""The release in service as the project page tells of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from tests.examples import example_monitor, example_release
from tests.services.conftest import make
from tests.services.flights import append

from leadline.services.upkeep.service_panel import service_panel
from leadline.workspace import Workspace

__all__ = ["make"]

Make = Callable[..., Workspace]
FAR = datetime(2099, 1, 1, tzinfo=UTC)


def test_nothing_is_told_before_a_release(make: Make) -> None:
    assert service_panel(make(("problem", "data"))) is None


def test_a_release_with_its_health_and_what_is_due(make: Make) -> None:
    workspace = make()
    append(
        workspace, "monitor", replace(example_monitor(), release_id=example_release().release_id)
    )
    panel = service_panel(workspace, now=FAR)
    assert panel is not None
    assert panel.release_id == example_release().release_id
    assert panel.by == "Ada Ops"
    assert panel.health == example_monitor().summary
    assert panel.looked_at is not None
    assert panel.due.is_late


def test_a_look_at_another_release_says_nothing_of_this_one(make: Make) -> None:
    workspace = make()
    append(workspace, "monitor", replace(example_monitor(), release_id="an-earlier-one"))
    panel = service_panel(workspace)
    assert panel is not None
    assert panel.looked_at is None
    assert panel.health.startswith("Nobody has looked yet")
    assert panel.badge.text == "not looked at"
