"""Further rows for judging: others than before, in an order that tells nothing."""

from __future__ import annotations

import numpy as np
import pytest
from tests.services.planned_streams import N_ROWS, late, planned_tuning, scores

from leadline.datasets.further_sample import FurtherSample, Said, draw_further
from leadline.datasets.stream_sample import first_part
from leadline.phases.tuning import Tuning
from leadline.record import Artifacts
from leadline.snapshot import from_parquet

STORE = Artifacts("memory://further")


@pytest.fixture
def tuning() -> Tuning:
    return planned_tuning(STORE)


def rows_in(digest: str) -> np.ndarray:
    return np.frombuffer(STORE.get(digest), "<i8")


def further(tuning: Tuning, n: int, *, is_clear: bool = False, seed: int = 0) -> FurtherSample:
    rows = np.sort(rows_in(tuning.sample))
    said = Said(rows, late()[rows].astype(np.int64))
    rng = np.random.default_rng(seed)
    return draw_further(STORE, tuning, said, n, rng, break_even=0.2, is_clear=is_clear)


def test_all_rows_stay_and_others_come(tuning: Tuning) -> None:
    found = further(tuning, 60)
    before, rows = rows_in(tuning.sample), rows_in(found.sample)
    assert found.n_sample == rows.size == np.unique(rows).size == before.size + 60
    assert set(before) < set(rows)
    assert np.array_equal(np.frombuffer(STORE.get(found.sample_scores), "<f8"), scores()[rows])
    kept = from_parquet(STORE.get(found.sample_rows))
    assert kept["dep_delay"].equals(from_parquet(STORE.get(tuning.stream))["dep_delay"][rows])
    assert {each.digest for each in found.artifacts} == {
        found.sample,
        found.sample_rows,
        found.sample_scores,
    }


def test_new_rows_stand_among_the_old_ones(tuning: Tuning) -> None:
    before = rows_in(tuning.sample)
    places = []
    for seed in range(10):
        rows = rows_in(further(tuning, 60, seed=seed).sample)
        places.append(np.flatnonzero(~np.isin(rows, before)).mean())
    assert abs(np.mean(places) - 59.5) < 8


def test_where_the_choice_is_clear_no_rows_are_spent_on_it(tuning: Tuning) -> None:
    thresholds = [point.threshold for point in tuning.points]
    shares = []
    for is_clear in (False, True):
        drawn = [rows_in(further(tuning, 60, is_clear=is_clear, seed=s).sample) for s in range(5)]
        new = np.concatenate([rows[~np.isin(rows, rows_in(tuning.sample))] for rows in drawn])
        between = (scores()[new] >= min(thresholds)) & (scores()[new] < max(thresholds))
        shares.append(between.mean())
    assert shares[0] > shares[1]


def test_a_stream_that_ends_gives_what_it_has(tuning: Tuning) -> None:
    assert further(tuning, 10 * N_ROWS).n_sample == N_ROWS


def test_nothing_answered_is_no_obstacle(tuning: Tuning) -> None:
    nothing = Said(np.zeros(0, np.int64), np.zeros(0, np.int64))
    found = draw_further(STORE, tuning, nothing, 30, np.random.default_rng(0))
    assert found.n_sample == tuning.n_sample + 30


def test_few_judgments_are_not_parted() -> None:
    assert first_part(60, 1_000) == 30
    assert first_part(59, 1_000) == 59
    assert first_part(160, 160) == 160
    assert first_part(75, 1_000) == 38
