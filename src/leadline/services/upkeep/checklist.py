"""Checklist: the work that shipping and watching a model takes as a rule.

The hours are a starting point for a small team, marked as assumed until somebody estimates them.
"""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.lifecycle import Stage
from leadline.record import Estimated


@dataclass(frozen=True)
class UsualWork:
    """A piece of work that most projects have.

    Attributes
    ----------
    item, title : str
        Its short name; what is done.
    stage : Stage
        ship or watch.
    estimate : Estimated
        Hours assumed.
    every : str, default=""
        How often it comes again; empty: once.
    """

    item: str
    title: str
    stage: Stage
    estimate: Estimated
    every: str = ""


def _usual(item: str, title: str, stage: Stage, *hours: float, every: str = "") -> UsualWork:
    least, likely, most = hours
    estimate = Estimated(least=least, likely=likely, most=most)
    return UsualWork(item, title, stage, estimate, every)


CHECKLIST = (
    _usual("seal", "Seal, sign and store the release", Stage.SHIP, 0.5, 1, 3),
    _usual("api", "Connect what asks the model for predictions", Stage.SHIP, 4, 8, 24),
    _usual("load-test", "Test under the expected load", Stage.SHIP, 2, 4, 10),
    _usual("container", "Build the container and deploy it", Stage.SHIP, 2, 6, 16),
    _usual("monitoring", "Connect logs and monitoring", Stage.SHIP, 2, 4, 12),
    _usual("runbook", "Write the runbook, and read it with who is on duty", Stage.SHIP, 1, 3, 6),
    _usual("access-review", "Review access and security", Stage.SHIP, 2, 4, 16),
    _usual("rollback", "Rehearse the way back to the release before", Stage.SHIP, 1, 2, 6),
    _usual("label-supply", "Agree who labels new rows, and how many", Stage.WATCH, 1, 3, 8),
    _usual("alarms", "Send alarms to people who act on them", Stage.WATCH, 1, 2, 6),
    _usual("retrain-rehearsal", "Rehearse a retraining", Stage.WATCH, 2, 4, 12),
    _usual(
        "look", "Label a block, and look at the monitor", Stage.WATCH, 0.25, 0.5, 2, every="week"
    ),
)
"""In the order in which it is done as a rule."""
