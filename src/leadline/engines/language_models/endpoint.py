"""Language models behind an HTTP interface: one address, asked in the way of its client."""

from __future__ import annotations

import http.client
import ipaddress
import json
import os
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, urlsplit

from leadline.engines.installed import load
from leadline.engines.language_models.response_reading import (
    refused_option,
    said_of,
    seconds_to_wait,
    whole_body,
)
from leadline.errors import EngineError

if TYPE_CHECKING:
    from leadline.engines.contract import ModelClient

OPENAI = "openai"
"""The client of a machine that names no other."""

_LONGEST_WAIT_S = 120.0
# The server says that it did not answer, so nothing was billed. After 502, 504, a time-out or a
# hang-up nobody knows, and nothing is sent again behind the back of who pays.
_UNPAID = (408, 425, 429, 500, 503, 529)
# wrong for every row, so the first is told at once
_REFUSED = (401, 402, 403, 404, 405, 407)
# What a model may not know, such as those that reason first; the answer is read without it. Only
# the name that a server gives by itself counts: its message may repeat what a row says.
_OPTIONS = {
    "logprobs": {"logprobs", "top_logprobs"},
    "top_logprobs": {"logprobs", "top_logprobs"},
    "temperature": {"temperature"},
    "max_tokens": {"max_tokens"},
}


class UnansweredError(Exception):
    """A request that got no answer, though others may.

    Attributes
    ----------
    may_be_paid : bool
        Whether the server may have done the work, and billed it.
    is_refused : bool
        Whether the server does not take this request, however often it is sent.
    """

    def __init__(self, why: str, *, may_be_paid: bool, is_refused: bool = False) -> None:
        super().__init__(why)
        self.may_be_paid = may_be_paid
        self.is_refused = is_refused


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows nobody: rows and key are for one address only."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


