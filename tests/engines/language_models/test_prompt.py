"""Prompts: what the digest covers, where a row stands, which examples are drawn."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from leadline.engines.language_models.prompt import TEMPLATE, Prompt, draw_examples
from leadline.engines.language_models.row_data import Row, fenced
from leadline.errors import EngineError

PROMPT = Prompt(
    TEMPLATE,
    "Spam is what {question} nobody asked for.",
    ("ham", "spam"),
    (({"text": "Lunch?"}, "ham"), ({"text": "Win!"}, "spam")),
)


def test_guidelines_are_told_word_for_word_and_examples_in_turns() -> None:
    system, *turns, last = PROMPT.messages({"text": "Hello", "stars": 2})
    assert system["role"] == "system"
    assert "Spam is what {question} nobody asked for." in system["content"]
    assert 'One of "ham", "spam" is the answer.' in system["content"]
    assert [turn["role"] for turn in turns] == ["user", "assistant"] * 2
    assert [json.loads(turn["content"])["label"] for turn in turns[1::2]] == ["ham", "spam"]
    assert last["content"] == '<row>\n{"text": "Hello", "stars": 2}\n</row>'


def test_the_digest_covers_all_that_is_told() -> None:
    changed: list[dict[str, Any]] = [
        {"template": TEMPLATE + " Be quick."},
        {"guidelines": "Spam is what has a link."},
        {"classes": ("spam", "ham")},
        {"classes": ("ham", "spam", "other")},
        {"examples": PROMPT.examples[::-1]},
        {"examples": PROMPT.examples[:1]},
        {"examples": (({"text": "Lunch!"}, "ham"), PROMPT.examples[1])},
        {"examples": ((PROMPT.examples[0][0], "spam"), PROMPT.examples[1])},
        {"most_characters": 4_000},
    ]
    digests = {replace(PROMPT, **change).digest for change in changed}
    assert len(digests | {PROMPT.digest}) == len(changed) + 1
    assert replace(PROMPT, guidelines=PROMPT.guidelines).digest == PROMPT.digest


def test_what_was_given_may_change_without_changing_the_prompt() -> None:
    row = {"text": "Lunch?"}
    prompt = Prompt(TEMPLATE, "", ("ham", "spam"), ((row, "ham"),))
    digest = prompt.digest
    row["text"] = "Win!"
    assert prompt.digest == digest


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"template": "Judge {question}"}, "no {guidelines}"),
        ({"template": ""}, "{guidelines} and no {question}"),
        ({"classes": ("spam",)}, "Two or more"),
        ({"classes": ("spam", "spam")}, "each once"),
        ({"examples": (({}, "banana"),)}, "banana"),
        ({"classes": (), "examples": (({}, "nan"),)}, "A number is needed"),
    ],
)
def test_a_prompt_that_cannot_be_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(EngineError, match=said.replace("{", r"\{")):
        replace(PROMPT, **change)


def test_cells_of_all_kinds_are_data() -> None:
    row: Row = {"n": 3, "x": 0.5, "no": math.nan, "day": date(2026, 3, 1), "is": True, "m": None}
    shown = json.loads(fenced(row, 100).split("\n")[1])
    assert shown == {"n": 3, "x": 0.5, "no": None, "day": "2026-03-01", "is": True, "m": None}
    with pytest.raises(TypeError, match="Leave the column out"):
        fenced({"photo": b"GIF89a"}, 100)  # type: ignore[dict-item]


def test_long_texts_share_the_room_that_short_ones_leave() -> None:
    lines = fenced({"a": "a" * 10, "b": "b" * 500, "c": "c" * 90, "n": 1}, 200).split("\n")
    shown = json.loads(lines[1])
    assert [len(shown[name]) for name in "abc"] == [10, 100, 90]
    assert lines[3:] == ["Cut: 'b' shows 100 of 500 characters."]


def test_examples_are_spread_over_the_classes_and_fixed_by_the_seed() -> None:
    labels = ["common"] * 90 + ["rare"] * 10
    rows = [{"i": i} for i in range(100)]

    def drawn(seed: int, n: int = 8) -> tuple[tuple[Row, str], ...]:
        return draw_examples(rows, labels, n, np.random.default_rng(seed))

    assert Counter(label for _, label in drawn(0)) == {"common": 4, "rare": 4}
    assert Counter(label for _, label in drawn(0, 30)) == {"common": 20, "rare": 10}
    assert all(labels[int(str(row["i"]))] == label for row, label in drawn(0, 30))
    assert drawn(0) == drawn(0) != drawn(1)
    assert len(drawn(0, 1_000)) == 100
    assert drawn(0, 0) == ()
    # neither the rows nor the classes come in the order of the table
    assert len({drawn(seed)[0][1] for seed in range(20)}) == 2
