"""Charts of a neural network: architecture, and loss by epoch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import altair as alt

from leadline.charts.drawing.palette import (
    BLUE,
    BOX_COLORS,
    GREY,
    INK,
    REGION_COLORS,
    SOFT,
    VERMILION,
)
from leadline.charts.drawing.sheet import WIDE, Sheet
from leadline.charts.drawing.theme import Picture, Record, framed, labels, layered, table
from leadline.phases.wording import plural, shortened

Layer = Mapping[str, Any]
Epoch = Mapping[str, Any]

_MOST_WIDE = 900
_BOX, _BOX_NARROW, _GAP = 128, 116, 30
_TALL, _TIER = 62, 76
_LINE = 16
_NAMES = 110  # pixels of the names beside a narrow plot
_MOST_SIDES, _MOST_SIDES_NARROW = 4, 1
_LONGEST = 16  # letters of a column's name
_COLORS = {
    "pixels": BOX_COLORS["input"],
    "numbers": BOX_COLORS["input"],
    "embedding": BOX_COLORS["input"],
    "convolution": REGION_COLORS["small data"],
    "dense": REGION_COLORS["power law"],
    "output": BOX_COLORS["output"],
}
_PICTURE = ("pixels", "convolution")
_SIDES = ("numbers", "embedding")
# layers without weights: named in the box of the layer before
_WITHIN = {"pooling": ", then halved", "flatten": ""}


def architecture_chart(layers: Sequence[Layer], title: str, sheet: Sheet = WIDE) -> Picture | None:
    """Draw what a network is made of.

    Parameters
    ----------
    layers : sequence of mapping
        As ``architecture_``: at least "layer" and "n_out" of each, in order. What takes columns
        (numbers, embeddings, pixels) stands on the left, one below the other.
    title : str
        The message.
    sheet : Sheet, default=WIDE
        What it is drawn on.

    Returns
    -------
    Picture or None
        None if there are no layers.
    """
    if not layers:
        return None
    n_sides = _MOST_SIDES_NARROW if sheet.is_narrow else _MOST_SIDES
    boxes, arrows = _placed(_boxes(layers, n_sides), is_narrow=sheet.is_narrow)
    width = max(box["x2"] for box in boxes)
    height = max(box["y2"] for box in boxes)
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, width], nice=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[height, 0], nice=False), axis=None)
    frames = alt.Chart(table(boxes)).mark_rect(cornerRadius=5, stroke=GREY, strokeWidth=1)
    lines = alt.Chart(table(arrows)).mark_rule(color=GREY, strokeWidth=1.5)
    ends: list[Record] = [{"x": arrow["x2"], "y": arrow["y2"]} for arrow in arrows]
    tips = alt.Chart(table(ends)).mark_point(
        shape="triangle-down" if sheet.is_narrow else "triangle-right",
        filled=True,
        size=60,
        color=GREY,
        opacity=1,
    )
    words = [line for box in boxes for line in _words(box)]
    drawn = layered(
        lines.encode(x, y, x2="x2:Q", y2="y2:Q"),
        tips.encode(x, y),
        frames.encode(x, y, x2="x2:Q", y2="y2:Q", color=alt.Color("color:N", scale=None)),
        *(
            alt.Chart(table([line for line in words if line["bold"] is bold]))
            .mark_text(fontSize=12, fontWeight="bold" if bold else "normal", color=INK)
            .encode(x, y, text="text:N")
            for bold in (True, False)
        ),
        width=round(width),
        height=round(height),
    )
    return framed(drawn, title, _told_of(layers), sheet)


def epochs_chart(epochs: Sequence[Epoch], title: str, sheet: Sheet = WIDE) -> Picture | None:
    """Draw the loss on the rows learnt from and on those held out, and the epoch that was kept.

    Parameters
    ----------
    epochs : sequence of mapping
        As ``epochs_``: "train_loss", "valid_loss" (or None) and "seconds"; "kept" is True for the
        epoch whose weights were kept. If none says so, it is the one of least loss.
    title : str
        The message.
    sheet : Sheet, default=WIDE
        What it is drawn on.

    Returns
    -------
    Picture or None
        None if no epoch has a loss.
    """
    rows = _losses(epochs)
    if not rows:
        return None
    base = alt.Chart(table(rows))
    x = alt.X(
        "epoch:Q",
        title="epoch",
        axis=alt.Axis(grid=False, tickMinStep=1, format="d"),
        scale=alt.Scale(domain=[1, max(len(epochs), 2)], nice=False),
    )
    y = alt.Y("loss:Q", title="loss", scale=alt.Scale(zero=False))
    color = alt.Color("color:N", scale=None)
    kept = alt.Chart(table([_kept(epochs)]))
    drawn = layered(
        base.mark_line(strokeWidth=2.5).encode(x, y, color=color, detail="name:N"),
        base.mark_point(filled=True, size=25, opacity=1).encode(x, y, color=color),
        kept.mark_rule(color=VERMILION, strokeWidth=1.5, strokeDash=[4, 3]).encode(x),
        kept.mark_point(filled=True, size=160, shape="diamond", color=VERMILION, opacity=1).encode(
            x, y
        ),
        *labels(kept, x, y=-10, align="center", color=VERMILION, fontWeight="bold"),
        *(
            alt.Chart(table([row]))
            .mark_text(align="left", dx=10, dy=row["dy"], color=row["ink"], fontSize=13)
            .encode(x, y, text="name:N")
            for row in _names(rows)
        ),
        width=sheet.plot(beside=_NAMES),
        height=280,
    )
    return framed(drawn, title, _took(epochs), sheet)


def _boxes(layers: Sequence[Layer], n_sides: int) -> dict[str, list[list[str]]]:
    """Lines of words of each box, by where it stands."""
    boxes: dict[str, list[list[str]]] = {"picture": [], "sides": [], "trunk": []}
    embeddings = [layer for layer in layers if layer["layer"] == "embedding"]
    is_crowded = len(embeddings) > n_sides
    for layer in layers:
        kind = layer["layer"]
        if kind in _WITHIN:
            if _WITHIN[kind] and boxes["picture"]:
                boxes["picture"][-1][-1] += _WITHIN[kind]
        elif not (is_crowded and kind == "embedding"):
            place = "picture" if kind in _PICTURE else "sides" if kind in _SIDES else "trunk"
            boxes[place].append(_told(layer))
    if is_crowded:
        n_out = sum(layer["n_out"] for layer in embeddings)
        boxes["sides"].append(["embedding", f"{len(embeddings)} columns", f"to {n_out} numbers"])
    return boxes


def _told(layer: Layer) -> list[str]:
    """What a box says: the kind of its layer, and what it is like."""
    kind, n_out = layer["layer"], layer["n_out"]
    if kind == "pixels":
        size = layer.get("size", "?")
        return [kind, f"{size} × {size}", "colour" if n_out == 3 else f"{n_out} shades"]
    if kind == "numbers":
        return [kind, f"{n_out}"]
    if kind == "embedding":
        column = shortened(str(layer.get("column", "")), _LONGEST)
        return [kind, column, f"{layer.get('n_in', '?')} to {n_out}"]
    many = "filters" if kind == "convolution" else "wide"
    lines = [kind, f"{n_out} {many}" if kind != "output" else f"{n_out}"]
    more = [str(layer["activation"])] if layer.get("activation") else []
    more += [f"dropout {layer['dropout']:g}"] if layer.get("dropout") else []
    return [*lines, ", ".join(more)] if more else lines


def _placed(
    boxes: Mapping[str, list[list[str]]], *, is_narrow: bool
) -> tuple[list[Record], list[Record]]:
    """Boxes in pixels, and the arrows between them; all inputs meet in the middle.

    From left to right, or on a narrow sheet from top to bottom.
    """
    picture, sides, trunk = boxes["picture"], boxes["sides"], boxes["trunk"]
    n_before = max(len(picture), 1 if sides else 0)
    n_columns = n_before + len(trunk)
    n_tiers = max(len(sides) + bool(picture), 1)
    gap = min(_GAP, 0.25 * _MOST_WIDE / n_columns)
    box = min(_BOX, _MOST_WIDE / n_columns - gap)

    def at(column: int, tier: float, lines: list[str]) -> Record:
        x, y = column * (box + gap), tier * _TIER
        if is_narrow:
            x, y = tier * (_BOX_NARROW + 12), column * (_TALL + _GAP)
        color = _COLORS.get(lines[0], BOX_COLORS["other"])
        return {
            "x": x,
            "x2": x + (_BOX_NARROW if is_narrow else box),
            "y": y,
            "y2": y + _TALL,
            "color": color,
            "lines": lines,
        }

    seen = [at(column, 0, lines) for column, lines in enumerate(picture)]
    beside = [at(n_before - 1, i, lines) for i, lines in enumerate(sides, start=bool(picture))]
    middle = (n_tiers - 1) / 2
    known = [at(n_before + i, middle, lines) for i, lines in enumerate(trunk)]
    pairs = [*pairwise(seen), *pairwise(known)]
    pairs += [(one, known[0]) for one in [*seen[-1:], *beside] if known]
    return [*seen, *beside, *known], [_arrow(*pair, is_narrow=is_narrow) for pair in pairs]


def _arrow(one: Record, other: Record, *, is_narrow: bool) -> Record:
    if is_narrow:
        across = [(box["x"] + box["x2"]) / 2 for box in (one, other)]
        return {"x": across[0], "x2": across[1], "y": one["y2"], "y2": other["y"] - 5}
    middles = [(box["y"] + box["y2"]) / 2 for box in (one, other)]
    return {"x": one["x2"], "x2": other["x"] - 5, "y": middles[0], "y2": middles[1]}


def _words(box: Record) -> list[Record]:
    """Its lines, the first in bold, around the middle of the box."""
    lines = box["lines"]
    x, top = (box["x"] + box["x2"]) / 2, (box["y"] + box["y2"] - _LINE * (len(lines) - 1)) / 2
    return [
        {"x": x, "y": top + _LINE * place, "text": line, "bold": place == 0}
        for place, line in enumerate(lines)
    ]


def _told_of(layers: Sequence[Layer]) -> str:
    """What to look for."""
    n_dense = sum(layer["layer"] == "dense" for layer in layers)
    n_conv = sum(layer["layer"] == "convolution" for layer in layers)
    parts = [plural(n_conv, "convolution")] if n_conv else []
    parts.append(plural(n_dense, "dense layer"))
    return f"From the columns of a row to the answer: {' and '.join(parts)}."


def _took(epochs: Sequence[Epoch]) -> str:
    seconds = epochs[-1].get("seconds")
    time = "" if seconds is None else f" {len(epochs)} epochs took {seconds:,.1f} seconds."
    return f"Lower is better. The weights of the marked epoch are kept.{time}"


def _losses(epochs: Sequence[Epoch]) -> list[Record]:
    """A record an epoch and a line."""
    lines = (
        ("train_loss", "rows learnt from", GREY, SOFT),
        ("valid_loss", "rows held out", BLUE, BLUE),
    )
    return [
        {"epoch": place, "loss": epoch[key], "name": name, "color": color, "ink": ink}
        for key, name, color, ink in lines
        for place, epoch in enumerate(epochs, start=1)
        if epoch.get(key) is not None
    ]


def _kept(epochs: Sequence[Epoch]) -> Record:
    """The epoch whose weights were kept, on the line that decided."""
    key = (
        "valid_loss"
        if any(epoch.get("valid_loss") is not None for epoch in epochs)
        else "train_loss"
    )
    with_loss = [(place, e) for place, e in enumerate(epochs, start=1) if e.get(key) is not None]
    told = [pair for pair in with_loss if pair[1].get("kept")]
    place, epoch = told[0] if told else min(with_loss, key=lambda pair: pair[1][key])
    return {"epoch": place, "loss": epoch[key], "label": f"kept: epoch {place}"}


def _names(rows: list[Record]) -> list[Record]:
    """Names at the ends of the lines; the upper one above its line, so that they do not overlap."""
    last = {row["name"]: row for row in rows}
    ends = sorted(last.values(), key=lambda row: -row["loss"])
    return [
        {**row, "dy": 8 * (2 * place - 1) if len(ends) > 1 else 0} for place, row in enumerate(ends)
    ]
