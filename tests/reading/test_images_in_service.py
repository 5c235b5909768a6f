"""A release of images, and of all else that can be misread, scores its own file in every form."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner
from PIL import Image
from starlette.testclient import TestClient
from tests.reading.released import release_of

from leadline.cli import main
from leadline.monitoring.observations import observe_file
from leadline.phases.data import Data
from leadline.phases.release import Release
from leadline.serving.http.server import create_app
from leadline.serving.releases.bundle import ReleaseBundle, open_bundle
from leadline.serving.releases.keys import public_keys
from leadline.snapshot import from_parquet
from leadline.workspace import Workspace

N_ROWS, N_UNSEEN = 90, 5
LIGHT = np.linspace(10, 240, N_ROWS)
IS_LIGHT = np.where(np.random.default_rng(1).permutation(N_ROWS) % 5 == 0, LIGHT > 60, LIGHT > 125)
NO_PHOTO = {3: "", 40: "none", 41: "tba", 77: "NA"}


@dataclass(frozen=True)
class Project:
    """A released project: its rows as the file has them, and as the snapshot has them."""

    folder: Path
    raw: pl.DataFrame
    frame: pl.DataFrame
    features: list[str]
    bundle: ReleaseBundle

    def given(self, path: Path) -> list[float]:
        """What ``leadline score`` says of a file."""
        target = path.with_suffix(".out.parquet")
        words = ["score", str(path), "--to", str(target), "-C", str(self.folder)]
        result = CliRunner().invoke(main, words)
        assert result.exit_code == 0, (path.name, result.output)
        scores: list[float] = pl.read_parquet(target)["score"].to_list()
        return scores


def opened(folder: Path, raw: pl.DataFrame) -> Project:
    with Workspace.open(folder) as workspace:
        data = workspace.record.latest_of(Data)
        release = workspace.record.latest_of(Release)
        assert data is not None
        assert release is not None
        bundle = open_bundle(
            workspace.releases_folder / release.bundle, trusted=public_keys(workspace.key_path)
        )
        frame = from_parquet(workspace.artifacts.get(data.snapshot))
        return Project(folder, raw, frame, list(data.features), bundle)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Paths of JPEG files beside days, amounts, booleans and words for nothing."""
    folder = tmp_path_factory.mktemp("photos")
    rng = np.random.default_rng(0)
    (folder / "photos").mkdir()
    for row, light in enumerate(LIGHT.astype(int)):
        noise = rng.integers(-9, 9, (30, 40, 3))
        pixels = Image.fromarray((light + noise).clip(0, 255).astype(np.uint8))
        pixels.save(folder / "photos" / f"{row}.jpg")
    raw = pl.DataFrame(
        {
            "photo": [NO_PHOTO.get(row, f" photos/{row}.jpg") for row in range(N_ROWS)],
            "day": [f"{1 + row % 28:02d}/{1 + row % 12:02d}/2024" for row in range(N_ROWS)],
            "amount": [
                "none" if row % 11 == 0 else f"{1 + row % 7}.{row:03d},{row:02d}"
                for row in range(N_ROWS)
            ],
            "is_paid": [str(bool(rng.integers(2))) for _ in range(N_ROWS)],
            "town": rng.choice(["Ulm", "Bern", "Chur"], N_ROWS),
            "is_light": np.where(IS_LIGHT, "yes", "no"),
        }
    )
    raw.write_csv(folder / "train.csv", separator=";")
    options = ("--label", "is_light", "--positive", "yes", "--missing", "tba")
    release_of(folder, folder / "train.csv", *options)
    return opened(folder, raw)


def file_bytes(project: Project) -> pl.DataFrame:
    """The rows as the snapshot has them, with the bytes of the files."""
    data = [
        None if row in NO_PHOTO else (project.folder / f"photos/{row}.jpg").read_bytes()
        for row in range(N_ROWS)
    ]
    return project.frame.with_columns(photo=pl.Series(data, dtype=pl.Binary))


WRITERS: dict[str, Callable[[Project, pl.DataFrame, Path], None]] = {
    "again.csv": lambda _, raw, path: raw.write_csv(path, separator=";"),
    "comma.csv": lambda _, raw, path: raw.write_csv(path, quote_style="always"),
    "again.tsv": lambda _, raw, path: raw.write_csv(path, separator="\t"),
    "again.jsonl": lambda _, raw, path: raw.write_ndjson(path),
    "words.parquet": lambda _, raw, path: raw.write_parquet(path),
    "bytes.parquet": lambda project, raw, path: (
        file_bytes(project).with_columns(raw["town"]).write_parquet(path)
    ),
    "hub.parquet": lambda project, raw, path: (
        file_bytes(project)
        .with_columns(raw["town"], photo=pl.struct(bytes="photo", path=pl.lit("x.jpg")))
        .write_parquet(path)
    ),
}


@pytest.fixture(scope="module")
def unseen(photos: Project) -> tuple[pl.DataFrame, list[float]]:
    """The rows, some of them in a town that nobody has seen; and their scores."""
    town = ["Rome"] * N_UNSEEN + photos.raw["town"].to_list()[N_UNSEEN:]
    frame = photos.frame.with_columns(town=pl.Series(town))
    scores: list[float] = photos.bundle.score(frame.select(photos.features)).tolist()
    return photos.raw.with_columns(town=pl.Series(town)), scores


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_of_photos_has_the_scores_of_training(
    photos: Project, unseen: tuple[pl.DataFrame, list[float]], name: str
) -> None:
    raw, expected = unseen
    WRITERS[name](photos, raw, photos.folder / name)
    assert photos.given(photos.folder / name) == expected
    assert len(set(expected)) > N_ROWS / 2


def test_photos_over_http_have_the_scores_of_training(
    photos: Project, unseen: tuple[pl.DataFrame, list[float]]
) -> None:
    raw, expected = unseen
    amounts = photos.frame["amount"].to_list()
    scores = []
    with TestClient(create_app(photos.bundle)) as client:
        for row, cells in enumerate(raw.drop("is_light").iter_rows(named=True)):
            photo = None
            if row not in NO_PHOTO:
                data = (photos.folder / f"photos/{row}.jpg").read_bytes()
                photo = b64encode(data).decode()
            sent: dict[str, Any] = {**cells, "photo": photo, "amount": amounts[row]}
            body = {"rows": [{name: sent[name] for name in photos.features}]}
            answer = client.post("/predict", json=body)
            assert answer.status_code == 200, answer.text
            scores.append(answer.json()["predictions"][0]["score"])
    # a matrix product of one row adds up in another order than one of many
    assert scores == pytest.approx(expected, rel=1e-12, abs=0)


def test_watch_knows_the_photos_again(photos: Project) -> None:
    for name in ("train.csv", "bytes.parquet"):
        if name == "bytes.parquet":
            file_bytes(photos).write_parquet(photos.folder / name)
        observe_file(str(photos.folder), str(photos.folder / name))
        with Workspace.open(photos.folder) as workspace:
            seen = workspace.record.observations.of(photos.bundle.manifest.release_id)
        assert sum(one.n_rows for one in seen) == N_ROWS
        assert all(one.payload["n_learnt"] == one.n_rows for one in seen)
