"""A model's server in a process of its own, which bills by its own count, and dies when told.

Run as a script it serves until it is killed. Each answer is billed before it is sent: a line of the
bill has the time, the request, and the tokens by kind.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

LABELS = ("ham", "spam")


@dataclass(frozen=True)
class Billed:
    """One line of the bill: seconds since the epoch, digest of the request, tokens."""

    at: float
    request: str
    input_tokens: int
    cached_tokens: int
    output_tokens: int

    def price(self, fresh: str, cached: str, output: str) -> Fraction:
        """Dollars, exactly, at decimal prices of a million tokens."""
        money = (
            (self.input_tokens - self.cached_tokens) * Fraction(fresh)
            + self.cached_tokens * Fraction(cached)
            + self.output_tokens * Fraction(output)
        )
        return money / 1_000_000


@dataclass
class BillingServer:
    """The server from outside: started, killed, started again on the same port.

    Parameters
    ----------
    folder : Path
        Where its bill lies.
    slow_s : float
        Seconds that an answer takes at most.
    """

    folder: Path
    slow_s: float = 0.05
    port: int = 0
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self) -> None:
        """Start it, and return when it answers."""
        self.process = subprocess.Popen(
            [sys.executable, __file__, str(self.folder), str(self.port), str(self.slow_s)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())

    def kill(self) -> None:
        """Kill it as a crash would."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def bill(self) -> list[Billed]:
        """What it bills, the oldest first; half a line was never billed."""
        path = self.folder / "bill"
        lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
        return [Billed(*json.loads(line)) for line in lines]

    def billed_again(self, arrived: Mapping[str, float]) -> tuple[int, int]:
        """Requests billed more than once: all of them, and those whose answer had arrived before.

        Parameters
        ----------
        arrived : mapping of str to float
            Digest of a request to when its answer was on the record, seconds since the epoch.
        """
        times = defaultdict(list)
        for line in self.bill():
            times[line.request].append(line.at)
        again = {request: at for request, at in times.items() if len(at) > 1}
        after = [
            request
            for request, at in again.items()
            if request in arrived and max(at) > arrived[request]
        ]
        return len(again), len(after)


def digest(body: Mapping[str, Any]) -> str:
    """Digest of what is asked: the messages."""
    return hashlib.sha256(json.dumps(body["messages"]).encode()).hexdigest()[:16]


def _serve(folder: Path, port: int, slow_s: float) -> None:
    bill = os.open(folder / "bill", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    seen: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            n_bytes = int(self.headers["Content-Length"])
            sent = self.rfile.read(n_bytes)
            if len(sent) < n_bytes:
                return  # its client was killed while it sent: there is no request to bill
            body = json.loads(sent)
            texts = [message["content"] for message in body["messages"]]
            # a server keeps what it has read: all but the row, from the second time on
            n_input, n_known = (sum(map(len, part)) // 4 for part in (texts, texts[:-1]))
            prefix = json.dumps(texts[:-1])
            n_cached = n_known if prefix in seen else 0
            seen.add(prefix)
            chance = random.Random(digest(body))
            time.sleep(slow_s * chance.random())
            n_output = chance.randint(5, 12)
            line = [time.time(), digest(body), n_input, n_cached, n_output]
            os.write(bill, f"{json.dumps(line)}\n".encode())
            label = json.dumps({"label": chance.choice(LABELS)})
            message = {"role": "assistant", "content": label}
            answer = {
                "choices": [{"message": message, "finish_reason": "stop"}],
                "usage": {
                    "prompt_tokens": n_input,
                    "completion_tokens": n_output,
                    "prompt_tokens_details": {"cached_tokens": n_cached},
                },
            }
            content = json.dumps(answer).encode()
            # the way back takes time too: who dies now has paid for nothing
            time.sleep(slow_s * chance.random())
            with suppress(OSError):
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

    with Server(("127.0.0.1", port), Handler) as server:
        print(server.server_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
