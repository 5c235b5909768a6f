"""``leadline export mlflow`` against a real server and real stores."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Call
from tests.services.flights import append, make_workspace, verdicts_with_rows

from leadline.engines.contract import Registry, Run
from leadline.engines.loading import load
from leadline.errors import EngineError
from leadline.phases.release import Release
from leadline.workspace import Workspace

PROJECT = "Late flights"
START_S = 120.0
AT = datetime(2026, 1, 5, tzinfo=UTC)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


# its job runners, eight processes, are of no use here
_QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of an MLflow server with a database and files of its own."""
    folder = tmp_path_factory.mktemp("mlflow")
    url = f"http://127.0.0.1:{free_port()}"
    options = {
        "--backend-store-uri": f"sqlite:///{folder}/mlflow.db",
        "--artifacts-destination": str(folder / "artifacts"),
        "--host": "127.0.0.1",
        "--port": url.rpartition(":")[2],
        "--workers": "1",
    }
    log = (folder / "log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "mlflow", "server", *(w for pair in options.items() for w in pair)],
        cwd=folder,
        env={**os.environ, **_QUIET},
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    log.close()

    def is_up() -> bool:
        assert process.poll() is None, (folder / "log").read_text()
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    try:
        deadline = time.monotonic() + START_S
        while not is_up():
            assert time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.1)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def client_of(url: str) -> Any:
    from mlflow.tracking import MlflowClient

    return MlflowClient(tracking_uri=url)


def runs_in(url: str, project: str) -> dict[str, Any]:
    client = client_of(url)
    experiment = client.get_experiment_by_name(project)
    runs = client.search_runs([experiment.experiment_id])
    found = {run.info.run_name: run for run in runs}
    assert len(found) == len(runs), "no run is there twice"
    return found


def test_a_project_arrives_whole_and_once(call: Call, tmp_path: Path, server: str) -> None:
    folder = tmp_path / "flights"
    folder.mkdir()
    with make_workspace(folder) as workspace:
        release = workspace.record.entries("release")[-1].verdict
        assert isinstance(release, Release)
        sealed = workspace.releases_folder / release.bundle
        sealed.mkdir(parents=True)
        (sealed / "manifest.json").write_text("{}")
    first = json.loads(call("export", "mlflow", "--to", server, "-C", folder, "--json").stdout)
    assert first == {"where": server, "n_new": 7, "n_changed": 0, "n_same": 0}

    runs, client = runs_in(server, PROJECT), client_of(server)
    (search,) = (run for name, run in runs.items() if name.startswith("search"))
    best = runs["boosting-3"]
    assert best.data.tags["mlflow.parentRunId"] == search.info.run_id
    assert best.data.params["max_leaf_nodes"] == "31"
    assert best.info.status == "FINISHED"
    assert runs["neighbours-4"].info.status == "FAILED"
    assert runs["boosting-5"].info.status == "KILLED"
    folds = client.get_metric_history(best.info.run_id, "roc_auc_by_fold")
    assert [(one.step, one.value) for one in folds] == [
        (0, 0.807), (1, 0.822), (2, 0.799), (3, 0.815), (4, 0.811),
    ]  # fmt: skip
    (name,) = (
        one for one in best.data.metrics if one.startswith("curve_") and one.endswith("/error")
    )
    sizes = [one.step for one in client.get_metric_history(best.info.run_id, name)]
    assert sizes == [150, 300, 600, 1_200, 2_400, 4_800]
    assert any(one.startswith("forecast_") for one in best.data.metrics)
    assert search.data.tags["leadline.answer"] == "go"
    record = runs["record"].info.run_id
    assert runs["record"].data.tags["leadline.release"] == release.release_id
    held = {one.path for one in client.list_artifacts(record)}
    assert {"report.html", "verdicts", "model"} <= held
    page = Path(client.download_artifacts(record, "report.html", str(tmp_path)))
    assert PROJECT in page.read_text(encoding="utf-8")
    (model,) = client.list_artifacts(record, f"model/{release.release_id}")
    assert model.path.endswith("manifest.json")

    again = json.loads(call("export", "mlflow", "--to", server, "-C", folder, "--json").stdout)
    assert again == {"where": server, "n_new": 0, "n_changed": 0, "n_same": 7}

    with Workspace.open(folder) as workspace:
        append(workspace, "curve", verdicts_with_rows(workspace.artifacts)["curve"])
    said = call("export", "mlflow", "--to", server, "-C", folder).stdout
    assert "0 new, 3 changed, 4 as they were" in said, "the record and two trials"
    best = runs_in(server, PROJECT)["boosting-3"]
    assert len(client.get_metric_history(best.info.run_id, "roc_auc_by_fold")) == 5
    assert (
        sum(one.startswith("curve_") and one.endswith("/error") for one in best.data.metrics) == 2
    )