class Line:
    """What all requests to one server share: a break it asked for, options it does not take."""

    def __init__(self) -> None:
        self._until = 0.0
        self._over = threading.Event()
        self._without: set[str] = set()

    def spoken(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A request as this server takes it."""
        spoken = {name: value for name, value in body.items() if name not in self._without}
        if "max_tokens" in self._without:
            spoken["max_completion_tokens"] = body["max_tokens"]  # its newer name
        return spoken

    def leave_out(self, option: object, sent: Mapping[str, Any]) -> bool:
        """Ask without an option from now on; False if it was not sent, or must be."""
        names = _OPTIONS.get(str(option), set())
        self._without |= names
        return bool(names & sent.keys())

    def pause(self, seconds: float) -> None:
        """Ask nothing for so long."""
        self._until = max(self._until, time.monotonic() + seconds)

    def wait(self) -> bool:
        """Wait for the end of the break; False if nobody needs an answer any longer."""
        while not self._over.is_set() and (left_s := self._until - time.monotonic()) > 0:
            self._over.wait(left_s)
        return not self._over.is_set()

    def end(self) -> None:
        """Let nobody wait any longer."""
        self._over.set()


@dataclass(frozen=True)
class Endpoint:
    """Where a language model is asked, and how.

    Parameters
    ----------
    url : str
        Address of the interface, such as ``http://127.0.0.1:8080``; ``/v1`` is added where it has
        no path.
    model : str
        Name of the model there.
    key : str, default=""
        Name of the environment variable that holds the key; empty for none. It is read at each
        request, kept nowhere and taken out of every message.
    timeout_s : float, default=60.0
        Seconds that one answer may take.
    max_in_flight : int, default=8
        Requests under way at once.
    pause_s : float, default=1.0
        Before the second try of a request that was refused for a while; doubled each time.
    client : str, default="openai"
        Name of the engine that speaks its interface, as `leadline.engines.contract.ModelClient`.
    n_tries : int, default=5
        How often a request is sent that was refused for a while, or reached nobody.

    Raises
    ------
    EngineError
        If the address is none, holds a secret, or would send a key unencrypted.
    """

    url: str
    model: str
    key: str = ""
    timeout_s: float = 60.0
    max_in_flight: int = 8
    pause_s: float = field(default=1.0, repr=False)
    client: str = OPENAI
    n_tries: int = field(default=5, repr=False)

    def __post_init__(self) -> None:
        parts = _parts(self.url)
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            raise EngineError(
                "The url is no address that a model can be asked at.",
                "One like http://127.0.0.1:8080 or https://models.example/v1 is needed.",
                "Correct url.",
            )
        if parts.username or parts.password or parts.query or parts.fragment:
            raise EngineError(
                f"The address of {parts.hostname} has a password, a query or a fragment.",
                "Scheme, host, port and path are needed, as the address goes on the record.",
                "Put the key into an environment variable and name that as key.",
            )
        if self.key and parts.scheme != "https" and not self.is_here:
            raise EngineError(
                f"{self.url} is not encrypted.", "A key needs https.", "Name another address."
            )
        if self.timeout_s <= 0 or self.max_in_flight < 1:
            raise EngineError(
                f"timeout_s is {self.timeout_s} and max_in_flight {self.max_in_flight}.",
                "Some time, and at least one request at once, are needed.",
                "Correct them.",
            )

    @property
    def is_here(self) -> bool:
        """Whether the address is this machine's own, so that no row leaves it."""
        host = urlsplit(self.url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    @property
    def address(self) -> str:
        """Where requests go.

        Raises
        ------
        EngineError
            If the client would send them to another host than the one that was named.
        """
        address = self.speaker.address(self.url.rstrip("/"))
        if urlsplit(address)[:2] != urlsplit(self.url)[:2]:
            raise EngineError(
                f"The client {self.client!r} would send to {address}.",
                f"Rows go to {self.url}, where a person said.",
                "Ask the author of the client.",
            )
        return address

    @property
    def speaker(self) -> ModelClient:
        """The client that speaks its interface.

        Raises
        ------
        EngineError
            If none is installed under that name.
        """
        client: ModelClient = load("clients", self.client)()
        return client

    def secret(self) -> str:
        """The key itself; empty where none is needed.

        Raises
        ------
        EngineError
            If the variable is not set, or holds more than one word.
        """
        if not self.key:
            return ""
        secret = os.environ.get(self.key, "").strip()
        if not secret:
            raise EngineError(
                f"{self.key} is not set.",
                f"The model at {self.url} needs a key.",
                "Set it in the environment.",
            )
        if not secret.isascii() or not secret.isprintable() or " " in secret:
            raise EngineError(f"{self.key} is no key.", "One word is needed.", "Copy it again.")
        return secret

    def complete(self, body: Mapping[str, Any], line: Line) -> Mapping[str, Any]:
        """Send a request and return the answer; what is refused for a while is tried again.

        Parameters
        ----------
        body : mapping
            As the interface wants it.
        line : Line
            Shared by all requests to this server.

        Raises
        ------
        UnansweredError
            If this request got no answer.
        EngineError
            If none will.
        """
        why = "nobody waits any longer"
        attempt = -1
        while (attempt := attempt + 1) < self.n_tries and line.wait():
            spoken = line.spoken(body)
            try:
                return self._sent(spoken)
            except urllib.error.HTTPError as error:
                with error:
                    said = said_of(error)
                    if error.code == 400 and line.leave_out(refused_option(said), spoken):
                        attempt -= 1  # another request, and each option is left out once
                        continue
                    why = self._refusal(error.code, said)
                    wait_s = seconds_to_wait(error.headers.get("Retry-After"))
                if wait_s is not None and wait_s > _LONGEST_WAIT_S:
                    raise EngineError(
                        f"{self.url} asks to be left alone for {wait_s:,.0f} s.",
                        "A server that answers is needed.",
                        "Do the same again then: what was answered is kept.",
                    ) from None
            except urllib.error.URLError as error:
                # hung up before the whole request was out, or nobody there
                why, wait_s = f"not reached: {error.reason}", None
                is_nobody = not isinstance(error.reason, ConnectionResetError | BrokenPipeError)
                if is_nobody and attempt == self.n_tries - 1:
                    raise self._unreached(why) from None
            if attempt < self.n_tries - 1:
                line.pause(self.pause_s * 2.0**attempt if wait_s is None else wait_s)
        raise UnansweredError(self.hidden(why), may_be_paid=False)

    def _request(self, body: Mapping[str, Any]) -> urllib.request.Request:
        """The request as its client has it.

        Raises
        ------
        EngineError
            If the key is not set, or the client fails: nothing is sent then.
        """
        secret, speaker = self.secret(), self.speaker
        try:
            data = json.dumps(speaker.body(body)).encode()
            headers = {"Content-Type": "application/json", **speaker.headers(secret)}
        except EngineError:
            raise
        except Exception as error:  # another package's client may raise anything
            raise EngineError(
                f"The client {self.client!r} cannot write a request: {type(error).__name__}.",
                "A request is sent in the form that its client gives it.",
                "Ask the author of the client.",
            ) from None
        # __post_init__ has looked at the scheme
        return urllib.request.Request(self.address, data=data, headers=headers)  # noqa: S310

    def _sent(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send a request once."""
        speaker, request = self.speaker, self._request(body)
        # what is for this machine goes through no proxy
        proxies = (urllib.request.ProxyHandler({}),) if self.is_here else ()
        until = time.monotonic() + self.timeout_s
        try:
            with urllib.request.build_opener(_NoRedirect, *proxies).open(
                request, timeout=self.timeout_s
            ) as response:
                answer = json.loads(whole_body(response, until))
        except urllib.error.URLError:
            raise
        except (OSError, http.client.HTTPException) as error:
            told = "no answer in time" if isinstance(error, TimeoutError) else "hung up"
            raise UnansweredError(f"{told} ({self.timeout_s:g} s)", may_be_paid=True) from None
        except (ValueError, RecursionError):
            raise UnansweredError(
                "the response is no JSON, or too long", may_be_paid=True
            ) from None
        if not isinstance(answer, dict):
            raise UnansweredError("the response is no JSON object", may_be_paid=True)
        try:
            completion = speaker.response(answer)
            is_empty = not completion.get("choices")
        except Exception as error:  # another package's client may raise anything
            why = f"its client {self.client!r} cannot read the response: {type(error).__name__}"
            raise UnansweredError(why, may_be_paid=True) from None
        if is_empty:
            # some servers report an error with status 200: no answer to keep for good
            said = json.dumps(answer.get("error"), ensure_ascii=False)
            why = f"the response holds no answer, and as its error {self.hidden(said)[:300]}"
            raise UnansweredError(why, may_be_paid=True)
        return completion

    def _refusal(self, status: int, said: str) -> str:
        """Say why, where it is worth to try again.

        Raises
        ------
        UnansweredError
            If it is this request that is wrong, or if it may be paid.
        EngineError
            If all are.
        """
        why = f"status {status}: {self.hidden(' '.join(said.split()))[:300]}"
        if 300 <= status < 400:
            raise EngineError(
                f"{self.url} redirects to another address.",
                "Rows and key are sent to one address only.",
                "Name the address that answers itself.",
            ) from None
        if status in _REFUSED:
            raise EngineError(
                f"{self.url} refused {self.model!r} with {why}",
                "A request that it takes is needed.",
                "Check url, model, key and the account there.",
            ) from None
        if status not in _UNPAID:
            is_ours = status < 500
            raise UnansweredError(why, may_be_paid=not is_ours, is_refused=is_ours) from None
        return why

    def _unreached(self, why: str) -> EngineError:
        return EngineError(
            f"{self.url} was {why}, {self.n_tries} {'time' if self.n_tries == 1 else 'times'}.",
            "A server that answers is needed.",
            "Start it or correct url, then do the same again: what was answered is kept.",
        )

    def hidden(self, text: str) -> str:
        """A text without the key."""
        secret = os.environ.get(self.key, "").strip() if self.key else ""
        return text.replace(secret, "(key)") if secret else text


def _parts(url: str) -> SplitResult | None:
    """The parts of an address; None if it has none that make sense."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
