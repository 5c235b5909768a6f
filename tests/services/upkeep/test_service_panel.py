"""The release in service as the project page tells of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from tests.examples import example_monitor, example_release
from tests.services.conftest import make
from tests.services.flights import append

from leadline.monitoring.release_in_service import in_service
from leadline.phases.wording import day
from leadline.services.briefing import brief
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


def test_a_trial_beside_a_release_is_not_when_it_went_into_service(make: Make) -> None:
    workspace = make()
    entry = in_service(workspace.record)
    assert entry is not None
    later = append(workspace, "release", replace(example_release(), release_id="another"))
    moves = workspace.record.promotions
    move = moves.add(entry.number, person="Bo", why="it is better")
    moves.add(entry.number, person="Cy", why="a trial", candidate=later, share=0.1)
    panel = service_panel(workspace)
    assert panel is not None
    assert (panel.entry, panel.by, panel.since) == (entry.number, "Bo", move.at)
    told = brief(workspace, "watch").in_service
    assert told == f"The release of entry {entry.number}, since {day(move.at)} by Bo."
