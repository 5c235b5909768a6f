from __future__ import annotations

import polars as pl

from leadline.reading.unusual_inputs import InputCounts, UnusualInputs, UsualInputs


def test_what_is_frequent_in_all_pieces_is_told_first() -> None:
    usual = UsualInputs({"town": ("Oslo",)}, {"town": 0.0})
    pieces = []
    for piece in range(5):
        rare = [f"{piece} {n}" for n in range(30) for _ in range(2)]
        pieces.append(counts := InputCounts())
        counts.count(pl.DataFrame({"town": [*rare, "Bergen", "Oslo"]}), usual)
    told = UnusualInputs.of(pieces, usual)
    assert told.unseen == {"town": 5 * 61}
    assert next(iter(told.values["town"].items())) == ("Bergen", 5)
    assert len(told.values["town"]) == 20
