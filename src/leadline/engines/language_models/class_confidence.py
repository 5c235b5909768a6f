"""Probability of a class, from the probabilities of the tokens that spell it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

_NAME = re.compile(rb'"label"\s*:\s*')


def class_confidence(
    tokens: Sequence[Mapping[str, Any]], label: str, classes: Sequence[str], n_alternatives: int
) -> float | None:
    """How probable a class is among the classes, as the model has it.

    Parameters
    ----------
    tokens : sequence of mapping
        As under ``logprobs.content`` of an answer: each with ``token`` or ``bytes``, ``logprob``
        and ``top_logprobs``.
    label : str
        The class that was answered.
    classes : sequence of str
        All that might have been.
    n_alternatives : int
        How many tokens were asked for at each place.

    Returns
    -------
    float in [0, 1] or None
        Product over the tokens of the class: what share of the probability of all tokens by which
        *some* class goes on lies on those by which *this* one does. A class that goes on by no
        token that is listed is given the most that it can have: the probability of the last one,
        or of the answer's own, as the likeliest was answered. None if the tokens do not spell the
        answer, or tell no alternatives.

    Examples
    --------
    >>> start = {"token": '{"label": "', "logprob": 0.0, "top_logprobs": []}
    >>> ham, spam = {"token": "ham", "logprob": -1.2}, {"token": "spam", "logprob": -0.4}
    >>> value = {**spam, "top_logprobs": [spam, ham]}
    >>> end = {"token": '"}', "logprob": 0.0, "top_logprobs": []}
    >>> round(class_confidence([start, value, end], "spam", ["ham", "spam"], 20), 2)
    0.69
    """
    texts = [_bytes(token) for token in tokens]
    whole = b"".join(texts)
    found = list(_NAME.finditer(whole))
    spelled = {name: json.dumps(name, ensure_ascii=False).encode() for name in classes}
    if not found or not whole[found[-1].end() :].startswith(spelled[label]):
        return None
    start, confidence, begin = found[-1].end(), 1.0, 0
    for token, text in zip(tokens, texts, strict=True):
        end = begin + len(text)
        # the opening quote decides nothing
        if end > start + 1 and begin < start + len(spelled[label]):
            before = text[: max(start - begin, 0)]
            share = _share(token, before, whole[start:begin], spelled, label, n_alternatives)
            if share is None:
                return None
            confidence *= share
        begin = end
    return confidence


def _share(
    token: Mapping[str, Any],
    before: bytes,
    written: bytes,
    spelled: Mapping[str, bytes],
    label: str,
    n_alternatives: int,
) -> float | None:
    """Share of the probability at one place that lies on tokens by which the label goes on."""
    possible = {name for name, text in spelled.items() if _goes_on(text, written)}
    if possible == {label}:
        return 1.0  # nothing is left to decide
    listed = {_bytes(each): math.exp(each["logprob"]) for each in token.get("top_logprobs") or ()}
    if not listed:
        return None
    own = math.exp(token["logprob"])
    most_unseen = min(own, *listed.values()) if len(listed) >= n_alternatives else 0.0
    listed.setdefault(_bytes(token), own)
    ours = others = 0.0
    unseen = possible - {label}
    for text, probability in listed.items():
        following = written + text.removeprefix(before)
        # another start of the value, or its quote alone, speaks for no class
        if not text.startswith(before) or len(following) <= 1:
            continue
        names = {name for name in possible if _goes_on(spelled[name], following)}
        unseen -= names
        if label in names:
            ours += probability
        elif names:
            others += probability
    others += most_unseen * len(unseen)
    return ours / (ours + others) if ours > 0 else None


def _goes_on(text: bytes, written: bytes) -> bool:
    """Whether what was written so far begins a text, or holds it whole."""
    return text.startswith(written) or written.startswith(text)


def _bytes(token: Mapping[str, Any]) -> bytes:
    """What a token stands for; half a character has bytes and no text."""
    given = token.get("bytes")
    # of a number bytes would be made as many zeros
    return bytes(given) if given and isinstance(given, list) else str(token["token"]).encode()
