from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.alive import is_alive, running_in
from tests.projects import BY, customers, project, run

from leadline.charts import picture_cache
from leadline.errors import CancelledError, DataError, LeadlineError, LimitError, NotReadyError
from leadline.phases.data import Data
from leadline.processes.limit import run_with_limit
from leadline.processes.process_identity import identity
from leadline.record import Entry, Job, JobState
from leadline.services.agents.agent_allowance import agent_at_work, grant_agent
from leadline.services.agents.agent_runs import start_row
from leadline.services.commands import ask_for, cancel_job
from leadline.worker import computing, heartbeat, observe, refresh, run_here, work
from leadline.worker.computing import compute_child, next_step
from leadline.workspace import Workspace

Wait = Callable[[Callable[[], bool]], None]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A problem, and nothing else yet."""
    with project(tmp_path / "project", customers(120)) as opened:
        run(opened, "problem")
        yield opened


def worker(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    """A worker in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "leadline.cli", "worker", *options],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def states(workspace: Workspace) -> list[JobState]:
    return [job.state for job in workspace.record.jobs.newest()]


def test_a_row_is_computed_in_a_child_and_put_on_the_record(workspace: Workspace) -> None:
    seen: list[Job] = []
    entry = run_here(workspace, "data", by=BY, progress=seen.append)
    assert isinstance(entry.verdict, Data)
    assert entry.by == BY
    assert entry.on == {"problem": 1}
    assert workspace.record.latest("data") == entry
    (job,) = workspace.record.jobs.newest()
    assert (job.state, job.row, job.by, job.worker) == (JobState.DONE, "data", BY, identity())
    assert seen
    assert {each.number for each in seen} == {job.number}


def test_a_refusal_stays_on_the_job_row(workspace: Workspace) -> None:
    (workspace.folder / "pool.csv").write_text("calls,left\n1,yes\n2\n")
    with pytest.raises(DataError, match=r"pool\.csv"):
        run_here(workspace, "data", by=BY)
    (job,) = workspace.record.jobs.newest()
    assert job.state is JobState.FAILED
    assert "pool.csv" in job.message
    assert workspace.record.latest("data") is None


def test_a_job_of_an_agent_ends_with_its_allowance(workspace: Workspace) -> None:
    grant_agent(workspace, "coder", runs=1, hours=1e-7, most_money=1.0, days=1.0, by=BY)
    asked = start_row(agent_at_work(workspace, "coder"), "coder", "data")
    work(workspace, once=True)
    job = workspace.record.jobs.get(asked.job)
    assert (job.state, job.by) == (JobState.FAILED, "agent coder")
    assert workspace.record.latest("data") is None


def test_stopping_by_hand_ends_the_job(workspace: Workspace, wait_for: Wait) -> None:
    def stop(job: Job) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_here(workspace, "data", by=BY, progress=stop)
    (job,) = workspace.record.jobs.newest()
    assert (job.state, job.message) == (JobState.FAILED, "stopped by hand")


@pytest.mark.parametrize(("row", "has_time"), [("data", False), ("search", True)])
def test_only_a_search_is_given_time_to_close(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, row: str, has_time: bool
) -> None:
    if row == "search":
        run_here(workspace, "data", by=BY)
    given = []

    def stop(*_: object, closing_s: float, **__: object) -> None:
        given.append(closing_s)
        raise KeyboardInterrupt

    monkeypatch.setattr(computing, "run_with_limit", stop)
    with pytest.raises(KeyboardInterrupt):
        run_here(workspace, row, by=BY)
    assert [each > 0 for each in given] == [has_time]


def test_a_row_that_may_not_be_run_says_what_to_do(workspace: Workspace) -> None:
    with pytest.raises(NotReadyError, match="needs a verdict of 'data'") as caught:
        run_here(workspace, "search", by=BY)
    assert caught.value.next == "Run 'leadline run data' first."
    assert states(workspace) == []


def test_what_somebody_computes_is_not_computed_beside_it(workspace: Workspace) -> None:
    job = workspace.record.jobs.put("data", by="Bo")
    workspace.record.jobs.claim(identity(), number=job.number)
    with pytest.raises(NotReadyError, match=r"'data' is being computed already, by .* for Bo"):
        run_here(workspace, "data", by=BY)
    assert states(workspace) == [JobState.RUNNING]


