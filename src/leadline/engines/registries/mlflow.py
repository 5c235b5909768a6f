"""MLflow: runs in a tracking server, a database or a folder."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import sqlite3
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from leadline.engines.contract import Published, Run, Scalar
from leadline.errors import EngineError, LeadlineError

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

_KEY, _DIGEST = "leadline.key", "leadline.digest"
_STATES = {"finished": "FINISHED", "failed": "FAILED", "stopped": "KILLED"}
_SCHEMES = ("http", "https", "file", "sqlite", "postgresql", "mysql", "mssql", "databricks")
_EXAMPLES = "http://127.0.0.1:5000, sqlite:///mlflow.db or file:./mlruns"
# what MLflow takes at once, and in one value
_MOST_PARAMS, _MOST_METRICS, _MOST_LETTERS = 100, 1000, 5000
_SETTINGS = {
    # it would report who uses it and how
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    # whoever names a folder means it
    "MLFLOW_ALLOW_FILE_STORE": "true",
    # a server that is not there is said within seconds, not minutes
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
}


@dataclass(frozen=True)
class MLflow:
    """Writes runs into an experiment of the project's name.

    Parameters
    ----------
    url : str, default=""
        Tracking URI; empty for ``MLFLOW_TRACKING_URI``.

    Raises
    ------
    EngineError
        If there is no URI, or none that MLflow knows.

    Notes
    -----
    MLflow's own reports about its use are switched off.
    """

    url: str = ""

    def __post_init__(self) -> None:
        if not self._uri:
            raise EngineError(
                "Nobody said which MLflow to write to.",
                f"A tracking URI is needed, such as {_EXAMPLES}.",
                "Name it with --to, or set MLFLOW_TRACKING_URI.",
            )
        scheme = re.split(r"[:+]", self._uri, maxsplit=1)[0]
        if scheme not in _SCHEMES or ":" not in self._uri:
            raise EngineError(
                f"{_open(self._uri)!r} is no tracking URI.",
                f"One such as {_EXAMPLES} is needed.",
                "Correct it.",
            )

    @property
    def _uri(self) -> str:
        return self.url or os.environ.get("MLFLOW_TRACKING_URI", "")

    def publish(self, project: str, runs: Sequence[Run]) -> Published:
        """As `leadline.engines.contract.Registry.publish`."""
        counts = {"new": 0, "changed": 0, "same": 0}
        try:
            with warnings.catch_warnings():
                # of what MLflow stands on, and nothing to those who export
                warnings.simplefilter("ignore")
                client = self._client()
                book = _Book(client, _experiment(client, project))
                for run in runs:
                    counts[book.write(run)] += 1
        except LeadlineError:
            raise
        except Exception as error:  # MLflow, requests and SQLAlchemy raise whatever they raise
            raise EngineError(
                f"MLflow at {_open(self._uri)} cannot be written to: {_said(error)}.",
                "A tracking server or store that answers and accepts runs is needed.",
                "Check the address, and that the server runs: 'mlflow server'. What was written "
                "stays; export again, and nothing is doubled.",
            ) from error
        return Published(
            where=_open(self._uri),
            n_new=counts["new"],
            n_changed=counts["changed"],
            n_same=counts["same"],
        )

    def _client(self) -> MlflowClient:
        for name, value in _SETTINGS.items():
            os.environ.setdefault(name, value)
        _require_file(self._uri)
        try:
            from mlflow.tracking import MlflowClient
        except ImportError as error:
            raise EngineError(
                f"MLflow is not installed: {error}.",
                "The package mlflow-skinny is needed, or mlflow.",
                "Install it: pip install 'leadline[mlflow]'.",
            ) from error
        for name in ("mlflow", "alembic"):
            logging.getLogger(name).setLevel(logging.ERROR)
        # the registry of models is not asked, and its address may be of another kind
        return MlflowClient(tracking_uri=self._uri, registry_uri=self._uri)


class _Book:
    """The runs of one experiment."""

    def __init__(self, client: MlflowClient, experiment: str) -> None:
        self._client = client
        self._experiment = experiment
        self._known = {run.data.tags[_KEY]: run for run in self._pages()}

    def write(self, run: Run) -> str:
        """Write a run, and say whether it was new, changed or the same."""
        there, digest = self._known.get(run.key), _digest(run)
        if there is not None and there.data.tags.get(_DIGEST) == digest:
            return "same"
        made = there if there is not None else self._begin(run)
        self._known[run.key] = made
        self._fill(made, run)
        # last: a run that was broken off is written again
        self._client.set_tag(made.info.run_id, _DIGEST, digest)
        ended = _milliseconds(run.ended_at)
        self._client.set_terminated(made.info.run_id, _STATES[run.state], ended)
        return "new" if there is None else "changed"

    def _pages(self) -> Iterator[Any]:
        token = None
        while True:
            page = self._client.search_runs([self._experiment], page_token=token)
            yield from (run for run in page if _KEY in run.data.tags)
            token = page.token
            if not token:
                return

    def _begin(self, run: Run) -> Any:
        tags = {_KEY: run.key}
        if run.parent:
            tags["mlflow.parentRunId"] = self._known[run.parent].info.run_id
        began = _milliseconds(run.began_at)
        return self._client.create_run(
            self._experiment, start_time=began, tags=tags, run_name=run.name
        )

    def _fill(self, made: Any, run: Run) -> None:
        """Add what is missing; parameters and numbers of a run never change."""
        from mlflow.entities import Metric, Param, RunTag

        number, at = made.info.run_id, _milliseconds(run.ended_at)
        params = [
            Param(name, value)
            for name, value in _texts(run.params).items()
            if name not in made.data.params
        ]
        tags = [RunTag(name, value) for name, value in _texts(run.tags).items()]
        for start in range(0, max(len(params), len(tags)), _MOST_PARAMS):
            part = slice(start, start + _MOST_PARAMS)
            self._client.log_batch(number, params=params[part], tags=tags[part])
        series = {**{name: [(0, value)] for name, value in run.metrics.items()}, **run.series}
        metrics = [
            [Metric(_name(name), value, at, step) for step, value in points[:_MOST_METRICS]]
            for name, points in series.items()
            if _name(name) not in made.data.metrics
        ]
        for batch in _batches(metrics):
            self._client.log_batch(number, metrics=batch)
        for path, text in run.texts.items():
            self._client.log_text(number, text, path)
        for path, folder in run.folders.items():
            self._client.log_artifacts(number, str(folder), path)


def _experiment(client: MlflowClient, project: str) -> str:
    """The experiment of a project, made if there is none."""
    found = client.get_experiment_by_name(project)
    if found is None:
        return str(client.create_experiment(project))
    if found.lifecycle_stage != "active":
        raise EngineError(
            f"The experiment {project!r} has been deleted in MLflow.",
            "An active one is needed.",
            f"Restore it: 'mlflow experiments restore -x {found.experiment_id}'.",
        )
    return str(found.experiment_id)


def _batches(series: Sequence[Sequence[Any]]) -> Iterator[list[Any]]:
    """As many whole series at once as MLflow takes: a name that is there is there wholly."""
    batch: list[Any] = []
    for points in series:
        if len(batch) + len(points) > _MOST_METRICS:
            yield batch
            batch = []
        batch = [*batch, *points]
    if batch:
        yield batch


def _digest(run: Run) -> str:
    """What changes when a run must be written again."""
    if run.version:
        return run.version
    said = {name: value for name, value in vars(run).items() if name != "folders"}
    # a folder of a release never changes under its name
    said["folders"] = {path: folder.name for path, folder in run.folders.items()}
    return hashlib.sha256(json.dumps(said, sort_keys=True, default=str).encode()).hexdigest()


def _texts(values: Mapping[str, Scalar]) -> dict[str, str]:
    return {_name(name): str(value)[:_MOST_LETTERS] for name, value in values.items()}


def _name(name: str) -> str:
    """A name as MLflow takes it: a person's parameters may have any."""
    return re.sub(r"[^\w./ -]", "_", name)[:250]


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _open(text: str) -> str:
    """A text without the name and password of an address."""
    return re.sub(r"//[^/@\s]*@", "//", text)


def _said(error: BaseException) -> str:
    """The first line of what was raised; of what requests raises nobody can read more."""
    inner: BaseException | None = error
    while inner is not None:
        if type(inner).__name__ in {"ConnectionError", "ConnectTimeout", "ReadTimeout"}:
            return "it does not answer"
        inner = inner.__cause__ or inner.__context__
    lines = [line for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    return _open(lines[0])[:300].rstrip(". ")


def _require_file(uri: str) -> None:
    """Refuse a SQLite file that cannot be opened; MLflow would try it again for two minutes."""
    file = uri.partition("sqlite:///")[2].partition("?")[0]
    if not file:
        return
    try:
        with closing(sqlite3.connect(file)) as connection:
            connection.execute("PRAGMA schema_version")
    except sqlite3.Error as error:
        raise EngineError(
            f"MLflow at {_open(uri)} cannot be written to: {error}.",
            "A file in a folder that exists and may be written to is needed.",
            "Check the path.",
        ) from error
