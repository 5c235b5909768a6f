"""Trials of candidates, and single fits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pytest
from tests.examples import example_search

from leadline.errors import RecordError
from leadline.record import Record


@pytest.fixture
def record(database_url: str) -> Iterator[Record]:
    with Record.open(database_url, "flights") as record:
        yield record


def test_trials_come_back_by_study_in_order(record: Record, database_url: str) -> None:
    trials = example_search().trials
    for trial in trials:
        record.trials.add("study-1", trial)
    record.trials.add("study-2", trials[0])
    assert record.trials.of("study-1") == trials
    assert record.trials.of("study-2") == trials[:1]
    assert record.trials.of("study-3") == ()
    with Record.open(database_url, "hotels") as other:
        assert other.trials.of("study-1") == ()


def test_a_trial_without_a_number_is_refused(record: Record) -> None:
    with pytest.raises(ValueError, match=r"Trial\.mean is nan"):
        record.trials.add("box", replace(example_search().trials[0], mean=float("nan")))
    assert record.trials.of("box") == ()


@dataclass(frozen=True)
class Result:
    """Called `loss` in version 1."""

    VERSION: ClassVar[int] = 2

    error: float
    seconds: float = 0.0

    @classmethod
    def upgrade(cls, payload: Mapping[str, Any], version: int) -> dict[str, Any]:
        assert version == 1
        return {**payload, "error": payload["loss"]}


@dataclass(frozen=True)
class OldResult:
    loss: float


def test_fits_come_back_by_key_size_and_repeat(record: Record, database_url: str) -> None:
    record.fits.add("linear", 80, 1, Result(0.25, 3.0))
    record.fits.add("linear", 80, 0, Result(0.5))
    record.fits.add("linear", 40, 0, Result(0.75))
    record.fits.add("forest", 80, 0, Result(0.125))
    found = record.fits.of("linear", Result)
    assert found == {(80, 1): Result(0.25, 3.0), (80, 0): Result(0.5), (40, 0): Result(0.75)}
    assert list(found) == [(80, 1), (80, 0), (40, 0)]
    assert record.fits.of("lin", Result) == {}
    assert record.trials.of("linear") == ()
    with Record.open(database_url, "hotels") as other:
        assert other.fits.of("linear", Result) == {}


def test_a_fit_that_comes_again_takes_the_place_of_the_earlier(record: Record) -> None:
    for seconds in (3.0, 2.0):
        record.fits.add("linear", 80, 0, Result(0.5, seconds))
    assert record.fits.of("linear", Result) == {(80, 0): Result(0.5, 2.0)}


def test_a_fit_of_an_earlier_version_is_upgraded(record: Record) -> None:
    record.fits.add("linear", 80, 0, OldResult(0.5))
    record.fits.add("linear", 80, 1, Result(0.25))
    assert record.fits.of("linear", Result) == {(80, 0): Result(0.5), (80, 1): Result(0.25)}
    with pytest.raises(RecordError, match="is of version 2"):
        record.fits.of("linear", OldResult)


def test_a_fit_without_a_number_is_refused(record: Record) -> None:
    with pytest.raises(ValueError, match=r"Result\.error is nan"):
        record.fits.add("linear", 80, 0, Result(float("nan")))
    assert record.fits.of("linear", Result) == {}
