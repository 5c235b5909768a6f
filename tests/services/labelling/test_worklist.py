from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.services.flights import append

from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.services.labelling.worklist import vote_price, work_of
from leadline.workspace import Workspace

Make = Callable[..., Workspace]


def priced(workspace: Workspace, wage: float, seconds: float) -> Workspace:
    prices = replace(workspace.settings.prices, wage_per_hour=wage, seconds_per_label=seconds)
    return replace(workspace, settings=replace(workspace.settings, prices=prices))


@pytest.mark.parametrize(
    ("wage", "seconds", "price"),
    [(3.6, 1.0, 1_000), (1.0, 1.0, 278), (36.0, 0.1, 1_000)],
)
def test_a_price_is_never_rounded_down(make: Make, wage: float, seconds: float, price: int) -> None:
    assert vote_price(priced(make(()), wage, seconds)) == price


@pytest.mark.parametrize(("budget", "limit"), [(0.0, None), (2.5000019, 2_500_001)])
def test_the_money_for_votes_is_never_rounded_up(
    make: Make, budget: float, limit: int | None
) -> None:
    workspace = make(("problem", "data"))
    entry = workspace.record.latest("problem")
    assert entry is not None
    assert isinstance(entry.verdict, Problem)
    append(workspace, "problem", replace(entry.verdict, budget=budget))
    assert work_of(workspace).money_limit == limit


def test_a_second_opinion_takes_two_votes(make: Make) -> None:
    workspace = make(("problem", "data"))
    labels = replace(workspace.settings.labels, votes=1)
    workspace = replace(workspace, settings=replace(workspace.settings, labels=labels))
    assert work_of(workspace).votes == 1
    entry = workspace.record.latest("data")
    assert entry is not None
    assert isinstance(entry.verdict, Data)
    assert entry.verdict.unlabelled
    append(
        workspace, "data", replace(entry.verdict, snapshot=entry.verdict.unlabelled, unlabelled="")
    )
    work = work_of(workspace)
    assert work.facts["is_second_opinion"]
    assert work.votes == 2
