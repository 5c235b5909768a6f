"""A shadow scores the requests that were answered, and is never in their way."""

from __future__ import annotations

import asyncio
import os
import signal
from functools import partial
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from tests.serving.conftest import Sealed, make_frame, make_release
from tests.serving.http.conftest import Two
from tests.serving.http.test_canary import bundle_of, is_tried
from tests.serving.http.test_served_release import client_of, eventually, ready
from tests.serving.http.test_server import ROW, rows_of, serving_process

from leadline.errors import ReleaseError
from leadline.serving.compiled.answers import Answers
from leadline.serving.http import served_release, shadow
from leadline.serving.http.shadow import Compared, Shadow, ShadowPlace
from leadline.serving.releases.release_opening import BundleOpener

pytestmark = pytest.mark.usefixtures("eager_shadows")
COLUMNS = ("size", "town", "said", "at")


def place_of(two: Two, columns: tuple[str, ...] = COLUMNS) -> ShadowPlace:
    folder = two.first.folder / two.second
    trusted = [two.first.key.public_key()]
    return ShadowPlace.of(folder, BundleOpener(), trusted=trusted, columns=columns)


def test_differences_are_those_of_the_two_models(two: Two) -> None:
    rows = rows_of(two.first, 40)
    two.move(two.first.sealed.digest, candidate=two.second)
    with client_of(two) as client:
        eventually(partial(is_tried, client, two.second))
        told: list[dict[str, Any]] = []
        for start in range(0, 40, 8):
            answer = client.post("/predict", json={"rows": rows[start : start + 8]}).json()
            assert answer["release"] == two.first.sealed.release_id
            told += answer["predictions"]
        eventually(lambda: ready(client)["candidate"]["requests"] == 5)
        said = ready(client)["candidate"]
    theirs = bundle_of(two, two.second).predict(make_frame()[:40])
    away = [abs(one["score"] - other) for one, other in zip(told, theirs["score"], strict=True)]
    differing = sum(
        one["flagged"] != other for one, other in zip(told, theirs["flagged"], strict=True)
    )
    assert 0 < differing < 40
    assert (said["rows"], said["differing"]) == (40, differing)
    assert said["mean_difference"] == pytest.approx(sum(away) / 40)
    assert said["largest_difference"] == pytest.approx(max(away))
    assert (said["dropped"], said["failed"], said["share"]) == (0, 0, 0.0)


def test_what_would_wait_too_long_is_dropped_and_counted(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shadow, "_MOST_WAITING", 3)
    row, said = tuple(ROW.values()), Answers({"score": [0.5], "flagged": [True]})

    async def flood() -> Compared:
        scores = await Shadow.start(place_of(two))
        try:
            for _ in range(50):
                scores.compare([row], said)
            await asyncio.sleep(0)
            assert scores.counts.dropped == 47
            while scores.counts.requests < 3:
                await asyncio.sleep(0.01)
            scores.compare([row], said)
            while scores.counts.requests < 4:
                await asyncio.sleep(0.01)
        finally:
            await scores.stop()
        return scores.counts

    counts = asyncio.run(flood())
    assert (counts.requests, counts.dropped, counts.failed) == (4, 47, 0)


def test_rows_it_cannot_score_are_counted(two: Two) -> None:
    async def ask() -> Compared:
        scores = await Shadow.start(place_of(two))
        scores.compare([("big", None, None, None)], Answers({"score": [0.5], "flagged": [True]}))
        while not scores.counts.failed:
            await asyncio.sleep(0.01)
        await scores.stop()
        assert not scores.is_alive
        return scores.counts

    counts = asyncio.run(ask())
    assert (counts.requests, counts.failed) == (0, 1)


def test_columns_that_requests_lack_are_told(two: Two) -> None:
    with pytest.raises(ReleaseError, match="needs the column 'town', which requests"):
        asyncio.run(Shadow.start(place_of(two, ("size", "said", "at"))))


def test_columns_may_stand_in_another_order(two: Two) -> None:
    async def ask() -> Compared:
        scores = await Shadow.start(place_of(two, ("at", "extra", "said", "size", "town")))
        row = (ROW["at"], 1.0, ROW["said"], ROW["size"], ROW["town"])
        ours = bundle_of(two, two.second).answer_rows([tuple(ROW.values())])
        scores.compare([row], ours)
        while not scores.counts.requests:
            await asyncio.sleep(0.01)
        await scores.stop()
        return scores.counts

    assert asyncio.run(ask()).largest_difference == 0.0


def _scores_in_the_shadow(process: Path) -> bool:
    """Other tests of this process may have left children, too."""
    try:
        return b"shadow" in (process / "cmdline").read_bytes()
    except OSError:
        return False


def shadow_of(server: int) -> int:
    (child,) = [
        int(path.name)
        for path in Path("/proc").iterdir()
        if path.name.isdigit() and _parent(path) == server and _scores_in_the_shadow(path)
    ]
    return child


def _parent(process: Path) -> int:
    try:
        return int(process.joinpath("stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def test_a_shadow_that_dies_is_told_and_started_again(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served_release, "_AGAIN_S", 0.0)
    two.move(two.first.sealed.digest, candidate=two.second)
    with client_of(two) as client:
        eventually(partial(is_tried, client, two.second))
        assert client.post("/predict", json={"rows": [ROW]}).status_code == 200
        eventually(lambda: ready(client)["candidate"]["requests"] == 1)
        os.kill(shadow_of(os.getpid()), signal.SIGKILL)
        eventually(
            lambda: "the process of the candidate has ended" in ready(client).get("refused", "")
        )
        assert client.post("/predict", json={"rows": [ROW]}).status_code == 200
        eventually(partial(is_tried, client, two.second))
        eventually(lambda: "refused" not in ready(client))


def test_it_ends_with_its_server_however_that_ends(two: Two, tmp_path: Path) -> None:
    two.move(two.first.sealed.digest, candidate=two.second)
    with serving_process(tmp_path, two.first, pointer=two.pointer, move=1) as (url, server):
        eventually(lambda: "candidate" in httpx.get(f"{url}/health/ready").json())
        child = shadow_of(server.pid)
        server.kill()
        server.wait()
        eventually(lambda: not Path(f"/proc/{child}").exists() or _is_dead(child))


def _is_dead(process: int) -> bool:
    stat = Path(f"/proc/{process}/stat").read_text()
    return stat.rpartition(")")[2].split()[0] == "Z"


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_every_task_is_compared(tmp_path: Path, task: str) -> None:
    one: Sealed = make_release(tmp_path, task)
    trusted = [one.key.public_key()]
    place = ShadowPlace.of(one.path, BundleOpener(), trusted=trusted, columns=one.card.columns)

    async def ask() -> Compared:
        scores = await Shadow.start(place)
        said = one.open().answer_rows([tuple(ROW.values())])
        scores.compare([tuple(ROW.values())], said)
        other = {**said.columns, "score": [said.columns["score"][0] + 0.25]}
        if "label" in other:
            other["label"] = ["another"]
        scores.compare([tuple(ROW.values())], Answers(other))
        while scores.counts.requests < 2:
            await asyncio.sleep(0.01)
        await scores.stop()
        return scores.counts

    counts = asyncio.run(ask())
    assert counts.mean_difference == pytest.approx(0.125)
    assert counts.largest_difference == pytest.approx(0.25)
    assert counts.differing == (task == "multiclass")
