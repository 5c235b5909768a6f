from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from leadline.services.plan_tables import round_table


def test_rounds_are_those_of_the_budget_that_was_named() -> None:
    granted = SimpleNamespace(machine="", budget=1000.5)
    plan: Any = SimpleNamespace(granted=granted, currency="USD", rounds=())
    assert "1,000.50 USD" in round_table(plan).caption
