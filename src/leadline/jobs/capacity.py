"""Capacity job: load test of a real server of the release."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import polars as pl

from leadline.phases import capacity as phase
from leadline.phases.capacity import Capacity
from leadline.phases.release import Release
from leadline.processes.load_generator import run_clients
from leadline.processes.release_server import served
from leadline.serving.releases.bundle import open_bundle
from leadline.serving.releases.keys import public_keys

if TYPE_CHECKING:
    from leadline.jobs import Report
    from leadline.record import Reading
    from leadline.workspace import Workspace

_CLIENTS = (1, 8, 32)
_SECONDS = 3.0
_BATCH_ROWS = 20_000


def run(workspace: Workspace, reading: Reading, report: Report) -> Capacity:
    """Measure one instance on this machine."""
    release = reading.of(Release)
    folder = workspace.releases_folder / release.bundle
    trusted, modules = public_keys(workspace.key_path), workspace.folder
    bundle = open_bundle(folder, trusted=trusted, modules=modules)
    report("scoring a batch", 0.0)
    golden = bundle.golden_rows()
    batch = pl.concat([golden] * -(-_BATCH_ROWS // golden.height))[:_BATCH_ROWS]
    started = time.perf_counter()
    bundle.score(batch)
    batch_per_s = batch.height / (time.perf_counter() - started)
    rows = golden.head(64).to_dicts()
    loads = []
    report("starting a server", 0.1)
    with served(folder, key=workspace.key_path, modules=modules) as port:
        for index, n_clients in enumerate(_CLIENTS):
            report(f"{n_clients} clients at once", 0.2 + 0.8 * index / len(_CLIENTS))
            loads.append(run_clients(port, rows, n_clients=n_clients, seconds=_SECONDS))
    serve = workspace.settings.serve
    return phase.assess(
        phase.Evidence(
            loads=tuple(loads),
            service_s=loads[0].p50_s,
            batch_per_s=batch_per_s,
            peak_per_s=serve.peak_per_s,
            growth=serve.growth,
            spare=serve.spare,
            instance_per_hour=serve.instance_per_hour,
            priced_at=serve.priced_at,
            currency=workspace.settings.problem.currency,
        )
    )
