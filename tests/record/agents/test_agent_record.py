"""Agents on the record, on both stores: nothing is changed, proposals are answered once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from leadline.errors import RecordError
from leadline.record import AgentCall, AgentGrant, HoldoutLook, ProposalKind, Record
from leadline.record.agents.holdout_looks import FRESH

GRANT = AgentGrant("coder", 3, 3_600.0, 5_000_000, datetime(2031, 1, 1, tzinfo=UTC), "Ada")


def test_the_newest_grant_counts(database_url: str) -> None:
    with Record.open(database_url, "flights") as record:
        grants = record.agents.grants
        assert grants.of("coder") is None
        grants.add(GRANT)
        grants.add(replace(GRANT, agent="other"))
        grants.add(replace(GRANT, runs=0, is_revoked=True, by="Ben"))
        newest = grants.of("coder")
        assert newest is not None
        assert (newest.runs, newest.is_revoked, newest.by) == (0, True, "Ben")
        assert newest.ends_at == GRANT.ends_at
        assert [one.agent for one in grants.newest()] == ["other", "coder"]
        with pytest.raises(ValueError, match="at least 0"):
            grants.add(replace(GRANT, machine_s=float("nan")))
    with Record.open(database_url, "another project") as record:
        assert record.agents.grants.newest() == ()


def test_calls_tell_which_jobs_are_whose(database_url: str) -> None:
    with Record.open(database_url, "flights") as record:
        calls, now = record.agents.calls, datetime.now(UTC)
        calls.add(AgentCall("coder", "start", "{}", job=4, made_at=now - timedelta(days=2)))
        calls.add(AgentCall("coder", "start", "{}", job=5))
        calls.add(AgentCall("other", "start", "{}", job=6))
        calls.add(AgentCall("coder", "look", "{}", refusal="no"))
        assert calls.jobs_of("coder", now - timedelta(days=1)) == (5,)
        assert (calls.agent_of_job(6), calls.agent_of_job(7)) == ("other", None)
        assert [call.refusal for call in calls.newest(agent="coder")] == ["no", "", ""]
        assert len(calls.newest()) == 4


def test_a_proposal_is_answered_once_and_with_its_change(database_url: str) -> None:
    def fails() -> None:
        raise OSError("the disk is full")

    with Record.open(database_url, "flights") as record:
        made = record.agents.proposals
        one = made.add("coder", ProposalKind.SETTINGS, "faster", {"find.folds": 3}, {"a.py": "ü"})
        with pytest.raises(OSError, match="full"):
            made.answer(one.number, is_accepted=True, why="", by="Ada", change=fails)
        assert made.get(one.number).answer is None
        made.answer(one.number, is_accepted=True, why="fine", by="Ada")
        with pytest.raises(RecordError, match="Ada has accepted proposal"):
            made.answer(one.number, is_accepted=False, why="", by="Ben", change=fails)
        (found,) = made.all()
        assert (found.changes, found.files) == ({"find.folds": 3}, {"a.py": "ü"})
        assert found.answer is not None
        assert (found.answer.is_accepted, found.answer.by) == (True, "Ada")
        with pytest.raises(RecordError, match="no proposal 99"):
            made.get(99)


def test_a_look_is_answered_in_the_light_of_all(
    database_url: str,
) -> None:
    seen: list[int] = []

    def look(entry: int) -> HoldoutLook:
        def answer(looks: tuple[HoldoutLook, ...]) -> HoldoutLook:
            seen.append(len(looks))
            same = [one for one in looks if one.entry == entry]
            return same[0] if same else HoldoutLook("coder", entry, "s", "told", n_looks=len(looks))

        return record.agents.looks.add(answer)

    with Record.open(database_url, "flights") as record:
        look(1), look(2), look(1)
        assert seen == [0, 1, 2]
        record.agents.looks.add(lambda _: HoldoutLook("Ada", None, "t", FRESH))
        assert look(3).n_looks == 3
        assert seen[-1] == 3
        assert [one.entry for one in record.agents.looks.all()] == [1, 2, None, 3]
