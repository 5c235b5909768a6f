"""The public sets of votes: what people and machines said, and questions with two answers."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data" / "machine_votes"


@dataclass(frozen=True)
class VoteSet:
    """Votes of people, an entry each, and of machines, by name, an entry an item."""

    name: str
    scoring: Literal["classes", "numbers"]
    epsilon: float
    item: np.ndarray
    annotator: np.ndarray
    label: np.ndarray
    machines: dict[str, np.ndarray]
    classes: list[str]


@dataclass(frozen=True)
class Question:
    """A class asked about: what most people say of each item, and what machines say."""

    name: str
    truth: np.ndarray
    machines: dict[str, np.ndarray]


# by whom the people are, as their authors chose epsilon
_SETS: dict[str, tuple[Literal["classes", "numbers"], float]] = {
    "framing": ("classes", 0.15),
    "cebab_aspects": ("classes", 0.1),
    "10k_prompts": ("numbers", 0.15),
}


def vote_sets() -> list[VoteSet]:
    """All three, in a fixed order."""
    return [_read(name) for name in _SETS]


def _read(name: str) -> VoteSet:
    path = FOLDER / f"{name}.csv.gz"
    if not path.exists():
        raise SystemExit(f"needs the shared data: {path} is not there")
    with gzip.open(path, "rt") as file:
        rows = list(csv.DictReader(file))
    scoring, epsilon = _SETS[name]
    classes = sorted({row["label"] for row in rows})
    code = {text: float(text) if scoring == "numbers" else i for i, text in enumerate(classes)}
    people = sorted({row["annotator"] for row in rows if row["kind"] == "person"})
    n_items = 1 + max(int(row["item"]) for row in rows)
    machines: dict[str, np.ndarray] = defaultdict(lambda: np.full(n_items, np.nan))
    for row in rows:
        if row["kind"] == "machine":
            machines[row["annotator"]][int(row["item"])] = code[row["label"]]
    votes = [row for row in rows if row["kind"] == "person"]
    return VoteSet(
        name,
        scoring,
        epsilon,
        np.array([int(row["item"]) for row in votes]),
        np.array([people.index(row["annotator"]) for row in votes]),
        np.array([float(code[row["label"]]) for row in votes]),
        dict(machines),
        classes,
    )


def questions(votes: VoteSet) -> list[Question]:
    """One a class; of numbers one: is it 4 or more. Items on which people are tied are left out."""
    if votes.scoring == "numbers":
        total = np.bincount(votes.item, votes.label) / np.bincount(votes.item)
        machines = {name: (said >= 4) * 1.0 for name, said in votes.machines.items()}
        return [Question(f"{votes.name}: 4 or 5", (total >= 3.5) * 1.0, machines)]
    n_items = next(iter(votes.machines.values())).size
    counts = np.zeros((n_items, len(votes.classes)))
    np.add.at(counts, (votes.item, votes.label.astype(int)), 1)
    clear = np.sum(counts == counts.max(axis=1, keepdims=True), axis=1) == 1
    most = np.argmax(counts, axis=1)[clear]
    return [
        Question(
            f"{votes.name}: {text}",
            (most == k) * 1.0,
            {name: (said[clear] == k) * 1.0 for name, said in votes.machines.items()},
        )
        for k, text in enumerate(votes.classes)
        if np.mean(most == k) > 0.01
    ]
