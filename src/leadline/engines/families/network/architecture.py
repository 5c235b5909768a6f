"""Architecture of a network as data: a mapping a layer, from the columns to the output.

========== ==============================================================
layer      what it does
========== ==============================================================
numbers    takes ``n_out`` numbers of a row as they are
embedding  looks up ``n_out`` numbers for one of ``n_in`` categories of ``column``
pixels     takes a square image of ``size`` pixels in ``n_out`` channels
convolution  ``n_out`` filters of 3 x 3 pixels, batch normalisation, ``activation``
pooling    the largest of each 2 x 2 pixels
flatten    all pixels of all channels in a row
dense      ``n_out`` weighted sums, ``activation``, ``dropout``
output     one number a class, or the number predicted
========== ==============================================================

Numbers, embeddings and what flatten gives stand side by side before the first dense layer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from leadline.engines.contract import Scalar

Layer: TypeAlias = Mapping[str, Scalar]

ACTIVATIONS = ("relu", "silu", "gelu", "tanh")
_MOST_DIRECTIONS = 50
_FINEST = 4  # pixels a side: a smaller picture is no longer halved


def widths_of(text: str) -> tuple[int, ...]:
    """Widths of layers, written with a dash between them.

    Examples
    --------
    >>> widths_of("128-64")
    (128, 64)
    """
    parts = text.split("-") if text else []
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise ValueError(
            f"{text!r} are no widths of layers; whole numbers above 0 with dashes between them "
            "are needed, such as '128-64'. Correct it."
        )
    return tuple(int(part) for part in parts)


def table_layers(n_numbers: int, categories: Mapping[str, int]) -> list[Layer]:
    """Layers that take numbers, and embed categories.

    Parameters
    ----------
    n_numbers : int
        Numbers of a row.
    categories : mapping of str to int
        Column name to how many codes it has, those for "other" and "missing" among them.

    Examples
    --------
    >>> for layer in table_layers(3, {"town": 6}):
    ...     print(layer)
    {'layer': 'numbers', 'n_out': 3}
    {'layer': 'embedding', 'column': 'town', 'n_in': 6, 'n_out': 4}
    """
    layers: list[Layer] = [{"layer": "numbers", "n_out": n_numbers}] if n_numbers else []
    for column, n_codes in categories.items():
        # a rule of thumb: more categories say more, each of them less
        n_out = min(_MOST_DIRECTIONS, round(1.6 * n_codes**0.56))
        layers.append({"layer": "embedding", "column": column, "n_in": n_codes, "n_out": n_out})
    return layers


def image_layers(
    n_channels: int, size: int, filters: Sequence[int], activation: str
) -> list[Layer]:
    """Layers that look at a picture: convolutions, each with a halved picture behind it.

    Examples
    --------
    >>> [layer["layer"] for layer in image_layers(1, 8, [16, 32], "relu")]
    ['pixels', 'convolution', 'pooling', 'convolution', 'flatten']
    """
    layers: list[Layer] = [{"layer": "pixels", "n_out": n_channels, "size": size}]
    n_out = n_channels
    for n_out in filters:
        layers.append({"layer": "convolution", "n_out": n_out, "activation": activation})
        if size > _FINEST:
            size //= 2
            layers.append({"layer": "pooling", "n_out": n_out})
    return [*layers, {"layer": "flatten", "n_out": n_out * size * size}]


def dense_layers(widths: Sequence[int], activation: str, dropout: float, n_out: int) -> list[Layer]:
    """Layers from what is known of a row to the answer.

    Examples
    --------
    >>> dense_layers([64], "relu", 0.0, 2)[-1]
    {'layer': 'output', 'n_out': 2}
    """
    if activation not in ACTIVATIONS:
        raise ValueError(
            f"activation is {activation!r}; one of {', '.join(ACTIVATIONS)} is needed. Correct it."
        )
    layers: list[Layer] = [
        {"layer": "dense", "n_out": width, "activation": activation, "dropout": dropout}
        for width in widths
    ]
    return [*layers, {"layer": "output", "n_out": n_out}]
