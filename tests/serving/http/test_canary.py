"""A canary answers its share of the requests, the same ones again, and harms nobody."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
from scipy.stats import binom
from starlette.testclient import TestClient
from tests.serving.http.conftest import Two
from tests.serving.http.test_served_release import (
    Asking,
    answers_by,
    client_of,
    eventually,
    ready,
)
from tests.serving.http.test_server import ROW, serving_process

from leadline.serving.http.canary import Canary, share_place
from leadline.serving.http.opened_release import Served
from leadline.serving.http.server import create_app
from leadline.serving.logs.log_place import LogPlace
from leadline.serving.releases.bundle import ReleaseBundle, open_bundle

pytestmark = pytest.mark.usefixtures("eager_shadows")
N_REQUESTS = 2_000


def bundle_of(two: Two, digest: str) -> ReleaseBundle:
    return open_bundle(two.first.folder / digest, trusted=[two.first.key.public_key()])


def opened(two: Two, digest: str) -> Served:
    return Served.of(bundle_of(two, digest), 100)


def is_tried(client: Any, digest: str) -> bool:
    return bool(ready(client).get("candidate", {}).get("release") == digest[:12])


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_a_share_of_requests_is_a_share(two: Two, share: float) -> None:
    canary = Canary(opened(two, two.second), share)
    ids = [f"request-{number}" for number in range(N_REQUESTS)]
    taken = [canary.takes(name) for name in ids]
    low, high = (binom.ppf(p, N_REQUESTS, share) for p in (0.0005, 0.9995))
    assert low <= sum(taken) <= high
    # the same request gets the same release, and a larger share takes the same ones and more
    assert taken == [Canary(canary.served, share).takes(name) for name in ids]
    more = [Canary(canary.served, 2 * share).takes(name) for name in ids]
    assert all(after for before, after in zip(taken, more, strict=True) if before)
    # requests without an id fall by chance
    assert low <= sum(canary.takes("") for _ in ids) <= high


def test_another_candidate_tries_other_requests() -> None:
    places = [(share_place(f"r{i}", "a" * 12), share_place(f"r{i}", "b" * 12)) for i in range(500)]
    both = sum(a < 0.5 and b < 0.5 for a, b in places)
    low, high = (binom.ppf(p, len(places), 0.25) for p in (0.0005, 0.9995))
    assert low <= both <= high


def test_it_answers_its_share_and_says_so(two: Two, tmp_path: Path) -> None:
    first = two.first.sealed.digest
    two.move(first, candidate=two.second, share=0.5)
    place = LogPlace(tmp_path / "log", keep_days=0, day="")
    app = create_app(two.first.open(), follower=two.follower(), log=place)
    with TestClient(app) as client:
        eventually(partial(is_tried, client, two.second))
        canary = Canary(opened(two, two.second), 0.5)
        expected = {}
        for number in range(60):
            name = f"r{number}"
            body = {"rows": [ROW]}
            said = client.post("/predict", json=body, headers={"X-Request-ID": name}).json()
            expected[name] = two.second[:12] if canary.takes(name) else first[:12]
            assert said["release"] == expected[name]
        about = ready(client)
        assert about["release"] == first[:12]
        n_taken = sum(each == two.second[:12] for each in expected.values())
        assert about["candidate"] == {
            "release": two.second[:12],
            "share": 0.5,
            "answered": n_taken,
            "others": 60 - n_taken,
            "failed": 0,
        }
        inputs = [
            {**each, "shape": [1], "data": [ROW[each["name"]]]}
            for each in client.get("/v2/models/delays").json()["inputs"]
        ]
        for name, release_id in list(expected.items())[:10]:
            answer = client.post("/v2/models/delays/infer", json={"id": name, "inputs": inputs})
            assert answer.json()["model_version"] == release_id
    lines = [
        json.loads(line)
        for path in (tmp_path / "log").rglob("*.jsonl")
        for line in path.read_text().splitlines()
    ]
    logged = {line["request"]: line["release"] for line in lines}
    assert logged == expected


def test_a_candidate_that_cannot_answer_harms_nobody(two: Two) -> None:
    class Broken(Served):
        async def answer(self, *_: Any, **__: Any) -> Any:
            raise RuntimeError("no such column")

    good = opened(two, two.first.sealed.digest)
    canary = Canary(Broken(**vars(opened(two, two.second))), 0.999)
    body = json.dumps({"rows": [ROW]}).encode()

    async def ask() -> None:
        for number in range(20):
            said = await canary.answer(
                f"r{number}", lambda requests: requests.read_soon(body), good
            )
            assert said.manifest.release_id == two.first.sealed.release_id

    asyncio.run(ask())
    assert canary.counts.failed == sum(canary.takes(f"r{number}") for number in range(20)) > 0
    assert (canary.counts.answered, canary.counts.others) == (0, 20)


def test_a_bad_request_is_no_fault_of_the_candidate(two: Two) -> None:
    two.move(two.first.sealed.digest, candidate=two.second, share=0.999)
    with client_of(two) as client:
        eventually(partial(is_tried, client, two.second))
        for _ in range(10):
            assert client.post("/predict", json={"rows": [{}]}).status_code == 422
        assert ready(client)["candidate"]["failed"] == 0


@pytest.mark.parametrize("share", [0.0, 0.5])
@pytest.mark.parametrize("name", ["model.skops", "signature"])
def test_a_tampered_candidate_is_never_tried(two: Two, share: float, name: str) -> None:
    file = two.first.folder / two.second / name
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with client_of(two) as client:
        two.move(two.first.sealed.digest, candidate=two.second, share=share)
        eventually(lambda: two.second[:12] in ready(client).get("refused", ""))
        assert "candidate" not in ready(client)
        for _ in range(20):
            answer = client.post("/predict", json={"rows": [ROW]})
            assert answer.json()["release"] == two.first.sealed.release_id
        # once it is whole again, the next move takes it up
        file.write_bytes(whole)
        two.move(two.first.sealed.digest, candidate=two.second, share=share)
        eventually(partial(is_tried, client, two.second))
        assert "refused" not in ready(client)


def test_a_candidate_in_a_changed_pointer_is_refused(two: Two) -> None:
    two.move(two.first.sealed.digest, candidate=two.second, share=0.1)
    with client_of(two) as client:
        eventually(partial(is_tried, client, two.second))
        two.pointer.write_text(two.pointer.read_text().replace("0.1", "0.9"))
        eventually(lambda: "changed after it was signed" in ready(client).get("refused", ""))
        assert ready(client)["candidate"]["share"] == 0.1


def test_it_is_promoted_and_withdrawn(two: Two) -> None:
    first = two.first.sealed.digest
    with client_of(two) as client:
        two.move(first, candidate=two.second, share=0.5)
        eventually(partial(is_tried, client, two.second))
        two.move(first)
        eventually(lambda: "candidate" not in ready(client))
        two.move(first, candidate=two.second, share=0.5)
        eventually(partial(is_tried, client, two.second))
        two.move(two.second)
        eventually(partial(answers_by, client, two.second[:12]))
        eventually(lambda: ready(client) == {"ready": True, "release": two.second[:12]})


def test_no_request_of_a_real_server_is_lost_while_candidates_change(
    two: Two, tmp_path: Path
) -> None:
    first, second = two.first.sealed.digest, two.second
    two.move(first)
    with serving_process(tmp_path, two.first, pointer=two.pointer, move=1) as (url, server):

        def about() -> dict[str, Any]:
            said: dict[str, Any] = httpx.get(f"{url}/health/ready").json()
            return said

        with Asking(url) as asking:
            for share in (0.5, 0.0, 0.25):
                two.move(first, candidate=second, share=share)
                eventually(lambda: about().get("candidate", {}).get("share") == share)  # noqa: B023
                n_before = len(asking.answers)
                eventually(lambda: len(asking.answers) > n_before + 20)  # noqa: B023
                if not share:
                    assert {name for _, name in asking.answers[n_before:]} == {first[:12]}
            two.move(second)
            eventually(partial(asking.is_answered_by, second[:12]))
            eventually(lambda: "candidate" not in about())
        assert asking.faults == []
        assert {status for status, _ in asking.answers} == {200}
        assert {name for _, name in asking.answers} == {first[:12], second[:12]}
        server.terminate()
        _, errors = server.communicate(timeout=30)
    assert b"Traceback" not in errors
