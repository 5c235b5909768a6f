"""Answer log of a server: ids of requests, what is kept of them, outcomes; or nothing of it all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from leadline.errors import DataError
from leadline.serving.compiled.answers import Answers
from leadline.serving.http.outcomes import Outcomes
from leadline.serving.http.prediction_log import PredictionLog, request_id
from leadline.serving.logs.log_place import LogPlace
from leadline.serving.releases.manifest import Manifest

REQUEST_ID = "X-Request-ID"


class NoLogError(DataError):
    """A server that logs nothing was sent outcomes: they have no row to belong to."""


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
        Where; None: nothing is kept, and answers have no id.
    max_rows : int
        Most outcomes of one request.
    """

    def __init__(self, place: LogPlace | None, *, max_rows: int) -> None:
        self._log = PredictionLog(place) if place else None
        self._outcomes = Outcomes(self._log, max_rows=max_rows) if self._log else None

    @asynccontextmanager
    async def lifespan(self, _: object) -> AsyncIterator[None]:
        """Write while the server runs, and what is left at its end."""
        if self._log is None:
            yield
        else:
            async with self._log.running():
                yield

    def name(self, request: Request, given: str = "") -> str:
        """The id of a request: as given, as its header says, or a new one; empty without a log.

        Raises
        ------
        DataError
            If it cannot be kept as it is.
        """
        return request_id(given or request.headers.get(REQUEST_ID, "")) if self._log else ""

    def answered(
        self,
        told: dict[str, Any],
        asked: Asked,
        answers: Answers,
        manifest: Manifest,
        *,
        name_as: str = "request",
    ) -> Response:
        """Keep a request and its answers, and make the response, which bears its id.

        Parameters
        ----------
        told : dict
            Content of the response.
        asked : Asked
            The request.
        answers : Answers
            To its rows.
        manifest : Manifest
            Of the release that answered.
        name_as : str, default="request"
            Key of the id in the response.
        """
        if self._log is None:
            return JSONResponse(told)
        self._log.add(
            manifest, asked.name, asked.rows, answers, days=asked.days, n_bytes=asked.n_bytes
        )
        return JSONResponse({name_as: asked.name, **told}, headers={REQUEST_ID: asked.name})

    async def take(self, outcomes: bytes, manifest: Manifest) -> Response:
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
        return JSONResponse(await self._outcomes.answer(outcomes, manifest))

    def schema(self, manifest: Manifest) -> dict[str, Any]:
        """What ``GET /schema`` says of outcomes."""
        return {"outcomes": self._outcomes.schema(manifest)} if self._outcomes else {}

    def about(self) -> dict[str, Any]:
        """What ``GET /health/ready`` says of the log."""
        return {"log": vars(self._log.state)} if self._log else {}
