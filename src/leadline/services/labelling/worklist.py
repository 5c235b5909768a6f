"""The labelling worklist, kept up to date with the verdicts and settings it follows from."""

from __future__ import annotations

import math
from hashlib import sha256
from typing import Any

from leadline.errors import NotReadyError
from leadline.evaluation.budget import spent_on_machines
from leadline.labelling.gold import gold_stamp, read_gold
from leadline.labelling.item_pool import item_pool
from leadline.labelling.selection_history import ranking_in_force
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.scoring import Task
from leadline.record import AssignmentTerms, Worklist
from leadline.record.codec import to_json
from leadline.workspace import Workspace

_MILLION = 1_000_000
_SECOND_OPINION = 2  # one vote shows no agreement


def work_of(workspace: Workspace) -> Worklist:
    """Return what there is to label; make the list again only if what it follows from has changed.

    Raises
    ------
    NotReadyError
        If there is no data verdict to take items from.
    SettingsError
        If the file of gold does not fit.
    """
    newest = workspace.record.newest(("problem", "data", "search", "curve"))
    if "problem" not in newest or "data" not in newest:
        raise _nothing_to_label()
    basis, money = _basis(workspace, newest), _money(workspace, newest)
    work = workspace.record.labels.items.worklist()
    if work is None or work.basis != basis:
        _make(workspace, basis, money)
    elif work.facts["money"] != money:
        facts = {**work.facts, "money": money}
        workspace.record.labels.items.limit_money(basis, facts, _money_limit(workspace))
    else:
        return work
    made = workspace.record.labels.items.worklist()
    assert made is not None
    return made


def data_and_problem(workspace: Workspace) -> tuple[Data, Problem]:
    """The newest verdicts of 'data' and 'problem', which say what is labelled.

    Raises
    ------
    NotReadyError
        If one of them is missing.
    """
    data, problem = workspace.record.latest_of(Data), workspace.record.latest_of(Problem)
    if data is None or problem is None:
        raise _nothing_to_label()
    return data, problem


def _nothing_to_label() -> NotReadyError:
    return NotReadyError(
        "There is nothing to label yet.",
        "A verdict of 'data' says which rows there are.",
        "Run 'leadline run data' first.",
    )


def terms_of(workspace: Workspace) -> AssignmentTerms:
    """How items are handed out, by the settings."""
    labels = workspace.settings.labels
    seed = int.from_bytes(sha256(b"order" + workspace.secret).digest()[:8])
    return AssignmentTerms(
        hold_s=labels.hold_s,
        repeat_share=labels.repeat_share,
        gold_share=labels.gold_share if labels.gold else 0.0,
        seed=seed,
    )


def vote_price(workspace: Workspace) -> int:
    """What one vote costs, in millionths of the currency, rounded up."""
    return math.ceil(round(workspace.settings.prices.vote_cost * _MILLION, 3))


def _basis(workspace: Workspace, newest: dict[str, int]) -> str:
    labels = workspace.settings.labels
    said = {
        "problem": newest["problem"],
        "data": newest["data"],
        "gold": gold_stamp(workspace),
        "votes": [labels.votes, labels.most_votes],
        "price": vote_price(workspace),
    }
    if labels.next != "random":
        said["ranked by"] = newest.get("curve")
    return to_json(said)


def _money(workspace: Workspace, newest: dict[str, int]) -> list[Any]:
    """What the money that is left for labels follows from, beside the problem."""
    machine = workspace.settings.prices.machine_per_hour
    return [newest.get("search"), newest.get("curve"), machine]


def _make(workspace: Workspace, basis: str, money: list[Any]) -> None:
    data, problem = data_and_problem(workspace)
    ranking = ranking_in_force(workspace)
    pool = item_pool(workspace.artifacts, data, ranking)
    gold = read_gold(workspace, data, problem.label)
    labels = workspace.settings.labels
    is_number = data.task is Task.REGRESSION
    facts = {
        "question": problem.question,
        "unit": problem.unit,
        "label": problem.label,
        "classes": [] if is_number else [count.value for count in data.classes],
        "is_second_opinion": pool.is_labelled,
        "is_ranked": bool(ranking),
        "money": money,
    }
    work = Worklist(
        basis=basis,
        facts=facts,
        votes=max(labels.votes, _SECOND_OPINION) if pool.is_labelled else labels.votes,
        most_votes=labels.most_votes,
        n_items=0,
        price=vote_price(workspace),
        money_limit=_money_limit(workspace),
    )
    plain = [item for item in pool.items if item.key not in gold.keys]
    workspace.record.labels.items.replace(work, [*plain, *gold.items], gold.keys)


def _money_limit(workspace: Workspace) -> int | None:
    """What all votes may cost together; None where no budget was granted."""
    _, problem = data_and_problem(workspace)
    if not problem.budget:
        return None
    left = problem.budget - spent_on_machines(workspace)
    return max(math.floor(round(left * _MILLION, 3)), 0)
