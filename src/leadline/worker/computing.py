"""Execution of jobs: one at a time, in a child process under a limit of time.

``leadline run`` uses the same path for a job of its own, so that pages show it too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from leadline.datasets.source_files import require_unchanged
from leadline.errors import CancelledError, LeadlineError, NotReadyError, RecordError
from leadline.monitoring.release_in_service import upkeep_reading
from leadline.notifications import deliver, tell
from leadline.phases.lifecycle import ROWS
from leadline.phases.permissions import Action
from leadline.processes.limit import run_with_limit
from leadline.processes.process_identity import identity, is_gone
from leadline.reading.file_forms.raw import BY_COMMAND, Trim
from leadline.record import Entry, Job, JobState
from leadline.services.agents.agent_allowance import seconds_left
from leadline.services.commands import promote_approved
from leadline.services.identity.permission import acting
from leadline.worker.heartbeat import Heartbeat, Progress, refuse_cancelled
from leadline.worker.telling import run_failed, tell_of_verdict, watch_failed
from leadline.workspace import Workspace

if TYPE_CHECKING:
    from leadline.monitoring.label_requests import Asked
    from leadline.monitoring.observations import Observed
    from leadline.phases.verdict import Verdict

_SILENT_S = 30.0
_IDLE_S = 1.0
_DELIVER_S = 60.0  # messages to people that wait are looked at so often while there is no job
_LIMIT_S = 4 * 3600.0
_CLOSING_S = 20.0  # after an interrupt: a search comes to its verdict with what it has


def run_here(workspace: Workspace, row: str, *, by: str, progress: Progress | None = None) -> Entry:
    """Compute a row now, in a child process, and wait for its entry.

    Parameters
    ----------
    workspace : Workspace
        Where.
    row : str
        One that a machine may run.
    by : str
        Who asked.
    progress : callable, optional
        Given the job a few times a second.

    Notes
    -----
    An interrupt (Ctrl-C) ends a search early: it comes to its verdict with what it has. Other rows,
    and a second interrupt, end without one.

    Raises
    ------
    NotReadyError
        If the row may not be run now, or somebody else is computing it.
    NotAllowedError
        If people have accounts, and the one named by `by` may not.
    LeadlineError
        Whatever the job refuses.
    """
    workspace, by = acting(workspace, Action.RUN, by, "the request")
    standing = workspace.record.standing()[row]
    if not standing.is_runnable and upkeep_reading(workspace.record, row) is None:
        raise NotReadyError(standing.closed, "", next_step(row, standing.closed))
    workspace.record.jobs.sweep(silent_s=_SILENT_S)
    _give_up_dead(workspace)
    _refuse_if_running(workspace, row)
    job = _waiting(workspace, row) or workspace.record.jobs.put(row, by=by)
    claimed = workspace.record.jobs.claim(identity(), number=job.number)
    if claimed is None:
        raise NotReadyError(f"A worker has taken {row!r}.", "", "Wait for it: 'leadline status'.")
    # no other row has a verdict to come to: it is killed at once, whatever its libraries do
    closing_s = _CLOSING_S if row == "search" else 0.0
    return _compute(workspace, claimed, progress, closing_s=closing_s)


def work(
    workspace: Workspace,
    *,
    once: bool = False,
    progress: Progress | None = None,
    ended: Callable[[Entry | LeadlineError], None] | None = None,
) -> None:
    """Claim and compute jobs until interrupted.

    Parameters
    ----------
    workspace : Workspace
        Whose jobs.
    once : bool, default=False
        Return when nothing is waiting.
    progress : callable, optional
        Given the job at hand a few times a second.
    ended : callable, optional
        Given what became of each job: its verdict, or why there is none.
    """
    delivered = 0.0
    undrawn: list[Verdict] = []
    while True:
        workspace.record.jobs.sweep(silent_s=_SILENT_S)
        job = workspace.record.jobs.claim(identity())
        if job is not None:
            outcome = _outcome(workspace, job, progress)
            if ended is not None:
                ended(outcome)
            if isinstance(outcome, Entry):
                undrawn.append(outcome.verdict)
        elif once:
            return
        elif undrawn:
            # there is time now, and whoever opens the page need not wait
            workspace.pictures.drawings(undrawn.pop())
        else:
            if time.monotonic() - delivered >= _DELIVER_S:
                deliver(workspace)
                delivered = time.monotonic()
            time.sleep(_IDLE_S)


def _outcome(workspace: Workspace, job: Job, progress: Progress | None) -> Entry | LeadlineError:
    try:
        return _compute(workspace, job, progress)
    except LeadlineError as error:
        return error  # the job row keeps the message


def next_step(row: str, closed: str) -> str:
    """What to do about a row that is closed."""
    barred = next((one for one in ROWS if f"verdict of {one!r}" in closed), row)
    if "nobody can overrule" in closed:
        return f"Mend that, then run '{ROWS[barred].command}'."
    if "nobody has decided" in closed or "decision" in closed:
        decided = next((one.stage for one in ROWS.values() if f"on {one.stage} " in closed), "")
        stage = decided or ROWS[barred].stage
        return f"A person may go on all the same: 'leadline decide {stage}'."
    for before in ROWS[row].stands_on:
        if f"verdict of {before!r}" in closed:
            return f"Run '{ROWS[before].command}' first."
    return ""


def _give_up_dead(workspace: Workspace) -> None:
    """Give up jobs whose process on this machine is gone, without waiting for its silence."""
    for job in workspace.record.jobs.newest():
        if job.state is JobState.RUNNING and is_gone(job.worker):
            # another process may have found out at the same moment
            with suppress(RecordError):
                workspace.record.jobs.finish(
                    job.number,
                    worker=job.worker,
                    state=JobState.LOST,
                    message="The process that computed it died.",
                )


def _waiting(workspace: Workspace, row: str) -> Job | None:
    """A job for the row that somebody has asked for and nobody has taken."""
    jobs = workspace.record.jobs.newest()
    return next((j for j in jobs if j.row == row and j.state is JobState.WAITING), None)


def _refuse_if_running(workspace: Workspace, row: str) -> None:
    for job in workspace.record.jobs.newest():
        if job.row == row and job.state is JobState.RUNNING:
            raise NotReadyError(
                f"{row!r} is being computed already, by {job.worker} for {job.by}.",
                "",
                "Wait for it: 'leadline status'.",
            )


def _compute(
    workspace: Workspace, job: Job, progress: Progress | None, *, closing_s: float = 0.0
) -> Entry:
    """Run a claimed job and say on its row how it ended."""
    with _ending(workspace, job):
        number = run_with_limit(
            "leadline.worker.computing:compute_child",
            str(workspace.folder),
            job.number,
            job.row,
            job.by,
            job.worker,
            time.time(),
            limit_s=_limit_s(workspace, job),
            tick=Heartbeat(workspace, job, progress),
            closing_s=closing_s,
        )
        entry = workspace.record.entry(number)
    tell_of_verdict(workspace, entry)
    return entry


def _limit_s(workspace: Workspace, job: Job) -> float:
    """Seconds that a job may take: an agent's end with its allowance."""
    left = seconds_left(workspace, job)
    return _LIMIT_S if left is None else min(left, _LIMIT_S)


