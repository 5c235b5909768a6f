from __future__ import annotations

import json
import multiprocessing
import stat
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import skops.io
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sklearn.base import clone
from sklearn.utils import all_estimators
from tests.serving.conftest import Sealed

from leadline.engines.loading import names
from leadline.errors import DataError, ReleaseError
from leadline.serving.releases import bundle as bundle_module
from leadline.serving.releases import keys, models
from leadline.serving.releases.bundle import Card, open_bundle, seal
from leadline.serving.releases.environment import lock, refuse_other_versions, versions
from leadline.serving.releases.keys import fingerprint, load_or_make_key, public_keys
from leadline.serving.releases.manifest import Manifest
from leadline.serving.releases.models import load_model, trusted_types
from leadline.serving.releases.signed_files import digest_of
from leadline.serving.releases.skops_io import is_public_estimator

Maker = Callable[..., Sealed]


# ------------------------------------------------------------------------ what is sealed


@pytest.mark.parametrize("family", ["majority", "linear", "neighbours", "boosting"])
def test_a_sealed_model_answers_as_before(new_release: Maker, family: str) -> None:
    release = new_release("binary", family)
    expected = release.model.predict_proba(release.X)[:, 1]
    bundle = release.open()
    assert np.array_equal(bundle.score(release.X), expected)
    assert bundle.predict(release.X)["flagged"].to_list() == (expected >= 0.4).tolist()


def test_a_release_may_leave_rows_without_an_answer(tmp_path: Path, new_release: Maker) -> None:
    release = new_release("multiclass")
    scores = release.model.predict_proba(release.X).max(axis=1)
    cut = float(np.median(scores))
    card = replace(release.card, confidence=cut)
    key, golden = release.key, release.X[:20]
    sealed = seal(tmp_path, model=release.model, card=card, golden_X=golden, key=key)
    bundle = open_bundle(tmp_path / sealed.digest, trusted=[key.public_key()])
    answers = bundle.predict(release.X)
    assert answers["abstains"].to_list() == (scores < cut).tolist()
    assert answers["label"].is_null().to_list() == (scores < cut).tolist()
    usual = release.open().predict(release.X)
    assert usual.columns == ["score", "label"], "nothing changes where no confidence was chosen"


def test_a_manifest_from_before_answers_all_rows(new_release: Maker) -> None:
    manifest = new_release("multiclass").open().manifest
    payload = json.loads(manifest.to_bytes())
    del payload["confidence"]
    older = Manifest.from_bytes(json.dumps(payload).encode(), "id")
    assert older.confidence is None
    assert not older.may_abstain


def test_cells_are_read_as_the_release_says(tmp_path: Path, release: Sealed) -> None:
    size = {"name": "size", "type": "number", "decimal": ",", "thousands": "."}
    card = replace(release.card, reading=(size,))
    sealed = seal(tmp_path, model=release.model, card=card, golden_X=release.X[:5], key=release.key)
    bundle = open_bundle(tmp_path / sealed.digest, trusted=[release.key.public_key()])
    typed = release.X.with_columns(size=pl.Series([1500.0, 0.5] * 40))
    written = release.X.with_columns(size=pl.Series(["1.500", "0,5"] * 40))
    assert np.array_equal(bundle.score(written), bundle.score(typed))


def test_many_classes_answer_with_the_likeliest(new_release: Maker) -> None:
    release = new_release("multiclass")
    answers = release.open().predict(release.X)
    assert answers["label"].to_list() == release.model.predict(release.X).tolist()
    assert answers["score"].to_list() == release.model.predict_proba(release.X).max(axis=1).tolist()


def test_a_number_answers_with_a_number(new_release: Maker) -> None:
    release = new_release("regression")
    answers = release.open().predict(release.X)
    assert answers.columns == ["score"]
    assert answers["score"].to_list() == release.model.predict(release.X).tolist()


def test_classes_may_be_text(tmp_path: Path, release: Sealed) -> None:
    y = np.where(release.X["size"].to_numpy() > 0, "yes", "no")
    model = clone(release.model).fit(release.X, y)
    sealed = seal(tmp_path, model=model, card=release.card, golden_X=release.X[:5], key=release.key)
    bundle = open_bundle(tmp_path / sealed.digest, trusted=[release.key.public_key()])
    assert np.array_equal(bundle.score(release.X), model.predict_proba(release.X)[:, 1])


