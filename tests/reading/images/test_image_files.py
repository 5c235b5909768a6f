from __future__ import annotations

import io
from base64 import b64encode
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from PIL import Image

from leadline.engines.families.inputs.flat_images import Pixels
from leadline.errors import DataError
from leadline.reading.images.image_files import (
    png_of,
    png_of_base64,
    png_of_numbers,
    read_column,
)
from leadline.reading.images.pixels import (
    channels_of,
    content_of,
    longest_side,
    pixels,
    thumbnail,
)
from leadline.reading.schema import IMAGE_SIZE

SKY = Image.fromarray(np.full((120, 200, 3), [40, 90, 200], dtype=np.uint8))
LEFT_IS_DARK = Image.fromarray(np.repeat([[0] * 100 + [255] * 100], 120, axis=0).astype(np.uint8))


def file_of(image: Image.Image, form: str = "PNG", **settings: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **settings)
    return buffer.getvalue()


def opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png))


@pytest.mark.parametrize(
    ("mode", "form"),
    [
        ("RGB", "PNG"),
        ("RGBA", "PNG"),
        ("P", "PNG"),
        ("P", "GIF"),
        ("RGB", "JPEG"),
        ("CMYK", "JPEG"),
        ("YCbCr", "JPEG"),
        ("RGB", "WEBP"),
        ("RGB", "BMP"),
        ("CMYK", "TIFF"),
        ("RGB", "PPM"),
    ],
)
def test_colour_of_any_mode_and_form(mode: str, form: str) -> None:
    image = opened(png_of(file_of(SKY.convert(mode), form)))
    assert (image.mode, image.size) == ("RGB", (IMAGE_SIZE, 38))
    assert np.abs(np.asarray(image, dtype=float).mean(axis=(0, 1)) - [40, 90, 200]).max() < 12


@pytest.mark.parametrize(
    ("mode", "form"),
    [("L", "PNG"), ("LA", "PNG"), ("1", "PNG"), ("RGB", "PNG"), ("I", "TIFF"), ("F", "TIFF")],
)
def test_grey_of_any_mode_is_grey(mode: str, form: str) -> None:
    image = opened(png_of(file_of(LEFT_IS_DARK.convert(mode), form)))
    assert image.mode == "L"
    values = np.asarray(image)
    assert values[:, :20].max() == 0
    assert values[:, -20:].min() == 255


def test_sixteen_bits_become_eight() -> None:
    deep = Image.fromarray(np.array([[0, 65535], [32896, 257]], dtype=np.uint16))
    assert np.asarray(opened(png_of(file_of(deep)))).tolist() == [[0, 255], [128, 1]]


def test_what_is_transparent_is_white() -> None:
    glass = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    assert (np.asarray(opened(png_of(file_of(glass)))) == 255).all()


@pytest.mark.parametrize(("mode", "form"), [("L", "JPEG"), ("RGBA", "PNG")])
def test_an_image_is_turned_upright_and_nothing_else_of_the_camera_is_kept(
    mode: str, form: str
) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "a camera"
    image = opened(png_of(file_of(LEFT_IS_DARK.convert(mode), form, exif=exif)))
    assert image.size == (38, IMAGE_SIZE)
    # turned by a quarter, what was left is on top
    values = np.asarray(image)
    assert values[0].max() < 10
    assert values[-1].min() > 245
    assert not image.info


def test_small_images_stay_as_they_are_and_a_second_pass_changes_nothing() -> None:
    small = file_of(SKY.resize((9, 5)))
    assert opened(png_of(small)).size == (9, 5)
    assert png_of(png_of(file_of(SKY))) == png_of(file_of(SKY))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "not a whole image"),
        (b"hello", "not a whole image"),
        (file_of(SKY)[:300], "not a whole image"),
        (file_of(SKY, "JPEG")[:500], "not a whole image"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a whole image"),
        (file_of(Image.new("1", (9_000, 9_000))), "too many pixels"),
        (file_of(Image.new("1", (20_000, 20_000))), "too many pixels"),
    ],
)
def test_what_cannot_be_read_or_unfolds_too_far_is_refused(data: bytes, found: str) -> None:
    with pytest.raises(DataError, match=found):
        png_of(data)


