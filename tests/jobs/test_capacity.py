from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from tests.projects import run, verdict_of

from leadline.errors import ReleaseError, SettingsError
from leadline.phases.capacity import Capacity
from leadline.phases.release import Release
from leadline.workspace import SETTINGS_FILE, Workspace

MACHINE = """[prices]
priced_at = "2026-02-01"
[[prices.machines]]
name = "small"
on_demand = 0.2
spot = 0.07
"""


def said(folder: Path, serve: str) -> None:
    file = folder / SETTINGS_FILE
    text = file.read_text().replace("[serve]\n", f"[serve]\n{serve}\n")
    file.write_text(text.replace("[prices]\n", MACHINE))


def test_a_real_server_is_measured_under_load(released_folder: Path) -> None:
    said(released_folder, 'measure_s = 5\np99_ms = 5000\nmachine = "small"')
    with Workspace.open(released_folder) as workspace:
        verdict = run(workspace, "capacity").verdict
    assert isinstance(verdict, Capacity)
    assert [load.n_clients for load in verdict.loads] == [1, 32, 32, 32]
    assert verdict.service_s == verdict.loads[0].p50_s
    assert verdict.batch_per_s > 0
    assert [batch.n_rows for batch in verdict.batches] == [2**i for i in range(9)]
    assert all(batch.cpu_s > 0 for batch in verdict.batches)
    # 256 rows in a request take less than 256 requests
    assert verdict.batches[-1].cpu_s < 128 * verdict.batches[0].cpu_s
    assert verdict.empty_s is not None
    assert 0 < verdict.empty_s <= verdict.service_s
    assert verdict.promised_s == 5.0
    rates = [step.rate_per_s for step in verdict.steps]
    assert rates[1] == pytest.approx(2 * rates[0])
    for step in (*verdict.steps, *verdict.repeats):
        assert step.n_requests >= step.rate_per_s * step.seconds * 0.5
    assert verdict.planned is not None
    assert verdict.planned.n_requests == sum(each.n_requests for each in verdict.repeats)
    assert 3 <= len(verdict.repeats) <= 6
    assert verdict.rate_per_s == verdict.planned.rate_per_s
    assert verdict.n_instances is not None
    assert verdict.n_instances >= 2
    assert (verdict.instance_per_hour, verdict.instance_per_hour_low) == (0.2, 0.07)
    assert verdict.priced_at == "2026-02-01"
    assert verdict.noise is not None
    assert verdict.n_server_processors == len(os.sched_getaffinity(0)) - 1


def test_a_machine_without_a_price_is_refused_before_anything_is_measured(
    released_folder: Path,
) -> None:
    said(released_folder, 'machine = "large"')
    with (
        Workspace.open(released_folder) as workspace,
        pytest.raises(SettingsError, match=r"'large'; \[\[prices.machines\]\] has small"),
    ):
        run(workspace, "capacity")


def test_a_release_that_is_gone_is_not_measured(released_folder: Path) -> None:
    with Workspace.open(released_folder) as workspace:
        shutil.rmtree(workspace.releases_folder / verdict_of(workspace, "release", Release).bundle)
        with pytest.raises(ReleaseError):
            run(workspace, "capacity")
