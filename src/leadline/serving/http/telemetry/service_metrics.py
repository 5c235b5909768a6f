"""Metrics of a server for Prometheus, in a registry of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.process_collector import ProcessCollector

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


class ServiceMetrics:
    """What a server counts.

    Parameters
    ----------
    project : str
        Name of the model.
    """

    def __init__(self, project: str) -> None:
        # a line each that says again when the process was started
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._n_in_flight = 0
        self._project = project
        self._requests = self._counter("requests", "Requests answered", "route", "status")
        self._errors = self._counter("errors", "Requests not answered as asked", "cause")
        self._latency = Histogram(
            "leadline_request_seconds",
            "Seconds from the headers of a request to its answer",
            ["route"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._batch_rows = Histogram(
            "leadline_batch_rows",
            "Rows of one call of the model",
            buckets=_ROWS,
            registry=self.registry,
        )
        self._batch_s = self._counter("batch_seconds", "Seconds in the model")
        self._rows = self._counter("rows", "Rows answered")
        words = "Rows answered with a category that training never saw"
        self._unseen = self._counter("unseen_category_rows", words, "column")
        words = "Requests begun and not answered"
        self.watch("requests_in_flight", words, lambda: self._n_in_flight)
        self._release = self._gauge(
            "release_info", "The release in service", "project", "release", "model_digest"
        )
        self._candidate = self._gauge(
            "candidate", "Counts of the candidate, by name", "release", "count"
        )
        self._gauge("start_time_seconds", "When the server was started").set(time.time())
        self._of_answer: dict[tuple[str, int], tuple[Callable[[], None], Callable[[float], None]]]
        self._of_answer = {}
        ProcessCollector(registry=self.registry)

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"leadline_{name}", words, labels, registry=self.registry)

    def _gauge(self, name: str, words: str, *labels: str) -> Gauge:
        return Gauge(f"leadline_{name}", words, labels, registry=self.registry)

    def watch(self, name: str, words: str, value: Callable[[], float]) -> None:
        """Show a number that is asked for when the metrics are.

        Parameters
        ----------
        name : str
            Without ``leadline_``.
        words : str
            What it is, with its unit.
        value : callable
            The number now.
        """
        self._gauge(name, words).set_function(value)

    def serve(self, release: str, model_digest: str) -> None:
        """Name the release in service, and no other."""
        self._release.clear()
        self._release.labels(self._project, release, model_digest).set(1)

    def try_out(self, candidate: Mapping[str, Any]) -> None:
        """Show the counts of the candidate, and of no other; empty: there is none."""
        self._candidate.clear()
        for name, value in candidate.items():
            if name != "release":
                self._candidate.labels(candidate["release"], name).set(value)

    def begun(self) -> None:
        """Count a request that has begun."""
        self._n_in_flight += 1

    def ended(self, route: str, status: int, seconds: float) -> None:
        """Count a request that is over."""
        self._n_in_flight -= 1
        # to look a label up costs more than to count
        known = self._of_answer.get((route, status))
        if known is None:
            counter = self._requests.labels(route, str(status))
            known = (counter.inc, self._latency.labels(route).observe)
            self._of_answer[route, status] = known
        known[0]()
        known[1](seconds)

    def failed(self, cause: str) -> None:
        """Count a request that was not answered as asked."""
        self._errors.labels(cause).inc()

    def scored(self, n_rows: int, seconds: float) -> None:
        """Count a call of the model."""
        self._batch_rows.observe(n_rows)
        self._batch_s.inc(seconds)
        self._rows.inc(n_rows)

    def unseen(self, rows: Mapping[str, int]) -> None:
        """Count rows of a request whose categories training never saw, by column."""
        for column, n_rows in rows.items():
            self._unseen.labels(column).inc(n_rows)

    def text(self) -> bytes:
        """All of them, in the text format of Prometheus."""
        written: bytes = generate_latest(self.registry)
        return written
