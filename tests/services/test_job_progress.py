"""How long a job will take: only what its evidence tells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from leadline.errors import SettingsError
from leadline.record import JobState
from leadline.services import commands, queries
from leadline.services.job_progress import job_progress, left_words
from leadline.workspace import Workspace

Make = Callable[..., Workspace]


@pytest.mark.parametrize(
    ("ran_s", "share", "past", "told"),
    [
        (60.0, 0.5, [], "About 60 seconds left, if it goes on as so far."),
        (60.0, 0.01, [], "How long it takes is not known: none has ended here yet."),
        (2.0, 0.5, [30.0], "The last run took 30 seconds."),
        (90.0, None, [30.0, 40.0], "That is longer than any of the last 2 runs."),
        (10.0, None, [7200.0, 30.0], "The last 2 runs took 30 seconds to 2 hours."),
    ],
)
def test_time_left_rests_on_what_is_done_or_on_earlier_runs(
    ran_s: float, share: float | None, past: list[float], told: str
) -> None:
    assert left_words(ran_s, share, past) == told


def test_a_job_page_says_what_is_known_and_where_to_go_back(make: Make) -> None:
    workspace = make(("problem",))
    jobs = workspace.record.jobs
    for page in ("/rows/data", "//elsewhere.example", "https://elsewhere.example", "/a b", ""):
        number = commands.ask_for(workspace, "data", "Ada", page=page).number
        back = queries.job_page(workspace, number).back
        assert back == "/rows/data", "an address of elsewhere is no page of ours"
        commands.cancel_job(workspace, number, "Cy")
    asked = commands.ask_for(workspace, "data", "Ada", page="/")
    assert queries.job_page(workspace, asked.number).back == "/"
    assert "Waiting for" in queries.job_page(workspace, asked.number).words
    claimed = jobs.claim("w")
    assert claimed is not None
    assert claimed.begun_at is not None
    jobs.beat(asked.number, worker="w", share=0.25)
    later = claimed.begun_at + timedelta(seconds=30)
    told = job_progress(workspace.record, jobs.get(asked.number), later)
    assert told.words == "Running for 30 seconds. About 2 minutes left, if it goes on as so far."
    jobs.finish(asked.number, worker="w", state=JobState.FAILED, message="no")
    assert queries.job_page(workspace, asked.number).words == ""


def test_nobody_cancels_without_a_name(make: Make) -> None:
    workspace = make(("problem",))
    number = commands.ask_for(workspace, "data", "Ada").number
    with pytest.raises(SettingsError):
        commands.cancel_job(workspace, number, " ")
    assert not workspace.record.jobs.get(number).is_over
