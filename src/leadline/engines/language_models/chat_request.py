"""Requests to a chat model: body, digest, and the most that one can take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from leadline.engines.language_models.endpoint import Endpoint
from leadline.engines.language_models.model_answer import Usage
from leadline.engines.language_models.prompt import Prompt
from leadline.engines.language_models.row_data import Row

N_ALTERNATIVES = 20
"""Tokens whose probability is asked for at each place of an answer: the most that OpenAI gives."""

# beside the class itself: braces, the name "label", white space, a fence of code
_FORM_TOKENS = 40


@dataclass(frozen=True)
class ChatRequest:
    """One request.

    Attributes
    ----------
    key : str
        Digest of address, model, messages and parameters: equal keys, equal answers.
    body : mapping
        What is sent.
    most : Usage
        What it can take at most: a token is at least a byte.
    """

    key: str
    body: Mapping[str, Any]
    most: Usage


def chat_request(endpoint: Endpoint, prompt: Prompt, row: Row, n_repeats: int = 1) -> ChatRequest:
    """The request that asks for the label of a row.

    Parameters
    ----------
    endpoint, prompt, row
        Whom to ask, what, and about what.
    n_repeats : int, default=1
        Answers wanted. One is the likeliest; several are drawn by chance, and how often they agree
        is the confidence where a server tells no probabilities.
    """
    messages = prompt.messages(row)
    longest = max((len(json.dumps(name).encode()) for name in prompt.classes), default=24)
    body: dict[str, Any] = {
        "model": endpoint.model,
        "messages": messages,
        "max_tokens": longest + _FORM_TOKENS,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": prompt.schema},
        },
    }
    if n_repeats == 1:
        body |= {"temperature": 0, "logprobs": True, "top_logprobs": N_ALTERNATIVES}
    else:
        body |= {"temperature": 1, "n": n_repeats}
    told = json.dumps([endpoint.address, body], sort_keys=True)
    n_read = sum(len(message["content"].encode()) for message in messages)
    n_read += (
        len(json.dumps(prompt.schema).encode()) + endpoint.speaker.added_tokens + 16 * len(messages)
    )
    return ChatRequest(
        key=sha256(told.encode()).hexdigest(),
        body=body,
        most=Usage(n_read, 0, n_repeats * body["max_tokens"]),
    )
