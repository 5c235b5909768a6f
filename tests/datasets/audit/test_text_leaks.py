from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray
from tests.datasets.audit.tables import SHARED

from leadline.datasets.audit.text_leaks import text_leaks
from leadline.datasets.audit.text_pieces import Sort, around, pieces_of
from leadline.phases.data import TextLeak

Strings = NDArray[np.str_]
TEXTS = SHARED.parent / "text" / "sms_spam.tsv"
COMMITS = SHARED.parent / "streams" / "commits_dated.csv.gz"
TWEETS = SHARED.parent / "crowd" / "tweets_ratings.csv.gz"
VERBS = ("broke", "stopped", "slipped", "burnt", "jammed", "hums", "leaks", "rattles", "smokes")
THINGS = ("printer", "pump", "door", "lamp", "belt", "motor", "valve", "fan", "screen", "gate")


def tickets(n_rows: int = 600, seed: int = 0) -> tuple[list[str], Strings]:
    """Texts that say nothing of their label."""
    rng = np.random.default_rng(seed)
    texts = [
        f"The {rng.choice(THINGS)} {rng.choice(VERBS)} in room {rng.integers(900)}, "
        f"{rng.choice(THINGS)} {rng.choice(VERBS)} too; call {rng.integers(100, 999)}"
        for _ in range(n_rows)
    ]
    return texts, rng.choice(["open", "won", "lost"], n_rows, p=[0.5, 0.3, 0.2])


def found(texts: Any, y: NDArray[Any], *, is_class: bool = True) -> TextLeak | None:
    frame = pl.DataFrame({"t": pl.Series(texts, dtype=pl.String)})
    leaks = text_leaks(frame, {"t": "text"}, y, is_class=is_class)
    return leaks[0] if leaks else None


def test_the_own_word_of_each_class() -> None:
    texts, y = tickets()
    leak = found([f"{text}. STATUS: {label}" for text, label in zip(texts, y, strict=True)], y)
    assert leak is not None
    assert leak.how == "word"
    assert {(each.word, each.value) for each in leak.words} == {
        (c, c) for c in ("open", "won", "lost")
    }
    assert all(each.n_with == each.n_of_value and not each.n_elsewhere for each in leak.words)
    assert leak.words[0].example.endswith(f"STATUS: {leak.words[0].value}")


@pytest.mark.parametrize(
    ("mark", "word"),
    [
        (lambda text: f"[LOST] {text}", "lost"),
        (lambda text: f"{text} ###", "#"),
        (lambda text: f"{text}\n", "\n"),
        (lambda text: text.replace("call", "CALL"), "CALL"),
        (lambda text: f"{text}, Ref: Z-{len(text)}", "ref"),
        (lambda text: f"已关闭 {text}", "关"),
        (lambda text: f"{text} With kind regards, Ann", "regards"),
    ],
)
def test_a_mark_of_one_class_of_three(mark: Callable[[str], str], word: str) -> None:
    texts, y = tickets()
    leak = found([mark(t) if c == "lost" else t for t, c in zip(texts, y, strict=True)], y)
    assert leak is not None
    assert leak.score == 1.0
    assert leak.words[0].value == "lost"
    told = pieces_of(pl.Series([mark(texts[0])] * 3)).words
    assert leak.words[0].word in told
    assert word in told
    assert len(leak.words) == 1


def test_an_id_whose_shape_tells_where_a_row_is_from() -> None:
    texts, y = tickets()
    rng = np.random.default_rng(1)
    leak = found(
        [
            f"{rng.integers(10**6)}-K {t}" if c == "won" else f"{rng.integers(10**4)}-L {t}"
            for t, c in zip(texts, y, strict=True)
        ],
        y,
    )
    assert leak is not None
    assert leak.how == "word"
    assert leak.words[0].value == "won"


def test_a_mark_in_most_texts_of_a_class_and_in_no_other() -> None:
    texts, y = tickets()
    rng = np.random.default_rng(0)
    is_marked = (y == "won") & (rng.random(y.size) < 0.7)
    leak = found(
        [f"{t} (copied by support)" if m else t for t, m in zip(texts, is_marked, strict=True)], y
    )
    assert leak is not None
    assert leak.words[0].n_with == is_marked.sum() < leak.words[0].n_of_value
    few = (y == "won") & (rng.random(y.size) < 0.25)
    assert (
        found([f"{t} (copied by us)" if m else t for t, m in zip(texts, few, strict=True)], y)
        is None
    )


