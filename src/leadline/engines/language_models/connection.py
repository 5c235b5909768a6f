"""Connection of a model to a language model: whom it asks, for how much, out of whose purse."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Self

from leadline.engines.language_models.endpoint import OPENAI, Endpoint
from leadline.engines.language_models.model_answer import ModelAnswer, Usage
from leadline.engines.language_models.spending_contract import Reservation, Spending, Unmetered
from leadline.errors import EngineError

_MILLION = 1e6


@dataclass(frozen=True)
class Connection:
    """A language model that a project may ask.

    Parameters
    ----------
    endpoint : Endpoint
        Where it is.
    guidelines : str, default=""
        What annotators are told.
    classes : mapping of str to str, default={}
        What a class is called where a model learns another name: of two classes "0" and "1".
    input, cached_input, output : float >= 0
        Money for a million tokens: read, read before, written.
    purse : callable or None, default=None
        Opens what grants the money. It is not stored with a model: whoever restores one asks a
        model of the same machine for nothing, and no other.
    """

    endpoint: Endpoint
    guidelines: str = ""
    classes: Mapping[str, str] = field(default_factory=dict)
    input: float = 0.0
    cached_input: float = 0.0
    output: float = 0.0
    purse: Callable[[], AbstractContextManager[Spending]] | None = field(default=None, repr=False)

    def spending(self) -> AbstractContextManager[Spending]:
        """Who grants the money, until the context ends.

        Raises
        ------
        EngineError
            If nobody does, and rows would leave this machine.
        """
        if self.purse is not None:
            return self.purse()
        if self.endpoint.is_here:
            return nullcontext(Unmetered())
        raise EngineError(
            f"Nobody grants money for {self.endpoint.model!r} at {self.endpoint.url}.",
            "A model that was stored asks a language model of its own machine only.",
            "Use it within its project, or choose a model that answers by itself.",
        )

    def cost(self, usage: Usage) -> float:
        """Money for some tokens.

        Examples
        --------
        >>> here = Connection(Endpoint("http://localhost", "m"), input=1.0, output=4.0)
        >>> here.cost(Usage(1_000, 600, 10))  # 400 of them at full price
        0.00044
        """
        fresh = usage.input_tokens - usage.cached_tokens
        return (
            fresh * self.input
            + usage.cached_tokens * self.cached_input
            + usage.output_tokens * self.output
        ) / _MILLION

    @property
    def is_restored(self) -> bool:
        """Whether it was stored with a model, and belongs to no project any more."""
        return self.purse is None

    @property
    def identity(self) -> str:
        """Digest of what its answers depend on: address, model, guidelines, names of classes."""
        asked = [self.endpoint.address, self.endpoint.model]
        if self.endpoint.client != OPENAI:
            asked.append(self.endpoint.client)
        told = json.dumps([*asked, self.guidelines, dict(self.classes)])
        return sha256(told.encode()).hexdigest()[:12]

    def __getstate__(self) -> dict[str, Any]:
        """All but the purse."""
        return {**self.__dict__, "purse": None}

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Itself, purse and all: it never changes, and copies of a model are of one project."""
        return self


class Meter:
    """A grant of money that notes what new answers took.

    Parameters
    ----------
    spending : Spending
        Grants the money.

    Attributes
    ----------
    usage : Usage
        Tokens that they took.
    took_s : list of float
        Seconds that each was waited for.
    """

    def __init__(self, spending: Spending) -> None:
        self._spending = spending
        self._lock = threading.Lock()
        self.usage = Usage(0, 0, 0)
        self.took_s: list[float] = []

    @property
    def n_asked(self) -> int:
        """Answers that came from the server, and not from what is kept."""
        return len(self.took_s)

    @property
    def seconds(self) -> float:
        """That they were waited for, each by itself."""
        return sum(self.took_s)

    def reserve(self, request_key: str, most: Usage) -> Reservation | ModelAnswer:
        """As of what grants the money."""
        granted = self._spending.reserve(request_key, most)
        if isinstance(granted, ModelAnswer):
            return granted
        return _Metered(granted, time.perf_counter(), self._note)

    def _note(self, usage: Usage, seconds: float) -> None:
        with self._lock:
            self.took_s.append(seconds)
            self.usage = Usage(
                self.usage.input_tokens + usage.input_tokens,
                self.usage.cached_tokens + usage.cached_tokens,
                self.usage.output_tokens + usage.output_tokens,
            )


@dataclass(frozen=True)
class _Metered:
    """A reservation whose answer is noted."""

    reservation: Reservation
    began: float
    note: Callable[[Usage, float], None]

    def settle(self, answer: ModelAnswer) -> None:
        self.reservation.settle(answer)
        self.note(answer.usage, time.perf_counter() - self.began)

    def release(self) -> None:
        self.reservation.release()
