"""Images as small PNG, scaled down the same way in training, in service and in a batch.

Only pixels are kept: no name, place or time that a camera wrote. PNG loses nothing of what was
scaled down, so that reading it again gives the same numbers.
"""

from __future__ import annotations

import binascii
import io
import math
from base64 import b64decode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageOps

from leadline.errors import DataError
from leadline.reading.schema import IMAGE_SIZE

SUFFIXES = (
    ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".pgm", ".pbm",
)  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n"

# others run programs (EPS) or are rare
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
# what a small file may unfold to: 75 megapixels take 300 MB while they are scaled down
_MOST_PIXELS = 75_000_000
_NEEDED = "A whole image is needed: PNG, JPEG, GIF, BMP, TIFF, WebP or PPM."
# what white may be in an array: 1, and the largest numbers of 4, 8, 12 and 16 bits
_WHITES = (1.0, 16.0, 255.0, 4095.0, 65535.0)


def png_of(data: bytes, size: int = IMAGE_SIZE) -> bytes:
    """Decode the bytes of an image file, turn it upright and scale it down.

    What is transparent becomes white. Sixteen bits become eight; several frames, the first.

    Parameters
    ----------
    data : bytes
        PNG, JPEG, GIF, BMP, TIFF, WebP or PPM.
    size : int > 0, default=64
        Pixels of the longer side at most; a smaller image is not enlarged.

    Returns
    -------
    bytes
        PNG of eight bits, grey or RGB. The same pixels if it is passed in again.

    Raises
    ------
    DataError
        If it is no image, not whole, or unfolds to more than 75 million pixels.
    """
    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=_FORMATS)
        if image.width * image.height > _MOST_PIXELS:
            raise Image.DecompressionBombError
        image = _plain(image)
        # before it is turned, so that a JPEG need not be decoded at full size
        image.thumbnail((size, size), reducing_gap=2.0)
        image = ImageOps.exif_transpose(image)
        return _written(np.asarray(image if image.mode == "L" else image.convert("RGB")))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise DataError(
            "too many pixels", f"At most {_MOST_PIXELS:,} are read.", "Scale it down."
        ) from None
    except Exception as error:  # a damaged file makes Pillow raise nearly anything
        raise DataError("not a whole image", _NEEDED, "Save it again.") from error


def png_of_numbers(values: ArrayLike, size: int = IMAGE_SIZE, *, white: float = 255.0) -> bytes:
    """Make a PNG of an array of pixels.

    Parameters
    ----------
    values : array-like of float, shape (height, width) or (height, width, 3)
        From 0, which is black.
    size : int > 0, default=64
        As in `png_of`.
    white : float, default=255
        What is white; see `white_of`.
    """
    scaled = np.asarray(values, dtype=np.float64) / white * 255.0
    eight = np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
    image = Image.fromarray(eight)
    image.thumbnail((size, size), reducing_gap=2.0)
    return _written(np.asarray(image))


def white_of(highest: float) -> float:
    """What is white where the highest number of a column is known: 1, 16, 255, 4095 or 65535.

    Examples
    --------
    >>> white_of(0.9), white_of(16.0), white_of(200.0)
    (1.0, 16.0, 255.0)
    """
    return next((white for white in _WHITES if highest <= white), highest)


def png_of_base64(text: str, size: int = IMAGE_SIZE) -> bytes:
    """Make a PNG of an image file written as base64, be it a ``data:`` URI.

    Raises
    ------
    DataError
        If it is not base64, or not of an image.
    """
    encoded = text.partition(";base64,")[2] if text.startswith("data:") else text
    try:
        data = b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise DataError("not base64", _NEEDED, "Encode the bytes of the file.") from None
    return png_of(data, size)


