"""A release that learnt from images: over HTTP, and over files."""

from __future__ import annotations

import io
from base64 import b64encode
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image
from starlette.testclient import TestClient

from leadline.engines.loading import load
from leadline.errors import DataError
from leadline.reading.conform import conform
from leadline.reading.images.image_files import png_of
from leadline.reading.table import read_tables
from leadline.serving.batch.score_file import score_file
from leadline.serving.http.server import create_app
from leadline.serving.releases.bundle import Card, ReleaseBundle, open_bundle, seal

N_ROWS, SIZE = 60, 8
KINDS = {"photo": "image"}


def photo(light: int) -> bytes:
    """A JPEG larger than what is learnt from."""
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), (light, light, 20)).save(buffer, "JPEG")
    return buffer.getvalue()


PHOTOS = [photo(int(light)) for light in np.linspace(10, 240, N_ROWS)]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> ReleaseBundle:
    X = pl.DataFrame({"photo": [png_of(data, SIZE) for data in PHOTOS]})
    y = (np.arange(N_ROWS) >= N_ROWS // 2).astype(int)
    model = load("families", "linear")().build({"C": 1.0}, "binary", KINDS, 0).fit(X, y)
    card = Card(
        project="light",
        label="is_light",
        task="binary",
        columns=KINDS,
        positive="1",
        threshold=0.5,
        image_size=SIZE,
    )
    key, folder = Ed25519PrivateKey.generate(), tmp_path_factory.mktemp("releases")
    sealed = seal(folder, model=model, card=card, golden_X=X[::10], key=key)
    return open_bundle(folder / sealed.digest, trusted=[key.public_key()])


@pytest.fixture
def expected(bundle: ReleaseBundle) -> list[float]:
    X = pl.DataFrame({"photo": [png_of(data, SIZE) for data in PHOTOS]})
    scores: list[float] = bundle.score(X).tolist()
    assert scores[0] < 0.2
    assert scores[-1] > 0.8
    return scores


def test_an_image_over_http_is_scaled_as_in_training(
    bundle: ReleaseBundle, expected: list[float]
) -> None:
    rows = [{"photo": b64encode(data).decode()} for data in PHOTOS[:3]]
    with TestClient(create_app(bundle)) as client:
        answer = client.post("/predict", json={"rows": [*rows, {"photo": None}]})
        assert [one["score"] for one in answer.json()["predictions"][:3]] == expected[:3]
        assert client.get("/schema").json()["columns"] == KINDS
        inputs = client.get("/v2/models/light").json()["inputs"]
        assert inputs == [{"name": "photo", "datatype": "BYTES", "shape": [-1]}]


@pytest.mark.parametrize(
    ("sent", "needed"),
    [
        ("photos/1.png", "not base64"),
        ("/etc/passwd", "not base64"),
        (b64encode(b"hello").decode(), "not a whole image"),
        (5, "string"),
        (["a"], "string"),
    ],
)
def test_what_is_no_image_is_refused_and_no_file_is_read(
    bundle: ReleaseBundle, sent: Any, needed: str
) -> None:
    with TestClient(create_app(bundle)) as client:
        answer = client.post("/predict", json={"rows": [{"photo": sent}]})
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["found"].startswith("rows[0].photo is ")
    assert needed in error["needed"]
    assert not error["needed"].startswith("Value error")


def test_no_image_may_be_null_or_empty(bundle: ReleaseBundle) -> None:
    with TestClient(create_app(bundle)) as client:
        answers = client.post("/predict", json={"rows": [{"photo": None}, {"photo": ""}]})
    null, empty = answers.json()["predictions"]
    assert null == empty


@pytest.fixture
def source(tmp_path: Path) -> Path:
    for row, data in enumerate(PHOTOS):
        (tmp_path / f"{row}.jpg").write_bytes(data)
    path = tmp_path / "rows.csv"
    pl.DataFrame({"photo": [f"{row}.jpg" for row in range(N_ROWS)]}).write_csv(path)
    return path


def test_a_file_of_paths_is_scored(
    bundle: ReleaseBundle, expected: list[float], source: Path
) -> None:
    target = source.with_name("out.csv")
    assert score_file(bundle, source, target, chunk_rows=25).n_rows == N_ROWS
    assert pl.read_csv(target)["score"].to_list() == pytest.approx(expected)
    assert pl.read_csv(target)["photo"][1] == "1.jpg"
    elsewhere = source.parent / "elsewhere" / "rows.csv"
    elsewhere.parent.mkdir()
    source.rename(elsewhere)
    assert score_file(bundle, elsewhere, target, folder=source.parent).n_rows == N_ROWS


def test_the_folder_of_the_file_comes_first(
    bundle: ReleaseBundle, expected: list[float], source: Path
) -> None:
    other = source.parent / "other"
    other.mkdir()
    (other / "0.jpg").write_bytes(PHOTOS[-1])
    target = source.with_name("out.csv")
    score_file(bundle, source, target, folder=other)
    assert pl.read_csv(target)["score"].to_list() == pytest.approx(expected)


def test_a_lost_file_is_refused_with_its_line(bundle: ReleaseBundle, source: Path) -> None:
    (source.parent / "30.jpg").unlink()
    with pytest.raises(DataError, match=r"rows.csv line 32: 'photo' is 30.jpg: no such file"):
        score_file(bundle, source, source.with_name("out.csv"))
    assert not source.with_name("out.csv").exists()


def test_a_file_of_bytes_is_scored_into_parquet(
    bundle: ReleaseBundle, expected: list[float], tmp_path: Path
) -> None:
    source, target = tmp_path / "rows.parquet", tmp_path / "out.parquet"
    pl.DataFrame({"photo": PHOTOS}).write_parquet(source)
    score_file(bundle, source, target)
    assert pl.read_parquet(target)["score"].to_list() == pytest.approx(expected)
    with pytest.raises(DataError, match=r"holds bytes or arrays, which .csv cannot"):
        score_file(bundle, source, tmp_path / "out.csv")


def test_conform_takes_what_the_snapshot_holds_and_nothing_else() -> None:
    png = png_of(PHOTOS[0])
    frame = pl.DataFrame({"photo": [png, None]})
    assert conform(frame, KINDS)["photo"].to_list() == [png, None]
    empty = conform(pl.DataFrame({"photo": [None, None]}), KINDS)
    assert empty.schema["photo"] == pl.Binary
    for other in ([PHOTOS[0]], ["photos/1.png"], [1.5], [[1, 2]]):
        with pytest.raises(DataError, match="an image, read and scaled down"):
            conform(pl.DataFrame({"photo": other}), KINDS)
    for kind in ("number", "category", "text", "date"):
        with pytest.raises(DataError):
            conform(frame, {"photo": kind})


# ------------------------------------------------------------------------ arrays of pixels


@pytest.fixture(scope="module")
def arrays(tmp_path_factory: pytest.TempPathFactory) -> tuple[ReleaseBundle, pl.DataFrame]:
    """A release of arrays, whose darker ones alone would not tell that 16 is white."""
    folder = tmp_path_factory.mktemp("arrays")
    pixels = [[[light * 16] * SIZE] * SIZE for light in np.linspace(0.02, 1, N_ROWS).round(2)]
    raw = pl.DataFrame({"photo": pixels})
    (folder / "train.jsonl").write_text(raw.write_ndjson())
    table = read_tables([folder / "train.jsonl"])
    y = (np.arange(N_ROWS) >= N_ROWS // 2).astype(int)
    model = load("families", "linear")().build({"C": 1.0}, "binary", KINDS, 0).fit(table.frame, y)
    card = Card(
        project="light",
        label="is_light",
        task="binary",
        columns=KINDS,
        positive="1",
        threshold=0.5,
        reading=tuple(table.schema.to_payload()),
    )
    key = Ed25519PrivateKey.generate()
    sealed = seal(folder, model=model, card=card, golden_X=table.frame[::10], key=key)
    bundle = open_bundle(folder / sealed.digest, trusted=[key.public_key()])
    scores = bundle.score(table.frame)
    assert scores[0] < 0.2
    assert scores[-1] > 0.8
    return bundle, raw.with_columns(score=pl.Series(scores))


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet"])
@pytest.mark.parametrize("chunk_rows", [1, 7, 50_000])
def test_what_is_white_is_as_it_was_in_training(
    arrays: tuple[ReleaseBundle, pl.DataFrame], tmp_path: Path, suffix: str, chunk_rows: int
) -> None:
    bundle, rows = arrays
    source, target = tmp_path / f"in{suffix}", tmp_path / "out.parquet"
    given = rows.select("photo")
    (given.write_ndjson if suffix == ".jsonl" else given.write_parquet)(source)
    score_file(bundle, source, target, chunk_rows=chunk_rows)
    # a matrix product of one row adds up in another order than one of many
    found = pl.read_parquet(target)["score"].to_list()
    assert found == pytest.approx(rows["score"].to_list(), rel=1e-12, abs=0)


def test_an_array_brighter_than_white_is_refused(
    arrays: tuple[ReleaseBundle, pl.DataFrame], tmp_path: Path
) -> None:
    source = tmp_path / "in.parquet"
    pl.DataFrame({"photo": [[[255.0] * SIZE] * SIZE]}).write_parquet(source)
    with pytest.raises(DataError, match="'photo' is: an array with 255, and 16 is white"):
        score_file(arrays[0], source, tmp_path / "out.parquet")


def test_what_is_white_is_the_same_in_all_files(tmp_path: Path) -> None:
    """A dark file beside a light one, the first time and later."""
    files = {name: tmp_path / f"{name}.jsonl" for name in ("dark", "light")}
    for path, number in zip(files.values(), (0.5, 200.0), strict=True):
        pl.DataFrame({"photo": [[[number] * SIZE] * SIZE] * 30}).write_ndjson(path)
    both = read_tables(list(files.values()))
    light = read_tables([files["light"]])
    assert both.frame["photo"][30:].to_list() == light.frame["photo"].to_list()
    later = read_tables([files["dark"]], schema=both.schema)
    assert later.frame["photo"].to_list() == both.frame["photo"][:30].to_list()
    assert read_tables([files["dark"]]).frame["photo"][0] != later.frame["photo"][0]
