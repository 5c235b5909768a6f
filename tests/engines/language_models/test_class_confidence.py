"""Confidence of a class: the share of its tokens among those of all classes."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from leadline.engines.language_models.class_confidence import class_confidence

Token = dict[str, Any]


def token(text: str, probability: float = 1.0, **others: float) -> Token:
    """A token with its probability, and with those of others by their text."""
    return place(text, {text: probability, **others})


def place(text: str, listed: dict[str, float]) -> Token:
    return {
        "token": text,
        "logprob": math.log(listed.get(text, 1e-4)),
        "top_logprobs": [{"token": t, "logprob": math.log(p)} for t, p in listed.items()],
    }


def spelled(*value: Token) -> list[Token]:
    return [token("```json\n"), token('{"'), token('label": '), *value, token("}")]


@pytest.mark.parametrize(
    ("value", "label", "expected"),
    [
        # other words are no answers: .3 against .1
        ([token('"', 0.9), token("yes", 0.3, no=0.1, maybe=0.6), token('"')], "yes", 0.75),
        # a token may hold the quote, or the end
        ([place('"yes"', {'"yes"': 0.3, '"no': 0.1, "42": 0.5})], "yes", 0.75),
        ([place('"yes"}', {'"yes"}': 0.3, '"no"}': 0.1})], "yes", 0.75),
        # a class may be spelled in several ways, all of them count
        ([token('"'), token("y", 0.2, yes=0.4, no=0.2), token("es"), token('"')], "yes", 0.75),
        # begun alike, and told apart later: .8 of .8 + .2, then .3 of .3 + .1
        (
            [
                token('"'),
                place("not", {"not": 0.6, "no": 0.2, "yes": 0.2}),
                place(" sure", {" sure": 0.3, '"': 0.1}),
                token('"'),
            ],
            "not sure",
            0.6,
        ),
    ],
)
def test_it_is_the_share_of_the_classes(value: list[Token], label: str, expected: float) -> None:
    classes = ["yes", "no", "not", "not sure"] if label == "not sure" else ["yes", "no"]
    found = class_confidence(spelled(*value), label, classes, 20)
    assert found == pytest.approx(expected)


def test_a_class_out_of_sight_has_at_most_what_the_last_in_sight_has() -> None:
    value = [token('"'), place("yes", {"yes": 0.5, "x": 0.3, "z": 0.1}), token('"')]
    assert class_confidence(spelled(*value), "yes", ["yes", "no"], 3) == pytest.approx(0.5 / 0.6)
    # fewer than were asked for are all there are
    assert class_confidence(spelled(*value), "yes", ["yes", "no"], 20) == 1.0
    # the answer itself was the likeliest, however low it stands
    value = [token('"'), place("yes", {"x": 0.6, "z": 0.3}), token('"')]
    assert class_confidence(spelled(*value), "yes", ["yes", "no"], 2) == pytest.approx(0.5)


def test_half_a_character_is_compared_by_its_bytes() -> None:
    def part(raw: bytes, other: bytes) -> Token:
        texts = [(raw, 0.6), (other, 0.2)]
        listed = [{"token": "�", "bytes": list(b), "logprob": math.log(p)} for b, p in texts]
        return {**listed[0], "top_logprobs": listed}

    first, second = "é".encode()[:1], "é".encode()[1:]
    value = [token('"'), part(first, b"o"), part(second, b"?"), token('"')]
    assert class_confidence(spelled(*value), "é", ["é", "o"], 20) == pytest.approx(0.75)


@pytest.mark.parametrize(
    "tokens",
    [
        [],
        [token("yes")],
        spelled(token('"no"')),
        spelled({**token('"yes"'), "top_logprobs": []}),
        # written in another way than we write it
        spelled(token(json.dumps("\u0079es").replace("y", "\\u0079"))),
    ],
)
def test_what_cannot_be_told_is_not_made_up(tokens: list[Token]) -> None:
    assert class_confidence(tokens, "yes", ["yes", "no"], 20) is None


def test_bytes_that_are_a_number_are_no_bytes() -> None:
    said = token("yes", 0.3, no=0.1)
    value = [token('"'), {**said, "bytes": 5}, token('"')]
    found = class_confidence(spelled(*value), "yes", ["yes", "no"], 20)
    assert found == pytest.approx(0.75)