@contextmanager
def _ending(workspace: Workspace, job: Job) -> Iterator[None]:
    record = workspace.record
    try:
        yield
    except BaseException as error:
        message = str(error) or type(error).__name__
        if isinstance(error, KeyboardInterrupt):
            message = "stopped by hand"
        is_cancelled = isinstance(error, CancelledError)
        state = JobState.CANCELLED if is_cancelled else JobState.FAILED
        record.jobs.finish(job.number, worker=job.worker, state=state, message=message)
        # what a person has stopped needs no other one
        if not (is_cancelled or isinstance(error, KeyboardInterrupt)):
            tell(workspace, run_failed(f"job {job.number}", job.row, message))
        raise
    record.jobs.finish(job.number, worker=job.worker, state=JobState.DONE)


def compute_child(folder: str, job: int, row: str, by: str, worker: str, begun: float) -> int:
    """Compute a row and append its verdict; runs in the child process.

    Returns
    -------
    int
        Number of the new entry.
    """
    with Workspace.open(folder) as opened:
        # signed by whoever asked
        user_id = opened.record.jobs.get(job).user_id
        workspace = replace(opened, record=opened.record.signed_by(user_id))
        reading = upkeep_reading(workspace.record, row)
        if reading is None:
            closed = workspace.record.standing()[row].closed
            if closed:
                raise NotReadyError(closed, "", next_step(row, closed))
            reading = workspace.record.reading(row)
        require_unchanged(workspace, row)
        report = _JobReport(workspace, job, worker, begun)
        module = import_module(f"leadline.jobs.{row}")
        verdict: Verdict = module.run(workspace, reading, report)
        # the worker hears of it within seconds, and by then this verdict would be on the record
        refuse_cancelled(workspace, job)
        entry = workspace.record.append(
            row, verdict, by=by, on=reading.seen, artifacts=workspace.artifacts.made
        )
        if row == "release":
            promote_approved(workspace, f"Approved by the verdict of entry {entry.number}.", by)
        return entry.number


