"""Allowances of agents: who grants them, what counts against them, what they let an agent do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.services.flights import append, make_workspace

from leadline.errors import LimitError, NotAllowedError, RecordError, SettingsError
from leadline.phases.permissions import Action, UserRole
from leadline.phases.search import Search
from leadline.record import JobState
from leadline.record.machines import OpenRequest
from leadline.services import commands
from leadline.services.agents import agent_runs
from leadline.services.agents.agent_allowance import (
    Allowance,
    agent_at_work,
    allowance_of,
    grant_agent,
    most_for_models,
    revoke_agent,
    seconds_left,
)
from leadline.services.agents.agent_runs import run_of, start_row
from leadline.worker.heartbeat import Heartbeat
from leadline.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path) as opened:
        yield opened


def granted(workspace: Workspace, **other: float) -> Allowance:
    given = {"runs": 2, "hours": 1.0, "most_money": 5.0, "days": 1.0} | other
    return grant_agent(workspace, "coder", by="Ada", **given)  # type: ignore[arg-type]


def ran(workspace: Workspace, number: int, seconds: float) -> None:
    """Let a job have taken so long."""
    job = workspace.record.jobs.claim("machine", number=number)
    assert job is not None
    from sqlalchemy import update

    from leadline.record.tables import job as table

    begun = datetime.now(UTC) - timedelta(seconds=seconds)
    with workspace.record._database.writing() as connection:
        connection.execute(update(table).where(table.c.number == number).values(begun_at=begun))
    workspace.record.jobs.finish(number, worker="machine", state=JobState.DONE)


def test_an_agent_without_an_allowance_does_nothing(workspace: Workspace) -> None:
    with pytest.raises(NotAllowedError, match="No agent 'coder' is known"):
        agent_at_work(workspace, "coder")
    granted(workspace, days=1e-9)
    with pytest.raises(NotAllowedError, match="is over since"):
        agent_at_work(workspace, "coder")


def test_runs_machine_and_money_are_counted(workspace: Workspace) -> None:
    granted(workspace)
    mine = agent_at_work(workspace, "coder")
    first = start_row(mine, "coder", "forecast")
    assert start_row(mine, "coder", "forecast").job == first.job  # it waits already
    ran(workspace, first.job, 1_200.0)
    left = allowance_of(workspace, "coder")
    assert left.runs_left == 1
    assert left.machine_s_left == pytest.approx(2_400.0, abs=5.0)
    price = workspace.settings.prices.machine_per_hour
    assert left.money_left == pytest.approx(5.0 - price / 3, abs=1e-3)
    assert run_of(mine, first.job).state == "done"
    start_row(mine, "coder", "curve")
    with pytest.raises(LimitError, match="none of 2 runs is left"):
        start_row(mine, "coder", "search")
    granted(workspace)  # what was used before a new grant counts no more
    assert allowance_of(workspace, "coder").runs_left == 2


def test_a_run_that_the_allowance_does_not_reach_for_is_refused(workspace: Workspace) -> None:
    for limits, why in (
        ({"hours": 0.01}, "36 seconds of machine are left, and the time box is"),
        ({"most_money": 0.0}, "0.00 USD are left"),
        ({"runs": 0}, "none of 0 runs"),
    ):
        granted(workspace, **limits)
        with pytest.raises(LimitError, match=why):
            start_row(agent_at_work(workspace, "coder"), "coder", "search")
    assert workspace.record.jobs.newest() == ()


def test_answers_of_language_models_count(workspace: Workspace) -> None:
    path = workspace.folder / "leadline.toml"
    path.write_text(
        path.read_text()
        + '\n[find]\nfamilies = ["linear", "prompted"]\n[machines.small]\n'
        + 'url = "http://127.0.0.1:1/v1"\nmodel = "m"\ninput = 1.0\noutput = 1.0\n'
        + "budget = 3.0\npriced_on = 2026-11-01\n"
    )
    until = datetime.now(UTC) + timedelta(seconds=60)
    requests = workspace.record.machines
    early = requests.reserve(
        "small", "a", most=1_000_000, budget=3_000_000, holder="x", until=until
    )
    assert isinstance(early, OpenRequest)
    with Workspace.open(workspace.folder) as priced:
        granted(priced, most_money=2.5)
        assert allowance_of(priced, "coder").money_left == 2.5  # before the grant
        requests.reserve("small", "b", most=400_000, budget=3_000_000, holder="x", until=until)
        assert allowance_of(priced, "coder").money_left == pytest.approx(2.1)
        mine = agent_at_work(priced, "coder")
        # 1.60 of the budget are left, and 2.10 of the allowance
        assert start_row(mine, "coder", "search").row == "search"
        granted(priced, most_money=1.5)
        with pytest.raises(LimitError, match=r"1\.50 USD are left, and it may cost 1\.60"):
            start_row(agent_at_work(priced, "coder"), "coder", "curve")
        assert start_row(agent_at_work(priced, "coder"), "coder", "forecast").row == "forecast"
        # what was searched is tuned, whatever families the settings name since
        path.write_text(path.read_text().replace('families = ["linear", "prompted"]\n', ""))
        entry = priced.record.latest("search")
        assert entry is not None
        search = entry.verdict_as(Search)
        asked = replace(search.trials[0], family="prompted")
        with Workspace.open(priced.folder) as later:
            assert most_for_models(later, "tuning") == 0.0
            append(later, "search", replace(search, trials=(asked, *search.trials[1:])))
            assert most_for_models(later, "tuning") == pytest.approx(1.6)


def test_a_job_of_an_agent_ends_with_its_allowance(workspace: Workspace) -> None:
    granted(workspace, hours=0.5)
    mine = agent_at_work(workspace, "coder")
    put = workspace.record.jobs.get(start_row(mine, "coder", "forecast").job)
    left = seconds_left(workspace, put)
    assert left == pytest.approx(1_800.0, abs=5.0)
    by_hand = commands.ask_for(workspace, "curve", "Ada")
    assert seconds_left(workspace, by_hand) is None
    revoke_agent(workspace, "coder", "Ada")
    assert workspace.record.jobs.get(put.number).state is JobState.CANCELLED
    assert seconds_left(workspace, put) == 0.0
    with pytest.raises(NotAllowedError, match="is over"):
        agent_at_work(workspace, "coder")
    with pytest.raises(SettingsError, match="has no allowance"):
        revoke_agent(workspace, "coder", "Ada")


def test_a_run_ends_for_what_others_take_and_with_the_day(workspace: Workspace) -> None:
    granted(workspace, hours=0.5, runs=3)
    mine = agent_at_work(workspace, "coder")
    first = workspace.record.jobs.get(start_row(mine, "coder", "forecast").job)
    other = start_row(mine, "coder", "labelling")
    ran(workspace, other.job, 1_500.0)
    assert seconds_left(workspace, first) == pytest.approx(300.0, abs=5.0)
    third = start_row(mine, "coder", "feasibility")
    ran(workspace, third.job, 1_500.0)
    assert seconds_left(workspace, first) == 0.0
    granted(workspace, days=60 / 86_400)
    assert seconds_left(workspace, first) == pytest.approx(60.0, abs=5.0)
    # the end of a grant ends what was begun under the one before
    revoke_agent(workspace, "coder", "Ada")
    assert workspace.record.jobs.get(first.number).state is JobState.CANCELLED


def test_two_servers_at_once_start_no_more_than_is_granted(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    granted(workspace, runs=1)
    mine = agent_at_work(workspace, "coder")
    # as the second one sees it, which looked before the first one had put its run
    monkeypatch.setattr(agent_runs, "_require_left", lambda *_: None)
    assert start_row(mine, "coder", "forecast").state == "waiting"
    with pytest.raises(LimitError, match="another run was started just before"):
        start_row(mine, "coder", "labelling")
    states = {job.row: job.state for job in workspace.record.jobs.newest()}
    assert states == {"forecast": JobState.WAITING, "labelling": JobState.CANCELLED}


def test_a_run_whose_server_died_before_it_was_counted_has_an_end(workspace: Workspace) -> None:
    granted(workspace, hours=0.5)
    mine = agent_at_work(workspace, "coder")
    assert seconds_left(workspace, commands.ask_for(mine, "forecast", "")) == 1_800.0
    person = workspace.record.jobs.put("curve", by="agent Smith")
    assert seconds_left(workspace, person) is None


def test_the_worker_looks_again_while_it_computes(workspace: Workspace) -> None:
    granted(workspace)
    mine = agent_at_work(workspace, "coder")
    number = start_row(mine, "coder", "forecast").job
    job = workspace.record.jobs.claim("machine", number=number)
    assert job is not None
    beat = Heartbeat(workspace, job, None)
    beat(0)
    granted(workspace, hours=0.0)
    beat._beaten = 0.0
    with pytest.raises(LimitError, match="allowance of the agent"):
        beat(0)


def test_an_agent_has_no_say(workspace: Workspace) -> None:
    granted(workspace)
    mine = agent_at_work(workspace, "coder")
    assert mine.actor is not None
    assert mine.actor.may == {Action.VIEW, Action.RUN}
    with pytest.raises(NotAllowedError, match="may not decide on a stage"):
        commands.decide(mine, "train", "go", "I like it", "Ada")
    with pytest.raises(NotAllowedError, match="may not let agents work"):
        granted(mine)
    for row in ("release", "review", "monitor", "problem"):
        with pytest.raises(NotAllowedError, match="not an agent's to start"):
            start_row(mine, "coder", row)
    workspace.record.jobs.put("curve", by="Ada")
    for number in (1, 0, 10**30):
        with pytest.raises(RecordError, match=f"No agent has put job {number}"):
            run_of(mine, number)


def test_who_may_grant(workspace: Workspace) -> None:
    for name, role in (("Ada", UserRole.OWNER), ("Vera", UserRole.VIEWER)):
        workspace.record.accounts.add(name, role)
    assert granted(workspace).granted_by == "Ada"
    with pytest.raises(NotAllowedError, match=r"Vera \(viewer\) may not"):
        grant_agent(workspace, "x", runs=1, hours=1.0, most_money=1.0, days=1.0, by="Vera")


def test_a_grant_that_cannot_be_is_refused(workspace: Workspace) -> None:
    for name in ("", "a b", "-x", "ü", "x" * 61):
        with pytest.raises(SettingsError, match="cannot be the name of an agent"):
            grant_agent(workspace, name, runs=1, hours=1.0, most_money=1.0, days=1.0, by="Ada")
    odd = ({"hours": float("nan")}, {"most_money": float("inf")}, {"runs": 2**40})
    for amount in ({"days": 0.0}, {"days": 900.0}, {"hours": -1.0}, *odd):
        with pytest.raises(SettingsError, match="are needed"):
            granted(workspace, **amount)
    assert workspace.record.agents.grants.newest() == ()