def test_the_manifest_says_what_it_takes_to_use_it(release: Sealed) -> None:
    manifest = release.open().manifest
    assert manifest.release_id == release.sealed.release_id == release.sealed.digest[:12]
    assert manifest.columns == release.card.columns
    assert manifest.versions == versions()
    assert f"numpy=={np.__version__}" in manifest.lock
    assert manifest.lock == lock()
    assert manifest.n_golden == 20
    assert manifest.metrics == {"roc_auc": 0.9}
    assert release.sealed.model_digest == manifest.model_digest
    files = list(release.path.iterdir())
    assert release.sealed.size_bytes == sum(file.stat().st_size for file in files)
    assert {file.name for file in files} == {
        "manifest.json",
        "signature",
        "model.skops",
        "golden.parquet",
        "usual.json",
        "compiled.zip",
    }


def test_nothing_temporary_is_left(release: Sealed) -> None:
    assert [path.name for path in release.folder.iterdir()] == [release.sealed.digest]


def test_whoever_serves_a_release_may_read_it(release: Sealed) -> None:
    assert stat.S_IMODE(release.path.stat().st_mode) == 0o755


def test_the_same_release_sealed_again_stays_as_it_is(
    tmp_path: Path, release: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stopped(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Stopped:
            return cls(2026, 3, 1, tzinfo=tz)

    stored = models.dump_model(release.model)  # a zip, which holds the time it is made at
    monkeypatch.setattr(bundle_module, "dump_model", lambda _: stored)
    monkeypatch.setattr(bundle_module, "datetime", Stopped)
    parts: Any = {"model": release.model, "card": release.card, "key": release.key}
    first = seal(tmp_path, golden_X=release.X[:5], **parts)
    inode = (tmp_path / first.digest).stat().st_ino
    assert seal(tmp_path, golden_X=release.X[:5], **parts) == first
    assert [path.stat().st_ino for path in tmp_path.iterdir()] == [inode]


def test_the_manifest_does_not_hold_its_own_digest(release: Sealed) -> None:
    written = json.loads((release.path / "manifest.json").read_bytes())
    assert "release_id" not in written
    assert set(written) > {"columns", "threshold", "model_digest", "versions", "lock"}


def test_a_manifest_from_before_there_were_images_means_the_usual_size(release: Sealed) -> None:
    written = json.loads((release.path / "manifest.json").read_bytes())
    del written["image_size"], written["family"]
    read = Manifest.from_bytes(json.dumps(written).encode(), "id")
    assert (read.image_size, read.family) == (64, "")


def test_raw_frames_are_conformed(release: Sealed) -> None:
    raw = pl.DataFrame({"at": ["2024-05-01"], "said": [None], "town": [7.0], "size": ["1.5"]})
    assert release.open().score(raw).shape == (1,)
    with pytest.raises(DataError, match="row 1: 'size' is \"big\""):
        release.open().score(raw.with_columns(size=pl.lit("big")))


def test_no_rows_have_no_answer(release: Sealed) -> None:
    assert release.open().predict(release.X[:0]).shape == (0, 2)


# ------------------------------------------------------------------------ what is refused


def refused(release: Sealed, match: str, *, trusted: Any = None) -> None:
    keys = [release.key.public_key()] if trusted is None else trusted
    with pytest.raises(ReleaseError, match=match):
        open_bundle(release.path, trusted=keys)


def resigned(release: Sealed, **changes: Any) -> None:
    """Change the manifest and sign it again: only what comes after the signature can refuse."""
    path = release.path / "manifest.json"
    written = json.dumps({**json.loads(path.read_bytes()), **changes}).encode()
    path.write_bytes(written)
    (release.path / "signature").write_text(release.key.sign(written).hex())


def test_an_unsigned_release_is_refused(new_release: Maker) -> None:
    release = new_release()
    (release.path / "signature").write_text("")
    refused(release, "No trusted key has signed")
    (release.path / "signature").write_text("not hexadecimal")
    refused(release, "No trusted key has signed")
    (release.path / "signature").unlink()
    refused(release, "has no signature")


def test_a_release_of_another_key_is_refused(release: Sealed) -> None:
    other = Ed25519PrivateKey.generate().public_key()
    refused(release, f"Trusted keys: {fingerprint(other)}", trusted=[other])
    refused(release, "Trusted keys: none", trusted=[])


def test_any_one_trusted_key_is_enough(release: Sealed) -> None:
    other = Ed25519PrivateKey.generate().public_key()
    opened = open_bundle(release.path, trusted=[other, release.key.public_key()])
    assert opened.manifest.release_id == release.sealed.release_id


@pytest.mark.parametrize("name", ["model.skops", "golden.parquet"])
def test_a_changed_file_is_refused(new_release: Maker, name: str) -> None:
    release = new_release()
    data = bytearray((release.path / name).read_bytes())
    data[len(data) // 2] ^= 1
    (release.path / name).write_bytes(bytes(data))
    refused(release, f"{name} of release {release.sealed.release_id} was changed")


def test_a_changed_threshold_is_refused(new_release: Maker) -> None:
    release = new_release()
    path = release.path / "manifest.json"
    path.write_text(path.read_text().replace('"threshold": 0.4', '"threshold": 0.9'))
    refused(release, "No trusted key has signed")


@pytest.mark.parametrize("name", ["manifest.json", "model.skops", "golden.parquet"])
def test_a_missing_file_is_refused(new_release: Maker, name: str) -> None:
    release = new_release()
    (release.path / name).unlink()
    refused(release, f"has no {name}")


def test_another_minor_version_of_scikit_learn_is_refused(new_release: Maker) -> None:
    release = new_release()
    resigned(release, versions={**versions(), "scikit-learn": "1.2.3"})
    refused(release, r"made with scikit-learn 1.2.3.*Install scikit-learn 1.2.3")


def test_another_patch_version_is_not() -> None:
    major, minor, *_ = versions()["scikit-learn"].split(".")
    refuse_other_versions({**versions(), "scikit-learn": f"{major}.{minor}.99"})
    with pytest.raises(ReleaseError, match="made with numpy unknown"):
        refuse_other_versions({key: value for key, value in versions().items() if key != "numpy"})


def with_golden_scores_times(release: Sealed, factor: float) -> None:
    path = release.path / "golden.parquet"
    golden = pl.read_parquet(path).with_columns(pl.col("score") * factor)
    golden.write_parquet(path)
    resigned(release, golden_digest=digest_of(path.read_bytes()))


def test_other_golden_scores_are_refused(new_release: Maker) -> None:
    release = new_release()
    largest = float(release.open().score(release.X.head(20)).max())
    with_golden_scores_times(release, 1 + 1e-4)
    refused(release, rf"scores its golden rows differently here \(by up to {largest * 1e-4:.3g}\)")


def test_golden_scores_may_differ_in_the_last_digits(new_release: Maker) -> None:
    release = new_release()
    with_golden_scores_times(release, 1 + 1e-8)
    assert release.open().manifest.n_golden == 20


def test_a_manifest_that_says_nothing_is_refused(new_release: Maker) -> None:
    release = new_release()
    (release.path / "manifest.json").write_bytes(b"[]")
    (release.path / "signature").write_text(release.key.sign(b"[]").hex())
    refused(release, "manifest .* cannot be read")


class Stranger:
    """A type nobody has named."""

    def predict(self, X: pl.DataFrame) -> Any:
        return np.zeros(X.height)


def test_a_type_that_no_family_names_is_not_even_sealed(tmp_path: Path, release: Sealed) -> None:
    card = replace(release.card, task="regression", threshold=None, positive="")
    with pytest.raises(ReleaseError, match=r"not trusted: .*Stranger"):
        seal(tmp_path, model=Stranger(), card=card, golden_X=release.X[:2], key=release.key)
    assert list(tmp_path.iterdir()) == []


def test_a_list_of_types_in_the_file_counts_for_nothing() -> None:
    data = skops.io.dumps(Stranger())
    with pytest.raises(ReleaseError, match="Stranger"):
        load_model(data)
    name = f"{Stranger.__module__}.Stranger"
    assert type(load_model(data, trusted=[name])).__name__ == "Stranger"


def test_a_package_that_is_trusted_is_no_other_of_a_like_name() -> None:
    assert models._is_in("house.models.Tree", "house.*")
    assert not models._is_in("household.Tree", "house.*")
    assert not models._is_in("house.Trees", "house.Tree")


def test_what_scikit_learn_offers_is_trusted_and_nothing_else_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # which takes seconds to import, and is no estimator
    monkeypatch.setitem(sys.modules, "sklearn.externals.array_api_compat.torch", None)
    offered = {f"{kind.__module__}.{kind.__qualname__}" for _, kind in all_estimators()}
    offered = {kind for kind in offered if kind.startswith("sklearn.")}
    assert len(offered) > 100
    assert {kind for kind in offered if not is_public_estimator(kind)} == set()
    for kind in (
        "sklearn.base.BaseEstimator", "sklearn.ensemble._forest.BaseForest",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.utils._bunch.Bunch", "sklearn.linear_model.LogisticRegression",
        "sklearn.nothing.Such", "sklearn.externals._arff.ArffDecoder", "os.system", "Stranger",
    ):  # fmt: skip
        assert not is_public_estimator(kind), kind


def test_damaged_bytes_are_refused() -> None:
    with pytest.raises(ReleaseError, match="cannot be read"):
        load_model(b"not a zip")


def test_a_broken_guest_is_trusted_with_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = trusted_types()
    monkeypatch.setattr(models, "names", lambda kind: (*names(kind), "broken"))
    assert trusted_types() == expected
    assert "leadline.engines.families.inputs.encoders.Columns" in expected


def test_a_model_that_never_saw_the_positive_class_is_refused(
    tmp_path: Path, release: Sealed
) -> None:
    model = clone(release.model).fit(
        release.X, np.where(release.X["size"].to_numpy() > 0, "a", "b")
    )
    with pytest.raises(ReleaseError, match="classes a, b; 'yes' is not one"):
        seal(tmp_path, model=model, card=release.card, golden_X=release.X[:2], key=release.key)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"task": "ranking"}, "task is 'ranking'"),
        ({"columns": {}}, "at least one feature"),
        ({"threshold": None}, "finite threshold"),
        ({"threshold": float("nan")}, "finite threshold"),
        ({"positive": ""}, "positive class"),
    ],
)
def test_a_card_without_sense_is_a_programmers_mistake(
    release: Sealed, changes: dict[str, Any], match: str
) -> None:
    with pytest.raises(ValueError, match=match):
        replace(release.card, **changes)


