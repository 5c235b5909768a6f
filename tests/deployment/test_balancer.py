"""HAProxy with the settings that are written, before real servers that are overrun or killed."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from tests.deployment.conftest import PLAN, free_ports
from tests.serving.conftest import Sealed, make_release

from leadline.deployment.deployment_files import deployment_files, write_files
from leadline.deployment.service_plan import ServicePlan

Wait = Callable[[Callable[[], bool]], None]
ROWS = [{"size": 0.5, "town": "Ulm", "said": "late again", "at": "2024-05-03 10:00"}]
BODY = json.dumps({"rows": ROWS})
N_CLIENTS, N_EACH = 12, 60


class Service:
    """Two replicas and the balancer before them, on ports of this machine."""

    def __init__(self, sealed: Sealed, key: Path, plan: ServicePlan, folder: Path) -> None:
        self.plan = plan
        self._words = (str(sealed.path), str(key))
        write_files(deployment_files("systemd", plan), folder)
        self._settings = folder / "haproxy.cfg"
        self.replicas: list[subprocess.Popen[bytes]] = []
        self._balancer: subprocess.Popen[bytes] | None = None

    def start(self, haproxy: str) -> None:
        module = "leadline.processes.release_server"
        for port in self.plan.ports:
            command = [sys.executable, "-m", module, *self._words, str(port), ""]
            self.replicas.append(subprocess.Popen(command))
        for port in self.plan.ports:
            wait_until(lambda port=port: status_of(port) == 200)  # type: ignore[misc]
        self._balancer = subprocess.Popen(
            [haproxy, "-q", "-f", self._settings], stdout=subprocess.DEVNULL
        )
        wait_until(lambda: self.n_up() == len(self.replicas))

    def n_up(self) -> int:
        """Replicas that the balancer sends requests to."""
        try:
            told = asked(self.plan.metrics_port, "GET", "/metrics")[1]
        except OSError:
            return 0
        return len(re.findall(r'haproxy_server_status{.*state="UP"} 1', told))

    def stop(self) -> None:
        for process in (*self.replicas, self._balancer):
            if process is not None:
                process.kill()
                process.wait()


@pytest.fixture
def service(
    tmp_path: Path, debian_haproxy: str, request: pytest.FixtureRequest
) -> Iterator[Service]:
    """Two replicas, each handed four requests at once; the seconds wanted come from the test."""
    sealed = make_release(tmp_path / "releases")
    key = tmp_path / "key.pub"
    form = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    key.write_bytes(sealed.key.public_key().public_bytes(*form))
    limit_s = request.param
    plan = replace(
        PLAN, n_replicas=2, port=free_ports(3), limit_s=limit_s, rate_per_s=4 / (0.3 * limit_s)
    )
    started = Service(sealed, key, plan, tmp_path / "deploy")
    try:
        started.start(debian_haproxy)
        yield started
    finally:
        started.stop()


def asked(port: int, method: str, path: str) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers of an answer."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        return asked_over(connection, method, path)


def asked_over(
    connection: HTTPConnection, method: str, path: str
) -> tuple[int, str, dict[str, str]]:
    headers = {"Content-Type": "application/json"}
    connection.request(method, path, BODY if method == "POST" else None, headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode(), dict(answer.getheaders())


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for servers to start, which takes long while other tests run."""
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, "no server became ready in 120 s"
        time.sleep(0.05)


def status_of(port: int) -> int:
    try:
        return asked(port, "GET", "/health/ready")[0]
    except (OSError, HTTPException):
        return 0


