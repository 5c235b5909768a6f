"""Files in an object store: a real S3 server, spoken to by s3fs."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import polars as pl
import pytest
from joblib.externals.loky import get_reusable_executor
from tests.conftest import free_port
from tests.s3_server import BUCKET, s3_server
from tests.serving.conftest import Sealed, make_frame

from leadline.engines.executors.loky import Loky
from leadline.errors import DataError
from leadline.serving.batch.locations import Location, UnreachableError
from leadline.serving.batch.score_file import score_file
from leadline.serving.releases.release_place import ReleasePlace


@pytest.fixture(scope="module")
def store() -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch, s3_server(free_port()) as environment:
        for name, value in environment.items():
            patch.setenv(name, value)
        yield fsspec.filesystem("s3", use_listings_cache=False)
    fsspec.filesystem("s3").clear_instance_cache()


@pytest.fixture
def root(store: Any) -> str:
    """A folder of the bucket that is each test's own, with rows in three forms."""
    root = f"s3://{BUCKET}/{uuid.uuid4().hex}"
    frame = make_frame(900)
    with fsspec.open(f"{root}/in/rows.parquet", "wb") as file:
        frame.write_parquet(file, row_group_size=200)
    with fsspec.open(f"{root}/in/rows.csv", "wb") as file:
        frame.write_csv(file)
    with fsspec.open(f"{root}/old/rows.csv", "wb") as file:
        file.write(frame.write_csv().replace("late again", "spät").encode("cp1252"))
    return root


@pytest.mark.parametrize("source", ["in/rows.parquet", "in/rows.csv", "old/rows.csv", "in/*.csv"])
@pytest.mark.parametrize("name", ["out.parquet", "out.csv"])
def test_scores_are_those_of_the_same_file_here(
    tmp_path: Path, release: Sealed, store: Any, root: str, source: str, name: str
) -> None:
    target = f"{root}/{name}"
    scored = score_file(release.open(), f"{root}/{source}", target, chunk_rows=150)
    assert scored.n_rows == 900
    here = tmp_path / Path(source.replace("*", "rows")).name
    store.get(f"{root}/{source.replace('*', 'rows')}", str(here))
    score_file(release.open(), here, tmp_path / name, chunk_rows=150)
    assert store.cat(target) == (tmp_path / name).read_bytes()
    assert not [path for path in store.find(root) if ".parts" in path]


def test_a_folder_of_parts_is_written_by_processes(release: Sealed, store: Any, root: str) -> None:
    # processes of a test before this one do not know the keys
    get_reusable_executor().shutdown(kill_workers=True)
    for _ in range(2):
        scored = score_file(
            ReleasePlace.of(release.path, [release.key.public_key()]),
            f"{root}/in/rows.parquet",
            f"{root}/out",
            chunk_rows=150,
            executor=Loky(2),
        )
    names = [path.rpartition("/")[2] for path in store.ls(f"{root}/out", detail=False)]
    assert len(names) == scored.n_parts + 1
    parts = [pl.read_parquet(store.cat(f"{root}/out/{name}")) for name in sorted(names)[1:]]
    assert "_manifest.json" in names
    assert pl.concat(parts)["score"].to_list() == release.open().score(make_frame(900)).tolist()


def test_a_run_that_broke_off_goes_on(release: Sealed, store: Any, root: str) -> None:
    def tell(n_rows: int, share: float) -> None:
        if n_rows > 300:
            raise KeyboardInterrupt

    source, target = f"{root}/in/rows.csv", f"{root}/out.csv"
    with pytest.raises(KeyboardInterrupt):
        score_file(release.open(), source, target, chunk_rows=100, progress=tell)
    scored = score_file(release.open(), source, target, chunk_rows=100)
    assert 0 < scored.n_kept < scored.n_parts
    assert store.cat(target).count(b"\n") == 901
    # other rows under the same name are not taken for these
    with pytest.raises(KeyboardInterrupt):
        score_file(release.open(), source, target, chunk_rows=100, progress=tell)
    with fsspec.open(f"{root}/in/rows.csv", "wb") as file:
        make_frame(900).reverse().write_csv(file)
    assert score_file(release.open(), source, target, chunk_rows=100).n_kept == 0


def test_what_is_not_there_or_not_reached_is_told(
    tmp_path: Path, release: Sealed, root: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out.csv"
    with pytest.raises(DataError, match="There is no file s3://"):
        score_file(release.open(), f"{root}/none.csv", target)
    with pytest.raises(DataError, match=r"No file fits s3://.*none/\*"):
        score_file(release.open(), f"{root}/none/*", target)
    with pytest.raises(DataError, match="Protocol not known"):
        score_file(release.open(), "s3x://rows/in.csv", target)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    fsspec.filesystem("s3").clear_instance_cache()
    with pytest.raises(UnreachableError, match="AWS_ENDPOINT_URL"):
        Location(f"{root}/in/rows.csv").size()
    fsspec.filesystem("s3").clear_instance_cache()
