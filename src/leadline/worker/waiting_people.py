"""Events of what waits for somebody: a decision on a stage, judgments of the stream."""

from __future__ import annotations

from collections.abc import Iterator

from leadline.notifications import Event
from leadline.phases.lifecycle import ROWS, Stage, State, decision_of
from leadline.services.queries.next_steps import Act, Step, steps
from leadline.services.queries.project_state import ProjectState
from leadline.workspace import Workspace


def waiting_for_people(workspace: Workspace) -> Iterator[Event]:
    """What a person has to do before the project goes on; each told once for the same verdicts.

    Parameters
    ----------
    workspace : Workspace
        The project.
    """
    now = ProjectState.of(workspace.record)
    for step in steps(now):
        if step.act is Act.DECIDE and not step.row:
            yield from _decision(workspace, now, step)
        elif step.act is Act.JUDGE and step.row == "review":
            yield _judgments(now, step)


def _decision(workspace: Workspace, now: ProjectState, step: Step) -> Iterator[Event]:
    for stage in Stage:
        row = ROWS[decision_of(stage)]
        if row.page != step.path:
            continue
        on = {name: now.standings[name] for name in row.stands_on}
        numbers = [str(one.number) for one in on.values() if one.state is State.CURRENT]
        owner = workspace.settings.problem.owner
        asked = f" {owner} answers for the project." if owner else ""
        yield Event(
            "decision",
            f"{stage} {' '.join(numbers)}",
            f"A decision waits: go on after {stage}?",
            f"{step.why}{asked}\nDecide on the page {step.path}, or: {step.command}",
            {"stage": stage.value, "entries": " ".join(numbers)},
        )


def _judgments(now: ProjectState, step: Step) -> Event:
    tuning = now.standings["tuning"].number
    return Event(
        "judgment",
        f"tuning {tuning}",
        "Rows of the stream wait to be judged",
        f"{step.why}\nJudge on the page /review, or: {step.command}",
        {"tuning": str(tuning)},
    )
