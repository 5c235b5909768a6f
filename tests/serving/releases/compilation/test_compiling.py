"""What has no compiled form says so, and one that is wrong is never used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from tests.serving.conftest import Sealed
from tests.serving.releases.compilation.models import SETS, card_of, fitted, frame, labels

from leadline.errors import ReleaseError
from leadline.reading.schema import CellType, ColumnReading, Epoch, ReadingSchema
from leadline.serving.compiled.compiled_release import CompiledRelease
from leadline.serving.compiled.plan_file import from_bytes, to_bytes
from leadline.serving.releases.bundle import open_bundle, seal
from leadline.serving.releases.compilation import compiling
from leadline.serving.releases.compilation.compiling import compiled_form, compiled_or_not
from leadline.serving.releases.compilation.odd_rows import request_rows
from leadline.serving.releases.signed_files import COMPILED

ROW = (0.5, "Ulm", "late again", "2024-05-01T10:00")


def why_not(model: Any, card: Any) -> str:
    return compiled_or_not(model, card, frame()[:5], lambda _: None).why_not  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize("family", ["neighbours"])
def test_a_family_without_a_compiled_form_says_so(family: str) -> None:
    one = fitted(family, "binary", SETS["table"])
    assert why_not(one.model, one.card) == "a NearestClassifier has no compiled form"


def test_a_model_of_a_person_s_own_says_so() -> None:
    class Mine(LogisticRegression):  # type: ignore[misc]
        pass

    model = make_pipeline(Mine()).fit(frame().select("size"), labels("binary"))
    assert "has no compiled form" in why_not(model, card_of("binary", ("size",)))


def test_a_column_that_is_read_in_another_way_says_so() -> None:
    one = fitted("linear", "binary", SETS["date"])
    how = ColumnReading(name="at", type=CellType.DATE, epoch=Epoch.SECONDS)
    card = replace(one.card, reading=tuple(ReadingSchema((how,)).to_payload()))
    assert "'at'" in why_not(one.model, card)
    assert "seconds since 1970" in why_not(one.model, card)


@pytest.mark.parametrize("family", ["linear", "neighbours"])
def test_one_that_answers_by_least_cost_goes_by_cost(tmp_path: Path, family: str) -> None:
    """On the fast path, and where there is none."""
    one = fitted(family, "multiclass", SETS["table"])
    costs = {truth: {"a": 0.01} for truth in "bc"} | {"a": {"b": 50.0, "c": 50.0}}
    card = replace(one.card, confusion_costs=costs)
    key = Ed25519PrivateKey.generate()
    sealed = seal(tmp_path, model=one.model, card=card, golden_X=one.X[:5], key=key)
    bundle = open_bundle(tmp_path / sealed.digest, trusted=[key.public_key()])
    assert (bundle.compiled is not None) is (family == "linear")
    told = bundle.answer_rows(request_rows(one.X[:40])).to_dicts()
    assert [each["label"] for each in told] == bundle.predict(one.X[:40])["label"].to_list()
    assert [each["label"] for each in told] != one.model.predict(one.X[:40]).tolist()


def test_images_say_so() -> None:
    one = fitted("linear", "binary", ("size",))
    card = replace(one.card, columns={"size": "number", "scan": "image"})
    assert why_not(one.model, card) == "'scan' is a column of images"


def test_too_many_nodes_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadline.serving.releases.compilation.tree_plans.MOST_NODES", 10)
    one = fitted("forest", "binary", ("size",), {"n_estimators": 3})
    assert "nodes, more than 10" in why_not(one.model, one.card)


def last_digit(plan: dict[str, Any]) -> None:
    coef = plan["model"]["coef"]
    coef[0, 0] = np.nextafter(coef[0, 0], np.inf)


def swapped_names(plan: dict[str, Any]) -> None:
    names = plan["model"]["features"]["categories"]["names"]
    names[0] = names[0][::-1]


def other_median(plan: dict[str, Any]) -> None:
    plan["model"]["features"]["numbers"]["scaling"]["medians"][1] += 1.0


def other_threshold(plan: dict[str, Any]) -> None:
    plan["threshold"] = 0.41


def kept_words(plan: dict[str, Any]) -> None:
    plan["columns"][2]["missing"] = ["Ulm"]


@pytest.mark.parametrize(
    "fault", [last_digit, swapped_names, other_median, other_threshold, kept_words]
)
def test_a_planted_fault_is_found(
    fault: Callable[[dict[str, Any]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = fitted("linear", "binary", SETS["table"])
    whole = compiled_form(one.model, one.card)

    def wrong(*_: Any) -> bytes:
        plan = from_bytes(whole)
        fault(plan)
        return to_bytes(plan)

    monkeypatch.setattr(compiling, "compiled_form", wrong)
    compiled = compiled_or_not(one.model, one.card, one.X[:30], one.slow, n_odd_rows=2_000)
    assert compiled.data == b""
    assert compiled.why_not.startswith("the compiled form differs: ")


def test_what_goes_wrong_while_compiling_leaves_the_release_whole(
    tmp_path: Path, release: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> bytes:
        raise AttributeError("n_leaves_")

    monkeypatch.setattr(compiling, "compiled_form", broken)
    parts: dict[str, Any] = {"model": release.model, "card": release.card, "key": release.key}
    sealed = seal(tmp_path, golden_X=release.X[:5], **parts)
    assert not (tmp_path / sealed.digest / COMPILED).exists()
    bundle = open_bundle(tmp_path / sealed.digest, trusted=[release.key.public_key()])
    assert bundle.not_compiled == "Every row goes the slow path: AttributeError: n_leaves_."
    assert sealed.fast_path == bundle.not_compiled
    assert bundle.answer_rows([ROW]) == release.open().answer_rows([ROW])


def test_a_release_holds_its_compiled_form_and_uses_it(
    release: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = release.open()
    assert bundle.not_compiled == ""
    assert bundle.manifest.compiled_rows == 220
    assert "every digit of the model on 220 rows" in bundle.manifest.fast_path
    rows = [(number / 100, *ROW[1:]) for number in range(513)]
    slow = bundle.answer_rows(rows)
    assert len(set(slow.columns["score"])) > 100, "rows in another order would show"
    monkeypatch.setattr("leadline.serving.releases.bundle.slow_answers", None)
    for n_rows in (64, 129, 512):
        assert bundle.answer_rows(rows[:n_rows]) == slow[:n_rows]
    with pytest.raises(TypeError):
        bundle.answer_rows(rows)


def test_a_compiled_form_that_differs_here_is_not_used(
    release: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = CompiledRelease.answer

    def other(self: CompiledRelease, rows: Any) -> Any:
        answers = real(self, rows)
        answers.columns["score"][0] = np.nextafter(answers.columns["score"][0], 1.0)
        return answers

    monkeypatch.setattr(CompiledRelease, "answer", other)
    bundle = release.open()
    assert bundle.not_compiled.startswith("Here the compiled form differs: score is ")
    assert bundle.answer_rows([ROW]).columns["score"] == [
        release.model.predict_proba(bundle.read(frame_of(ROW)))[0, 1]
    ]


def frame_of(row: tuple[Any, ...]) -> Any:
    return pl.DataFrame([row], schema=["size", "town", "said", "at"], orient="row")


def test_one_flipped_bit_of_the_compiled_form_is_refused(
    new_release: Callable[..., Sealed],
) -> None:
    release = new_release()
    path = release.path / COMPILED
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(ReleaseError, match=r"compiled\.zip .* was changed"):
        release.open()


@pytest.mark.parametrize("data", [b"", b"PK", to_bytes({})[:40]])
def test_bytes_that_are_no_plan_are_refused(data: bytes) -> None:
    with pytest.raises(ReleaseError, match="compiled form of the release cannot be read"):
        CompiledRelease.from_bytes(data)


def test_a_plan_of_another_format_is_refused() -> None:
    data = to_bytes({}).replace(b'"format": 1', b'"format": 2')
    with pytest.raises(ReleaseError):
        from_bytes(data)
