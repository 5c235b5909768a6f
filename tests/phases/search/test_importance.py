from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.examples import example_search
from tests.importances import FLIGHTS, LEAK, column, importance, search_with
from tests.phases.again import notes, warnings

from leadline.phases.search import Search
from leadline.record.codec import decode, encode


def test_a_search_notes_what_its_candidate_leans_on() -> None:
    told = notes(search_with(FLIGHTS))
    assert (
        "boosting-3 leans most on hour, distance + air_time and carrier: without hour, ranking "
        "quality (ROC AUC) falls from 0.810 to 0.660."
    ) in told


def test_nothing_is_said_where_nothing_was_looked_at() -> None:
    assert search_with(None).findings == example_search().findings


def test_one_column_that_carries_nearly_everything_raises_the_leak_question() -> None:
    verdict = search_with(LEAK)
    (told,) = (each for each in verdict.findings if each.columns == ("arrived_at",))
    assert told.what == (
        "arrived_at carries nearly everything: without, ranking quality (ROC AUC) falls from 0.810 "
        "to 0.510. Was it known at the time of the prediction?"
    )
    assert "[data] exclude" in told.next
    assert verdict.answer is example_search().answer


def test_of_the_little_that_is_learnt_no_leak_is_suspected() -> None:
    verdict = search_with(replace(LEAK, score=0.55))
    (told,) = (each for each in notes(verdict) if each.startswith("arrived_at"))
    assert told.startswith("arrived_at carries nearly all of the little that is learnt: without")
    assert not [each for each in warnings(verdict) if "nearly" in each]


def test_the_question_is_asked_of_a_group_too() -> None:
    group = importance(column("arrived_at", "delay", rise=0.3), column("hour", rise=0.01))
    (told,) = (each for each in warnings(search_with(group)) if "nearly everything" in each)
    assert told.startswith("arrived_at and delay carry nearly everything")
    assert "Were they known" in told


@pytest.mark.parametrize(
    "found",
    [
        importance(column("note", rise=0.3)),
        importance(column("a", rise=0.2), column("b", rise=0.1)),
        importance(column("a", rise=0.3, is_used=False, is_useful=False), column("b", rise=0.0)),
    ],
)
def test_the_only_column_a_share_of_it_and_chance_raise_no_question(found: object) -> None:
    assert not [each for each in warnings(search_with(found)) if "nearly" in each]  # type: ignore[arg-type]


def test_where_no_column_is_of_use_that_is_said() -> None:
    found = importance(column("a", rise=0.0, is_used=False, is_useful=False))
    told = notes(search_with(found))
    assert "On 960 held-out rows no column can be shown to be of use by itself." in told


def test_what_is_used_but_has_a_stand_in_is_named_as_such() -> None:
    found = importance(
        column("a", rise=0.1, is_used=True, is_useful=False),
        column("b", rise=0.0, is_used=False, is_useful=False),
    )
    told = notes(search_with(found))
    assert any("leans most on a; other columns may stand in for each" in each for each in told)


def test_a_loss_rises_without_a_column() -> None:
    loss = replace(FLIGHTS, scoring="log_loss", score=0.4)
    assert loss.fall(replace(FLIGHTS.columns[0], score_without=0.55)) == (
        "log loss rises from 0.400 to 0.550"
    )


def test_the_way_of_an_answer_in_words() -> None:
    ways = [each.way for each in FLIGHTS.columns]
    assert ways == ["rises with it", "", "highest at <EV>", "", ""]
    assert column("a", rise=0.1, direction="falls", toward="red").way == "falls with it towards red"
    assert [each.standing for each in FLIGHTS.columns[2:]] == [
        "yes",
        "others may stand in for it",
        "may be chance",
    ]


def test_it_comes_back_from_the_record_and_old_searches_have_none() -> None:
    verdict = search_with(FLIGHTS)
    stored = json.loads(json.dumps(encode(verdict)))
    assert decode(Search, stored, Search.VERSION) == verdict
    del stored["importance"]
    assert decode(Search, stored, Search.VERSION).importance is None
