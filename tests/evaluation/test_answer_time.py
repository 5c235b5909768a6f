"""Time of answers, and the price that is stated for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.projects import customers, project

from leadline.engines.encoded_rows import KEPT
from leadline.engines.families.inputs.encoders import Columns
from leadline.engines.families.linear import Linear
from leadline.evaluation.answer_time import answer_price, answer_times


class Counting:
    """Notes how many rows it is asked about at once."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def predict(self, X: pl.DataFrame) -> Any:
        self.asked.append(X.height)
        return np.zeros(X.height)


@pytest.mark.parametrize(("n_rows", "asked"), [(3, [1, 1, 1, 3]), (2000, [1] * 5 + [1000])])
def test_a_row_alone_and_a_thousand_are_timed(n_rows: int, asked: list[int]) -> None:
    model = Counting()
    alone, together = answer_times(model, pl.DataFrame({"x": np.arange(n_rows)}))
    assert model.asked == asked
    assert alone > 0
    assert together > 0


def test_rows_that_a_fit_has_encoded_are_timed_with_their_encoding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(KEPT, "most_bytes", 10**7)
    rows = pl.DataFrame({"said": ["late", "on time", "late again", "in time"]})
    model = Linear().build({}, "binary", {"said": "text"}, 0).fit(rows, [1, 0, 1, 0])
    model.predict(rows)
    model.predict(rows[:1])
    n_encoded: list[int] = []
    encode = Columns._encoded

    def encoded(self: Columns, frame: pl.DataFrame) -> Any:
        n_encoded.append(frame.height)
        return encode(self, frame)

    monkeypatch.setattr(Columns, "_encoded", encoded)
    answer_times(model, rows)
    assert n_encoded == [1, 1, 1, 1, 4]
    assert KEPT.most_bytes == 10**7


@pytest.mark.parametrize(("seconds", "told"), [(0.4, (0.4, 0.4)), (None, ())])
def test_who_asks_elsewhere_measures_by_itself(
    seconds: float | None, told: tuple[float, ...]
) -> None:
    model = Counting()
    model.seconds_per_row_ = seconds  # type: ignore[attr-defined]
    assert answer_times(model, pl.DataFrame({"x": [1]})) == told
    assert not model.asked


RATE = {"rows_per_year": 1e6, "instance_per_hour": 0.1}
WORTH = {"hundredth_worth": 50.0}


@pytest.mark.parametrize(
    ("serve", "find", "is_priced"),
    [
        (RATE, WORTH, True),
        (RATE, {}, False),
        ({}, WORTH, False),
        ({**RATE, "instance_per_hour": 0.0}, WORTH, False),
    ],
)
def test_a_price_needs_all_its_parts(
    tmp_path: Path, serve: dict[str, float], find: dict[str, float], is_priced: bool
) -> None:
    with project(tmp_path, customers(20), serve=serve, find=find) as workspace:
        price = answer_price(workspace)
    assert (price is not None) == is_priced
    if price is not None:
        assert (price.rows_per_year, price.hundredth_worth) == (1e6, 50.0)