@pytest.mark.parametrize(("n_names", "how"), [(4, "few words"), (30, "all words")])
def test_signatures_that_only_together_tell_a_class(n_names: int, how: str) -> None:
    texts, y = tickets(3_000)
    rng = np.random.default_rng(0)
    # the shape of a name must not tell: digits are one, letters are not
    names = rng.permutation([a + b + c for a in "bdf" for b in "aeiou" for c in "klmn"])
    who = [
        f"clerk{rng.choice(names[:n_names] if c == 'won' else names[n_names : 2 * n_names])}"
        for c in y
    ]
    named = [f"{name} {text}" for name, text in zip(who, texts, strict=True)]
    leak = found(named, np.where(y == "won", "won", "not won"))
    assert leak is not None
    assert leak.how == how
    assert all(each.word.startswith("clerk") for each in leak.words)
    assert len({each.word for each in leak.words}) == len(leak.words) > 1


def test_the_length_of_a_text_that_one_source_cuts() -> None:
    texts, y = tickets()
    long = [t + " and so on" * 12 for t in texts]
    leak = found([t[:140] if c == "won" else t for t, c in zip(long, y, strict=True)], y)
    assert leak is not None
    assert leak.how == "length in letters"


def test_a_number_that_is_written_in_the_text() -> None:
    texts, _ = tickets()
    y = np.random.default_rng(0).normal(100, 30, len(texts)).round(2)
    written = [f"{text}, paid {each}" for text, each in zip(texts, y, strict=True)]
    leak = found(written, y, is_class=False)
    assert leak is not None
    assert (leak.how, leak.score) == ("number", 1.0)
    with_comma = [text.replace(".", ",") for text in written]
    assert found(with_comma, y, is_class=False) is not None
    assert found(texts, y, is_class=False) is None


def test_small_whole_numbers_stand_in_texts_by_chance() -> None:
    texts, _ = tickets()
    rng = np.random.default_rng(0)
    y = rng.integers(1, 4, len(texts)).astype(float)
    assert found([f"1 of 2 or 3: {text}" for text in texts], y, is_class=False) is None


@pytest.mark.parametrize("n_rows", [30, 60, 200, 2_000])
@pytest.mark.parametrize("seed", range(3))
def test_texts_that_say_nothing_of_their_label(n_rows: int, seed: int) -> None:
    assert found(*tickets(n_rows, seed)) is None


def test_a_word_of_nearly_every_text_tells_no_class_though_it_be_large() -> None:
    texts, y = tickets()
    assert found(texts, np.where(y == "lost", y, "other")) is None


def test_repeats_of_a_text_are_one_text() -> None:
    # a text that comes back with one label is known again, which its words do not give away
    texts, y = tickets(300)
    assert found(texts * 10, np.tile(y, 10)) is None


def test_nothing_to_tell() -> None:
    assert found(["a b c"] * 100, np.array(["x"] * 100)) is None
    assert found(["a b c", "d e f"], np.array(["x", "y"])) is None
    assert found([None] * 60, np.array(["x", "y"] * 30)) is None


def test_of_long_texts_the_ends_are_looked_at() -> None:
    texts, y = tickets(200)
    filler = "und so weiter und so fort " * 1_000
    leak = found([f"{t} {filler} [{c}]" for t, c in zip(texts, y, strict=True)], y)
    assert leak is not None
    assert leak.how == "word"


@pytest.mark.parametrize("part", [200, None])
def test_honest_texts(part: int | None) -> None:
    if not TEXTS.is_file():
        pytest.skip(f"{TEXTS} is not here")
    sms = pl.read_csv(
        TEXTS, separator="\t", has_header=False, quote_char=None, new_columns=["label", "text"]
    )
    commits = pl.read_csv(COMMITS)
    tweets = pl.read_csv(TWEETS)
    rating = tweets["ratings"].str.split(" ").list.eval(pl.element().cast(pl.Float64)).list.mean()
    for texts, label in (
        (sms["text"], sms["label"]),
        (commits["subject"], commits["docs_or_tests_only"].cast(pl.String)),
        (commits["subject"], commits["project"]),
        (tweets["text"], (rating > 0).cast(pl.String)),
    ):
        rows = np.random.default_rng(0).permutation(len(texts))[:part]
        assert found(texts[rows], label[rows].to_numpy()) is None
    assert found(tweets["text"], rating.to_numpy(), is_class=False) is None


def test_an_example_shows_the_text_around_a_word_as_it_is_written() -> None:
    text = "A long beginning that nobody needs.\nRef: AB-0815, and a long end that nobody needs"
    assert (
        around(text, "AB-0000,", Sort.WRITTEN)
        == "… that nobody needs. Ref: AB-0815, and a long end that nobo…"
    )
    assert "AB-0815" in around(text, "ab 0815", Sort.RUN)
