"""Where a project was when, from entries whose days are known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from leadline.phases.lifecycle import Stage
from leadline.phases.project_accounts.timeline import (
    Event,
    Foretold,
    Timeline,
    foretold_of,
    stretches_of,
    waits_of,
)

MONDAY = datetime(2031, 3, 3, 9, tzinfo=UTC)


def day(n: int) -> datetime:
    return MONDAY + timedelta(days=n)


def event(number: int, row: str, at: int, **on: int) -> Event:
    return Event(number, row, "Ada", day(at), on)


EVENTS = (
    event(1, "problem", 0),
    event(2, "data", 1, problem=1),
    Event(3, "decision.define", "Bo", day(4), {"data": 2, "problem": 1}),
    event(4, "search", 5, problem=1, data=2),
    event(5, "problem", 6),
    event(6, "tuning", 10, problem=5),
    event(7, "data", 11, problem=5),
    Event(8, "review", "Cy", day(13), {"tuning": 6, "problem": 5}),
)


def test_a_project_that_went_back_visits_a_stage_twice() -> None:
    found = stretches_of(EVENTS, day(20))
    assert [(each.stage, each.start, each.end) for each in found] == [
        (Stage.DEFINE, day(0), day(5)),
        (Stage.FIND, day(5), day(6)),
        (Stage.DEFINE, day(6), day(10)),
        (Stage.APPLY, day(10), day(11)),
        (Stage.DEFINE, day(11), day(13)),
        (Stage.APPLY, day(13), day(20)),
    ]
    assert [each.n_entries for each in found] == [3, 1, 1, 1, 1, 1]
    timeline = Timeline(day(20), found, (), (), (), (), ())
    assert timeline.days_in(Stage.DEFINE) == 11
    assert timeline.days_in(Stage.SHIP) == 0
    assert stretches_of((), day(20)) == ()


def test_a_wait_is_from_what_was_answered_to_the_answer() -> None:
    decision, review = waits_of(EVENTS)
    assert (decision.what, decision.who) == ("decision on define", "Bo")
    assert (decision.start, decision.end) == (day(1), day(4))
    assert (review.who, review.start, review.end) == ("Cy", day(10), day(13))


def test_a_second_decision_on_the_same_verdicts_was_not_waited_for() -> None:
    again = Event(9, "decision.define", "Bo", day(14), {"data": 2, "problem": 1})
    anew = Event(10, "decision.define", "Bo", day(16), {"data": 7, "problem": 5})
    *_, last = found = waits_of((*EVENTS, again, anew))
    assert len(found) == 3
    assert (last.start, last.end) == (day(11), day(16))


def foretold(entry: int, at: int, scoring: str = "roc_auc") -> Foretold:
    return Foretold(entry, day(at), 0.2, 0.8, 0.75, scoring)


def test_a_forecast_is_held_against_the_next_score_before_the_next_forecast() -> None:
    scores = [(day(2), "roc_auc", 0.7), (day(4), "roc_auc", 0.76), (day(5), "accuracy", 0.1)]
    first, second, third = foretold_of((foretold(1, 1), foretold(2, 3), foretold(3, 6)), scores)
    assert (first.measured, first.is_reached) == (0.7, False)
    assert (second.measured, second.is_reached) == (0.76, True)
    assert (third.measured, third.is_reached) == (None, None)


def test_an_error_reaches_its_target_from_above() -> None:
    scores = [(day(2), "log_loss", 0.7)]
    (found,) = foretold_of((foretold(1, 1, "log_loss"),), scores)
    assert found.is_reached is True
