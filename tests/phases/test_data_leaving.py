"""Rows leave the house only where a named person said so, for the host that was named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.examples import example_problem
from tests.phases.again import again, notes, warnings

from leadline.errors import NotReadyError
from leadline.phases.data_leaving import DataLeaving, require_leave

HOST = "api.example.org"
SAID = DataLeaving(hosts=(HOST,), allowed=(" API.example.org",), why="texts", answered_by="Ada")
PROBLEM = example_problem()


def test_a_named_person_lets_rows_go_to_one_host() -> None:
    require_leave(SAID, HOST, "gpt")
    for refused in (
        None,
        replace(SAID, allowed=()),
        replace(SAID, allowed=("example.org",)),
        replace(SAID, why=" "),
        replace(SAID, answered_by=""),
    ):
        with pytest.raises(NotReadyError, match=r'data_leave_to = \["api.example.org"\]'):
            require_leave(refused, HOST, "gpt")


def test_the_problem_asks_only_where_a_machine_outside_is_declared() -> None:
    before = again(PROBLEM)
    assert before.leaving is None
    assert not [what for what in warnings(before) + notes(before) if "sent to" in what]
    (told,) = [what for what in notes(again(PROBLEM, leaving=SAID)) if "sent to" in what]
    assert told == f"Ada has said that rows may be sent to {HOST}: texts"
    unanswered = replace(SAID, hosts=(HOST, "b.example.org"))
    (told,) = [what for what in warnings(again(PROBLEM, leaving=unanswered)) if "sent to" in what]
    assert told.startswith("Nobody has said that rows may be sent to b.example.org;")
