"""Pixels of small PNG images: arrays for models, thumbnails and data URIs for people."""

from __future__ import annotations

import io
from base64 import b64encode
from hashlib import blake2b

import numpy as np
import polars as pl
from numpy.typing import NDArray
from PIL import Image

_MODES = {1: "L", 3: "RGB"}
_UNKNOWN = 0.5
_THUMBNAIL = 48
# bytes of a PNG that hold width, height and kind of colour
_SIDES, _COLOUR = slice(16, 24), 25
_HAS_COLOUR = 2


def pixels(column: pl.Series, size: int, n_channels: int = 0) -> NDArray[np.float32]:
    """Pixels of each image, all of one shape.

    An image of another shape is stretched or shrunk to the square; a missing one is medium grey.

    Parameters
    ----------
    column : polars.Series of bytes, shape (n,)
        PNG as the snapshot holds them, or null.
    size : int > 0
        Side of the square.
    n_channels : {0, 1, 3}, default=0
        Grey or RGB; 0 is `channels_of` the column. A model that learnt from a column needs as many
        of every later one.

    Returns
    -------
    numpy.ndarray of float32, shape (n, size, size, n_channels)
        In [0, 1]; 0 is black.

    Examples
    --------
    >>> from leadline.reading.images.image_files import png_of_numbers
    >>> ink = pl.Series([png_of_numbers([[0, 255], [51, 0]]), None])
    >>> pixels(ink, 2)[..., 0].tolist()
    [[[0.0, 1.0], [0.20000000298023224, 0.0]], [[0.5, 0.5], [0.5, 0.5]]]
    """
    n_channels = n_channels or channels_of(column)
    values = np.full((len(column), size, size, n_channels), _UNKNOWN, dtype=np.float32)
    for row, data in enumerate(column.to_list()):
        if data is None:
            continue
        image: Image.Image = Image.open(io.BytesIO(data), formats=("PNG",))
        if image.mode != _MODES[n_channels]:
            image = image.convert(_MODES[n_channels])
        if image.size != (size, size):
            image = image.resize((size, size), Image.Resampling.BILINEAR)
        values[row] = np.asarray(image, dtype=np.float32).reshape(size, size, n_channels)
        values[row] /= 255.0
    return values


def channels_of(column: pl.Series) -> int:
    """Three channels if any image of a column has colour, else one."""
    heads = column.drop_nulls().to_list()
    return 3 if any(data[_COLOUR] == _HAS_COLOUR for data in heads) else 1


def longest_side(column: pl.Series) -> int:
    """Pixels of the longest side of any image of a column; 0 if there is none."""
    sides = b"".join(data[_SIDES] for data in column.drop_nulls().to_list())
    return int(np.frombuffer(sides, dtype=">u4").max(initial=0))


def content_of(data: bytes) -> str:
    """Name of an image by its pixels: another version of a library may write other bytes."""
    image = Image.open(io.BytesIO(data))
    form = f"{image.mode} {image.width} {image.height} ".encode()
    return blake2b(form + image.tobytes(), digest_size=16).hexdigest()


def data_uri(data: bytes) -> str:
    """An image as text that a page shows, at its full size."""
    return f"data:image/png;base64,{b64encode(data).decode()}"


def thumbnail(data: bytes) -> str:
    """An image as short text that a page shows: 48 pixels, about two thousand letters."""
    image: Image.Image = Image.open(io.BytesIO(data))
    image.thumbnail((_THUMBNAIL, _THUMBNAIL))
    written = []
    for form, settings in (("PNG", {}), ("JPEG", {"quality": 70})):
        buffer = io.BytesIO()
        image.save(buffer, form, **settings)
        encoded = b64encode(buffer.getvalue()).decode()
        written.append(f"data:image/{form.lower()};base64,{encoded}")
    return min(written, key=len)
