from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.projects import run, verdict_of

from leadline.errors import ReleaseError
from leadline.jobs import capacity as job
from leadline.phases.capacity import Capacity
from leadline.phases.release import Release
from leadline.workspace import Workspace


def test_a_real_server_is_measured_under_load(
    released_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "_SECONDS", 0.5)
    monkeypatch.setattr(job, "_CLIENTS", (1, 4))
    with Workspace.open(released_folder) as workspace:
        verdict = run(workspace, "capacity").verdict
    assert isinstance(verdict, Capacity)
    assert [load.n_clients for load in verdict.loads] == [1, 4]
    for load in verdict.loads:
        assert load.per_s > 0
        assert 0 < load.p50_s <= load.p99_s
    assert verdict.service_s == verdict.loads[0].p50_s
    assert verdict.batch_per_s > 0
    assert verdict.n_instances >= 2


def test_a_release_that_is_gone_is_not_measured(released_folder: Path) -> None:
    with Workspace.open(released_folder) as workspace:
        shutil.rmtree(workspace.releases_folder / verdict_of(workspace, "release", Release).bundle)
        with pytest.raises(ReleaseError):
            run(workspace, "capacity")
