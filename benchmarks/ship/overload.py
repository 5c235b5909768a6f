"""More requests than can be answered, and a replica that dies, behind HAProxy as it is written.

    python benchmarks/ship/overload.py [--quick] [--model "text, linear"] [--rows 64]

Needs HAProxy (Debian's). Real servers of one release, the haproxy.cfg of 'leadline deploy systemd'
with their ports, and an open loop of random times from a process of its own: latency counts from
the time at which a request was due.

First one replica: what it answers at most is what as many clients get as the balancer hands to it
at once. Then 0.6, 1.0 and 1.3 times that rate, through the balancer and at the bare server: good
answers a second, as a share of the most, and their p99, of those that were answered 200. A run is
broken off when a request has waited 5 s; what was not answered by then is counted as not answered.

Then two replicas at half of what they carry together, and one is killed or asked to end in the
middle: requests without a good answer, beside those that the dead one can have held.

Replicas share the first core, balancer and clients the last: the plan is that of one core. A
request has 64 rows, or a replica would answer more a second than clients on one core can ask; they
say how late they were (lag).
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
from same_models import make, names

from leadline.deployment.deployment_files import deployment_files, write_files
from leadline.deployment.service_plan import ServicePlan
from leadline.processes.http_connection import Target
from leadline.processes.load_generator import bodies_of, load_generator
from leadline.processes.request_loop import Answers, at_set_times
from leadline.serving.releases.keys import load_or_make_key

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_RATES = (0.6, 1.0, 1.3)
_LIMIT_S = 0.1
_PATIENCE_S = 5.0
_CONNECTIONS = 500
_CLIENTS = 32


class Service:
    """Replicas of a release and the balancer before them."""

    def __init__(self, folder: Path, release: Path, key: Path, plan: ServicePlan) -> None:
        self.plan, self._folder = plan, folder
        self._words = (str(release), str(key))
        self.replicas: list[subprocess.Popen[bytes]] = []

    @contextmanager
    def running(self) -> Iterator[Service]:
        """All of them, ready."""
        write_files(deployment_files("systemd", self.plan), self._folder, force=True)
        haproxy = shutil.which("haproxy") or "/usr/sbin/haproxy"
        command = [*_pinned(-1), haproxy, "-q", "-f", str(self._folder / "haproxy.cfg")]
        started = []
        try:
            for port in self.plan.ports:
                replica = [sys.executable, "-m", "leadline.processes.release_server", *self._words]
                self.replicas.append(
                    subprocess.Popen(
                        [*_pinned(0), *replica, str(port), ""], stderr=subprocess.DEVNULL
                    )
                )
            started += self.replicas
            for port in self.plan.ports:
                _wait_until_ready(port)
            started.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
            _wait_until_ready(self.plan.port)
            time.sleep(2.0)  # the balancer has seen each of them twice
            yield self
        finally:
            for process in started:
                process.kill()
                process.wait()


def _pinned(core: int) -> list[str]:
    """Words before a command that give it one core."""
    cores = sorted(os.sched_getaffinity(0))
    return ["taskset", "--cpu-list", str(cores[core])]


def _wait_until_ready(port: int) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"Nothing became ready on port {port}.")


def _plan(rate: float, n_replicas: int) -> ServicePlan:
    return ServicePlan(
        project="overload", release_id="0" * 12, digest="0" * 64, python="3.11",
        n_replicas=n_replicas, n_spare=0, rate_per_s=rate, peak_per_s=rate, limit_s=_LIMIT_S,
        memory_mib=512, price="", image="localhost/overload:0", base="localhost/base:0",
        port=_free_ports(n_replicas), folder="/opt/leadline/overload",
    )  # fmt: skip


def _free_ports(n_replicas: int) -> int:
    """The first of some free ports, below those that connections of this machine are given."""
    while True:
        first = 10_000 + secrets.randbelow(20_000)
        with ExitStack() as stack:
            try:
                for port in (*range(first, first + n_replicas + 1), first + 405):
                    stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
        return first


def _random_times(rate: float, seconds: float, seed: int) -> np.ndarray:
    gaps = np.random.default_rng(seed).exponential(1 / rate, int(rate * seconds))
    return np.cumsum(gaps)


def _driven(port: int, bodies: list[bytes], rate: float, seconds: float) -> Answers:
    """Requests at random times, from this process, which has the last core."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    return at_set_times(
        Target("127.0.0.1", port),
        bodies,
        _random_times(rate, seconds, seed=7),
        n_connections=_CONNECTIONS,
        patience_s=_PATIENCE_S,
    )


