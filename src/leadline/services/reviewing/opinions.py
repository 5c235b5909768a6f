"""Stakeholders' opinions of the cost of a miss, before the owner decides.

Who answers again is counted once, with the later answer; every answer stays on the record.
"""

from __future__ import annotations

import math

from leadline.errors import SettingsError
from leadline.phases.permissions import Action
from leadline.record import CostOpinion
from leadline.services.identity.permission import acting
from leadline.workspace import Workspace


def give_opinion(workspace: Workspace, tuning: int, ratio: float, why: str, by: str) -> CostOpinion:
    """Keep what a person says a miss is worth.

    Raises
    ------
    SettingsError
        If the ratio is not a finite number above 0, or nobody is named.
    """
    workspace, person = acting(workspace, Action.OPINE, by, "the answer")
    if not (math.isfinite(ratio) and ratio > 0):
        raise SettingsError(
            f"One miss is said to be as bad as {ratio:g} false alarms.",
            "A number above 0 is needed, or one kind of error would not count.",
            "Say how many false alarms are as bad as one miss.",
        )
    opinion = CostOpinion(tuning, person, ratio, why.strip())
    workspace.record.reviews.add_opinion(opinion)
    return opinion


def opinions(workspace: Workspace, tuning: int) -> tuple[CostOpinion, ...]:
    """The latest answer of each person, by rising ratio."""
    found = workspace.record.reviews.opinions(tuning)
    return tuple(sorted(found, key=lambda opinion: (opinion.ratio, opinion.person)))
