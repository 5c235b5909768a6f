"""Label placement without overlap, in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from math import log

CHAR_PX = 7.2
"""Mean width of a letter at the text size of the theme."""


def spread(positions: Sequence[float], gap: float) -> list[float]:
    """Move positions apart until neighbours are at least a gap away; order is kept.

    Parameters
    ----------
    positions : sequence of float
        Pixels, in any order.
    gap : float
        Least distance between neighbours, in pixels.

    Returns
    -------
    list of float
        The new positions, in the order given.

    Examples
    --------
    >>> spread([10, 12, 50], gap=10)
    [6.0, 16.0, 50.0]
    """
    order = sorted(range(len(positions)), key=lambda i: positions[i])
    groups: list[tuple[float, int]] = []  # centre, members
    for i in order:
        groups.append((float(positions[i]), 1))
        while len(groups) > 1 and _touch(groups[-2], groups[-1], gap):
            (a, n), (b, m) = groups[-2:]
            groups[-2:] = [((a * n + b * m) / (n + m), n + m)]
    placed = [0.0] * len(positions)
    rank = iter(order)
    for centre, n in groups:
        for k in range(n):
            placed[next(rank)] = centre + (k - (n - 1) / 2) * gap
    return placed


def _touch(one: tuple[float, int], other: tuple[float, int], gap: float) -> bool:
    return other[0] - one[0] < gap * (one[1] + other[1]) / 2 - 1e-9


def label_tiers(centres: Sequence[float], texts: Sequence[str]) -> list[int]:
    """Give each label in a row a tier, so that none covers another.

    Parameters
    ----------
    centres : sequence of float
        Pixels of the middle of each label.
    texts : sequence of str
        The labels.

    Returns
    -------
    list of int
        0 for the lowest tier, as few as possible.

    Examples
    --------
    >>> label_tiers([100, 110, 300], ["today", "affordable", "far"])
    [0, 1, 0]
    """
    tiers: list[list[tuple[float, float]]] = []
    result = []
    for centre, text in zip(centres, texts, strict=True):
        half = len(text) * CHAR_PX / 2 + 4
        span = (centre - half, centre + half)
        tier = next((i for i, taken in enumerate(tiers) if _is_free(span, taken)), len(tiers))
        if tier == len(tiers):
            tiers.append([])
        tiers[tier].append(span)
        result.append(tier)
    return result


def _is_free(span: tuple[float, float], taken: list[tuple[float, float]]) -> bool:
    return all(span[1] <= low or span[0] >= high for low, high in taken)


def line_label_tiers(line_positions: Sequence[float], texts: Sequence[str]) -> list[int]:
    """Give each label of an upright line a tier, so that no line crosses the text left of another.

    Parameters
    ----------
    line_positions : sequence of float
        Pixels of the upright lines.
    texts : sequence of str
        What is written to the left of the top of each.

    Returns
    -------
    list of int
        0 for the lowest tier, as few as possible.

    Examples
    --------
    >>> line_label_tiers([300, 310, 900], ["today", "affordable", "far"])
    [0, 1, 0]
    """
    tiers = [0] * len(line_positions)
    order = sorted(range(len(line_positions)), key=lambda i: line_positions[i])
    for place, i in enumerate(order):
        reach = line_positions[i] - len(texts[i]) * CHAR_PX - 4
        under = [tiers[j] + 1 for j in order[:place] if line_positions[j] > reach]
        tiers[i] = max(under, default=0)
    return tiers


def longest_that_fits(texts: Sequence[str], width: float) -> str:
    """Return the longest of several ways to say the same that fits into so many pixels.

    Examples
    --------
    >>> longest_that_fits(["near the floor", "floor"], width=60)
    'floor'
    >>> longest_that_fits(["near the floor", "floor"], width=10)
    ''
    """
    fitting = [text for text in texts if len(text) * CHAR_PX <= width]
    return max(fitting, key=len, default="")


def log_position(value: float, low: float, high: float, width: float) -> float:
    """Pixels from the left of a value on a logarithmic axis."""
    return width * (log(value) - log(low)) / (log(high) - log(low))


def round_sizes(low: float, high: float) -> list[float]:
    """Round numbers for a logarithmic axis of counts: 1, 2 and 5 times the powers of ten.

    Where the axis is too short for two of them, its ends.

    Examples
    --------
    >>> round_sizes(80, 1200)
    [100.0, 200.0, 500.0, 1000.0]
    """
    powers = [10.0**k for k in range(13)]
    every = [step * power for power in powers for step in (1, 2, 5)]
    inside = [size for size in every if low <= size <= high]
    if len(inside) > 9:
        inside = [size for size in powers if low <= size <= high]
    return inside if len(inside) > 1 else [low, high]
