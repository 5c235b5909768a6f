from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tests.serving.conftest import Sealed

from leadline.errors import DataError
from leadline.serving.http import request_schema
from leadline.serving.http.request_schema import Requests

ROW = {"size": 0.5, "town": "Ulm", "said": "late again", "at": "2024-05-01"}


@pytest.fixture(scope="module")
def requests(release: Sealed) -> Requests:
    return Requests(release.open().manifest, max_rows=2)


def read(requests: Requests, *rows: dict[str, Any]) -> list[tuple[Any, ...]]:
    return requests.read(json.dumps({"rows": rows}).encode())[0]


def test_values_come_in_the_order_of_the_columns(requests: Requests) -> None:
    assert read(requests, dict(reversed(ROW.items()))) == [(0.5, "Ulm", "late again", "2024-05-01")]


@pytest.mark.parametrize(
    ("sent", "name"), [(7, "7"), (7.0, "7"), (7.5, "7.5"), (True, "true"), (None, None), ("a", "a")]
)
def test_a_category_is_written_as_the_snapshot_writes_it(
    requests: Requests, sent: object, name: str | None
) -> None:
    assert read(requests, {**ROW, "town": sent})[0][1] == name


def test_as_many_rows_as_are_allowed_are_read(requests: Requests) -> None:
    assert len(read(requests, ROW, ROW)) == 2
    with pytest.raises(DataError, match="2"):
        read(requests, ROW, ROW, ROW)


def test_further_faults_are_counted(requests: Requests) -> None:
    with pytest.raises(DataError) as one:
        read(requests, {**ROW, "size": "big"})
    assert "more faults" not in one.value.needed
    with pytest.raises(DataError) as three:
        read(requests, {**ROW, "size": "big", "said": 3}, {**ROW, "size": "big"})
    assert three.value.needed.endswith("2 more faults were found.")


def test_columns_are_read_as_rows_whatever_their_order(requests: Requests) -> None:
    columns: dict[str, list[Any]] = {
        "at": [None, "2024-05-01"],
        "town": [7, "Ulm"],
        "size": [1.0, 2.0],
        "said": ["", "a"],
    }
    rows, _ = asyncio.run(requests.read_columns(columns))
    assert rows == [(1.0, "7", "", None), (2.0, "Ulm", "a", "2024-05-01")]


def test_a_large_body_is_read_in_pieces_as_a_small_one_is(
    release: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = Requests(release.open().manifest, max_rows=3_000)
    rows = [{**ROW, "size": float(size)} for size in range(2_000)]
    body = json.dumps({"rows": rows}).encode()
    whole = requests.read(body)
    monkeypatch.setattr(request_schema, "_LARGE_BYTES", 1_000)
    assert asyncio.run(requests.read_soon(body)) == whole
    rows[1_500] = {**ROW, "size": "big"}
    with pytest.raises(DataError, match=r"rows\[1500\]\.size is \"big\""):
        asyncio.run(requests.read_soon(json.dumps({"rows": rows}).encode()))
    many = b'{"rows": [' + b"{}," * 4_000 + b"{}]}"
    # no row of them is looked at: it would keep other requests waiting
    with pytest.raises(DataError, match=r"The body has 4,001 rows\. 1 to 3,000 are taken"):
        asyncio.run(requests.read_soon(many))
    for bad in (body[:-1], b'{"rows": {}}' + b" " * 1_000):
        with pytest.raises(DataError) as soon:
            asyncio.run(requests.read_soon(bad))
        with pytest.raises(DataError) as at_once:
            requests.read(bad)
        assert str(soon.value) == str(at_once.value)