class Load:
    """Clients that each ask one after the other, over a connection that is kept."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.statuses: list[tuple[float, int]] = []
        self._threads = [threading.Thread(target=self._ask) for _ in range(N_CLIENTS)]
        for thread in self._threads:
            thread.start()

    def wait_until(self, n_answers: int, wait_for: Wait) -> None:
        wait_for(lambda: len(self.statuses) >= n_answers)

    def finish(self) -> Counter[int]:
        for thread in self._threads:
            thread.join(60)
        assert len(self.statuses) == N_CLIENTS * N_EACH
        return Counter(status for _, status in self.statuses)

    def _ask(self) -> None:
        with closing(HTTPConnection("127.0.0.1", self._port, timeout=30)) as connection:
            for _ in range(N_EACH):
                began = time.monotonic()
                try:
                    status = asked_over(connection, "POST", "/predict")[0]
                except (OSError, HTTPException):
                    status = 0  # no answer at all
                    connection.close()
                self.statuses.append((began, status))


@pytest.mark.parametrize("target", ["compose", "systemd"])
@pytest.mark.parametrize("which", ["debian_haproxy", "newer_haproxy"])
def test_the_settings_are_valid(
    target: str, which: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    write_files(deployment_files(target, PLAN), tmp_path)
    command = [request.getfixturevalue(which), "-c", "-f", str(tmp_path / "haproxy.cfg")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    # names of containers are found by who runs them
    lines = [line for line in done.stderr.splitlines() if "could not resolve" not in line]
    assert not [line for line in lines if "WARNING" in line or "ALERT" in line]


def test_a_wrong_setting_is_found(tmp_path: Path, debian_haproxy: str) -> None:
    write_files(deployment_files("systemd", PLAN), tmp_path)
    path = tmp_path / "haproxy.cfg"
    path.write_text(path.read_text().replace("balance leastconn", "balance leastcon"))
    command = [debian_haproxy, "-c", "-f", str(path)]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


@pytest.mark.parametrize("service", [20.0], indirect=True)
def test_a_killed_replica_loses_no_more_than_the_requests_it_held(
    service: Service, wait_for: Wait
) -> None:
    assert service.plan.n_at_once == 4
    load = Load(service.plan.port)
    load.wait_until(100, wait_for)
    killed_at = time.monotonic()
    os.kill(service.replicas[0].pid, signal.SIGKILL)
    counts = load.finish()
    lost = sum(n for status, n in counts.items() if status != 200)
    assert lost <= service.plan.n_at_once
    assert not set(counts) - {200, 502, 0}, "lost: told so, or the connection is closed"
    assert [status for began, status in load.statuses if began > killed_at].count(200) > 100
    assert service.n_up() == 1


@pytest.mark.parametrize("service", [20.0], indirect=True)
def test_a_replica_that_is_asked_to_end_loses_none(service: Service, wait_for: Wait) -> None:
    load = Load(service.plan.port)
    load.wait_until(100, wait_for)
    os.kill(service.replicas[0].pid, signal.SIGTERM)
    assert set(load.finish()) == {200}
    assert service.replicas[0].wait(30) == 0
    wait_for(lambda: service.n_up() == 1)
    assert set(Load(service.plan.port).finish()) == {200}


@pytest.mark.parametrize("service", [0.5], indirect=True)
def test_what_waits_too_long_is_told_to_come_again(service: Service, wait_for: Wait) -> None:
    for replica in service.replicas:
        os.kill(replica.pid, signal.SIGSTOP)
    answers: list[tuple[int, str, dict[str, str]]] = []

    def ask() -> None:
        answers.append(asked(service.plan.port, "POST", "/predict"))

    threads = [threading.Thread(target=ask) for _ in range(N_CLIENTS)]
    for thread in threads:
        thread.start()
    n_held = 2 * service.plan.n_at_once
    wait_for(lambda: len(answers) == N_CLIENTS - n_held)
    for status, text, headers in answers:
        assert status == 503
        assert headers["retry-after"] == "1"
        assert set(json.loads(text)["error"]) == {"found", "needed", "next"}
    for replica in service.replicas:
        os.kill(replica.pid, signal.SIGCONT)
    for thread in threads:
        thread.join(60)
    assert Counter(status for status, *_ in answers) == {200: n_held, 503: N_CLIENTS - n_held}


@pytest.mark.parametrize("service", [20.0], indirect=True)
def test_metrics_of_one_replica_are_not_shown_to_clients(service: Service) -> None:
    assert asked(service.plan.port, "GET", "/metrics")[0] == 404
    assert asked(service.plan.ports[0], "GET", "/metrics")[0] == 200
    assert asked(service.plan.metrics_port, "GET", "/anything")[0] == 404
