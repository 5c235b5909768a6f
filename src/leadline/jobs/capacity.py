"""Capacity job: load test of a real server of the release."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from leadline.errors import EngineError, SettingsError
from leadline.phases import capacity as phase
from leadline.phases.capacity import BatchTime, Capacity, Load, Noise, Step
from leadline.phases.release import Release
from leadline.processes.http_connection import Target
from leadline.processes.load_generator import bodies_of, load_generator, step_of
from leadline.processes.machine_noise import NoiseMeter
from leadline.processes.own_processors import keep_apart
from leadline.processes.rate_confirmation import confirm
from leadline.processes.rate_ramp import ramp
from leadline.processes.release_server import server_process
from leadline.processes.usage import processor_times
from leadline.serving.releases.bundle import open_bundle
from leadline.serving.releases.keys import public_keys

if TYPE_CHECKING:
    from leadline.jobs import Report
    from leadline.processes.request_loop import Answers
    from leadline.record import Reading
    from leadline.serving.releases.bundle import ReleaseBundle
    from leadline.settings import Settings
    from leadline.workspace import Workspace

_MANY = 32  # clients that ask for all that one instance can answer
_BATCHES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
_BATCH_ROWS = 20_000
_BATCH_ASKED_S = 10.0
# of the time granted: closed loops, requests of many rows, the ramp, runs at the planned rate
_CLOSED, _ROWS, _RAMP, _CONFIRMED = 0.025, 0.06, 0.46, 0.36
_SEED = 0


@dataclass(frozen=True)
class Measured:
    """What was measured, under the names of the evidence."""

    loads: tuple[Load, ...]
    empty_s: float
    batches: tuple[BatchTime, ...]
    steps: tuple[Step, ...]
    repeats: tuple[Step, ...]
    planned: Step | None
    noise: Noise | None
    n_server_processors: int


def run(workspace: Workspace, reading: Reading, report: Report) -> Capacity:
    """Measure one instance on this machine."""
    release = reading.of(Release)
    serve, prices = workspace.settings.serve, _prices(workspace.settings)
    folder = workspace.releases_folder / release.bundle
    trusted, modules = public_keys(workspace.key_path), workspace.folder
    bundle = open_bundle(folder, trusted=trusted, modules=modules)
    report("scoring a batch", 0.0)
    golden = bundle.golden_rows()
    n_batch = _batch_rows(bundle)
    batch = pl.concat([golden] * -(-n_batch // golden.height))[:n_batch]
    started = time.perf_counter()
    bundle.score(batch)
    batch_per_s = batch.height / (time.perf_counter() - started)
    report("starting a server", 0.02)
    with server_process(folder, key=workspace.key_path, modules=modules) as (port, pid):
        test = LoadTest(port, pid, golden.head(64).to_dicts(), serve.p99_ms / 1e3, report)
        measured = test.measure(serve.measure_s)
    return phase.assess(
        phase.Evidence(
            **vars(measured),
            **prices,
            service_s=measured.loads[0].p50_s,
            batch_per_s=batch_per_s,
            peak_per_s=serve.peak_per_s,
            growth=serve.growth,
            spare=serve.spare,
            currency=workspace.settings.problem.currency,
            promised_s=serve.p99_ms / 1e3,
            waits_s=bundle.waits_s,
        )
    )


def _batch_rows(bundle: ReleaseBundle) -> int:
    """Rows of the batch; of a model that asks another server as many as take some seconds."""
    if bundle.waits_s is None:
        return _BATCH_ROWS
    return min(max(int(_BATCH_ASKED_S / bundle.waits_s), 1), _BATCH_ROWS)


def _prices(settings: Settings) -> dict[str, Any]:
    """Price of an instance, its low end and its date: of a machine in the table, or as named."""
    serve, prices = settings.serve, settings.prices
    if not serve.machine:
        alone = {"instance_per_hour": serve.instance_per_hour, "priced_at": serve.priced_at}
        return {**alone, "instance_per_hour_low": None}
    found = next((each for each in prices.machines if each.name == serve.machine), None)
    if found is None:
        names = ", ".join(each.name for each in prices.machines) or "none"
        raise SettingsError(
            f"[serve] machine is {serve.machine!r}; [[prices.machines]] has {names}.",
            "The price of an instance is looked up there.",
            "Add it there, or leave machine empty and set instance_per_hour.",
        )
    return {
        "instance_per_hour": found.on_demand,
        "instance_per_hour_low": found.spot or None,
        "priced_at": prices.priced_at or serve.priced_at,
    }


class LoadTest:
    """One server, measured for a set time.

    Parameters
    ----------
    port, pid : int
        Of the server.
    rows : sequence of dict
        To ask about, in turn.
    promised_s : float > 0
        What 99 of 100 requests are to be answered within.
    report : Report
        Told of the progress.
    """

    def __init__(
        self,
        port: int,
        pid: int,
        rows: Sequence[dict[str, object]],
        promised_s: float,
        report: Report,
    ) -> None:
        self._target = Target("127.0.0.1", port)
        self._pid = pid
        self._rows = rows
        self._bodies = bodies_of(rows)
        self._promised_s = promised_s
        # a queue that is so long does not get shorter in time to tell anything else
        self._patience_s = max(4 * promised_s, 1.0)
        self._report = report
        self._rng = np.random.default_rng(_SEED)

    def measure(self, seconds: float) -> Measured:
        """All that a plan needs to know of a server, in about so many seconds."""
        empty = Target("127.0.0.1", self._target.port, path="/health/live")
        closed_s = _CLOSED * seconds
        with load_generator(empty) as generator:
            nothing = generator.closed_loop(None, n_clients=1, seconds=closed_s)
        with load_generator(self._target) as generator:
            self._generator = generator
            n_apart = keep_apart(self._pid, generator.process)
            generator.closed_loop(self._bodies, n_clients=_MANY, seconds=closed_s)  # warms up
            meter, before_s = NoiseMeter(self._pid), generator.cpu_s
            self._report("one client, then many", 0.05)
            loads = [self._closed(1, closed_s), self._closed(_MANY, closed_s)]
            self._report("requests of 1 to 256 rows", 0.08)
            batches = self._all_batches(_ROWS * seconds / len(_BATCHES))
            loads.append(self._closed(_MANY, closed_s))
            steps = self._ramp(phase.saturated_rate(loads), _RAMP * seconds)
            loads.append(self._closed(_MANY, closed_s))
            repeats, planned = self._confirmed(steps, loads, _CONFIRMED * seconds)
            noise = meter.noise(generator.cpu_s - before_s)
        return Measured(
            loads=tuple(loads),
            empty_s=nothing.p50_s,
            batches=batches,
            steps=steps,
            repeats=repeats,
            planned=planned,
            noise=noise,
            n_server_processors=n_apart,
        )

    def _closed(self, n_clients: int, seconds: float) -> Load:
        return self._generator.closed_loop(self._bodies, n_clients=n_clients, seconds=seconds)

    def _open(self, rate: float, seconds: float) -> Answers:
        return self._generator.open_loop(
            self._bodies,
            rate_per_s=rate,
            seconds=seconds,
            rng=self._rng,
            patience_s=self._patience_s,
        )

    def _all_batches(self, seconds: float) -> tuple[BatchTime, ...]:
        measured = []
        for n_rows in _BATCHES:
            try:
                measured.append(self._batch(n_rows, seconds))
            except EngineError:
                break  # rows may be so large that the server takes no more of them at a time
        return tuple(measured)

    def _batch(self, n_rows: int, seconds: float) -> BatchTime:
        bodies = bodies_of(self._rows, n_rows)
        before = processor_times(self._pid).cpu_s
        answers = self._generator.answers_in_turn(bodies, n_clients=1, seconds=seconds)
        used = processor_times(self._pid).cpu_s - before
        wall_s = float(np.median(answers.latency_s))
        return BatchTime(n_rows=n_rows, wall_s=wall_s, cpu_s=used / answers.latency_s.size)

    def _ramp(self, saturated_per_s: float, seconds: float) -> tuple[Step, ...]:
        done_s = 0.0

        def drive(rate: float, step_s: float) -> Step:
            nonlocal done_s
            self._report(f"{rate:,.0f} requests a second", 0.15 + 0.45 * done_s / seconds)
            done_s += step_s
            return step_of(rate, [self._open(rate, step_s)])

        return ramp(
            drive, saturated_per_s=saturated_per_s, promised_s=self._promised_s, seconds=seconds
        )

    def _confirmed(
        self, steps: Sequence[Step], loads: Sequence[Load], seconds: float
    ) -> tuple[tuple[Step, ...], Step | None]:
        """Runs at the planned rate, and all of them together; at a lower one if they fail."""
        rate = phase.planned_rate(steps, loads, self._promised_s)
        if rate is None:
            return (), None
        done_s = 0.0

        def run(rate: float, run_s: float) -> Answers:
            nonlocal done_s
            share = 0.6 + 0.39 * min(done_s / seconds, 1.0)
            self._report(f"{rate:,.0f} requests a second, the plan", share)
            done_s += run_s
            return self._open(rate, run_s)

        return confirm(run, rate_per_s=rate, promised_s=self._promised_s, seconds=seconds)
