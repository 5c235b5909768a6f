"""Row hashes: a number that depends on the content of a row alone."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.reading.images.pixels import content_of

_HASH_BYTES = 8


def content_hashes(frame: pl.DataFrame, columns: Sequence[str]) -> NDArray[np.uint64]:
    """Hash the content of each row.

    The hash is BLAKE2b [1]_ of the values' bits, so it is the same on every machine, in every
    run, under every version of the libraries. The whole number 1 and the real number 1.0 are
    the same content; whole numbers that no float holds are each their own.

    Parameters
    ----------
    frame : polars.DataFrame
        Columns of numbers, strings, dates or images.
    columns : sequence of str
        Those that count, in the order in which they count.

    Returns
    -------
    ndarray of uint64, shape (n_rows,)
        Equal for equal rows; different for others, but for one chance in 2**64.

    References
    ----------
    .. [1] M.-J. Saarinen, J.-P. Aumasson (2015), The BLAKE2 cryptographic hash and message
       authentication code. RFC 7693.

    Examples
    --------
    >>> frame = pl.DataFrame({"x": [1, 2, 1], "y": ["a", "a", "a"]})
    >>> hashes = content_hashes(frame, ["x", "y"])
    >>> hashes.dtype.name, bool(hashes[0] == hashes[2]), bool(hashes[0] == hashes[1])
    ('uint64', True, False)
    """
    if not columns:
        return np.zeros(frame.height, dtype=np.uint64)
    rows = frame.select(
        pl.concat_str([_canonical(frame[name]) for name in columns], separator="|")
    ).to_series()
    digests = b"".join(
        blake2b(row.encode(), digest_size=_HASH_BYTES).digest() for row in rows.to_list()
    )
    return np.frombuffer(digests, dtype="<u8").astype(np.uint64)


def _canonical(column: pl.Series) -> pl.Series:
    """Write values as text that no version of a library formats another way."""
    if column.dtype == pl.String:
        # the length first, so that two values never read as one
        text = column.str.len_bytes().cast(pl.String) + ":" + column
    elif column.dtype == pl.Binary:
        names = [None if data is None else content_of(data) for data in column.to_list()]
        text = pl.Series(names, dtype=pl.String)
    elif column.dtype.is_temporal():
        text = column.cast(pl.Datetime("us")).cast(pl.Int64).cast(pl.String)
    else:
        # adding zero turns -0.0 into 0.0
        numbers = column.cast(pl.Float64).fill_null(0.0).to_numpy() + 0.0
        bits = pl.Series(numbers.view(np.int64)).cast(pl.String)
        text = bits.set(column.is_null(), None)
        if column.dtype.is_integer():
            # a whole number between two floats is told by its digits
            is_between = (column.cast(pl.Float64).cast(pl.Int128) != column.cast(pl.Int128)) & (
                column.is_not_null()
            )
            if is_between.any():
                text = ("n" + column.cast(pl.String)).zip_with(is_between, text)
    return text.fill_null("-")