def read_column(
    values: pl.Series,
    folders: Sequence[Path],
    size: int = IMAGE_SIZE,
    *,
    white: float | None = None,
) -> tuple[pl.Series, dict[int, str]] | None:
    """Read a column of images.

    Parameters
    ----------
    values : polars.Series, shape (n,)
        Paths of files; or what such files hold, be it in a field ``bytes``; or arrays of pixels.
    folders : sequence of Path
        Where a path that is not absolute may lead from; the first that has the file.
    size : int > 0, default=64
        As in `png_of`.
    white : float, optional
        What is white in arrays of pixels; by default, the largest number of the column says it.

    Returns
    -------
    images : polars.Series of bytes, shape (n,)
        PNG; null where there is none, or none that can be read.
    faults : dict of int to str
        Rows that cannot be read, and why. None instead of the two if the column is of another type.
    """
    dtype = values.dtype
    if isinstance(dtype, pl.Struct) and pl.Field("bytes", pl.Binary) in dtype.fields:
        # as data sets on the Hugging Face hub have them, with a path beside it
        values, dtype = values.struct.field("bytes").alias(values.name), pl.Binary()
    given = values.to_list()
    faults: dict[int, str] = {}
    if isinstance(dtype, pl.List | pl.Array):
        read, faults = _of_arrays(given, size, white)
    elif dtype in (pl.String, pl.Binary):
        # decoding does not hold Python's lock
        with ThreadPoolExecutor() as threads:
            both = list(threads.map(partial(_read, folders=folders, size=size), given))
        read = [png for png, _ in both]
        faults = {row: why for row, (_, why) in enumerate(both) if why}
    else:
        return None
    return pl.Series(values.name, read, dtype=pl.Binary), faults


def _of_arrays(
    given: Sequence[object], size: int, white: float | None
) -> tuple[list[bytes | None], dict[int, str]]:
    """Arrays of pixels as PNG, and what is none."""
    arrays = [None if value is None else _picture(value) for value in given]
    if white is None:
        white = white_of(max((float(one.max()) for one in arrays if one is not None), default=1.0))
    read: list[bytes | None] = []
    faults: dict[int, str] = {}
    for row, (one, value) in enumerate(zip(arrays, given, strict=True)):
        if one is None and value is not None:
            faults[row] = "not an array of pixels"
        elif one is not None and one.max() > white:
            faults[row] = f"an array with {one.max():g}, and {white:g} is white"
        is_whole = one is not None and row not in faults
        read.append(png_of_numbers(one, size, white=white) if is_whole else None)  # type: ignore[arg-type]
    return read, faults


def _read(
    value: str | bytes | None, *, folders: Sequence[Path], size: int
) -> tuple[bytes | None, str]:
    """An image, or why there is none."""
    if not value:
        return None, ""
    try:
        data = value if isinstance(value, bytes) else place_of(value, folders).read_bytes()
        return png_of(data, size), ""
    except FileNotFoundError:
        return None, "no such file"
    except OSError:
        return None, "a file that cannot be opened"
    except DataError as error:
        return None, error.found


def place_of(path: str, folders: Sequence[Path]) -> Path:
    """Where a path leads, from the first folder that has it.

    Raises
    ------
    FileNotFoundError
        If none has it.
    """
    for folder in folders:
        # an absolute path stays what it is
        place = folder / path
        if place.is_file():
            return place
    raise FileNotFoundError(path)


def _plain(image: Image.Image) -> Image.Image:
    """An image that can be scaled: no palette, nothing transparent, at most eight bits."""
    if image.mode.startswith(("I", "F")):
        values = np.asarray(image).astype(np.float64)
        is_16 = image.mode.startswith("I;16")
        white = 65535.0 if is_16 else white_of(float(values.max(initial=0.0)))
        plain = Image.fromarray(np.clip(np.rint(values / white * 255), 0, 255).astype(np.uint8))
        plain.info["exif"] = image.info.get("exif", b"")
        return plain
    if image.has_transparency_data:
        is_grey = image.mode in {"LA", "La", "L"}
        paper = Image.new("RGBA", image.size, "white")
        plain = Image.alpha_composite(paper, image.convert("RGBA"))
        plain.info["exif"] = image.info.get("exif", b"")
        return plain.convert("L" if is_grey else "RGB")
    return image.convert({"1": "L", "P": "RGB"}[image.mode]) if image.mode in {"1", "P"} else image


def _written(values: NDArray[np.uint8]) -> bytes:
    """PNG of pixels and nothing else; grey where the three colours are one."""
    if values.ndim == 3 and (values == values[:, :, :1]).all():
        values = values[:, :, 0]
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(values)).save(buffer, "PNG")
    return buffer.getvalue()


def _picture(values: object) -> NDArray[np.float64] | None:
    """Height by width, by 3 where there is colour; None if the numbers cannot be that."""
    try:
        array = np.asarray(values, dtype=np.float64)
    except (ValueError, TypeError):
        return None
    side = math.isqrt(array.size)
    if array.ndim == 1 and side * side == array.size:
        array = array.reshape(side, side)
    elif array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    is_form = array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3)
    if not is_form or not array.size or not np.isfinite(array).all() or array.min() < 0:
        return None
    return array
