"""Runs of an agent: rows it starts within its allowance, and how they go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leadline.errors import LimitError, NotAllowedError, RecordError
from leadline.phases.number_format import duration
from leadline.phases.permissions import Action
from leadline.record import AgentCall, Job, JobState
from leadline.services.agents.agent_allowance import (
    actor_of,
    allowance_of,
    is_overdrawn,
    longest_s,
    most_for_models,
)
from leadline.services.commands.job import ask_for
from leadline.services.identity.permission import require
from leadline.services.parsing import parse_row
from leadline.workspace import Workspace

_NUMBERS = 2**31  # of a job, as the record can keep it
MAY_START = ("data", "feasibility", "search", "labelling", "curve", "forecast", "tuning")
"""Rows that only compute: what signs, ships or watches is people's to start."""


@dataclass(frozen=True)
class RunView:
    """A run, as an agent may see it.

    Attributes
    ----------
    job : int
        Its number.
    row, state : str
        Which row; waiting, running, done, failed, cancelled or lost.
    put_at : datetime
        When it was asked for, UTC.
    share : float or None
        How much of it is done; None if not known.
    next : str
        What to do; a message of a failure may show cells, so people read it on the page.
    """

    job: int
    row: str
    state: str
    put_at: datetime
    share: float | None
    next: str


def start_row(workspace: Workspace, agent: str, row: str) -> RunView:
    """Put a row into the queue, within the allowance; a worker computes it.

    Parameters
    ----------
    workspace : Workspace
        With the agent at work.
    agent : str
        Its name.
    row : str
        One of `MAY_START`.

    Raises
    ------
    NotAllowedError
        If only people may start the row.
    LimitError
        If the allowance does not reach.
    NotReadyError
        If something it stands on is missing, or it is being computed already.
    """
    require(workspace, Action.RUN)
    parse_row(row)
    if row not in MAY_START:
        raise NotAllowedError(
            f"{row!r} is not an agent's to start.",
            "An agent may start: " + ", ".join(MAY_START) + ".",
            "Ask a person.",
        )
    under_way = [job for job in workspace.record.jobs.newest() if not job.is_over]
    same = next((job for job in under_way if job.row == row), None)
    if same is not None:
        workspace.record.agents.calls.add(AgentCall(agent, "start", row))
        return _view(same)
    _require_left(workspace, agent, row)
    job = ask_for(workspace, row, agent)
    workspace.record.agents.calls.add(AgentCall(agent, "start", row, job=job.number))
    if is_overdrawn(workspace, agent, job.number):
        workspace.record.jobs.cancel(job.number, by=actor_of(agent).name)
        raise LimitError(
            f"The allowance of {agent!r} does not reach: another run was started just before.",
            "What two servers start at the same moment counts together.",
            "See 'allowance' for what is left.",
        )
    return _view(job)


def run_of(workspace: Workspace, number: int) -> RunView:
    """How a run goes.

    Raises
    ------
    RecordError
        If there is no such run of an agent.
    """
    require(workspace, Action.VIEW)
    is_number = 0 < number < _NUMBERS
    if not is_number or workspace.record.agents.calls.agent_of_job(number) is None:
        raise RecordError(f"No agent has put job {number}.", next="'start' tells the number.")
    return _view(workspace.record.jobs.get(number))


def _require_left(workspace: Workspace, agent: str, row: str) -> None:
    """Refuse a run that the allowance does not reach for."""
    left = allowance_of(workspace, agent)
    needed_s = longest_s(workspace, row)
    price = needed_s * workspace.settings.prices.machine_per_hour / 3600
    price += most_for_models(workspace, row)
    for is_short, what in (
        (left.runs_left < 1, f"none of {left.runs} runs is left"),
        (
            left.machine_s_left <= 0 or left.machine_s_left < needed_s,
            f"{duration(left.machine_s_left)} of machine are left"
            + (f", and the time box is {duration(needed_s)}" if needed_s else ""),
        ),
        (
            left.money_left < price,
            f"{left.money_left:.2f} {left.currency} are left, and it may cost {price:.2f}",
        ),
    ):
        if is_short:
            raise LimitError(
                f"The allowance of {agent!r} does not reach: {what}.",
                f"{left.granted_by} granted it.",
                "Ask for another: leadline mcp grant " + agent,
            )


def _view(job: Job) -> RunView:
    steps = {
        JobState.WAITING: "Wait: a worker must run ('leadline worker').",
        JobState.RUNNING: "Wait.",
        JobState.DONE: f"Read the evidence of {job.row!r}.",
    }
    return RunView(
        job=job.number,
        row=job.row,
        state=job.state.value,
        put_at=job.put_at,
        share=job.share,
        next=steps.get(job.state, "Ask a person: the page of the row says why."),
    )
