"""A release knows the rows it was made of again, however they are written down."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.serving.conftest import Sealed

from leadline.errors import ReleaseError
from leadline.reading.row_hashes import content_hashes
from leadline.serving.batch.score_file import score_file
from leadline.serving.releases.bundle import ReleaseBundle, open_bundle, seal
from leadline.serving.releases.learnt_rows import DigestForm, LearntRows
from leadline.serving.releases.manifest import Manifest

Maker = Callable[[], tuple[Path, ReleaseBundle]]


@pytest.fixture
def knowing(tmp_path: Path, release: Sealed) -> Maker:
    """A release that was made of the rows it is given."""

    def make() -> tuple[Path, ReleaseBundle]:
        sealed = seal(
            tmp_path,
            model=release.model,
            card=release.card,
            golden_X=release.X[:5],
            key=release.key,
            learnt=LearntRows.of(release.X),
        )
        folder = tmp_path / sealed.digest
        return folder, open_bundle(folder, trusted=[release.key.public_key()])

    return make


def test_rows_are_known_again_by_what_the_model_is_given(knowing: Maker, release: Sealed) -> None:
    learnt = knowing()[1].learnt
    assert learnt is not None
    assert learnt.contain(release.X.reverse()).all()
    moved = release.X.with_columns(pl.col("size") + 1e-9)
    assert not learnt.contain(moved).any()
    assert learnt.contain(release.X.clear()).size == 0
    nothing = LearntRows(np.zeros(0, dtype=np.uint64), 0.5)
    assert not nothing.contain(release.X).any()


def test_rows_of_an_older_release_are_known_again(knowing: Maker, release: Sealed) -> None:
    """Digested row by row, which its manifest need not say."""
    hashed = np.unique(content_hashes(release.X, release.X.columns))
    learnt = LearntRows(hashed, 0.5, DigestForm.HASHED)
    assert learnt.contain(release.X).all()
    manifest = knowing()[1].manifest
    told = {k: v for k, v in json.loads(manifest.to_bytes()).items() if k != "rows_form"}
    assert Manifest.from_bytes(json.dumps(told).encode(), "an id").rows_form == DigestForm.HASHED
    assert manifest.rows_form == DigestForm.MIXED
    assert not learnt.contain(release.X.with_columns(pl.col("size") + 1e-9)).any()


def test_digests_take_eight_bytes_a_different_row(knowing: Maker, release: Sealed) -> None:
    folder, bundle = knowing()
    assert (folder / "rows").stat().st_size == 8 * release.X.unique().height
    assert bundle.manifest.usual_repeats == pytest.approx(1 / 82)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_score_tells_rows_that_were_learnt(
    tmp_path: Path, knowing: Maker, release: Sealed, suffix: str
) -> None:
    bundle, notes = knowing()[1], list[str]()
    source, target = tmp_path / f"in{suffix}", tmp_path / f"out{suffix}"
    new = release.X[:20].with_columns(pl.col("size") + 1)
    given = pl.concat([release.X[:60], new])
    (given.write_csv if suffix == ".csv" else given.write_parquet)(source)
    score_file(bundle, source, target, chunk_rows=7, note=notes.append)
    assert len(notes) == 1
    assert notes[0].startswith(f"in{suffix}: 60 of 80 rows are rows that this release learnt from")
    (new.write_csv if suffix == ".csv" else new.write_parquet)(source)
    score_file(bundle, source, target, note=notes.append)
    assert len(notes) == 1


@pytest.mark.parametrize("damage", [b"", b"\0" * 8, None])
def test_digests_are_part_of_what_is_signed(
    knowing: Maker, release: Sealed, damage: bytes | None
) -> None:
    folder = knowing()[0]
    (folder / "rows").unlink()
    if damage is not None:
        (folder / "rows").write_bytes(damage)
    with pytest.raises(ReleaseError, match="rows"):
        open_bundle(folder, trusted=[release.key.public_key()])


def test_a_release_without_digests_tells_nothing(tmp_path: Path, release: Sealed) -> None:
    """As those that were made before there were any."""
    bundle, notes = release.open(), list[str]()
    assert bundle.learnt is None
    release.X.write_csv(tmp_path / "in.csv")
    score_file(bundle, tmp_path / "in.csv", tmp_path / "out.csv", note=notes.append)
    assert notes == []


def test_bytes_that_are_no_digests_are_refused() -> None:
    with pytest.raises(ReleaseError, match="8 bytes a row"):
        LearntRows.from_bytes(b"123", 0.5)


def test_rows_that_a_machine_labelled_are_known_and_do_not_move_what_is_usual() -> None:
    X = pl.DataFrame({"age": [1.0, 2.0, 3.0]})
    more = pl.DataFrame({"age": [4.0, 4.0]})
    plain, rows = LearntRows.of(X), LearntRows.of(X, more=more)
    assert rows.contain(pl.DataFrame({"age": [4.0, 1.0, 5.0]})).tolist() == [True, True, False]
    assert rows.usual_share == plain.usual_share
