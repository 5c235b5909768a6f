"""Reviews: judgments of the stream, and opinions on the costs of errors."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from tests.examples import example_search, example_tuning

from leadline.errors import RecordError
from leadline.record import Artifact, CostOpinion, Draw, DrawReason, Judgment, Record

AT = datetime(2025, 1, 6, 9, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        yield record


@pytest.fixture
def tuning(record: Record) -> int:
    return record.append("tuning", example_tuning(), by="worker").number


def judgment(tuning: int, row: int, reviewer: str, is_positive: bool | None) -> Judgment:
    return Judgment(tuning, row, reviewer, is_positive, 3.25, AT)


def test_the_latest_judgment_of_each_reviewer_on_each_row_counts(
    record: Record, tuning: int
) -> None:
    other = record.append("tuning", example_tuning(), by="worker").number
    judgments = [
        judgment(tuning, 17, "Ada", True),
        judgment(tuning, 4, "Ada", None),
        judgment(tuning, 17, "Bob", True),
        judgment(tuning, 17, "Ada", False),
        judgment(other, 17, "Ada", True),
    ]
    for one in judgments:
        record.reviews.add_judgment(one)
    assert record.reviews.judgments(tuning) == tuple(judgments[1:4])
    assert record.reviews.judgments(other) == (judgments[4],)


def test_undoing_a_judgment_touches_its_reviewer_and_tuning_only(
    record: Record, tuning: int
) -> None:
    other = record.append("tuning", example_tuning(), by="worker").number
    kept = [judgment(tuning, 1, "Bob", True), judgment(other, 2, "Ada", False)]
    for one in (judgment(tuning, 3, "Ada", True), *kept):
        record.reviews.add_judgment(one)
    assert record.reviews.undo_judgment(tuning, "Ada") == 3
    assert record.reviews.undo_judgment(tuning, "Ada") is None
    assert record.reviews.judgments(tuning) == (kept[0],)
    assert record.reviews.judgments(other) == (kept[1],)


def test_a_judgment_is_about_a_tuning(record: Record) -> None:
    with pytest.raises(RecordError, match="There is no entry 1"):
        record.reviews.add_judgment(judgment(1, 17, "Ada", True))
    record.append("search", example_search(), by="worker")
    with pytest.raises(RecordError, match="Entry 1 is of 'search'"):
        record.reviews.add_judgment(judgment(1, 17, "Ada", True))


def test_undoing_a_judgment_brings_back_the_one_before_it(record: Record, tuning: int) -> None:
    first, changed = judgment(tuning, 3, "Ada", True), judgment(tuning, 3, "Ada", False)
    record.reviews.add_judgment(first)
    record.reviews.add_judgment(changed)
    assert record.reviews.judgments(tuning) == (changed,)
    assert record.reviews.undo_judgment(tuning, "Ada") == 3
    assert record.reviews.judgments(tuning) == (first,)


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf")])
def test_seconds_are_seconds(record: Record, seconds: float) -> None:
    with pytest.raises(ValueError, match="seconds must be at least 0"):
        record.reviews.add_judgment(Judgment(1, 1, "Ada", True, seconds))


# --------------------------------------------------------------------------- opinions


def opinion(tuning: int, person: str, ratio: float, why: str = "") -> CostOpinion:
    return CostOpinion(tuning, person, ratio, why, AT)


def test_the_latest_opinion_of_each_person_counts(record: Record, tuning: int) -> None:
    other = record.append("tuning", example_tuning(), by="worker").number
    said = [
        opinion(tuning, "Ada", 5.0, "as before"),
        opinion(tuning, "Bo", 9.0),
        opinion(other, "Ada", 1.0),
        opinion(tuning, "Ada", 7.5, "dearer now"),
    ]
    for one in said:
        record.reviews.add_opinion(one)
    assert record.reviews.opinions(tuning) == (said[1], said[3])
    assert record.reviews.opinions(other) == (said[2],)
    assert record.reviews.judgments(tuning) == ()
    assert record.observations.of(f"tuning:{tuning}") == ()


@pytest.mark.parametrize("ratio", [0.0, -1.0, float("nan"), float("inf")])
def test_a_ratio_is_above_zero(record: Record, tuning: int, ratio: float) -> None:
    with pytest.raises(ValueError, match="ratio must be finite and above 0"):
        record.reviews.add_opinion(opinion(tuning, "Ada", ratio))
    assert record.reviews.opinions(tuning) == ()


def test_an_opinion_is_about_a_tuning(record: Record, database_url: str, tuning: int) -> None:
    with pytest.raises(RecordError, match=r"no entry 9\. An opinion is about"):
        record.reviews.add_opinion(opinion(9, "Ada", 5.0))
    with (
        Record.open(database_url, "hotels") as other,
        pytest.raises(RecordError, match=f"There is no entry {tuning}"),
    ):
        other.reviews.add_opinion(opinion(tuning, "Ada", 5.0))


def drawn(tuning: int, n_sample: int, reason: DrawReason = DrawReason.PLANNED) -> Draw:
    return Draw(tuning, reason, "5a" * 32, "5b" * 32, "5c" * 32, n_sample, "Ada", AT)


def test_draws_follow_one_another(record: Record, tuning: int) -> None:
    other = record.append("tuning", example_tuning(), by="worker").number
    assert record.reviews.draws(tuning) == ()
    first, second = drawn(tuning, 200), drawn(tuning, 250, DrawReason.ASKED)
    assert record.reviews.add_draw(first, after=0)
    assert not record.reviews.add_draw(second, after=0), "another came in between"
    assert record.reviews.add_draw(second, after=1)
    assert record.reviews.draws(tuning) == (first, second)
    assert record.reviews.draws(other) == ()


def test_what_a_draw_stored_is_listed_with_its_tuning(record: Record, tuning: int) -> None:
    stored = [Artifact("5a" * 32, "sample", 800), Artifact("5b" * 32, "sample", 9_000)]
    for n in range(2):
        assert record.reviews.add_draw(drawn(tuning, 200), after=n, artifacts=stored)
    assert record.artifacts_of(tuning) == tuple(stored)


def test_a_draw_is_about_a_tuning(record: Record) -> None:
    with pytest.raises(RecordError, match="There is no entry 1"):
        record.reviews.add_draw(drawn(1, 200), after=0)


def test_of_two_draws_at_once_one_is_kept(record: Record, tuning: int) -> None:
    with ThreadPoolExecutor(4) as pool:
        kept = list(
            pool.map(lambda n: record.reviews.add_draw(drawn(tuning, n), after=0), range(4))
        )
    assert sum(kept) == 1
    assert len(record.reviews.draws(tuning)) == 1