def test_a_broken_off_run_is_finished_the_next_time(server: str) -> None:
    run = Run(key="k", name="trial", began_at=AT, ended_at=AT, series={"a b": [(3, 1.0), (5, 2.0)]})
    registry = load("registries", "mlflow")(server)
    assert isinstance(registry, Registry)
    registry.publish("broken off", [run])
    client, made = client_of(server), runs_in(server, "broken off")["trial"]
    client.delete_tag(made.info.run_id, "leadline.digest")
    done = registry.publish("broken off", [run, Run(key="l", name="b", began_at=AT, ended_at=AT)])
    assert (done.n_new, done.n_changed, done.n_same) == (1, 1, 0)
    history = client.get_metric_history(made.info.run_id, "a b")
    assert [(one.step, one.value) for one in history] == [(3, 1.0), (5, 2.0)]


def test_strange_names_and_long_words_are_taken(server: str) -> None:
    run = Run(
        key="s",
        name="trial",
        began_at=AT,
        ended_at=AT,
        params={"C[0]='é'": "x" * 9_000, **{f"p{n}": n for n in range(250)}},
        series={"long": [(step, 0.5) for step in range(1_000)], "other": [(0, 1.0)]},
        tags={"leadline.summary": "ü" * 9_000},
    )
    load("registries", "mlflow")(server).publish("strange", [run])
    found = runs_in(server, "strange")["trial"]
    assert len(found.data.params) == 251
    assert set(found.data.metrics) == {"long", "other"}


def test_a_deleted_experiment_is_named(server: str) -> None:
    client = client_of(server)
    client.delete_experiment(client.create_experiment("gone"))
    with pytest.raises(EngineError, match="mlflow experiments restore"):
        load("registries", "mlflow")(server).publish("gone", [])


@pytest.mark.parametrize("scheme", ["file:{}/mlruns", "sqlite:///{}/mlflow.db"])
def test_stores_without_a_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", scheme.format(tmp_path))
    run = Run(key="k", name="trial", began_at=AT, ended_at=AT, metrics={"m": 0.5}, texts={"a": "b"})
    for counts in ((1, 0, 0), (0, 0, 1)):
        done = load("registries", "mlflow")().publish("alone", [run])
        assert (done.n_new, done.n_changed, done.n_same) == counts
    assert runs_in(scheme.format(tmp_path), "alone")["trial"].data.metrics == {"m": 0.5}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Name it with --to, or set MLFLOW_TRACKING_URI."),
        (("--to", "localhost:5000"), "'localhost:5000' is no tracking URI."),
        (("--to", "http://me:secret@127.0.0.1:9"), "http://127.0.0.1:9 cannot be written to"),
        # a folder that nobody can write to, root neither
        (("--to", "sqlite:////proc/a.db"), "sqlite:////proc/a.db cannot be written to"),
    ],
)
def test_a_wrong_address_is_said(
    call: Call,
    flights: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    told: str,
) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    # it waits twice as long each time
    monkeypatch.setattr("mlflow.store.db.utils.MAX_RETRY_COUNT", 2)
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    answer = call("export", "mlflow", *arguments, "-C", flights)
    assert answer.exit_code == 1
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr
    assert "secret" not in answer.stderr
    error = json.loads(call("export", "mlflow", *arguments, "-C", flights, "--json").stdout)
    assert set(error["error"]) == {"kind", "found", "needed", "next"}


def test_without_mlflow_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "mlflow.tracking", None)
    with pytest.raises(EngineError, match=r"pip install 'leadline\[mlflow\]'"):
        load("registries", "mlflow")("sqlite:///a.db").publish("p", [])


def test_telemetry_is_off(tmp_path: Path) -> None:
    script = (
        "from leadline.engines.loading import load; import sys; "
        "load('registries', 'mlflow')('sqlite:///a.db')._client(); "
        "from mlflow.telemetry.utils import is_telemetry_disabled; print(is_telemetry_disabled())"
    )
    command = [sys.executable, "-c", script]
    answer = subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    assert answer.stdout.split() == [b"True"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("swamp",), "record, labels, machine-labels, watch-labels, rows, mlflow"),
        (("record",), "leadline export record FILE"),
        (("record", "a.json", "--to", "x"), "--to is for registries"),
        (("mlflow", "file:./mlruns"), "--to file:./mlruns"),
    ],
)
def test_arguments_that_do_not_go_together(
    call: Call, arguments: tuple[str, ...], told: str
) -> None:
    answer = call("export", *arguments)
    assert answer.exit_code == 2
    assert told in answer.stderr
