"""What people and machines did on a project, on days of the past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from leadline.record import Estimated, JobState, Judgment, Vote, WorkState, WorkStatement
from leadline.workspace import Workspace

NOW = datetime(2031, 3, 28, 12, tzinfo=UTC)
VOTE_S, VOTE_PRICE = 36.0, 250_000  # a hundred an hour, a quarter each


def voted(workspace: Workspace, days_ago: int, n: int, *, first: int = 0) -> None:
    """Votes of Ada on one day, each at a price of its own."""
    at = NOW - timedelta(days=days_ago)
    for place in range(n):
        vote = Vote(f"k{days_ago}-{first + place}", "Ada", "yes", VOTE_S, at, price=VOTE_PRICE)
        workspace.record.labels.votes.add(vote)


def judged(workspace: Workspace, days_ago: int, rows: list[int]) -> None:
    """Judgments of Bo on one day, a minute each."""
    at = NOW - timedelta(days=days_ago)
    tuning = workspace.record.newest(["tuning"])["tuning"]
    for row in rows:
        said = Judgment(tuning, row, "Bo", row % 3 == 0, 60.0, at)
        workspace.record.reviews.add_judgment(said)


def _state(said: WorkStatement, _: WorkStatement | None) -> WorkStatement:
    return said


def worked(workspace: Workspace, hours: float) -> None:
    """A piece of work that took some hours, and one that is estimated."""
    for item, state, took in (
        ("load-test", WorkState.DONE, hours),
        ("container", WorkState.OPEN, None),
    ):
        said = WorkStatement(
            item=item,
            stage="ship",
            title=item,
            state=state,
            estimate=Estimated(least=1.0, likely=2.0, most=9.0),
            owner="Ben",
            due=None,
            every="",
            hours=took,
            why="",
            by="Ben",
            at=NOW - timedelta(days=2),
        )
        workspace.record.work.state(item, partial(_state, said))


def failed_job(workspace: Workspace, row: str) -> None:
    """A job that was begun and failed."""
    put = workspace.record.jobs.put(row, by="Ada")
    workspace.record.jobs.claim("w", number=put.number)
    workspace.record.jobs.finish(put.number, worker="w", state=JobState.FAILED, message="no")
