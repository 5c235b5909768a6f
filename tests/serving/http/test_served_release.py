"""A server changes its release while it is asked, and never to one that is not whole."""

from __future__ import annotations

import asyncio
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from starlette.testclient import TestClient
from tests.serving.http.conftest import Two
from tests.serving.http.test_server import ROW, serving_process

from leadline.errors import ReleaseError
from leadline.serving.http import served_release
from leadline.serving.http.served_release import PointerFollower
from leadline.serving.http.server import create_app
from leadline.serving.releases.bundle import ReleaseBundle


def eventually(holds: Callable[[], object], within_s: float = 120.0) -> None:
    until = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < until, "it did not come about in time"
        time.sleep(0.1)  # a shadow that waits for a processor should not wait for the asking


@contextmanager
def client_of(two: Two) -> Iterator[TestClient]:
    app = create_app(two.first.open(), follower=two.follower())
    with TestClient(app) as client:
        yield client


def ready(client: TestClient) -> dict[str, Any]:
    said: dict[str, Any] = client.get("/health/ready").json()
    return said


def answers_by(client: TestClient, name: str) -> bool:
    return bool(ready(client)["release"] == name)


def test_a_move_is_followed_and_back(two: Two) -> None:
    with client_of(two) as client:
        scores: dict[str, set[float]] = {}
        for digest in (two.second, two.first.sealed.digest, two.second):
            two.move(digest)
            eventually(partial(answers_by, client, digest[:12]))
            answer = client.post("/predict", json={"rows": [ROW]}).json()
            assert answer["release"] == digest[:12]
            scores.setdefault(digest, set()).add(answer["predictions"][0]["score"])
            assert client.get("/schema").json()["release"] == digest[:12]
            assert client.get("/v2/models/delays").json()["versions"] == [digest[:12]]
    assert {len(each) for each in scores.values()} == {1}
    assert scores[two.second] != scores[two.first.sealed.digest]


@pytest.mark.parametrize("name", ["model.skops", "manifest.json", "signature", "golden.parquet"])
def test_a_damaged_release_is_refused_and_the_one_before_answers(two: Two, name: str) -> None:
    file = two.first.folder / two.second / name
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with client_of(two) as client:
        two.move(two.second)
        eventually(lambda: "refused" in ready(client))
        assert client.post("/predict", json={"rows": [ROW]}).status_code == 200
        assert ready(client)["release"] == two.first.sealed.release_id
        assert ready(client)["ready"] is True
        assert two.second[:12] in ready(client)["refused"]
        # the next move heals it
        file.write_bytes(whole)
        two.move(two.second)
        eventually(lambda: ready(client) == {"ready": True, "release": two.second[:12]})


def test_a_pointer_that_was_changed_is_refused(two: Two) -> None:
    with client_of(two) as client:
        two.move(two.first.sealed.digest)
        text = two.pointer.read_text().replace(two.first.sealed.digest, two.second)
        two.pointer.write_text(text)
        eventually(lambda: "changed after it was signed" in ready(client).get("refused", ""))
        assert ready(client)["release"] == two.first.sealed.release_id


def test_an_older_pointer_that_is_put_back_is_refused(two: Two) -> None:
    with client_of(two) as client:
        two.move(two.first.sealed.digest)
        old = two.pointer.read_text()
        two.move(two.second)
        eventually(lambda: ready(client)["release"] == two.second[:12])
        two.pointer.write_text(old)
        eventually(lambda: "an older file was put back" in ready(client).get("refused", ""))
        assert ready(client)["release"] == two.second[:12]


def test_the_pointer_of_another_project_is_refused(two: Two) -> None:
    with client_of(two) as client:
        two.move(two.second, project="trains")
        eventually(lambda: "of the project 'trains'" in ready(client).get("refused", ""))


def test_a_release_that_is_whole_again_is_taken_up_without_another_move(
    two: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served_release, "_AGAIN_S", 0.0)
    file = two.first.folder / two.second / "model.skops"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    with client_of(two) as client:
        two.move(two.second)
        eventually(lambda: "refused" in ready(client))
        file.write_bytes(whole)
        eventually(lambda: ready(client) == {"ready": True, "release": two.second[:12]})


def test_another_release_in_the_folder_of_one_is_refused(two: Two) -> None:
    """Whole and signed, and still not the one that the pointer names."""
    shutil.rmtree(two.first.folder / two.second)
    shutil.copytree(two.first.folder / two.first.sealed.digest, two.first.folder / two.second)
    two.move(two.second)
    pointer = two.follower().pointer()
    assert pointer is not None
    with pytest.raises(ReleaseError, match=f"Release {two.second[:12]} is not taken up"):
        two.follower().opened(pointer)


def test_whatever_a_model_raises_the_one_at_hand_keeps_answering(two: Two) -> None:
    class Broken(PointerFollower):
        def opened(self, pointed: object) -> ReleaseBundle:
            raise RuntimeError("no such column")

    two.move(two.second)
    follower = Broken(two.pointer, 0, "delays", trusted=[two.first.key.public_key()])
    serves = served_release.Serving(two.first.open(), max_rows=10)
    asyncio.run(serves._look(follower))
    assert serves.refused == "RuntimeError: no such column"
    assert serves.now.manifest.release_id == two.first.sealed.release_id


@dataclass
class Asking:
    """Clients that ask without a pause, and what they were answered."""

    url: str
    n_clients: int = 4
    answers: list[tuple[int, str]] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)
    _is_over: threading.Event = field(default_factory=threading.Event)

    def _ask(self) -> None:
        with httpx.Client() as client:
            while not self._is_over.is_set():
                try:
                    answer = client.post(f"{self.url}/predict", json={"rows": [ROW] * 3})
                    self.answers.append((answer.status_code, answer.json()["release"]))
                except Exception as error:
                    self.faults.append(error)

    def is_answered_by(self, name: str) -> bool:
        return bool(self.answers) and self.answers[-1][1] == name

    def __enter__(self) -> Asking:
        self._threads = [threading.Thread(target=self._ask) for _ in range(self.n_clients)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()


def test_no_request_of_a_real_server_is_lost_while_releases_change(
    two: Two, tmp_path: Path
) -> None:
    first, second = two.first.sealed.release_id, two.second[:12]
    two.move(two.first.sealed.digest)
    with serving_process(tmp_path, two.first, pointer=two.pointer, move=1) as (url, server):
        with Asking(url) as asking:
            for digest in (two.second, two.first.sealed.digest, two.second):
                eventually(lambda: len(asking.answers) > 5)
                two.move(digest)
                eventually(partial(asking.is_answered_by, digest[:12]))
                said = httpx.get(f"{url}/health/ready").json()
                assert said == {"ready": True, "release": digest[:12]}
            n_before = len(asking.answers)
            eventually(lambda: len(asking.answers) > n_before + 20)
        assert asking.faults == []
        assert {status for status, _ in asking.answers} == {200}
        assert {name for _, name in asking.answers} == {first, second}
        assert asking.answers[-1][1] == second
        server.terminate()
        _, errors = server.communicate(timeout=30)
    assert errors.decode().count("answers, in the place of") == 3
    assert b"Traceback" not in errors
