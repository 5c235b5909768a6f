"""Machines' share in what models learn from: how many rows whose, and whether it still holds."""

from __future__ import annotations

from leadline.labelling.machine_teaching import teaching_of
from leadline.phases.data import Data, learnt_words
from leadline.phases.problem import Problem
from leadline.workspace import Workspace


def teaches(workspace: Workspace, name: str) -> bool:
    """Whether models learn from what a machine labels, as things are now."""
    problem, data = workspace.record.latest_of(Problem), workspace.record.latest_of(Data)
    if problem is None or data is None:
        return False
    teaching = teaching_of(workspace, problem, [each.value for each in data.classes], data.features)
    return name in {teacher.name for teacher in teaching.teachers}


def training_words(workspace: Workspace, data: Data | None) -> str:
    """Rows judged by people and by machines that models learn from; empty where no machine teaches.

    Parameters
    ----------
    workspace : Workspace
        The project.
    data : Data or None
        The newest audit.
    """
    problem = workspace.record.latest_of(Problem)
    if data is None or problem is None or not (workspace.settings.machines or data.machine_rows):
        return ""
    teaching = teaching_of(workspace, problem, [each.value for each in data.classes], data.features)
    told = learnt_words(data.machine_shares, data.split.n_train)
    parts = [f"Models learn from {told}."] if told else []
    if teaching.digest != data.machine_labels:
        parts += teaching.lapsed(data.machine_shares)
        parts.append("What machines teach has changed since: 'leadline run' takes it up.")
    return " ".join(parts)
