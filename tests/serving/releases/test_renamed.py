"""Releases made before a class got a new name still open."""

from __future__ import annotations

import importlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.serving.conftest import Sealed

from leadline.errors import ReleaseError
from leadline.serving.releases.bundle import ReleaseBundle, open_bundle
from leadline.serving.releases.environment import versions
from leadline.serving.releases.models import dump_model, load_model, trusted_types
from leadline.serving.releases.renamed import RENAMED, with_new_names

OLDER = Path(__file__).parent / "older"
FAMILIES = "leadline.engines.families"
# of our own, all that a release could hold before any class was renamed
TRUSTED_THEN = (
    "bayes.NaiveBayes",
    "boosting.BoostedClassifier",
    "boosting.BoostedRegressor",
    "columns.Categories",
    "columns.Columns",
    "columns.Numbers",
    "columns.Words",
    "embeddings.Meanings",
    "forest.ForestClassifier",
    "forest.ForestRegressor",
    "likelihoods.Bells",
    "likelihoods.Tables",
    "likelihoods.Terms",
    "linear.Logistic",
    "neighbours.NearestClassifier",
    "neighbours.NearestRegressor",
    "network.estimator.NetworkClassifier",
    "network.estimator.NetworkRegressor",
    "network.inputs.Inputs",
    "pixels.Pixels",
)


def opened(archive: Path, folder: Path) -> ReleaseBundle:
    """A kept release, signed anew for the versions installed here: its names are in question."""
    with zipfile.ZipFile(archive) as kept:
        kept.extractall(folder)
    written = json.loads((folder / "manifest.json").read_bytes()) | {"versions": versions()}
    data = json.dumps(written).encode()
    key = Ed25519PrivateKey.generate()
    (folder / "manifest.json").write_bytes(data)
    (folder / "signature").write_text(key.sign(data).hex())
    return open_bundle(folder, trusted=[key.public_key()])


def names_in(data: bytes) -> set[str]:
    """Every class that a stored model names."""
    found = set()

    def look(node: Any) -> None:
        if isinstance(node, dict):
            found.add(f"{node.get('__module__')}.{node.get('__class__')}")
        for part in node.values() if isinstance(node, dict) else node:
            if isinstance(part, dict | list):
                look(part)

    with zipfile.ZipFile(io.BytesIO(data)) as stored:
        look(json.loads(stored.read("schema.json")))
    return found


def with_names(data: bytes, names: Mapping[str, str]) -> bytes:
    """A stored model with some classes named otherwise."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as stored, zipfile.ZipFile(buffer, "w") as changed:
        for info in stored.infolist():
            content = stored.read(info)
            if info.filename == "schema.json":
                schema = json.loads(content, object_hook=lambda node: _as(node, names))
                content = json.dumps(schema).encode()
            changed.writestr(info, content)
    return buffer.getvalue()


def _as(node: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    new = names.get(f"{node.get('__module__')}.{node.get('__class__')}")
    module, _, name = (new or "").rpartition(".")
    return node | ({"__module__": module, "__class__": name} if new else {})


@pytest.mark.parametrize("archive", sorted(OLDER.glob("*.zip")), ids=lambda path: path.stem)
def test_a_release_of_an_older_version_opens_and_answers_as_then(
    archive: Path, tmp_path: Path
) -> None:
    bundle = opened(archive, tmp_path)
    assert names_in((tmp_path / "model.skops").read_bytes()) & set(RENAMED)
    golden = pl.read_parquet(tmp_path / "golden.parquet")
    assert golden.height > 0
    scores = bundle.score(golden["X"].struct.unnest())
    assert np.allclose(scores, golden["score"].to_numpy(), rtol=1e-6)


def test_there_are_releases_of_an_older_version() -> None:
    assert [path.stem for path in sorted(OLDER.glob("*.zip"))] == ["bayes", "network"]


@pytest.mark.parametrize("family", ["bayes", "embeddings", "forest", "linear"])
def test_a_model_under_old_names_answers_the_same(
    new_release: Callable[..., Sealed], family: str
) -> None:
    release = new_release("binary", family)
    data = dump_model(release.model)
    old = with_names(data, {new: name for name, new in RENAMED.items()})
    assert names_in(old) & set(RENAMED)
    assert names_in(with_new_names(old)) == names_in(data)
    expected = release.model.predict_proba(release.X)
    assert np.array_equal(load_model(old).predict_proba(release.X), expected)


def test_a_model_without_old_names_is_left_as_it_is(release: Sealed) -> None:
    data = dump_model(release.model)
    assert with_new_names(data) is data


def test_all_that_a_release_could_hold_then_is_trusted_now() -> None:
    then = [f"{FAMILIES}.{name}" for name in TRUSTED_THEN]
    assert {RENAMED.get(name, name) for name in then} <= set(trusted_types())


@pytest.mark.parametrize("new", sorted(set(RENAMED.values())))
def test_a_new_name_is_that_of_a_class(new: str) -> None:
    module, _, name = new.rpartition(".")
    assert getattr(importlib.import_module(module), name).__module__ == module
    assert new not in RENAMED


def test_an_old_name_opens_no_door_for_others(release: Sealed) -> None:
    data = dump_model(release.model)
    columns = f"{FAMILIES}.inputs.encoders.Columns"
    strange = with_names(data, {columns: f"{FAMILIES}.columns.Stranger"})
    with pytest.raises(ReleaseError, match=r"not trusted: .*columns\.Stranger"):
        load_model(strange)
