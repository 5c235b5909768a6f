"""Public votes of people and machines, as arrays."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from leadline.stats.arrays import Floats, Ints

FOLDER = Path(__file__).parents[4] / "shared" / "data" / "machine_votes"


@dataclass(frozen=True)
class PublicVotes:
    """Votes of people, an entry each, and of machines, by name, an entry an item."""

    item: Ints
    annotator: Ints
    label: Floats
    machines: dict[str, Floats]


@cache
def public_votes(name: str) -> PublicVotes:
    path = FOLDER / f"{name}.csv.gz"
    if not path.exists():
        pytest.skip(f"needs the shared data: {path} is not there")
    with gzip.open(path, "rt") as file:
        rows = list(csv.DictReader(file))
    texts = sorted({row["label"] for row in rows})
    code = {text: float(text) if text.isdigit() else i for i, text in enumerate(texts)}
    people = sorted({row["annotator"] for row in rows if row["kind"] == "person"})
    n_items = 1 + max(int(row["item"]) for row in rows)
    machines: dict[str, Floats] = {}
    for row in rows:
        if row["kind"] == "machine":
            answers = machines.setdefault(row["annotator"], np.full(n_items, np.nan))
            answers[int(row["item"])] = code[row["label"]]
    votes = [row for row in rows if row["kind"] == "person"]
    return PublicVotes(
        item=np.array([int(row["item"]) for row in votes]),
        annotator=np.array([people.index(row["annotator"]) for row in votes]),
        label=np.array([code[row["label"]] for row in votes]),
        machines=machines,
    )
