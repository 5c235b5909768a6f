"""Heartbeat of a running job, on the record: without it a job counts as lost."""

from __future__ import annotations

import time
from collections.abc import Callable

from leadline.errors import CancelledError, LimitError
from leadline.processes.held_interrupt import interrupts_held
from leadline.record import Job
from leadline.services.agents.agent_allowance import seconds_left
from leadline.workspace import Workspace

Progress = Callable[[Job], None]

_BEAT_S = 2.0


class Heartbeat:
    """Keeps a job's heartbeat going and shows its progress; called a few times a second.

    Parameters
    ----------
    workspace : Workspace
        Where it runs.
    job : Job
        Claimed by this process.
    progress : callable or None
        Given the job as it stands on the record.
    """

    def __init__(self, workspace: Workspace, job: Job, progress: Progress | None) -> None:
        self._workspace, self._job, self._progress = workspace, job, progress
        self._beaten, self._begun = 0.0, time.monotonic()

    def __call__(self, _session: int) -> None:
        """Beat, if it is time to.

        Raises
        ------
        CancelledError
            If somebody has cancelled the job.
        LimitError
            If it was given up as lost, or the allowance of the agent that asked for it has ended.
        """
        with interrupts_held():
            self._beat()

    def _beat(self) -> None:
        now = time.monotonic()
        if now - self._beaten >= _BEAT_S:
            if not self._workspace.record.jobs.beat(self._job.number, worker=self._job.worker):
                refuse_cancelled(self._workspace, self._job.number)
                raise LimitError("The job was given up as lost.", "", "Run it again.")
            self._require_left(now)
            self._beaten = now
        if self._progress is not None:
            self._progress(self._workspace.record.jobs.get(self._job.number))

    def _require_left(self, now: float) -> None:
        """End a job of an agent whose allowance has become less: other runs take of it too."""
        left = seconds_left(self._workspace, self._job)
        if left is not None and now - self._begun >= left:
            raise LimitError(
                "The allowance of the agent that asked for it has ended.",
                "A person grants what a run may take.",
                "leadline mcp grant NAME --hours 2",
            )


def refuse_cancelled(workspace: Workspace, number: int) -> None:
    """Go on only if nobody has cancelled a job.

    Raises
    ------
    CancelledError
        If somebody has.
    """
    job = workspace.record.jobs.get(number)
    if job.cancelled_by:
        raise CancelledError(
            f"{job.cancelled_by} cancelled job {number}.", "", f"Run {job.row!r} again if needed."
        )
