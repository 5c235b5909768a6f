"""Stakeholders' opinions of the cost of a miss, before the owner decides.

Kept as observations of the tuning, one block a person: who answers again is counted once, with
the later answer, and every answer stays on the record.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from leadline.errors import SettingsError
from leadline.record import Observation
from leadline.services.parsing import parse_person
from leadline.workspace import Workspace


@dataclass(frozen=True)
class Opinion:
    """One person's answer.

    Attributes
    ----------
    person : str
        Who says so.
    ratio : float > 0
        How many false alarms are as bad as one miss.
    why : str
        The reason; may be empty.
    """

    person: str
    ratio: float
    why: str


def give_opinion(workspace: Workspace, tuning: int, ratio: float, why: str, by: str) -> Opinion:
    """Keep what a person says a miss is worth.

    Raises
    ------
    SettingsError
        If the ratio is not a finite number above 0, or nobody is named.
    """
    person = parse_person(by, "the answer")
    if not (math.isfinite(ratio) and ratio > 0):
        raise SettingsError(
            f"One miss is said to be as bad as {ratio:g} false alarms.",
            "A number above 0 is needed, or one kind of error would not count.",
            "Say how many false alarms are as bad as one miss.",
        )
    payload = {"ratio": ratio, "why": why.strip()}
    workspace.record.add_observation(
        Observation(release_id=_key(tuning), block=person, block_at="", n_rows=0, payload=payload)
    )
    return Opinion(person, ratio, why.strip())


def opinions(workspace: Workspace, tuning: int) -> tuple[Opinion, ...]:
    """The latest answer of each person, by rising ratio."""
    said = workspace.record.observations(_key(tuning))
    found = [Opinion(o.block, float(o.payload["ratio"]), str(o.payload["why"])) for o in said]
    return tuple(sorted(found, key=lambda opinion: (opinion.ratio, opinion.person)))


def _key(tuning: int) -> str:
    return f"tuning:{tuning}"