def _apart(port: int, bodies: list[bytes], rate: float, seconds: float) -> Answers:
    """The same in a child, so that this process keeps its cores."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_driven, port, bodies, rate, seconds).result()


def _most(service: Service, bodies: list[bytes], seconds: float) -> float:
    """Requests a second that one bare replica answers at most."""
    with load_generator(Target("127.0.0.1", service.plan.ports[0])) as generator:
        generator.closed_loop(bodies, n_clients=_CLIENTS, seconds=1.0)
        return generator.closed_loop(bodies, n_clients=_CLIENTS, seconds=seconds).per_s


def _row(name: str, share: float, most: float, answers: Answers) -> list[str]:
    good = np.isfinite(answers.latency_s)
    per_s = good.sum() / answers.due_s[-1] if answers.seconds >= answers.due_s[-1] else (
        good.sum() / answers.seconds
    )  # fmt: skip
    p99 = 1e3 * np.quantile(answers.latency_s[good], 0.99) if good.any() else np.nan
    turned_away = answers.statuses.get(503, 0)
    other = int((~good).sum()) - turned_away
    return [
        f"{name}, {share:g} times", f"{share * most:,.0f}", f"{per_s:,.0f}", f"{per_s / most:.0%}",
        f"{p99:,.0f}", f"{turned_away:,}", f"{other:,}",
        f"{1e3 * np.quantile(answers.lag_s, 0.99):.1f}",
    ]  # fmt: skip


def overload(folder: Path, release: Path, key: Path, bodies: list[bytes], seconds: float) -> float:
    """The first table; returns what one replica answers at most."""
    rows = []
    with Service(folder / "first", release, key, _plan(1000.0, 1)).running() as service:
        most = _most(service, bodies, seconds)
    with Service(folder / "one", release, key, _plan(most, 1)).running() as service:
        places = {"HAProxy": service.plan.port, "bare server": service.plan.ports[0]}
        for name, port in places.items():
            for share in _RATES:
                answers = _apart(port, bodies, share * most, seconds)
                rows.append(_row(name, share, most, answers))
                time.sleep(1.0)
        plan = service.plan
    print(f"One replica answers {most:,.0f} requests a second at most.")
    print(f"It is handed {plan.n_at_once} at once; a request waits {plan.queue_ms} ms at most.\n")
    head = ["", "asked/s", "good/s", "of the most", "p99 ms", "503", "none", "lag p99 ms"]
    print(markdown(head, rows), "\n")
    return most


def deaths(
    folder: Path, release: Path, key: Path, bodies: list[bytes], most: float, seconds: float
) -> None:
    """The second table: one of two replicas goes, in the middle of a run."""
    rows = []
    for name, sign in (("killed", signal.SIGKILL), ("asked to end", signal.SIGTERM)):
        # both share a core, so each carries half
        plan = _plan(most / 2, 2)
        with Service(folder / name, release, key, plan).running() as service:
            pid = service.replicas[0].pid
            timer = threading.Timer(2.0 + seconds / 2, os.kill, (pid, sign))
            timer.start()
            answers = _apart(plan.port, bodies, most / 2, seconds)
            timer.join()
        good = np.isfinite(answers.latency_s)
        p99 = 1e3 * np.quantile(answers.latency_s[good], 0.99)
        rows.append([name, f"{good.size:,}", f"{int((~good).sum()):,}", f"{plan.n_at_once}",
                     f"{p99:,.0f}", str(answers.statuses)])  # fmt: skip
    head = ["one of two", "requests", "without a good answer", "held at most", "p99 ms", "answers"]
    print(markdown(head, rows))


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--model", choices=names(), default="table, boosting")
    parser.add_argument("--quick", action="store_true", help="3 s a run instead of 15")
    parser.add_argument("--rows", type=int, default=64, help="rows of a request")
    given = parser.parse_args()
    seconds = 3.0 if given.quick else 15.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        key = folder / "release.key"
        model = make(given.model, folder, load_or_make_key(key))
        bodies = bodies_of(model.rows, given.rows)
        print(f"## {given.model}, {given.rows} rows a request\n")
        most = overload(folder, model.release, key, bodies, seconds)
        deaths(folder, model.release, key, bodies, most, seconds)


if __name__ == "__main__":
    main()
