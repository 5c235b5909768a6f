"""Pictures of networks: boxes that do not overlap, and the epoch that was kept."""

from __future__ import annotations

from typing import Any

from leadline.charts.drawing.rendering import description, svg
from leadline.charts.drawing.sheet import NARROW, WIDE
from leadline.charts.neural_network import architecture_chart, epochs_chart

IMAGE = [
    {"layer": "pixels", "n_out": 1, "size": 8},
    {"layer": "convolution", "n_out": 16, "activation": "relu"},
    {"layer": "pooling", "n_out": 16},
    {"layer": "flatten", "n_out": 256},
    {"layer": "numbers", "n_out": 3},
    {"layer": "embedding", "n_out": 4, "n_in": 6, "column": "the manufacturer's town"},
    {"layer": "dense", "n_out": 64, "activation": "relu", "dropout": 0.2},
    {"layer": "output", "n_out": 10},
]


def datasets(chart: Any) -> list[list[dict[str, Any]]]:
    rows: list[list[dict[str, Any]]] = list(chart.to_dict()["datasets"].values())
    return rows


def frames(chart: Any) -> list[dict[str, Any]]:
    return next(rows for rows in datasets(chart) if rows and "color" in rows[0])


def test_every_layer_has_a_box_or_words_in_one() -> None:
    drawn = svg(architecture_chart(IMAGE, "A network for digits"))  # type: ignore[arg-type]
    for words in ("pixels", "8 × 8", "16 filters", "relu, then halved", "numbers", "dropout 0.2"):
        assert words in drawn
    assert "the manufacture…" in drawn


def test_boxes_do_not_overlap_and_fit_a_page() -> None:
    deep = [*IMAGE[:-1], *[IMAGE[-2]] * 5, IMAGE[-1]]
    many = [{"layer": "embedding", "n_out": 4, "n_in": 6, "column": str(i)} for i in range(30)]
    for layers in (IMAGE, deep, [*many, *IMAGE[-2:]], IMAGE[-2:], [*many[:4], IMAGE[-1]]):
        for sheet, widest in ((WIDE, 900), (NARROW, 400)):
            boxes = frames(architecture_chart(layers, "A network", sheet))
            assert max(box["x2"] for box in boxes) <= widest
            check_apart(boxes)


def check_apart(boxes: list[dict[str, Any]]) -> None:
    for place, one in enumerate(boxes):
        for other in boxes[:place]:
            is_beside = one["x"] >= other["x2"] or other["x"] >= one["x2"]
            is_below = one["y"] >= other["y2"] or other["y"] >= one["y2"]
            assert is_beside or is_below


def test_layers_of_a_person_s_own_are_drawn_too() -> None:
    layers = [{"layer": "attention", "n_out": 8}, {"layer": "output", "n_out": 2}]
    assert "attention" in svg(architecture_chart(layers, "Own"))  # type: ignore[arg-type]


def test_the_kept_epoch_is_marked() -> None:
    epochs = [
        {"train_loss": 1.0 / n, "valid_loss": abs(n - 3) + 0.5, "seconds": float(n)}
        for n in range(1, 6)
    ]
    chart = epochs_chart(epochs, "Best after three epochs")
    assert "kept: epoch 3" in svg(chart)  # type: ignore[arg-type]
    assert "5 epochs took 5.0 seconds" in description(chart)  # type: ignore[arg-type]
    epochs[3]["kept"] = True
    assert "kept: epoch 4" in svg(epochs_chart(epochs, "Best"))  # type: ignore[arg-type]


def test_without_rows_held_out_there_is_one_line() -> None:
    epochs = [{"train_loss": 1.0, "valid_loss": None, "seconds": 0.1}]
    drawn = svg(epochs_chart(epochs, "One epoch"))  # type: ignore[arg-type]
    assert "rows learnt from" in drawn
    assert "rows held out" not in drawn


def test_nothing_is_drawn_of_nothing() -> None:
    assert architecture_chart([], "None") is None
    assert epochs_chart([{"train_loss": None, "valid_loss": None, "seconds": 0.0}], "None") is None
