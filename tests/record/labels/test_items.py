"""The list of items: made anew from the evidence, and kept true in between."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.record.labels.test_assignments import LATE, PRICE, TERMS, hand, items, say, work

from leadline.errors import OutdatedAnswerError
from leadline.record import Assignment, NoAssignment, Record, Vote, VoteKind, Worklist


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        yield record


def listed(record: Record) -> Worklist:
    found = record.labels.items.worklist()
    assert found is not None
    return found


def test_a_list_made_anew_counts_what_the_one_before_had_counted(record: Record) -> None:
    record.labels.items.replace(work(votes=2), items(20), {"k19"})
    for annotator, value in (("Ada", "yes"), ("Bo", "no"), ("Ada", None), ("Cleo", "yes")):
        say(record, annotator, value)
    skipped = hand(record, "Bo")
    skip = Vote("", "Bo", None, 1.0, is_skip=True, reason="dark")
    record.labels.assignments.answer(skipped.id, skip, TERMS)
    before = listed(record)
    record.labels.items.replace(work(votes=2, basis="b"), items(20), {"k19"})
    after = listed(record)
    assert (after.spent, after.held) == (before.spent, before.held) == (4 * PRICE, 3 * PRICE)


def test_skips_cost_nothing_whatever_way_they_came(record: Record) -> None:
    votes = record.labels.votes
    votes.add(Vote("k0", "Ada", "yes", 1.0))
    votes.add(Vote("k0", "Ada", "yes", 1.0, kind=VoteKind.REPEAT, price=7))
    votes.add(Vote("k1", "Ada", None, 1.0, is_skip=True, reason="dark"))
    assert votes.paid() == (7, 1)
    record.labels.items.replace(work(), items(3))
    assert listed(record).spent == PRICE + 7
    votes.add(Vote("k2", "Bo", None, 1.0, is_skip=True, reason="dark"))
    assert listed(record).spent == PRICE + 7
    assert votes.undo("Bo") == "k2"
    assert listed(record).spent == PRICE + 7
    assert votes.undo("Ada") == "k1"
    assert votes.undo("Ada") == "k0"
    assert listed(record).spent == PRICE
    assert votes.paid() == (0, 1)


def test_a_skip_is_no_answer_and_hidden_answers_take_no_place(record: Record) -> None:
    votes = record.labels.votes
    votes.add(Vote("k0", "Ada", None, 1.0, is_skip=True, reason="dark"))
    votes.add(Vote("k0", "Bo", "yes", 1.0, kind=VoteKind.REPEAT))
    record.labels.items.replace(work(), items(1))
    assert say(record, "Cleo", "yes") == "k0"


def test_a_hidden_assignment_takes_no_place(record: Record) -> None:
    everyone = items(1)
    record.labels.items.replace(work(), everyone, {"k0"})
    only_gold = type(TERMS)(hold_s=600, repeat_share=0.0, gold_share=1.0, seed=7)
    assert hand(record, "Ada", only_gold).item.key == "k0"
    assert record.labels.assignments.next("Bo", TERMS) is NoAssignment.DONE, "nothing waits for Ada"
    record.labels.items.replace(work(basis="b"), everyone)
    assert hand(record, "Bo").item.key == "k0"
    assert record.labels.assignments.next("Cleo", TERMS) is NoAssignment.WAITING


def test_the_money_of_another_list_is_not_ours_to_limit(record: Record) -> None:
    record.labels.items.replace(work(limit=5), items(3))
    record.labels.items.limit_money("another", {}, 1)
    assert listed(record) == Worklist("a", {"unit": "row"}, 1, 0, 3, PRICE, 5)
    record.labels.items.limit_money("a", {"unit": "flight"}, None)
    assert listed(record) == Worklist("a", {"unit": "flight"}, 1, 0, 3, PRICE, None)


def test_what_was_answered_does_not_lapse(record: Record) -> None:
    record.labels.items.replace(work(), items(3))
    first = hand(record, "Ada", LATE)
    # nobody asked in between, so that it had not lapsed yet
    record.labels.assignments.answer(first.id, Vote("", "Ada", "yes", 1.0), TERMS)
    assert isinstance(record.labels.assignments.next("Bo", TERMS), Assignment)
    assert (listed(record).spent, listed(record).held) == (PRICE, 2 * PRICE)
    with pytest.raises(OutdatedAnswerError, match="already: 'yes'"):
        record.labels.assignments.answer(first.id, Vote("", "Ada", "no", 1.0), TERMS)
    assert [vote.value for vote in record.labels.votes.plain()] == ["yes"]


def test_a_late_answer_spends_and_lets_go_of_nothing_of_others(record: Record) -> None:
    record.labels.items.replace(work(), items(20))
    late = hand(record, "Ada", LATE)
    assert hand(record, "Bo").item != late.item
    assert listed(record).held == PRICE, "what was kept for Ada has lapsed"
    record.labels.assignments.answer(late.id, Vote("", "Ada", "yes", 1.0), TERMS)
    assert (listed(record).spent, listed(record).held) == (PRICE, 2 * PRICE)


def test_a_skip_is_not_taken_back_for_money_that_is_promised(record: Record) -> None:
    record.labels.items.replace(work(limit=PRICE), items(5))
    first = hand(record, "Ada")
    skip = Vote("", "Ada", None, 1.0, is_skip=True, reason="dark")
    at_hand = record.labels.assignments.answer(first.id, skip, TERMS)
    assert record.labels.assignments.take_back("Ada", TERMS) == at_hand
    assert (listed(record).spent, listed(record).held) == (0, PRICE)


def test_a_skip_taken_back_is_paid_as_any_vote_once_it_is_answered(record: Record) -> None:
    record.labels.items.replace(work(), items(5))
    first = hand(record, "Ada")
    skip = Vote("", "Ada", None, 1.0, is_skip=True, reason="dark")
    record.labels.assignments.answer(first.id, skip, TERMS)
    again = record.labels.assignments.take_back("Ada", TERMS)
    assert isinstance(again, Assignment)
    assert again.item == first.item
    record.labels.assignments.answer(again.id, Vote("", "Ada", "yes", 1.0), TERMS)
    (vote,) = record.labels.votes.plain()
    assert (vote.item, vote.price) == (first.item.key, PRICE)
    assert listed(record).spent == PRICE
