"""Contract test of clients of language models."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from leadline.engines.contract import ModelClient
from leadline.engines.language_models import TEMPLATE, Prompt
from leadline.engines.language_models.answer_reading import read_answer
from leadline.engines.language_models.model_answer import Usage
from leadline.testing.needs import need

_SECRET = "sk-of-nobody-1"  # noqa: S105 - a key that opens nothing
_URLS = ("https://models.example", "http://127.0.0.1:8080", "https://models.example/gate/v2")
_PROMPT = Prompt(TEMPLATE, "Spam is what nobody asked for.", ("ham", "spam"))
_ROW = {"text": "Buy cheap wåtches now"}
_MOST = Usage(10**6, 0, 10**6)


def check_client(client: ModelClient, said: Mapping[str, Any], label: str = "spam") -> None:
    """Translate requests and answers; nothing is sent.

    Parameters
    ----------
    client : ModelClient
        An instance.
    said : mapping
        What its server sends, status 200, when it is asked whether a row is ham or spam.
    label : {"ham", "spam"}, default="spam"
        What it says there.

    Raises
    ------
    EngineError
        At the first breach of `leadline.engines.contract.ModelClient`.

    Examples
    --------
    >>> from leadline.engines.loading import load
    >>> answer = {"role": "assistant", "content": '{"label": "spam"}'}
    >>> said = {
    ...     "choices": [{"message": answer, "finish_reason": "stop"}],
    ...     "usage": {"prompt_tokens": 90, "completion_tokens": 8},
    ... }
    >>> check_client(load("clients", "openai")(), said)
    """
    name, added = getattr(client, "name", None), getattr(client, "added_tokens", None)
    need(
        isinstance(name, str) and bool(name),
        f"The client's name is {name!r}.",
        "The name of its entry point is needed.",
    )
    need(
        isinstance(added, int) and added >= 0,
        f"The client's added_tokens is {added!r}.",
        "A whole number of tokens is needed, 0 or more: money is set aside by it.",
    )
    _check_addresses(client)
    _check_headers(client)
    for prompt in (_PROMPT, Prompt(TEMPLATE, "How long is it?", (), ((_ROW, "3"),))):
        _check_body(client, prompt)
    _check_responses(client, said, label)


def _check_addresses(client: ModelClient) -> None:
    for url in _URLS:
        address = client.address(url)
        at, wanted = urlsplit(address), urlsplit(url)
        need(
            (at.scheme, at.netloc) == (wanted.scheme, wanted.netloc),
            f"Of the url {url} the address is {address!r}.",
            "Scheme, host and port of the url are needed: rows go where a person said.",
        )
        need(
            not at.query and not at.fragment,
            f"The address is {address!r}.",
            "No query and no fragment are needed: it goes on the record.",
        )


def _check_headers(client: ModelClient) -> None:
    headers = dict(client.headers(_SECRET))
    need(
        all(isinstance(each, str) for pair in headers.items() for each in pair),
        f"The headers are {', '.join(map(repr, headers))}, not all of them text.",
        "Names and values that are text are needed.",
    )
    need(
        any(_SECRET in value for value in headers.values()),
        "No header holds the key.",
        "The key belongs in a header: addresses and bodies are kept.",
    )
    without = dict(client.headers(""))
    need(
        all(without.values()),
        f"Without a key there is an empty header: {without}.",
        "Where there is no key, its header is left out.",
    )


def _check_body(client: ModelClient, prompt: Prompt) -> None:
    request: dict[str, Any] = {
        "model": "a-model",
        "messages": prompt.messages(_ROW),
        "max_tokens": 50,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "strict": True, "schema": prompt.schema},
        },
        "temperature": 0,
        "logprobs": True,
        "top_logprobs": 20,
    }
    before = copy.deepcopy(request)
    body = client.body(request)
    need(request == before, "The request was changed.", "A body of its own is needed.")
    try:
        sent = json.dumps(body)
    except (TypeError, ValueError) as error:
        need(False, f"The body is no JSON: {error}.", "What is sent is JSON.")
        return
    need(
        json.dumps(client.body(request)) == sent,
        "Two bodies of one request differ.",
        "Equal requests need equal bodies.",
    )
    texts = [json.dumps(message["content"])[1:-1] for message in request["messages"]]
    lost = [text for text in texts if text not in sent]
    need(
        not lost,
        f"The body lacks {len(lost)} of {len(texts)} messages.",
        "All that the model is told is needed, word for word.",
    )
    need(
        '"a-model"' in sent and "50" in sent,
        "The body lacks the model or the longest answer.",
        "model and max_tokens are needed: money is set aside by them.",
    )
    need(_SECRET not in sent, "The body holds a key.", "A key belongs in a header alone.")


def _check_responses(client: ModelClient, said: Mapping[str, Any], label: str) -> None:
    before = copy.deepcopy(dict(said))
    answer = read_answer("row", _PROMPT, client.response(said), _MOST)
    need(dict(said) == before, "The response was changed.", "An answer of its own is needed.")
    need(
        answer.label == label,
        f"The answer is {answer.label!r} ({answer.problem or 'no problem'}); {label!r} was said.",
        "choices with message and finish_reason are needed.",
    )
    usage = answer.usage
    need(
        usage != _MOST and usage.output_tokens > 0,
        "The answer tells no tokens.",
        "usage with prompt_tokens and completion_tokens is needed: it is paid by them.",
    )
    empty = client.response({"id": "x"})
    need(
        not empty.get("choices"),
        "A response without an answer has one.",
        "No choices are needed where nothing was said.",
    )
