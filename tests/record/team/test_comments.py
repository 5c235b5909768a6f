"""What people said: kept in order, by what it is about, project by project."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.examples import example_problem

from leadline.record import Record


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        yield record


def test_comments_stay_in_the_order_they_came(record: Record, database_url: str) -> None:
    first = record.comments.add("train", "Too **dear**?", "Ada")
    second = record.comments.add("entry 2", "No.", "Bo")
    with Record.open(database_url, "another") as other:
        assert other.comments.newest() == ()
        assert other.comments.add("train", "Ours.", "Cy").about == "train"
    assert record.comments.newest() == (first, second)
    assert record.comments.newest(limit=1) == (second,)
    assert record.comments.of("train") == (first,)
    assert record.comments.of("train", "entry 2") == (first, second)
    assert record.comments.of() == ()


def test_who_is_on_the_record_is_known(record: Record) -> None:
    record.append("problem", example_problem(), by="Ada Ops")
    record.comments.add("project", "Hm.", "Bo")
    assert record.comments.people() == ("Ada Ops", "Bo")


@pytest.mark.parametrize("said", [("", "x", "Ada"), ("train", " ", "Ada"), ("train", "x", "")])
def test_a_comment_without_words_place_or_person_is_refused(
    record: Record, said: tuple[str, str, str]
) -> None:
    with pytest.raises(ValueError, match="says something about something"):
        record.comments.add(*said)
    assert record.comments.newest() == ()
