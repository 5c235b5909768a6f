"""One person decides what votes leave open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.record.labels.test_assignments import TERMS, hand, items, say, work

from leadline.errors import OutdatedAnswerError, RecordError
from leadline.record import (
    Adjudication,
    Item,
    NoAssignment,
    Opinion,
    Record,
    Unresolved,
    Vote,
    VoteKind,
)


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        record.labels.items.replace(work(votes=2), items(6))
        yield record


def give(record: Record, item: str, *values: str | None) -> None:
    for judge, value in zip(("Ada", "Bo", "Cleo"), values, strict=False):
        record.labels.votes.add(Vote(item, judge, value, 2.0, comment=f"{judge} looked"))


def look(record: Record, item: str) -> Unresolved:
    found = record.labels.adjudications.look_at(item)
    assert found is not None
    return found


def decide(record: Record, item: str, value: str | None, judge: str = "Dan", why: str = "") -> None:
    decision = Adjudication(item, judge, value, 3.0, reason=why)
    record.labels.adjudications.decide(decision, look(record, item).stamp)


def test_what_votes_leave_open_is_on_the_queue_and_nothing_else(record: Record) -> None:
    give(record, "k0", "yes", "yes")
    give(record, "k1", "yes", "no")
    give(record, "k2", None, None)
    give(record, "k3", "yes", None)
    give(record, "k4", "yes")
    give(record, "elsewhere", "yes", "no")
    assert record.labels.adjudications.unresolved() == ("k1", "k2")
    assert look(record, "k1").item == Item("k1", (("text", "row 1"),))
    assert look(record, "k1").opinions == (
        Opinion("Ada", "yes", "", "Ada looked"),
        Opinion("Bo", "no", "", "Bo looked"),
    )
    assert record.labels.adjudications.look_at("k0") is None
    with pytest.raises(RecordError, match="nothing to decide about this item"):
        record.labels.adjudications.decide(Adjudication("k0", "Dan", "no", 1.0), "")
    record.labels.votes.add(Vote("k1", "Ada", "no", 2.0))
    assert record.labels.adjudications.unresolved() == ("k2",), "Ada has come round"


def test_a_third_person_is_waited_for(record: Record) -> None:
    record.labels.items.replace(work(votes=2, most_votes=3, basis="b"), items(1))
    say(record, "Ada", "yes")
    say(record, "Bo", "no")
    assert record.labels.adjudications.unresolved() == ()
    asked = hand(record, "Cleo")
    assert record.labels.adjudications.unresolved() == ()
    record.labels.assignments.answer(asked.id, Vote("", "Cleo", "perhaps", 1.0), TERMS)
    assert record.labels.adjudications.unresolved() == ("k0",)


def test_a_decision_is_final_and_can_be_changed_and_undone(record: Record) -> None:
    give(record, "k1", "yes", "no")
    decide(record, "k1", None, why="torn")
    assert record.labels.adjudications.unresolved() == ()
    assert record.labels.adjudications.labels() == {"k1": None}
    decide(record, "k1", "yes", judge="Eve", why="the stamp shows it")
    assert record.labels.adjudications.labels() == {"k1": "yes"}
    (now,) = record.labels.adjudications.newest()
    assert (now.adjudicator, now.value, now.reason) == ("Eve", "yes", "the stamp shows it")
    assert now.shown == (("text", "row 1"),)
    assert [opinion.value for opinion in now.opinions] == ["yes", "no"]
    assert record.labels.adjudications.undo("Eve") == "k1"
    assert record.labels.adjudications.labels() == {"k1": None}, "Dan's counts again"
    assert record.labels.adjudications.unresolved() == ()
    assert record.labels.adjudications.undo("Dan") == "k1"
    assert record.labels.adjudications.undo("Dan") is None
    assert record.labels.adjudications.unresolved() == ("k1",)
    history = record.labels.adjudications.history("k1")
    assert [(one.adjudicator, one.undone_at is not None) for one in history] == [
        ("Dan", True),
        ("Eve", True),
    ]
    assert record.labels.votes.plain()[0].value == "yes", "votes stay as they are"


def test_who_looked_too_early_is_told_and_sending_twice_is_no_harm(record: Record) -> None:
    give(record, "k1", "yes", "no")
    seen = look(record, "k1").stamp
    decision = Adjudication("k1", "Dan", "yes", 1.0)
    record.labels.adjudications.decide(decision, seen)
    record.labels.adjudications.decide(decision, seen)
    assert len(record.labels.adjudications.history("k1")) == 1
    with pytest.raises(OutdatedAnswerError, match="Dan decided it last"):
        record.labels.adjudications.decide(Adjudication("k1", "Eve", "no", 1.0), seen)
    give(record, "k2", "yes", "no")
    seen = look(record, "k2").stamp
    record.labels.votes.add(Vote("k2", "Cleo", None, 1.0))
    with pytest.raises(OutdatedAnswerError, match="since you looked"):
        record.labels.adjudications.decide(Adjudication("k2", "Eve", "no", 1.0), seen)


def test_nobody_is_asked_about_a_decided_item_any_more(record: Record) -> None:
    record.labels.items.replace(work(votes=2, basis="b"), items(1))
    give(record, "k0", "yes", "no")
    decide(record, "k0", "no")
    record.labels.items.replace(work(votes=5, basis="c"), items(1))
    assert record.labels.assignments.next("Fay", TERMS) is NoAssignment.DONE
    assert record.labels.adjudications.undo("Dan") == "k0"
    assert hand(record, "Fay").item.key == "k0"


def test_an_item_that_is_off_the_list_can_be_decided_anew(record: Record) -> None:
    give(record, "k1", "yes", "no")
    decide(record, "k1", "no")
    record.labels.items.replace(work(votes=2, basis="b"), items(1))
    assert look(record, "k1").item.values == (("text", "row 1"),)
    decide(record, "k1", "yes")
    assert record.labels.adjudications.labels() == {"k1": "yes"}
    assert record.labels.adjudications.undo("Dan") == "k1"
    assert record.labels.adjudications.labels() == {"k1": "no"}


def test_gold_stays_gold_whatever_is_decided_of_it(record: Record) -> None:
    give(record, "k1", "yes", "no")
    decide(record, "k1", "no")
    record.labels.items.replace(work(votes=2, basis="b"), items(3), {"k1"})
    only_gold = replace(TERMS, gold_share=1.0)
    decide(record, "k1", "yes")
    assert hand(record, "Fay", only_gold).item.key == "k1"
    for _ in range(2):
        assert record.labels.adjudications.undo("Dan") == "k1"
    assert record.labels.adjudications.unresolved() == ()
    assert hand(record, "Gil", only_gold).item.key == "k1"


def test_the_queue_is_in_the_order_of_the_list(record: Record) -> None:
    for key in ("k4", "k1", "k3"):
        give(record, key, "yes", "no")
    assert record.labels.adjudications.unresolved() == ("k1", "k3", "k4")


def test_the_newest_decisions_come_first_one_an_item(record: Record) -> None:
    for key in ("k1", "k2", "k3"):
        give(record, key, "yes", "no")
        decide(record, key, "yes")
    decide(record, "k1", "no", judge="Eve")
    newest = record.labels.adjudications.newest
    assert [(one.item, one.value) for one in newest()] == [
        ("k1", "no"),
        ("k3", "yes"),
        ("k2", "yes"),
    ]
    assert [one.item for one in newest(limit=2)] == ["k1", "k3"]


def test_skips_gold_and_repeats_are_no_opinion(record: Record) -> None:
    give(record, "k1", "yes", "no")
    votes = record.labels.votes
    votes.add(Vote("k1", "Cleo", None, 1.0, is_skip=True, reason="dark"))
    votes.add(Vote("k1", "Ada", "no", 1.0, kind=VoteKind.REPEAT))
    votes.add(Vote("k1", "Dan", "no", 1.0, kind=VoteKind.GOLD))
    opinions = look(record, "k1").opinions
    assert [(one.annotator, one.value) for one in opinions] == [("Ada", "yes"), ("Bo", "no")]
