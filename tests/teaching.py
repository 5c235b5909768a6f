"""A project in which a machine was let in, and has labelled rows that can be told by a mark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
from tests.delegations import PEOPLE
from tests.projects import BY, N_POOL, customers, project, run_to

from leadline.phases.data import Data
from leadline.record import MachineVote, Vote
from leadline.services.delegation.delegate import decide_delegation, judge_machine
from leadline.services.delegation.machine_task import machine_task
from leadline.services.labelling.keyed_items import keyed_items
from leadline.workspace import Workspace

N_GIVEN, N_JUDGED = 300, 80
MACHINES = {"small": {"url": "http://127.0.0.1:9/v1", "model": "smol", "input": 0.0, "output": 0.0}}


def marked_customers() -> pl.DataFrame:
    """Customers, half of them without a label; what only the machine labels spends below 0."""
    place = pl.int_range(N_POOL)
    return (
        customers(N_POOL)
        .drop("joined")
        .with_columns(
            pl.when(place < N_GIVEN).then(pl.col("left")).alias("left"),
            pl.when(place < N_GIVEN + N_JUDGED)
            .then(pl.col("spend"))
            .otherwise(-1 - pl.col("spend"))
            .alias("spend"),
        )
    )


def truth_of(workspace: Workspace) -> dict[str, str]:
    """Key of each row without a label to its label."""
    data = workspace.record.latest_of(Data)
    assert data is not None
    rows = keyed_items(workspace, data.unlabelled, data)
    known = customers(N_POOL)
    said = dict(zip(known["calls"], known["left"], strict=True))
    return {item: said[calls] for item, calls in rows.select("item", "calls").iter_rows()}


def keys_by_mark(workspace: Workspace) -> tuple[list[str], list[str]]:
    """Keys of the rows for people, and of those for the machine alone."""
    data = workspace.record.latest_of(Data)
    assert data is not None
    rows = keyed_items(workspace, data.unlabelled, data)
    is_marked = rows["spend"] < 0
    return rows.filter(~is_marked)["item"].to_list(), rows.filter(is_marked)["item"].to_list()


def taught_project(folder: Path, **settings: Any) -> Workspace:
    """People have judged 80 rows, the machine these and all others; a person has let it in."""
    workspace = project(folder, marked_customers(), machines=MACHINES, **settings)
    run_to(workspace, "problem", "data")
    truth = truth_of(workspace)
    judged, open_ones = keys_by_mark(workspace)
    for number, item in enumerate(judged):
        for person in PEOPLE:
            # each of the three errs on a row of twenty
            is_wrong = number % 20 == PEOPLE.index(person)
            workspace.record.labels.votes.add(Vote(item, person, other(truth[item], is_wrong), 2.0))
    for number, item in enumerate((*judged, *open_ones)):
        say(workspace, item, other(truth[item], number % 10 == 9), 0.9)
    judge_machine(workspace, "small", BY)
    decide_delegation(workspace, "small", "go", "a thousandth of the price", BY)
    return workspace


def other(label: str, is_wrong: bool) -> str:
    """The label, or the other one."""
    return {"yes": "no", "no": "yes"}[label] if is_wrong else label


def say(workspace: Workspace, item: str, value: str | None, confidence: float | None) -> None:
    """Keep a vote of the machine, told what it would be told now."""
    told = machine_task(workspace, "small")
    workspace.record.delegation.votes.add(
        MachineVote(
            item=item,
            machine="small",
            model="smol",
            prompt=told.told,
            value=value,
            confidence=confidence,
            guidelines=told.guidelines,
        )
    )