def test_base64_with_and_without_a_head() -> None:
    encoded = b64encode(file_of(SKY)).decode()
    assert png_of_base64(encoded) == png_of_base64(f"data:image/png;base64,{encoded}")
    with pytest.raises(DataError, match="not base64"):
        png_of_base64("/etc/passwd!")


def test_a_column_of_paths(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(file_of(SKY))
    (tmp_path / "b.png").write_bytes(b"no image")
    paths = pl.Series("photo", ["a.png", "b.png", "c.png", None, str(tmp_path / "a.png")])
    result = read_column(paths, [tmp_path / "elsewhere", tmp_path])
    assert result is not None
    read, faults = result
    assert read.is_null().to_list() == [False, True, True, True, False]
    assert faults == {1: "not a whole image", 2: "no such file"}


_DEEP = [[0.0, 16.0], [8.0, 4.0]]


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (_DEEP, pl.List(pl.List(pl.Float64))),
        (_DEEP, pl.Array(pl.Array(pl.Float64, 2), 2)),
        ([0.0, 16.0, 8.0, 4.0], pl.List(pl.Float64)),
    ],
)
def test_a_column_of_arrays(values: list[Any], dtype: pl.DataType) -> None:
    result = read_column(pl.Series("ink", [values, None], dtype=dtype), ())
    assert result is not None
    read, faults = result
    assert np.asarray(opened(read[0])).tolist() == [[0, 255], [128, 64]]
    assert read[1] is None
    assert not faults


def test_bytes_beside_a_path_are_read_and_embeddings_are_no_images() -> None:
    column = pl.Series("image", [{"bytes": file_of(SKY), "path": "sky.png"}])
    result = read_column(column, ())
    assert result is not None
    assert opened(result[0][0]).mode == "RGB"
    result = read_column(pl.Series("vector", [[0.1, -0.2, 0.3, 0.1]]), ())
    assert result is not None
    assert result[1] == {0: "not an array of pixels"}
    assert read_column(pl.Series("n", [1, 2]), ()) is None


def column(*images: Image.Image | None) -> pl.Series:
    return pl.Series([None if one is None else png_of(file_of(one)) for one in images])


def test_pixels_have_one_shape_whatever_comes() -> None:
    mixed = column(SKY, None, LEFT_IS_DARK)
    assert channels_of(mixed) == 3
    assert channels_of(mixed[2:]) == 1
    assert longest_side(mixed) == IMAGE_SIZE
    values = pixels(mixed, 8)
    assert values.shape == (3, 8, 8, 3)
    assert values.dtype == np.float32
    assert 0 <= values.min() <= values.max() <= 1
    assert (values[1] == 0.5).all()
    assert pixels(mixed, 8, 1).shape == (3, 8, 8, 1)
    assert pixels(mixed[:0], 8, 3).shape == (0, 8, 8, 3)


def test_pixels_for_estimators() -> None:
    rng = np.random.default_rng(0)
    images = pl.Series([png_of_numbers(rng.integers(0, 255, (6, 6))) for _ in range(30)] + [None])
    plain = Pixels().fit(images)
    values = plain.transform(images)
    # 36 pixels, as no image is larger, and a flag
    assert values.shape == (31, 37)
    assert values[-1].tolist() == [0.0] * 36 + [1.0]
    trees = Pixels(n_components=5, trees=True).fit(images)
    assert trees.transform(images).shape == (31, 5)
    assert np.isnan(trees.transform(images)[-1]).all()
    nothing = Pixels(n_components=5).fit(images[-1:])
    assert nothing.transform(images).shape == (31, 0)


def test_content_is_of_the_pixels_not_of_their_file() -> None:
    one = file_of(SKY.resize((9, 5)), compress_level=0)
    other = file_of(SKY.resize((9, 5)), compress_level=9)
    assert one != other
    assert content_of(one) == content_of(other) != content_of(file_of(SKY))


def test_a_thumbnail_is_short() -> None:
    rng = np.random.default_rng(0)
    noise = Image.fromarray(rng.integers(0, 255, (64, 64, 3), dtype=np.uint8))
    for image in (noise, SKY, LEFT_IS_DARK):
        text = thumbnail(png_of(file_of(image)))
        assert text.startswith("data:image/")
        assert len(text) < 4_000