def test_no_golden_rows_are_a_programmers_mistake(tmp_path: Path, release: Sealed) -> None:
    card: Card = release.card
    with pytest.raises(ValueError, match="golden_X has no rows"):
        seal(tmp_path, model=release.model, card=card, golden_X=release.X[:0], key=release.key)


# ------------------------------------------------------------------------ keys


def test_a_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "release.key"
    key = load_or_make_key(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert load_or_make_key(path).private_bytes_raw() == key.private_bytes_raw()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["release.key", "release.key.pub"]
    for source in (path, tmp_path / "release.key.pub"):
        assert [fingerprint(one) for one in public_keys(source)] == [fingerprint(key.public_key())]


def made_fingerprint(path: Path) -> str:
    return fingerprint(load_or_make_key(path).public_key())


def test_processes_that_make_a_key_at_once_agree(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(4) as pool:
        found = pool.map(made_fingerprint, [tmp_path / "release.key"] * 8)
    assert len(set(found)) == 1
    (public,) = public_keys(tmp_path / "release.key.pub")
    assert fingerprint(public) == found[0]


def test_whoever_comes_second_leaves_both_halves_of_the_key(tmp_path: Path) -> None:
    path = tmp_path / "release.key"
    load_or_make_key(path)
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    keys._make(path)  # as a process does that saw no key just before
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_several_public_keys_in_a_file_are_all_trusted(tmp_path: Path) -> None:
    for name in ("a", "b"):
        load_or_make_key(tmp_path / name)
    both = tmp_path / "trusted.pem"
    both.write_bytes((tmp_path / "a.pub").read_bytes() + (tmp_path / "b.pub").read_bytes())
    assert len(public_keys(both)) == 2


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o610])
def test_a_key_that_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "release.key"
    load_or_make_key(path)
    path.chmod(mode)
    with pytest.raises(ReleaseError, match="chmod 600"):
        load_or_make_key(path)


