"""The queue of jobs: none is done twice, and none is forgotten."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from leadline.errors import RecordError
from leadline.record import Job, JobState, Record


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        yield record


def test_a_job_from_asked_to_done(record: Record) -> None:
    before = datetime.now(UTC)
    put = record.jobs.put("search", by="Ada")
    assert put == Job(1, "search", JobState.WAITING, "Ada", "", put.put_at, None, None, "")
    assert record.jobs.get(1) == put
    claimed = record.jobs.claim("worker-1")
    assert claimed is not None
    assert (claimed.state, claimed.worker) == (JobState.RUNNING, "worker-1")
    assert record.jobs.beat(1, worker="worker-1", message="boosting-3", share=0.25)
    assert record.jobs.beat(1, worker="worker-1")
    running = record.jobs.get(1)
    assert (running.message, running.share) == ("boosting-3", 0.25)
    record.jobs.finish(1, worker="worker-1", state=JobState.DONE, message="entry 7")
    done = record.jobs.get(1)
    assert (done.state, done.message) == (JobState.DONE, "entry 7")
    assert done.beat_at is not None
    assert before <= put.put_at <= done.beat_at <= datetime.now(UTC)


def test_the_oldest_waits_least_and_the_newest_is_shown_first(record: Record) -> None:
    for row in ("data", "feasibility", "search"):
        record.jobs.put(row, by="Ada")
    assert [job.number for job in record.jobs.newest()] == [3, 2, 1]
    assert [job.row for job in record.jobs.newest(limit=1)] == ["search"]
    claimed = [record.jobs.claim("w") for _ in range(4)]
    assert [job.row if job else None for job in claimed] == ["data", "feasibility", "search", None]


def test_one_job_can_be_claimed_by_its_number(record: Record) -> None:
    record.jobs.put("data", by="Ada")
    record.jobs.put("search", by="Ada")
    claimed = record.jobs.claim("w", number=2)
    assert claimed is not None
    assert claimed.row == "search"
    assert record.jobs.claim("w", number=2) is None
    assert record.jobs.claim("w", number=9) is None
    assert record.jobs.get(1).state is JobState.WAITING


def test_no_two_of_eight_workers_take_the_same_job(record: Record, database_url: str) -> None:
    for _ in range(40):
        record.jobs.put("data", by="Ada")
    together = threading.Barrier(8, timeout=30)

    def work(worker: str) -> list[int]:
        claimed = []
        with Record.open(database_url, "flights") as mine:
            together.wait()
            while job := mine.jobs.claim(worker):
                assert mine.jobs.get(job.number).worker == worker
                claimed.append(job.number)
        return claimed

    with ThreadPoolExecutor(8) as workers:
        claimed = list(workers.map(work, "ABCDEFGH"))
    assert sorted(itertools.chain(*claimed)) == list(range(1, 41))


def test_projects_have_queues_of_their_own(record: Record, database_url: str) -> None:
    record.jobs.put("data", by="Ada")
    with Record.open(database_url, "hotels") as other:
        assert other.jobs.claim("w") is None
        assert other.jobs.put("search", by="Bob").number == 1
        assert not other.jobs.beat(1, worker="w")
        assert [job.row for job in other.jobs.newest()] == ["search"]


CLAIM_AND_HANG = """
import sys, time
from leadline.record import Record
record = Record.open(sys.argv[1], "flights")
print(record.jobs.claim("worker-1").number, flush=True)
time.sleep(600)
"""


def test_the_job_of_a_killed_worker_is_lost_and_can_be_run_again(
    record: Record, database_url: str, wait_for: Callable[[Callable[[], bool]], None]
) -> None:
    record.jobs.put("search", by="Ada")
    command = [sys.executable, "-c", CLAIM_AND_HANG, database_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "1\n"
        assert record.jobs.sweep() == 0
        worker.kill()
    wait_for(lambda: record.jobs.sweep(silent_s=0.01) == 1)
    lost = record.jobs.get(1)
    assert (lost.state, lost.worker) == (JobState.LOST, "worker-1")
    assert lost.message == "The worker gave no sign of life for 0.01 s."
    assert record.jobs.sweep(silent_s=0.0) == 0
    again = record.jobs.put(lost.row, by="Ada")
    claimed = record.jobs.claim("worker-2")
    assert claimed is not None
    assert claimed.number == again.number == 2
    record.jobs.finish(2, worker="worker-2", state=JobState.DONE)


def test_a_worker_taken_for_lost_is_told_to_stop(record: Record) -> None:
    record.jobs.put("search", by="Ada")
    record.jobs.claim("w")
    assert record.jobs.sweep(silent_s=-1.0) == 1
    assert not record.jobs.beat(1, worker="w", message="still here")
    assert record.jobs.get(1).state is JobState.LOST
    record.jobs.finish(1, worker="w", state=JobState.FAILED, message="stopped")
    assert record.jobs.get(1).state is JobState.FAILED


def test_only_its_worker_beats_and_ends_a_job_once(record: Record) -> None:
    record.jobs.put("search", by="Ada")
    assert not record.jobs.beat(1, worker="")
    with pytest.raises(RecordError, match="Job 1 is not running with worker 'w'"):
        record.jobs.finish(1, worker="w", state=JobState.DONE)
    record.jobs.claim("w")
    assert not record.jobs.beat(1, worker="thief")
    with pytest.raises(RecordError, match="worker 'thief'"):
        record.jobs.finish(1, worker="thief", state=JobState.DONE)
    record.jobs.finish(1, worker="w", state=JobState.FAILED, message="out of memory")
    with pytest.raises(RecordError, match="Only the worker that claimed"):
        record.jobs.finish(1, worker="w", state=JobState.DONE)
    assert not record.jobs.beat(1, worker="w")
    assert record.jobs.get(1).message == "out of memory"


@pytest.mark.parametrize("state", [JobState.WAITING, JobState.RUNNING])
def test_a_job_ends_in_an_end(record: Record, state: JobState) -> None:
    record.jobs.put("search", by="Ada")
    record.jobs.claim("w")
    with pytest.raises(ValueError, match="does not end a job"):
        record.jobs.finish(1, worker="w", state=state)


@pytest.mark.parametrize("row", ["weather", "decision.find"])
def test_only_what_a_machine_can_answer_is_queued(record: Record, row: str) -> None:
    with pytest.raises(ValueError, match="no row that can be computed"):
        record.jobs.put(row, by="Ada")


def test_only_what_is_running_is_given_up(record: Record) -> None:
    for _ in range(3):
        record.jobs.put("data", by="Ada")
    for number, state in ((1, JobState.DONE), (2, JobState.FAILED)):
        record.jobs.claim("w")
        record.jobs.finish(number, worker="w", state=state)
    assert record.jobs.sweep(silent_s=-1.0) == 0
    states = [JobState.WAITING, JobState.FAILED, JobState.DONE]
    assert [job.state for job in record.jobs.newest()] == states


def test_a_share_may_be_nothing_and_all(record: Record) -> None:
    record.jobs.put("data", by="Ada")
    record.jobs.claim("w")
    for share in (0.0, 1.0):
        assert record.jobs.beat(1, worker="w", share=share)
        assert record.jobs.get(1).share == share


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_is_a_share(record: Record, share: float) -> None:
    with pytest.raises(ValueError, match=r"share must lie in \[0, 1\]"):
        record.jobs.beat(1, worker="w", share=share)


def test_no_such_job(record: Record) -> None:
    with pytest.raises(RecordError, match="There is no job 3"):
        record.jobs.get(3)


def test_a_waiting_job_is_cancelled_at_once_and_a_running_one_by_its_worker(
    record: Record,
) -> None:
    record.jobs.put("data", by="Ada")
    record.jobs.put("search", by="Ada", page="/rows/search")
    claimed = record.jobs.claim("w")
    assert claimed is not None
    assert claimed.begun_at is not None
    assert record.jobs.cancel(2, by="Cy").state is JobState.CANCELLED
    assert record.jobs.get(2).page == "/rows/search"
    assert record.jobs.claim("w") is None, "nobody takes a cancelled job"
    running = record.jobs.cancel(1, by="Cy")
    assert (running.state, running.cancelled_by) == (JobState.RUNNING, "Cy")
    assert not record.jobs.beat(1, worker="w"), "its worker should stop"
    assert record.jobs.cancel(1, by="Dan").cancelled_by == "Cy", "who asked first is kept"
    record.jobs.finish(1, worker="w", state=JobState.CANCELLED)
    assert record.jobs.get(1).is_over


def test_what_is_over_cannot_be_cancelled(record: Record) -> None:
    record.jobs.put("data", by="Ada")
    record.jobs.claim("w")
    record.jobs.finish(1, worker="w", state=JobState.DONE)
    with pytest.raises(RecordError, match="Job 1 is over: done"):
        record.jobs.cancel(1, by="Cy")
    with pytest.raises(RecordError, match="no job 7"):
        record.jobs.cancel(7, by="Cy")
