"""Responses read as labels: only the classes pass, and money is never under-counted."""

from __future__ import annotations

from typing import Any

import pytest

from leadline.engines.language_models.answer_reading import read_answer
from leadline.engines.language_models.model_answer import ModelAnswer, Usage
from leadline.engines.language_models.prompt import TEMPLATE, Prompt

CLASSES = Prompt(TEMPLATE, "", ("ham", "spam"))
NUMBER = Prompt(TEMPLATE, "", ())
MOST = Usage(1_000, 0, 50)


def read(prompt: Prompt, *contents: Any, **more: Any) -> ModelAnswer:
    choices = [{"message": {"content": content}, **more} for content in contents]
    return read_answer("a row", prompt, {"choices": choices}, MOST)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('{"label": "Spam"}', "none of the classes"),
        ('{"label": "banana"}', "none of the classes"),
        ('{"label": ["spam"]}', "none of the classes"),
        ('{"label": "spam", "why": "x"}', "none of the classes"),
        ('["spam"]', "none of the classes"),
        ("spam", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("", "empty"),
        (None, "empty"),
        (7, "empty"),
    ],
)
def test_what_is_no_class_is_unsure(content: Any, problem: str) -> None:
    answer = read(CLASSES, content)
    assert (answer.label, answer.confidence, answer.problem) == (None, None, problem)


@pytest.mark.parametrize(
    "content",
    [
        '{"label": NaN}',
        '{"label": -Infinity}',
        '{"label": true}',
        '{"label": "7"}',
        '{"label": 1' + "0" * 400 + "}",
        '{"label": 1' + "0" * 9_000 + "}",
    ],
)
def test_what_is_no_finite_number_is_unsure(content: str) -> None:
    assert read(NUMBER, content).label is None


def test_labels_and_numbers_are_read() -> None:
    assert read(CLASSES, ' {"label": "spam"}\n').label == "spam"
    assert read(NUMBER, '{"label": 7}').label == "7.0"
    assert read(NUMBER, '{"label": 1}', '{"label": 9}', '{"label": 2.5}').label == "2.5"


def test_refusals_and_answers_cut_off_say_so() -> None:
    refused = {"choices": [{"message": {"content": None, "refusal": "I cannot."}}]}
    assert read_answer("a row", CLASSES, refused, MOST).problem == "refused"
    assert read(CLASSES, '{"label": "spam"}', finish_reason="content_filter").problem == "refused"
    assert read(CLASSES, '{"label": "sp', finish_reason="length").problem == "cut off"


def test_repeats_vote_and_the_unsure_count_against_the_label() -> None:
    answer = read(CLASSES, *['{"label": "spam"}'] * 3, '{"label": "ham"}', "?")
    assert (answer.label, answer.confidence) == ("spam", 0.6)


@pytest.mark.parametrize("response", [{}, {"choices": []}, {"choices": 3}, {"choices": [None]}])
def test_a_response_without_an_answer_is_paid_in_full(response: dict[str, Any]) -> None:
    answer = read_answer("a row", CLASSES, response, MOST)
    assert (answer.label, answer.usage) == (None, MOST)
    assert answer.problem


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            {
                "prompt_tokens": 90,
                "completion_tokens": 7,
                "prompt_tokens_details": {"cached_tokens": 64},
            },
            Usage(90, 64, 7),
        ),
        ({"prompt_tokens": 90, "completion_tokens": 7}, Usage(90, 0, 7)),
        (
            {"prompt_tokens": 90, "completion_tokens": 7, "prompt_tokens_details": None},
            Usage(90, 0, 7),
        ),
        # more from the cache than there was to read, less than nothing, no number: not believed
        (
            {
                "prompt_tokens": 90,
                "completion_tokens": 7,
                "prompt_tokens_details": {"cached_tokens": 900},
            },
            Usage(90, 90, 7),
        ),
        ({"prompt_tokens": -90, "completion_tokens": 7}, MOST),
        ({"prompt_tokens": "90", "completion_tokens": 7}, MOST),
        ({"prompt_tokens": 90}, MOST),
        # a server that counts nothing says 0 of all, and one says what no column holds
        ({"prompt_tokens": 0, "completion_tokens": 0}, MOST),
        ({"prompt_tokens": 10**30, "completion_tokens": 7}, MOST),
        (None, MOST),
    ],
)
def test_usage_is_as_told_or_the_most_that_it_can_be(told: Any, expected: Usage) -> None:
    assert read_answer("a row", CLASSES, {"usage": told}, MOST).usage == expected
