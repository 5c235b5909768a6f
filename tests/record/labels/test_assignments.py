"""Who is asked about which item: the rules, alone and at once, on both stores."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadline.errors import OutdatedAnswerError
from leadline.record import (
    Assignment,
    AssignmentTerms,
    Item,
    NoAssignment,
    Record,
    Vote,
    Worklist,
)

TERMS = AssignmentTerms(hold_s=600, repeat_share=0.0, gold_share=0.0, seed=7)
LATE = replace(TERMS, hold_s=1e-6)
PRICE = 1_000


def work(
    votes: int = 1, most_votes: int = 0, limit: int | None = None, basis: str = "a"
) -> Worklist:
    return Worklist(basis, {"unit": "row"}, votes, most_votes, 0, PRICE, limit)


def items(n: int) -> list[Item]:
    return [Item(f"k{number}", (("text", f"row {number}"),)) for number in range(n)]


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        yield record


def hand(record: Record, judge: str, terms: AssignmentTerms = TERMS) -> Assignment:
    found = record.labels.assignments.next(judge, terms)
    assert isinstance(found, Assignment), found
    return found


def say(record: Record, judge: str, value: str | None, terms: AssignmentTerms = TERMS) -> str:
    """Answer what a person has at hand, and tell the item."""
    found = hand(record, judge, terms)
    record.labels.assignments.answer(found.id, Vote("", judge, value, 2.0), terms)
    return found.item.key


def test_the_same_item_is_shown_until_it_is_answered(record: Record) -> None:
    record.labels.items.replace(work(), items(20))
    first = hand(record, "Ada")
    assert (
        record.labels.assignments.progress("Ada").assignment
        == first
        == record.labels.assignments.next("Ada", TERMS)
    )
    assert record.labels.assignments.progress("Bo").assignment is None
    assert hand(record, "Bo").item != first.item


def test_each_person_has_an_order_of_their_own(record: Record) -> None:
    record.labels.items.replace(work(votes=3), items(40))
    ada = [say(record, "Ada", "yes") for _ in range(40)]
    bo = [say(record, "Bo", "yes") for _ in range(40)]
    assert sorted(ada) == sorted(bo)
    assert ada != bo
    assert ada != sorted(ada)
    assert record.labels.assignments.next("Ada", TERMS) is NoAssignment.DONE


def test_a_third_is_asked_only_where_two_disagree(record: Record) -> None:
    record.labels.items.replace(work(votes=2, most_votes=3), items(2))
    agreed = say(record, "Ada", "yes")
    contested = say(record, "Ada", "yes")
    for _ in range(2):
        say(record, "Bo", "yes" if hand(record, "Bo").item.key == agreed else "no")
    assert say(record, "Cleo", "no") == contested
    assert record.labels.assignments.next("Cleo", TERMS) is NoAssignment.DONE
    assert record.labels.assignments.next("Dan", TERMS) is NoAssignment.DONE


def test_an_item_goes_to_as_many_as_were_granted_at_once(record: Record) -> None:
    record.labels.items.replace(work(votes=2), items(1))
    hand(record, "Ada")
    hand(record, "Bo")
    assert record.labels.assignments.next("Cleo", TERMS) is NoAssignment.WAITING


def test_what_nobody_answers_goes_to_another(record: Record) -> None:
    record.labels.items.replace(work(), items(1))
    first = hand(record, "Ada", LATE)
    second = hand(record, "Bo", TERMS)
    assert second.item == first.item
    with pytest.raises(OutdatedAnswerError, match="has since gone to somebody else"):
        record.labels.assignments.answer(first.id, Vote("", "Ada", "yes", 1.0), TERMS)
    record.labels.assignments.answer(second.id, Vote("", "Bo", "no", 1.0), TERMS)
    assert [(vote.annotator, vote.value) for vote in record.labels.votes.plain()] == [("Bo", "no")]


def test_a_late_answer_counts_while_nobody_else_was_asked(record: Record) -> None:
    record.labels.items.replace(work(), items(1))
    first = hand(record, "Ada", LATE)
    again = hand(record, "Ada", LATE)
    assert again.id != first.id, "the first has lapsed"
    for number in (first.id, again.id):
        record.labels.assignments.answer(number, Vote("", "Ada", "yes", 1.0), TERMS)
    with pytest.raises(OutdatedAnswerError, match="answered this item already"):
        record.labels.assignments.answer(again.id, Vote("", "Ada", "no", 1.0), TERMS)
    assert [vote.value for vote in record.labels.votes.plain()] == ["yes"]


def test_who_has_answered_elsewhere_is_not_asked_again(record: Record) -> None:
    record.labels.items.replace(work(), items(2))
    first = hand(record, "Ada")
    record.labels.votes.add(Vote(first.item.key, "Ada", "no", 1.0))
    found = record.labels.assignments.answer(first.id, Vote("", "Ada", "yes", 1.0), TERMS)
    assert isinstance(found, Assignment)
    assert found.item != first.item
    assert [vote.value for vote in record.labels.votes.plain()] == ["no"]
    now = record.labels.items.worklist()
    assert now is not None
    assert (now.spent, now.held) == (PRICE, PRICE)


def test_who_is_too_late_for_the_money_is_told_so(record: Record) -> None:
    record.labels.items.replace(work(limit=PRICE), items(20))
    late = hand(record, "Ada", LATE)
    assert say(record, "Bo", "yes") != late.item.key, "nobody else was asked about hers"
    with pytest.raises(OutdatedAnswerError, match="the money for labels is spent"):
        record.labels.assignments.answer(late.id, Vote("", "Ada", "yes", 1.0), TERMS)


def test_votes_from_elsewhere_come_all_or_none(record: Record) -> None:
    record.labels.items.replace(work(), items(3))
    good, bad = Vote("k0", "Ada", "yes", 1.0), Vote("k1", "Ada", "yes", -1.0)
    with pytest.raises(ValueError, match="seconds"):
        record.labels.votes.add_all(lambda _: (good, bad))
    assert record.labels.votes.plain() == ()
    assert record.labels.votes.add_all(lambda there: (good, good) if not there else ()) == 2
    assert record.labels.votes.add_all(lambda there: () if there else (bad,)) == 0


def test_a_form_sent_twice_counts_once(record: Record) -> None:
    record.labels.items.replace(work(), items(5))
    first = hand(record, "Ada")
    for value in ("yes", "yes"):
        record.labels.assignments.answer(first.id, Vote("", "Ada", value, 1.0), TERMS)
    with pytest.raises(OutdatedAnswerError, match="have answered this item already: 'yes'"):
        record.labels.assignments.answer(first.id, Vote("", "Ada", "no", 1.0), TERMS)
    (vote,) = record.labels.votes.plain()
    assert (vote.value, vote.price, vote.assignment) == ("yes", PRICE, first.id)
    found = record.labels.items.worklist()
    assert found is not None
    assert (found.spent, found.held) == (PRICE, PRICE)


def test_nobody_answers_for_another(record: Record) -> None:
    record.labels.items.replace(work(), items(5))
    first = hand(record, "Ada")
    with pytest.raises(OutdatedAnswerError, match="Bo was not asked"):
        record.labels.assignments.answer(first.id, Vote("", "Bo", "yes", 1.0), TERMS)
    assert record.labels.votes.plain() == ()


def test_a_skip_is_no_vote_and_the_item_goes_on(record: Record) -> None:
    record.labels.items.replace(work(), items(1))
    first = hand(record, "Ada")
    skip = Vote("", "Ada", None, 1.0, is_skip=True, reason="cannot be read")
    assert record.labels.assignments.answer(first.id, skip, TERMS) is NoAssignment.DONE
    assert record.labels.votes.plain() == ()
    (kept,) = record.labels.votes.skips()
    assert (kept.item, kept.reason, kept.price) == ("k0", "cannot be read", 0)
    with pytest.raises(OutdatedAnswerError, match="answered this item already: skip"):
        record.labels.assignments.answer(first.id, Vote("", "Ada", None, 1.0), TERMS)
    assert say(record, "Bo", "yes") == "k0"


def test_undo_asks_for_the_item_again_and_keeps_its_place(record: Record) -> None:
    record.labels.items.replace(work(limit=3 * PRICE), items(3))
    answered = say(record, "Ada", "yes")
    at_hand = record.labels.assignments.progress("Ada").assignment
    again = record.labels.assignments.take_back("Ada", TERMS)
    assert isinstance(again, Assignment)
    assert again.item.key == answered
    assert record.labels.votes.plain() == ()
    for judge in ("Bo", "Cleo"):
        found = record.labels.assignments.next(judge, TERMS)
        assert found is NoAssignment.MONEY or (
            isinstance(found, Assignment) and found.item.key != answered
        )
    assert record.labels.assignments.answer(again.id, Vote("", "Ada", "no", 1.0), TERMS) == at_hand
    assert [(vote.item, vote.value) for vote in record.labels.votes.plain()] == [(answered, "no")]
    assert record.labels.assignments.take_back("Nobody", TERMS) is None


def test_a_skip_is_taken_back_only_while_its_place_is_free(record: Record) -> None:
    record.labels.items.replace(work(), items(1))
    first = hand(record, "Ada")
    record.labels.assignments.answer(
        first.id, Vote("", "Ada", None, 1.0, is_skip=True, reason="?"), TERMS
    )
    hand(record, "Bo")
    assert record.labels.assignments.take_back("Ada", TERMS) is NoAssignment.WAITING
    assert record.labels.votes.skips() == ()


def test_the_limit_of_money_is_hard(record: Record) -> None:
    record.labels.items.replace(work(limit=5 * PRICE - 1), items(50))
    given = [record.labels.assignments.next(f"judge {n}", TERMS) for n in range(10)]
    assert sum(isinstance(one, Assignment) for one in given) == 4
    assert given[4:] == [NoAssignment.MONEY] * 6
    record.labels.items.limit_money("a", {"unit": "row"}, 6 * PRICE)
    assert isinstance(record.labels.assignments.next("judge 5", TERMS), Assignment)
    assert isinstance(record.labels.assignments.next("judge 6", TERMS), Assignment)
    assert record.labels.assignments.next("judge 7", TERMS) is NoAssignment.MONEY


def test_a_new_list_counts_what_was_answered_before(record: Record) -> None:
    record.labels.votes.add(Vote("k0", "Bo", "yes", 1.0))
    record.labels.items.replace(work(limit=3 * PRICE), items(3))
    ada = [say(record, "Ada", "yes") for _ in range(2)]
    assert set(ada) == {"k1", "k2"}
    assert record.labels.assignments.next("Ada", TERMS) is NoAssignment.MONEY
    record.labels.items.replace(work(votes=2, limit=9 * PRICE, basis="b"), items(3))
    found = record.labels.items.worklist()
    assert found is not None
    assert (found.spent, found.votes) == (3 * PRICE, 2)
    assert say(record, "Ada", "no") == "k0"
    record.labels.items.replace(work(basis="b"), [])
    assert record.labels.items.worklist() is not None, "the same list is not made twice"
    assert isinstance(record.labels.assignments.next("Bo", TERMS), Assignment)


def test_who_has_come_how_far(record: Record) -> None:
    record.labels.items.replace(work(), items(10))
    for value in ("yes", None, "no"):
        say(record, "Ada", value)
    ada = record.labels.assignments.progress("Ada")
    assert (ada.n_votes, ada.seconds, ada.recent_s) == (3, 6.0, (2.0, 2.0, 2.0))
    assert ada.n_open == 7
    assert record.labels.assignments.progress("Bo").n_open == 6, "one is at hand with Ada"
    assert record.labels.votes.paid() == (3 * PRICE, 0)


def test_what_is_at_hand_is_counted_once(record: Record) -> None:
    record.labels.items.replace(work(votes=2), items(10))
    hand(record, "Ada")
    say(record, "Bo", "yes")
    assert record.labels.assignments.progress("Ada").n_open == 10
    assert record.labels.assignments.progress("Bo").n_open == 9
    assert record.labels.assignments.progress("Cleo").n_open == 9, "one is with Ada and Bo"


def crowd(url: str, judge: str, n_answers: int, failures: list[BaseException]) -> None:
    try:
        with Record.open(url, "flights") as own:
            for number in range(n_answers):
                found = own.labels.assignments.next(judge, TERMS)
                if isinstance(found, Assignment):
                    said = "no" if (number + len(judge)) % 3 else "yes"
                    own.labels.assignments.answer(found.id, Vote("", judge, said, 1.0), TERMS)
    except BaseException as error:
        failures.append(error)


def test_no_two_processes_exceed_people_or_money(record: Record, database_url: str) -> None:
    record.labels.items.replace(work(votes=2, most_votes=3, limit=50 * PRICE), items(40))
    failures: list[BaseException] = []
    threads = [
        threading.Thread(target=crowd, args=(database_url, "x" * n, 15, failures))
        for n in range(1, 7)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    votes = record.labels.votes.plain()
    per_item = Counter(vote.item for vote in votes)
    assert max(per_item.values()) <= 3
    assert len({(vote.item, vote.annotator) for vote in votes}) == len(votes)
    found = record.labels.items.worklist()
    assert found is not None
    assert found.spent == len(votes) * PRICE
    assert found.spent + found.held <= 50 * PRICE
    assert len(votes) > 40


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "late", "yes", "no", "unsure", "skip", "undo", "again"]),
        st.integers(0, 3),
    ),
    max_size=60,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=STEPS, votes=st.integers(1, 2), more=st.integers(0, 2), granted=st.integers(0, 9))
def test_no_interleaving_exceeds_people_or_money(
    steps: list[tuple[str, int]],
    votes: int,
    more: int,
    granted: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder: Path = tmp_path_factory.mktemp("interleaving")
    most, limit = votes + more, granted * PRICE
    terms = replace(TERMS, gold_share=0.2, repeat_share=0.2)
    with Record.open(f"sqlite:///{folder / 'r.db'}", "p") as record:
        record.labels.items.replace(work(votes, most, limit), items(5), {"k4"})
        seen: list[tuple[int, str]] = []
        for step, number in steps:
            act(record, step, f"judge {number}", terms, seen)
            require_the_rules(record, most, limit)


def act(
    record: Record, step: str, judge: str, terms: AssignmentTerms, seen: list[tuple[int, str]]
) -> None:
    if step == "undo":
        record.labels.assignments.take_back(judge, terms)
        return
    found = record.labels.assignments.next(
        judge, replace(terms, hold_s=1e-6) if step == "late" else terms
    )
    if isinstance(found, Assignment):
        seen.append((found.id, judge))
    if step in {"ask", "late"} or not seen:
        return
    # "again" answers the oldest form there is, whosever turn it is
    number, whose = seen[0] if step == "again" else seen[-1]
    value = None if step in {"unsure", "skip"} else "yes" if step == "again" else step
    try:
        record.labels.assignments.answer(
            number, Vote("", whose, value, 1.0, is_skip=step == "skip"), terms
        )
    except OutdatedAnswerError:
        return


def require_the_rules(record: Record, most: int, limit: int) -> None:
    plain = record.labels.votes.plain()
    assert all(n <= most for n in Counter(vote.item for vote in plain).values())
    everything = [*plain, *record.labels.votes.gold(), *record.labels.votes.repeats()]
    assert len({(one.item, one.annotator, one.kind) for one in everything}) == len(everything)
    found = record.labels.items.worklist()
    assert found is not None
    assert found.spent == sum(vote.price or 0 for vote in everything)
    assert found.held >= 0
    assert found.spent + found.held <= limit
