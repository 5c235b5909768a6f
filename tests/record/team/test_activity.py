"""What was done and when, read without decoding a verdict; on both stores."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.examples import example_curve, example_forecast, example_problem, example_search

from leadline.record import AnswerKind, JobState, Record, Vote, VoteKind

LATE = datetime(2031, 3, 1, 23, 30, tzinfo=UTC)  # in most zones east of it the day after


def test_answers_are_counted_by_day_in_utc(database_url: str) -> None:
    with Record.open(database_url, "flights") as record:
        votes = record.labels.votes
        votes.add(Vote("a", "Ada", "yes", 4.0, LATE, price=10))
        votes.add(Vote("b", "Ada", None, 5.0, LATE, kind=VoteKind.GOLD))
        votes.add(Vote("c", "Ada", None, 1.0, LATE, is_skip=True))
        votes.add(Vote("d", "Ada", "no", 2.0, LATE + timedelta(hours=1), price=20))
        votes.add(Vote("e", "Ada", "no", 3.0, LATE + timedelta(hours=1), price=20))
        votes.undo("Ada")
        first, second = record.activity.answers()
        assert (first.kind, first.day) == (AnswerKind.VOTE, date(2031, 3, 1))
        assert (first.n, first.seconds, first.price, first.n_unpriced) == (2, 10, 10, 1)
        assert (second.day, second.n, second.seconds) == (date(2031, 3, 2), 1, 5)
        assert second.price == 20
        paid, n_unpriced = votes.paid()
        assert (paid, n_unpriced) == (30, 1), "the same as the limit of money counts"


def test_of_other_projects_nothing_is_read(database_url: str) -> None:
    with Record.open(database_url, "one") as one, Record.open(database_url, "two") as two:
        one.labels.votes.add(Vote("a", "Ada", "yes", 4.0, LATE))
        one.append("problem", example_problem(), by="Ada")
        one.jobs.put("data", by="Ada")
        assert two.activity.answers() == ()
        assert two.activity.entries() == ()
        assert two.activity.jobs_under_way() == ()


def test_numbers_of_verdicts_are_read_where_they_lie(database_url: str) -> None:
    with Record.open(database_url, "flights") as record:
        record.append("problem", example_problem(), by="Ada")
        record.append("search", example_search(), by="Ada")
        record.append("curve", example_curve(), by="Ada")
        record.append("forecast", example_forecast(), by="Ada")
        problem, search, curve, forecast = record.activity.entries()
        assert (problem.budget, problem.by) == (example_problem().budget, "Ada")
        assert (search.budget, search.p_now) == (None, None)
        assert curve.row == "curve"
        assert forecast.p_affordable == pytest.approx(example_forecast().p_affordable)
        runs = record.activity.machine_runs()
        assert [(run.row, run.seconds, run.cost) for run in runs] == [
            ("search", example_search().spent_s, example_search().cost),
            ("curve", example_curve().spent_s, None),
        ]
        assert runs[0].time_box_s == example_search().time_box_s


def test_a_run_that_a_verdict_tells_of_is_not_counted_twice(database_url: str) -> None:
    with Record.open(database_url, "flights") as record:
        for row, state in (
            ("search", JobState.DONE),
            ("search", JobState.FAILED),
            ("data", JobState.DONE),
        ):
            job = record.jobs.put(row, by="Ada")
            record.jobs.claim("w", number=job.number)
            record.jobs.finish(job.number, worker="w", state=state)
        record.jobs.put("decay", by="Ada")
        assert [run.row for run in record.activity.machine_runs()] == ["search", "data"]
        assert record.activity.n_untimed_jobs() == 0
        assert len(record.activity.ended_runs("data")) == 1
        assert record.activity.ended_runs("search") == record.activity.ended_runs("search", limit=1)