def test_a_worker_of_another_machine_is_not_taken_for_dead(workspace: Workspace) -> None:
    job = workspace.record.jobs.put("data", by="Bo")
    workspace.record.jobs.claim("elsewhere.example:999999999", number=job.number)
    with pytest.raises(NotReadyError, match="being computed already"):
        run_here(workspace, "data", by=BY)


def test_work_computes_what_waits_and_returns(workspace: Workspace) -> None:
    ask_for(workspace, "data", BY)
    work(workspace, once=True)
    assert states(workspace) == [JobState.DONE]
    assert workspace.record.latest("data") is not None


def test_a_worker_without_a_job_draws_what_it_has_computed(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = picture_cache.PictureCache(tmp_path / "pictures")
    monkeypatch.setattr(Workspace, "pictures", property(lambda _: own))

    def leave(_: Workspace) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(computing, "deliver", leave)
    monkeypatch.setattr(picture_cache, "drawings_of", lambda _: {})
    ask_for(workspace, "data", BY)
    with pytest.raises(KeyboardInterrupt):
        work(workspace)
    entry = workspace.record.latest("data")
    assert entry is not None
    assert workspace.pictures.has(entry.verdict)


def test_what_somebody_has_asked_for_is_what_is_computed(workspace: Workspace) -> None:
    ask_for(workspace, "data", "Bo")
    entry = run_here(workspace, "data", by=BY)
    (job,) = workspace.record.jobs.newest()
    assert (job.state, job.by, entry.by) == (JobState.DONE, "Bo", "Bo")


def test_a_worker_gives_up_jobs_whose_own_worker_is_silent(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = workspace.record.jobs.put("data", by="Bo")
    workspace.record.jobs.claim("elsewhere.example:1", number=job.number)
    work(workspace, once=True)
    assert states(workspace) == [JobState.RUNNING]
    monkeypatch.setattr(computing, "_SILENT_S", -1.0)
    work(workspace, once=True)
    assert states(workspace) == [JobState.LOST]


def test_a_job_that_was_given_up_stops(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else may be computing it by now."""
    monkeypatch.setattr(heartbeat, "_BEAT_S", 0.0)

    def give_up(_: Job) -> None:
        workspace.record.jobs.sweep(silent_s=-1.0)

    with pytest.raises(LimitError, match="given up as lost"):
        run_here(workspace, "data", by=BY, progress=give_up)
    assert workspace.record.latest("data") is None


def test_the_child_looks_once_more_whether_a_row_may_be_run(workspace: Workspace) -> None:
    job = workspace.record.jobs.put("search", by=BY)
    with pytest.raises(NotReadyError, match="needs a verdict of 'data'") as caught:
        compute_child(str(workspace.folder), job.number, "search", BY, identity(), 0.0)
    assert caught.value.next == "Run 'leadline run data' first."


def test_progress_is_written_no_more_often_than_people_can_read(workspace: Workspace) -> None:
    number = workspace.record.jobs.put("data", by=BY).number
    workspace.record.jobs.claim(identity(), number=number)
    report = computing._JobReport(workspace, number, identity(), 0.0)
    report.last = float("-inf")
    report("first", 0.1)
    report.last = float("inf")
    report("at once", 0.2)
    told = workspace.record.jobs.get(number)
    assert (told.message, told.share) == ("first", 0.1)


def test_work_goes_on_after_a_job_that_failed(workspace: Workspace) -> None:
    workspace.record.jobs.put("search", by=BY)
    ask_for(workspace, "data", BY)
    ended: list[Entry | LeadlineError] = []
    work(workspace, once=True, ended=ended.append)
    refusal, entry = ended
    assert isinstance(refusal, NotReadyError), "who looks at the worker sees what became of it"
    assert isinstance(entry, Entry)
    data, search = workspace.record.jobs.newest()
    assert (data.state, search.state) == (JobState.DONE, JobState.FAILED)
    assert "'data'" in search.message


def test_two_workers_never_compute_the_same_job(workspace: Workspace) -> None:
    for _ in range(3):
        workspace.record.jobs.put("data", by=BY)
    both = [worker(workspace.folder, "--once") for _ in range(2)]
    assert [each.wait(120) for each in both] == [0, 0]
    assert states(workspace) == [JobState.DONE] * 3
    assert len(workspace.record.entries("data")) == 3


def test_the_job_of_a_killed_worker_is_lost_and_mended(
    workspace: Workspace, wait_for: Wait
) -> None:
    ask_for(workspace, "data", "Bo")
    killed = worker(workspace.folder)
    wait_for(lambda: states(workspace) == [JobState.RUNNING])
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    wait_for(lambda: not running_in(workspace.folder))
    entries = list(refresh(workspace, ["data"], by=BY))
    assert [entry.row for entry in entries] == ["data"]
    mended, lost = workspace.record.jobs.newest()
    assert (mended.state, lost.state) == (JobState.DONE, JobState.LOST)
    assert lost.message == "The process that computed it died."


def test_a_cancelled_job_ends_its_process_and_has_no_verdict(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "_BEAT_S", 0.0)
    sessions: list[int] = []

    def watched(*args: Any, tick: Callable[[int], None], **options: Any) -> Any:
        def noted(session: int) -> None:
            sessions.append(session)
            tick(session)

        return run_with_limit(*args, tick=noted, **options)

    monkeypatch.setattr(computing, "run_with_limit", watched)
    with pytest.raises(CancelledError, match="Cy cancelled job 1"):
        run_here(workspace, "data", by=BY, progress=lambda job: _cancelled(workspace, job.number))
    (job,) = workspace.record.jobs.newest()
    assert (job.state, job.cancelled_by) == (JobState.CANCELLED, "Cy")
    assert not job.share
    assert sessions
    assert not is_alive(sessions[0])
    assert workspace.record.latest("data") is None


def _cancelled(workspace: Workspace, number: int) -> None:
    cancel_job(workspace, number, "Cy")


def test_a_worker_ends_what_was_cancelled(workspace: Workspace, wait_for: Wait) -> None:
    asked = ask_for(workspace, "data", "Bo")
    process = worker(workspace.folder)
    try:
        wait_for(lambda: states(workspace) == [JobState.RUNNING])
        wait_for(lambda: len(running_in(workspace.folder)) > 1)
        assert not cancel_job(workspace, asked.number, "Cy").is_over
        wait_for(lambda: states(workspace) == [JobState.CANCELLED])
        wait_for(lambda: running_in(workspace.folder) == [process.pid])
        assert workspace.record.latest("data") is None
    finally:
        process.kill()
        process.wait()


def test_a_child_that_is_done_too_late_puts_nothing_on_the_record(workspace: Workspace) -> None:
    job = workspace.record.jobs.put("data", by=BY)
    workspace.record.jobs.claim(identity(), number=job.number)
    cancel_job(workspace, job.number, "Cy")
    with pytest.raises(CancelledError):
        compute_child(str(workspace.folder), job.number, "data", BY, identity(), 0.0)
    assert workspace.record.latest("data") is None


def test_a_file_of_new_rows_is_observed_in_a_child(released_folder: Path) -> None:
    rows = customers(56, 4, skipped=600)
    rows.write_csv(released_folder / "june.csv")
    with Workspace.open(released_folder) as workspace:
        names = list(observe(workspace, released_folder / "june.csv").blocks)
        release = workspace.record.latest("release")
        assert release is not None
        seen = workspace.record.observations.of(release.verdict.release_id)  # type: ignore[attr-defined]
    assert [each.block for each in seen] == names
    assert sum(each.n_rows for each in seen) == 56


def test_nothing_is_observed_before_a_release(workspace: Workspace) -> None:
    with pytest.raises(NotReadyError, match="Nothing is released yet"):
        observe(workspace, workspace.folder / "pool.csv")


@pytest.mark.parametrize(
    ("row", "closed", "step"),
    [
        (
            "curve",
            "'curve' needs a verdict of 'search', and ...",
            "Run 'leadline run search' first.",
        ),
        ("release", "'release' needs a verdict of 'review', ...", "Run 'leadline review' first."),
        (
            "curve",
            "The verdict of 'search' is no, and nobody has decided to go on.",
            "A person may go on all the same: 'leadline decide find'.",
        ),
        (
            "curve",
            "The decision on define was not to go on.",
            "A person may go on all the same: 'leadline decide define'.",
        ),
        ("curve", "Something else.", ""),
    ],
)
def test_a_closed_row_names_the_next_step(row: str, closed: str, step: str) -> None:
    assert next_step(row, closed).startswith(step)
