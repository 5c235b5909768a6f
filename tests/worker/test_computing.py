from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.alive import running_in
from tests.projects import BY, customers, project, run

from leadline.errors import DataError, NotReadyError
from leadline.phases.data import Data
from leadline.record import Job, JobState
from leadline.services.commands import ask_for
from leadline.worker import observe, refresh, run_here, work
from leadline.worker.computing import identity, next_step
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
    return [job.state for job in workspace.record.jobs()]


def test_a_row_is_computed_in_a_child_and_put_on_the_record(workspace: Workspace) -> None:
    seen: list[Job] = []
    entry = run_here(workspace, "data", by=BY, progress=seen.append)
    assert isinstance(entry.verdict, Data)
    assert entry.by == BY
    assert entry.on == {"problem": 1}
    assert workspace.record.latest("data") == entry
    (job,) = workspace.record.jobs()
    assert (job.state, job.row, job.by, job.worker) == (JobState.DONE, "data", BY, identity())
    assert seen
    assert {each.number for each in seen} == {job.number}


def test_a_refusal_stays_on_the_job_row(workspace: Workspace) -> None:
    (workspace.folder / "pool.csv").write_text("calls,left\n1,yes\n2\n")
    with pytest.raises(DataError, match=r"pool\.csv"):
        run_here(workspace, "data", by=BY)
    (job,) = workspace.record.jobs()
    assert job.state is JobState.FAILED
    assert "pool.csv" in job.message
    assert workspace.record.latest("data") is None


def test_stopping_by_hand_ends_the_job(workspace: Workspace, wait_for: Wait) -> None:
    def stop(job: Job) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_here(workspace, "data", by=BY, progress=stop)
    (job,) = workspace.record.jobs()
    assert (job.state, job.message) == (JobState.FAILED, "stopped by hand")


def test_a_row_that_may_not_be_run_says_what_to_do(workspace: Workspace) -> None:
    with pytest.raises(NotReadyError, match="needs a verdict of 'data'") as caught:
        run_here(workspace, "search", by=BY)
    assert caught.value.next == "Run 'leadline run data' first."
    assert states(workspace) == []


def test_what_somebody_computes_is_not_computed_beside_it(workspace: Workspace) -> None:
    job = workspace.record.put_job("data", by="Bo")
    workspace.record.claim_job(identity(), number=job.number)
    with pytest.raises(NotReadyError, match=r"'data' is being computed already, by .* for Bo"):
        run_here(workspace, "data", by=BY)
    assert states(workspace) == [JobState.RUNNING]


def test_a_worker_of_another_machine_is_not_taken_for_dead(workspace: Workspace) -> None:
    job = workspace.record.put_job("data", by="Bo")
    workspace.record.claim_job("elsewhere.example:999999999", number=job.number)
    with pytest.raises(NotReadyError, match="being computed already"):
        run_here(workspace, "data", by=BY)


def test_work_computes_what_waits_and_returns(workspace: Workspace) -> None:
    ask_for(workspace, "data", BY)
    work(workspace, once=True)
    assert states(workspace) == [JobState.DONE]
    assert workspace.record.latest("data") is not None


def test_work_goes_on_after_a_job_that_failed(workspace: Workspace) -> None:
    workspace.record.put_job("search", by=BY)
    ask_for(workspace, "data", BY)
    work(workspace, once=True)
    data, search = workspace.record.jobs()
    assert (data.state, search.state) == (JobState.DONE, JobState.FAILED)
    assert "'data'" in search.message


def test_two_workers_never_compute_the_same_job(workspace: Workspace) -> None:
    for _ in range(3):
        workspace.record.put_job("data", by=BY)
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
    mended, lost = workspace.record.jobs()
    assert (mended.state, lost.state) == (JobState.DONE, JobState.LOST)
    assert lost.message == "The process that computed it died."


def test_a_file_of_new_rows_is_observed_in_a_child(released_folder: Path) -> None:
    rows = customers(56, 4, skipped=600)
    rows.write_csv(released_folder / "june.csv")
    with Workspace.open(released_folder) as workspace:
        names = observe(workspace, released_folder / "june.csv")
        release = workspace.record.latest("release")
        assert release is not None
        seen = workspace.record.observations(release.verdict.release_id)  # type: ignore[attr-defined]
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
            "A person may",
        ),
        ("curve", "The decision on find was not to go on.", "A person may"),
        ("curve", "Something else.", ""),
    ],
)
def test_a_closed_row_names_the_next_step(row: str, closed: str, step: str) -> None:
    assert next_step(row, closed).startswith(step)
