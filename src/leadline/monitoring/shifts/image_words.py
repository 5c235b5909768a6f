"""Words for images that moved: light, contrast, patterns."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from leadline.monitoring.shifts.looks import BRIGHTNESS, CONTRAST, MISSING, PATTERN, Reads
from leadline.monitoring.shifts.number_words import missing_words

_SIDES = {BRIGHTNESS: ("darker", "brighter"), CONTRAST: ("flatter", "fuller of contrast")}


def image_words(
    name: str, distances: Mapping[str, float], new: pl.Series, old: pl.Series, read: Reads
) -> list[str]:
    """Say how images moved: whichever look moved most.

    Parameters
    ----------
    name : str
        Of the column.
    distances : mapping of str to float
        Of the looks that found something.
    new, old : Series of bytes
        Cells of the block and of the rows compared with.
    read : callable
        Reads the looks off cells.
    """
    said = []
    if MISSING in distances:
        said.append(missing_words(name, new.null_count(), new.len(), old.null_count(), old.len()))
    light = {what: distance for what, distance in distances.items() if what != MISSING}
    if not light:
        return said
    what = max(light, key=lambda each: light[each])
    if what.startswith(PATTERN):
        said.append(f"{name!r} shows other patterns of light and dark than before")
        return said
    now, before = (float(np.nanmean(read(cells)[what])) for cells in (new, old))
    side = _SIDES[what][now > before]
    said.append(f"{name!r} is {side}: {now:.2f} on average, {before:.2f} before (0 to 1)")
    return said
