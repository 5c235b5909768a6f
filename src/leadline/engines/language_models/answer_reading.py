"""Responses of a chat model, read as labels: what is not one of the classes is "unsure"."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from statistics import median
from typing import Any, TypeGuard

from leadline.engines.language_models.chat_request import N_ALTERNATIVES
from leadline.engines.language_models.class_confidence import class_confidence
from leadline.engines.language_models.model_answer import ModelAnswer, Usage
from leadline.engines.language_models.prompt import Prompt

# tokens that no request has
_TOO_MANY = 10**9


class _NoLabelError(Exception):
    """A choice without a label; says why."""


def read_answer(row: str, prompt: Prompt, response: Mapping[str, Any], most: Usage) -> ModelAnswer:
    """The label in a response, or why there is none.

    Parameters
    ----------
    row : str
        Key of the row.
    prompt : Prompt
        What was asked.
    response : mapping
        As it came, whatever it holds.
    most : Usage
        Taken for the usage where the response tells none, so that money is not under-counted.

    Returns
    -------
    ModelAnswer
        Of several choices the label that most have, with their share as confidence; or the median
        of their numbers.
    """
    usage = _usage(response, most)
    choices = response.get("choices")
    if not isinstance(choices, list) or not choices:
        return ModelAnswer(row, None, None, usage, "the response holds no answer")
    labels, problem = [], ""
    for choice in choices:
        try:
            labels.append(_label(choice, prompt))
        except _NoLabelError as why:
            problem = problem or str(why)
    if not labels:
        return ModelAnswer(row, None, None, usage, problem)
    if not prompt.classes:
        middle = median(float(label) for label in labels)
        return ModelAnswer(row, repr(middle), None, usage, "")
    label, n_same = Counter(labels).most_common(1)[0]
    if len(choices) > 1:
        return ModelAnswer(row, label, n_same / len(choices), usage, "")
    return ModelAnswer(row, label, _confidence(choices[0], label, prompt), usage, "")


def _label(choice: Any, prompt: Prompt) -> str:
    """The label of one choice.

    Raises
    ------
    _NoLabelError
        If it is no answer as the schema wants it.
    """
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(message, dict):
        raise _NoLabelError("the response holds no answer")
    reason = choice.get("finish_reason")
    if message.get("refusal") or reason == "content_filter":
        raise _NoLabelError("refused")
    said = message.get("content")
    if not isinstance(said, str) or not said.strip():
        raise _NoLabelError("cut off" if reason == "length" else "empty")
    try:
        answer = json.loads(said)
    except (ValueError, RecursionError):
        raise _NoLabelError("cut off" if reason == "length" else "no JSON") from None
    label = answer.get("label") if isinstance(answer, dict) and len(answer) == 1 else None
    if prompt.classes:
        if isinstance(label, str) and label in prompt.classes:
            return label
        raise _NoLabelError("none of the classes")
    if isinstance(label, int | float) and not isinstance(label, bool):
        try:
            number = float(label)
        except OverflowError:
            number = math.inf
        if math.isfinite(number):
            return repr(number)
    raise _NoLabelError("no number")


def _confidence(choice: Mapping[str, Any], label: str, prompt: Prompt) -> float | None:
    """By the probabilities of the tokens; None where there are none, or not as agreed."""
    try:
        tokens = (choice.get("logprobs") or {}).get("content") or []
        return class_confidence(tokens, label, prompt.classes, N_ALTERNATIVES)
    except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
        return None


def _usage(response: Mapping[str, Any], most: Usage) -> Usage:
    """What the server counted; the most it can be where it counted nothing that makes sense."""
    told = response.get("usage")
    if not isinstance(told, dict):
        return most
    details = told.get("prompt_tokens_details")
    n_read, n_written = told.get("prompt_tokens"), told.get("completion_tokens")
    n_cached = details.get("cached_tokens") if isinstance(details, dict) else 0
    # some servers count nothing at all, and a prompt is never empty
    if not _is_count(n_read) or not _is_count(n_written) or not n_read:
        return most
    # more cached than there was to read would make an answer cost less than nothing
    return Usage(n_read, min(n_cached, n_read) if _is_count(n_cached) else 0, n_written)


def _is_count(number: Any) -> TypeGuard[int]:
    return isinstance(number, int) and not isinstance(number, bool) and 0 <= number < _TOO_MANY
