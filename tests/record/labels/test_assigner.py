"""Hidden items among those that are assigned: gold and repeats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.record.labels.test_assignments import PRICE, TERMS, hand, items, say, work

from leadline.record import Assignment, Record, Vote, VoteKind

REPEATS = replace(TERMS, repeat_share=1.0)


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        yield record


def test_gold_and_repeats_are_hidden_and_read_apart(record: Record) -> None:
    terms = replace(TERMS, gold_share=0.2, repeat_share=0.2)
    gold = {f"k{number}" for number in range(10)}
    record.labels.items.replace(work(), items(100), gold)
    for _ in range(90):
        say(record, "Ada", "yes", terms)
    plain, hidden, again = (
        record.labels.votes.plain(),
        record.labels.votes.gold(),
        record.labels.votes.repeats(),
    )
    assert len(plain) + len(hidden) + len(again) == 90
    assert {vote.item for vote in hidden} <= gold
    assert len({vote.item for vote in hidden}) == len(hidden) > 3
    assert {vote.item for vote in again} <= {vote.item for vote in plain}
    assert len({vote.item for vote in again}) == len(again) > 3
    assert not gold & {vote.item for vote in plain}
    assert all(vote.kind is VoteKind.REPEAT for vote in again)
    kind = record.labels.assignments.take_back("Ada", terms)
    assert isinstance(kind, Assignment), "whatever kind the last was"
    found = record.labels.items.worklist()
    assert found is not None
    assert (found.spent, found.held) == (89 * PRICE, 2 * PRICE)


def test_an_item_is_repeated_after_ten_others_and_once(record: Record) -> None:
    record.labels.items.replace(work(), items(20))
    skipped = hand(record, "Ada")
    skip = Vote("", "Ada", None, 1.0, is_skip=True, reason="dark")
    record.labels.assignments.answer(skipped.id, skip, TERMS)
    first = say(record, "Ada", "yes")
    for _ in range(9):
        say(record, "Ada", "yes")
    # ten votes, and nothing voted on before them: what was skipped is not shown again
    assert say(record, "Ada", "yes") not in {skipped.item.key, first}
    assert say(record, "Ada", "no", REPEATS) != first, "it was handed out before it was due"
    assert say(record, "Ada", "no", REPEATS) == first
    assert [(one.item, one.value) for one in record.labels.votes.repeats()] == [(first, "no")]
    seen = [say(record, "Ada", "yes", REPEATS) for _ in range(3)]
    assert first not in seen


def test_a_repeat_takes_no_place_from_others(record: Record) -> None:
    record.labels.items.replace(work(votes=2), items(12))
    for _ in range(11):
        say(record, "Ada", "yes")
    say(record, "Ada", "yes", REPEATS)
    again = hand(record, "Ada", REPEATS)
    given = {say(record, "Bo", "yes") for _ in range(12)}
    assert again.item.key in given
    assert len(given) == 12
