"""Endpoints of a release: predictions, outcomes, and what it says of itself."""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from leadline.errors import DataError
from leadline.serving.compiled.answers import Answers
from leadline.serving.http import inference
from leadline.serving.http.answer_log import AnswerLog, Asked
from leadline.serving.http.canary import Canary
from leadline.serving.http.description.openapi import Described, openapi
from leadline.serving.http.opened_release import Answered, Served
from leadline.serving.http.prediction_log import request_id
from leadline.serving.http.request_schema import Requests
from leadline.serving.http.requests.body import BodyReader
from leadline.serving.http.requests.http_messages import TEXT, Reply, Request, json_reply
from leadline.serving.http.requests.routing import Route, Router
from leadline.serving.http.served_release import Serving
from leadline.serving.http.telemetry.service_metrics import ServiceMetrics


class Endpoints:
    """What answers at each path.

    Parameters
    ----------
    serving : Serving
        The release in service.
    logged : AnswerLog
        What is kept of answers.
    bodies : BodyReader
        Reads bodies.
    metrics : ServiceMetrics
        Counts.
    needs_token : bool
        Whether a token is needed, as the description says.
    """

    def __init__(
        self,
        serving: Serving,
        logged: AnswerLog,
        bodies: BodyReader,
        metrics: ServiceMetrics,
        *,
        needs_token: bool,
    ) -> None:
        self._serving, self._logged = serving, logged
        self._bodies, self._metrics = bodies, metrics
        self._needs_token = needs_token
        self._release = ""
        self._described: tuple[str, bytes] = ("", b"")
        self.is_draining = False
        """Whether the server has been asked to end."""
        metrics.watch("queue_rows", "Rows that wait or are scored", lambda: self._limit.n_rows)
        metrics.watch(
            "queue_requests", "Requests that wait or are scored", lambda: self._limit.n_requests
        )
        metrics.watch(
            "queue_seconds",
            "Seconds of work that wait, as estimated",
            lambda: self._limit.waiting_s,
        )
        metrics.watch("draining", "1 once it was asked to end", lambda: float(self.is_draining))
        if logged.is_kept:
            for name in ("logged", "waiting", "lost"):
                metrics.watch(f"log_rows_{name}", f"Rows of the log: {name}", _of_log(logged, name))

    @property
    def _limit(self) -> Any:
        return self._serving.now.queue.limit

    def router(self) -> Router:
        """All paths."""
        model, versioned = "/v2/models/{name}", "/v2/models/{name}/versions/{version}"
        return Router(
            Route("/predict", {"POST": self.predict}),
            Route("/outcomes", {"POST": self.take_outcomes}),
            Route("/schema", {"GET": self.schema}),
            Route("/openapi.json", {"GET": self.describe}),
            Route("/metrics", {"GET": self.count}),
            Route("/health/live", {"GET": self.live}, is_open=True),
            Route("/health/ready", {"GET": self.ready}, is_open=True),
            Route("/v2", {"GET": self.server}),
            Route("/v2/health/live", {"GET": self.live}, is_open=True),
            Route("/v2/health/ready", {"GET": self.ready}, is_open=True),
            Route(model, {"GET": self.model}),
            Route(f"{model}/ready", {"GET": self.model_ready}),
            Route(f"{model}/infer", {"POST": self.infer}),
            Route(versioned, {"GET": self.model}),
            Route(f"{versioned}/ready", {"GET": self.model_ready}),
            Route(f"{versioned}/infer", {"POST": self.infer}),
        )

    async def predict(self, request: Request) -> Reply:
        """Answer rows that came as objects."""
        self._served().queue.limit.refuse_if_full()
        body = await self._bodies.read(request)
        try:
            done = await self._serving.answer(
                request.id, lambda requests: requests.read_soon(body), request.gone
            )
        finally:
            self._bodies.release(body)
        self._keep(request, done, len(body))
        told = {
            "request": request.id,
            "release": done.manifest.release_id,
            "predictions": done.answers.to_dicts(),
        }
        unseen = {"unseen_categories": done.unseen.to_json()} if done.unseen else {}
        return json_reply(told | unseen)

    async def infer(self, request: Request) -> Reply:
        """Answer rows that came as columns, by the Open Inference Protocol."""
        served = self._served()
        inference.refuse_other_model(served.manifest, *request.values)
        served.queue.limit.refuse_if_full()
        body = await self._bodies.read(request)
        try:
            asked = inference.read(body)
            if asked.id:
                request.id = request_id(asked.id)
            inference.asked_outputs(asked, served.manifest)
            columns = inference.columns(asked)

            def read(requests: Requests) -> Any:
                return requests.read_columns(columns)

            if len(request.values) > 1:
                # who names a version is answered by it, and by no candidate
                done = await served.answer(read, request.gone)
            else:
                done = await self._serving.answer(request.id, read, request.gone)
        finally:
            self._bodies.release(body)
        self._keep(request, done, len(body))
        wanted = inference.asked_outputs(asked, done.manifest)
        told = inference.written(wanted, done.answers, done.manifest, request.id)
        # a parameter of the protocol is a text, a number or a boolean
        said = {"parameters": {"unseen_categories": done.unseen.words}} if done.unseen else {}
        return json_reply(told | said)

    def _keep(self, request: Request, done: Answered, n_bytes: int) -> None:
        """Log what was answered, and count what is odd in it; what is no answer is refused."""
        _refuse_infinite(done.answers)
        self._metrics.unseen(done.unseen.rows)
        asked = Asked(request.id, done.rows, done.days, n_bytes)
        self._logged.add(asked, done.answers, done.manifest)

    async def take_outcomes(self, request: Request) -> Reply:
        """Keep what turned out of rows that were answered."""
        body = await self._bodies.read(request)
        try:
            return json_reply(await self._logged.take(body, self._served().manifest))
        finally:
            self._bodies.release(body)

    async def schema(self, _: Request) -> Reply:
        """What a body must hold."""
        served = self._served()
        manifest = served.manifest
        return json_reply(
            {
                "release": manifest.release_id,
                "columns": dict(manifest.columns),
                "task": manifest.task,
                "classes": list(manifest.classes),
                "threshold": manifest.threshold,
                "confidence": manifest.confidence,
                "confusion_costs": {
                    truth: dict(each) for truth, each in manifest.confusion_costs.items()
                },
                "body": served.requests.schema(),
                **self._logged.schema(manifest),
            }
        )

    async def describe(self, _: Request) -> Reply:
        """The OpenAPI document of the release in service; made once a release."""
        served = self._served()
        release = served.manifest.release_id
        if self._described[0] != release:
            described = Described(
                manifest=served.manifest,
                body=served.requests.schema(),
                outcomes=self._logged.schema(served.manifest).get("outcomes"),
                examples=served.queue.examples,
                needs_token=self._needs_token,
            )
            self._described = (release, json_reply(openapi(described)).body)
        return Reply(self._described[1])

    async def count(self, _: Request) -> Reply:
        """The metrics, for Prometheus."""
        self._served()
        self._metrics.try_out(self._serving.about().get("candidate", {}))
        return Reply(self._metrics.text(), content_type=TEXT)

    async def live(self, _: Request) -> Reply:
        """Whether the process answers at all."""
        return json_reply({"live": True})

    async def ready(self, _: Request) -> Reply:
        """Whether requests should be sent here: its golden rows were replayed before it began."""
        about = {"ready": not self.is_draining, **self._serving.about(), **self._logged.about()}
        return json_reply(about, 503 if self.is_draining else 200)

    async def server(self, _: Request) -> Reply:
        """Name and version of the server, by the Open Inference Protocol."""
        return json_reply({"name": "leadline", "version": version("leadline"), "extensions": []})

    async def model(self, request: Request) -> Reply:
        """Inputs and outputs, by the Open Inference Protocol."""
        manifest = self._served().manifest
        inference.refuse_other_model(manifest, *request.values)
        return json_reply(inference.metadata(manifest))

    async def model_ready(self, request: Request) -> Reply:
        """Whether the model answers, by the Open Inference Protocol."""
        inference.refuse_other_model(self._served().manifest, *request.values)
        ready = not self.is_draining
        return json_reply({"name": request.values[0], "ready": ready}, 200 if ready else 503)

    def _served(self) -> Served:
        """The release in service; a new one is made known to the metrics."""
        served, candidate = self._serving.now, self._serving.candidate
        if isinstance(candidate, Canary) and candidate.served.queue.observe is None:
            candidate.served.queue.observe = self._metrics.scored
        if self._release != served.manifest.release_id:
            self._release = served.manifest.release_id
            served.queue.observe = self._metrics.scored
            self._metrics.serve(served.manifest.release_id, served.manifest.model_digest)
        return served


def _refuse_infinite(answers: Answers) -> None:
    """Refuse rows that are so extreme that the model gives no finite number."""
    scores = answers.columns["score"]
    if all(map(math.isfinite, scores)):
        return
    index = next(index for index, score in enumerate(scores) if not math.isfinite(score))
    raise DataError(
        f"rows[{index}] has no finite score.",
        "Numbers of the size that the model has learnt from are needed.",
        "Correct the row.",
    )


def _of_log(logged: AnswerLog, name: str) -> Callable[[], float]:
    return lambda: float(logged.about()["log"][name])
