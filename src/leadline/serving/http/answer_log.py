"""Answer log of a server: ids of requests, what is kept of them, outcomes; or nothing of it all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from leadline.serving.compiled.answers import Answers
from leadline.serving.http.outcomes import Outcomes
from leadline.serving.http.prediction_log import PredictionLog
from leadline.serving.http.requests.refusals import RefusedError
from leadline.serving.logs.log_place import LogPlace
from leadline.serving.releases.manifest import Manifest


class NoLogError(RefusedError):
    """A server that logs nothing was sent outcomes: they have no row to belong to."""

    status = 404
    cause = "no-log"


@dataclass(frozen=True)
class Asked:
    """A request that was read.

    Attributes
    ----------
    name : str
        Its id.
    rows : sequence of tuple
        Values, in the order of the columns.
    days : sequence of (str or None)
        When each row was, as the client says; may be empty.
    n_bytes : int
        Length of its body.
    """

    name: str
    rows: Sequence[tuple[Any, ...]]
    days: Sequence[str | None]
    n_bytes: int


class AnswerLog:
    """What a server keeps of its answers.

    Parameters
    ----------
    place : LogPlace or None
        Where; None: nothing is kept.
    max_rows : int
        Most outcomes of one request.
    """

    def __init__(self, place: LogPlace | None, *, max_rows: int) -> None:
        self._log = PredictionLog(place) if place else None
        self._outcomes = Outcomes(self._log, max_rows=max_rows) if self._log else None

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Write while the server runs, and what is left at its end."""
        if self._log is None:
            yield
        else:
            async with self._log.running():
                yield

    def add(self, asked: Asked, answers: Answers, manifest: Manifest) -> None:
        """Keep a request and its answers, if anything is kept.

        Parameters
        ----------
        asked : Asked
            The request.
        answers : Answers
            To its rows.
        manifest : Manifest
            Of the release that answered.
        """
        if self._log is not None:
            self._log.add(
                manifest, asked.name, asked.rows, answers, days=asked.days, n_bytes=asked.n_bytes
            )

    async def take(self, outcomes: bytes, manifest: Manifest) -> dict[str, Any]:
        """Keep the outcomes of a body.

        Raises
        ------
        NoLogError
            If nothing is kept here.
        DataError
            As `Outcomes.answer`.
        """
        if self._outcomes is None:
            raise NoLogError(
                "This server logs no predictions.",
                "An outcome belongs to a row of the log.",
                "Start it with 'leadline serve --log', or set [serve] log = true.",
            )
        return await self._outcomes.answer(outcomes, manifest)

    @property
    def is_kept(self) -> bool:
        """Whether answers are kept, and outcomes taken."""
        return self._log is not None

    def schema(self, manifest: Manifest) -> dict[str, Any]:
        """What ``GET /schema`` says of outcomes."""
        return {"outcomes": self._outcomes.schema(manifest)} if self._outcomes else {}

    def about(self) -> dict[str, Any]:
        """What ``GET /health/ready`` says of the log."""
        return {"log": vars(self._log.state)} if self._log else {}
