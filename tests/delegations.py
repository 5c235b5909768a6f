"""Votes of people and machines on the same rows, with known truth, for tests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from leadline.labelling.blind_rows import Asked, RowFacts, blind_votes, delegation_evidence
from leadline.labelling.handover import handover
from leadline.phases.delegation import Delegation, assess
from leadline.record import DelegationEntry, MachineVote, Vote
from leadline.services.delegation.machine_task import machine_task
from leadline.workspace import Workspace

PEOPLE = ("Ada", "Bo", "Cy")
ASKED = Asked(
    machine="small",
    model="smol",
    prompt="p1",
    guidelines=2,
    people="skilled",
    classes=("no", "yes"),
)


def human_votes(
    items: list[str], accuracy: float = 0.9, seed: int = 0
) -> tuple[list[Vote], list[str]]:
    """Votes of three people, and the truth."""
    rng = np.random.default_rng(seed)
    truth = [str(each) for each in rng.choice(ASKED.classes, len(items))]
    votes = [
        Vote(item, who, said(true, accuracy, rng), 4.0)
        for who in PEOPLE
        for item, true in zip(items, truth, strict=True)
    ]
    return votes, truth


def said(true: str, accuracy: float, rng: np.random.Generator) -> str:
    """What somebody says who is right so often."""
    return true if rng.random() < accuracy else {"yes": "no", "no": "yes"}[true]


def machine_votes(
    items: list[str], truth: list[str], accuracy: float, *, prompt: str = "p1", seed: int = 1
) -> list[MachineVote]:
    """What a machine says that is right so often."""
    rng = np.random.default_rng(seed)
    return [
        MachineVote(
            item=item,
            machine="small",
            model="smol",
            prompt=prompt,
            value=said(true, accuracy, rng),
            confidence=0.75,
        )
        for item, true in zip(items, truth, strict=True)
    ]


def example_delegation(n_rows: int = 80, accuracy: float = 0.95) -> Delegation:
    """A realistic verdict on a machine."""
    items = [f"row {n}" for n in range(n_rows)]
    votes, truth = human_votes(items)
    facts = RowFacts(
        {item: f"text: the words of {item}" for item in items},
        {"plan": {item: ("plus" if n % 3 else "basic") for n, item in enumerate(items)}},
    )
    said = machine_votes(items, truth, accuracy)
    return assess(delegation_evidence(ASKED, blind_votes(votes), said, facts))


def judge_as_declared(
    workspace: Workspace, *, n_rows: int = 80, accuracy: float = 0.95, n_open: int = 1000
) -> DelegationEntry:
    """Put votes of people and of the declared machine "small" on the record, and a verdict."""
    task = machine_task(workspace, ASKED.machine)
    items = [f"row {n}" for n in range(n_rows)]
    votes, truth = human_votes(items)
    said = [
        replace(vote, model=task.settings.model)
        for vote in machine_votes(items, truth, accuracy, prompt=task.told)
    ]
    for vote in votes:
        workspace.record.labels.votes.add(vote)
    for machine_vote in said:
        workspace.record.delegation.votes.add(machine_vote)
    asked = replace(
        ASKED,
        model=task.settings.model,
        prompt=task.told,
        guidelines=task.guidelines,
        classes=task.classes,
    )
    judged = blind_votes(votes)
    evidence = delegation_evidence(asked, judged, said, RowFacts({}, {}))
    given = handover(judged, said, epsilon=evidence.epsilon, n_open=n_open, price=None)
    verdict = assess(replace(evidence, handover=given))
    return workspace.record.delegation.verdicts.append(verdict, "Ada Ops")