@dataclass
class _JobReport:
    """Writes progress to the job row, not more often than people can read."""

    workspace: Workspace
    job: int
    worker: str
    begun: float
    last: float = 0.0

    def __call__(self, message: str, share: float | None = None) -> None:
        now = time.monotonic()
        if now - self.last >= 0.2:
            self.workspace.record.jobs.beat(
                self.job, worker=self.worker, message=message, share=share
            )
            self.last = now

    def waited_s(self) -> float:
        """Seconds since the job was begun."""
        return max(time.time() - self.begun, 0.0)


def observe(workspace: Workspace, file: Path, trim: Trim = BY_COMMAND) -> Observed:
    """Score a file of new rows in a child process and put its blocks on the record.

    Parameters
    ----------
    workspace : Workspace
        The project.
    file : Path
        The rows.
    trim : Trim, optional
        Lines of the file that are no rows.

    Returns
    -------
    Observed
        Names of the blocks, and what a person should know.

    Raises
    ------
    LeadlineError
        If nothing is released yet, or the file cannot be read.
    """
    try:
        observed: Observed = run_with_limit(
            "leadline.monitoring.observations:observe_file",
            str(workspace.folder),
            str(file.resolve()),
            trim,
            limit_s=_LIMIT_S,
        )
    except LeadlineError as error:
        tell(workspace, watch_failed(file.name, str(error)))
        raise
    return observed


def ask_for_labels(workspace: Workspace, file: Path, *, is_parquet: bool) -> Asked:
    """Write the rows that want a label into a file, in a child process.

    Parameters
    ----------
    workspace : Workspace
        The project.
    file : Path
        Where to.
    is_parquet : bool
        Whether it becomes a Parquet file, else a CSV.

    Returns
    -------
    Asked
        How many rows, and of which blocks.

    Raises
    ------
    LeadlineError
        If nothing is released yet.
    """
    asked: Asked = run_with_limit(
        "leadline.monitoring.label_requests:write_requests",
        str(workspace.folder),
        str(file.resolve()),
        is_parquet,
        limit_s=_LIMIT_S,
    )
    return asked


def observe_served(workspace: Workspace) -> Observed:
    """Put what servers have logged since the last time on the record, in a child process.

    Parameters
    ----------
    workspace : Workspace
        The project.

    Returns
    -------
    Observed
        Names of the blocks, and what a person should know.

    Raises
    ------
    LeadlineError
        If nothing is released yet, or nothing was logged.
    """
    observed: Observed = run_with_limit(
        "leadline.monitoring.served_intake:observe_served",
        str(workspace.folder),
        limit_s=_LIMIT_S,
    )
    return observed