@pytest.mark.parametrize("read", [load_or_make_key, public_keys])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, read: Callable[[Path], Any]) -> None:
    path = tmp_path / "release.key"
    path.write_text("nothing")
    path.chmod(0o600)
    with pytest.raises(ReleaseError, match="no Ed25519 key"):
        read(path)


def test_no_key_file_is_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="no key file"):
        public_keys(tmp_path / "release.key")


# ------------------------------------------------------------------------ one turned bit


def test_one_turned_bit_of_any_file_is_seen(new_release: Maker) -> None:
    release = new_release()
    names = sorted(path.name for path in release.path.iterdir())
    assert names == [
        "compiled.zip",
        "golden.parquet",
        "manifest.json",
        "model.skops",
        "signature",
        "usual.json",
    ]
    for name in names:
        file = release.path / name
        whole = file.read_bytes()
        places = {0, len(whole) // 2, len(whole) - 1}
        for place in sorted(places):
            for bit in range(8):
                turned = bytearray(whole)
                turned[place] ^= 1 << bit
                file.write_bytes(turned)
                with pytest.raises(ReleaseError):
                    release.open()
        file.write_bytes(whole)
    release.open()


def test_a_signature_in_capitals_is_another_file(new_release: Maker) -> None:
    release = new_release()
    file = release.path / "signature"
    file.write_bytes(file.read_bytes().upper())
    with pytest.raises(ReleaseError, match="No trusted key has signed"):
        release.open()


def test_another_release_in_the_folder_of_one_is_refused(new_release: Maker) -> None:
    release = new_release()
    digest = release.sealed.digest
    open_bundle(release.path, trusted=[release.key.public_key()], digest=digest)
    with pytest.raises(ReleaseError, match=f"holds release {release.sealed.release_id}"):
        open_bundle(release.path, trusted=[release.key.public_key()], digest="0" * 64)
