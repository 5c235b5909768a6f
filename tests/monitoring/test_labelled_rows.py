from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import polars as pl
import pytest

from leadline.monitoring.block_rows import ROWS, block_rows, rows_of_block
from leadline.monitoring.labelled_rows import labelled_blocks, rows_stood_for
from leadline.monitoring.page_labels import KnownRows
from leadline.record import Artifacts, Observation
from leadline.snapshot import to_parquet

KINDS = {"calls": "number", "plan": "category"}


def seen(block: str, payload: dict[str, Any]) -> Observation:
    return Observation("r1", block, block, 4, payload)


def read(store: Artifacts, observation: Observation) -> KnownRows | None:
    rows = rows_of_block(store, observation)
    return None if rows is None else KnownRows(rows, observation.payload[ROWS])


def kept(store: Artifacts, truth: pl.Series, scores: list[float]) -> str:
    """Four rows of a block; the last has no label."""
    X = pl.DataFrame({"calls": [1.0, None, 3.0, 4.0], "plan": ["x", None, "z", "x"]})
    rows = block_rows(
        keys=pl.Series(["a", "b", "c", "d"]),
        times=None,
        scores=pl.Series(scores),
        said=truth.fill_null(strategy="forward"),
        truth=truth,
        is_learnt=None,
        features=X,
    )
    return store.put(to_parquet(rows), kind="block")


@pytest.mark.parametrize("truth", [[0, 1, 1, None], ["b", "a", "ä", None], [0.5, -1.0, 2.25, None]])
def test_labelled_rows_are_as_the_model_reads_them(truth: list[Any]) -> None:
    store = Artifacts("memory://labelled")
    digest = kept(store, pl.Series(truth), [0.1, 0.1, 0.9, 0.9])
    later, first = seen("2024-06-10", {ROWS: digest}), seen("2024-06-03", {ROWS: digest})
    blocks = labelled_blocks(partial(read, store), [later, seen("2024-06-17", {}), first], KINDS)
    assert [block.name for block in blocks] == ["2024-06-03", "2024-06-10"]
    assert blocks[0].X["calls"].to_list() == [1.0, None, 3.0]
    assert blocks[0].X["plan"].to_list() == ["x", None, "z"]
    assert blocks[0].y.tolist() == truth[:3]
    assert blocks[0].weights.sum() == pytest.approx(4)


def test_rows_without_an_answer_and_blocks_without_a_label_are_left_out() -> None:
    store = Artifacts("memory://labelled")
    digest = kept(store, pl.Series(["b", "a", "b", None]), [0.4, 0.6, 0.7, 0.9])
    (block,) = labelled_blocks(
        partial(read, store), [seen("2024-06-03", {ROWS: digest})], KINDS, confidence=0.5
    )
    assert (block.y.tolist(), block.n_rows) == (["a", "b"], 3)
    bare = kept(store, pl.Series([None] * 4, dtype=pl.String), [0.4, 0.6, 0.7, 0.9])
    assert labelled_blocks(partial(read, store), [seen("2024-06-03", {ROWS: bare})], KINDS) == []


def test_rows_that_were_asked_for_in_doubt_stand_for_few() -> None:
    """Of 1,000 rows a tenth are in doubt, and half of the 40 labels are theirs."""
    rng = np.random.default_rng(0)
    scores = np.concatenate([rng.uniform(0, 0.3, 900), rng.uniform(0.4, 0.6, 100)])
    is_labelled = np.zeros(1000, dtype=bool)
    is_labelled[rng.choice(900, 20, replace=False)] = True
    is_labelled[900 + rng.choice(100, 20, replace=False)] = True
    weights = rows_stood_for(scores, is_labelled)
    assert weights.sum() == pytest.approx(1000)
    in_doubt = scores[is_labelled] > 0.35
    assert weights[in_doubt].sum() == pytest.approx(100, abs=60)
    assert weights[~in_doubt].mean() > 3 * weights[in_doubt].mean()


@pytest.mark.parametrize("labelled", [[0], [3], range(2, 12), range(12)])
def test_all_rows_are_stood_for_whatever_the_ties(labelled: list[int]) -> None:
    scores = np.array([0.2] * 6 + [0.7] * 6)
    is_labelled = np.isin(np.arange(12), labelled)
    weights = rows_stood_for(scores, is_labelled)
    assert weights.size == len(labelled)
    assert weights.sum() == pytest.approx(12)
    assert np.all(np.isfinite(weights))


def test_where_all_rows_are_labelled_each_stands_for_itself() -> None:
    scores = np.random.default_rng(1).random(30).round(1)
    assert rows_stood_for(scores, np.ones(30, dtype=bool)).tolist() == [1.0] * 30
