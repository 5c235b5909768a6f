"""The codec: what goes in comes out, or is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, is_dataclass
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.examples import example_verdicts

from leadline.errors import RecordError
from leadline.phases.lifecycle import ROWS
from leadline.phases.search.trial import Scalar
from leadline.phases.verdict import Answer, Bounds, Verdict
from leadline.record.codec import decode, decode_part, encode, to_json


@pytest.mark.parametrize("row", ROWS)
def test_every_verdict_comes_back_as_it_was(row: str) -> None:
    verdict = example_verdicts()[row]
    stored = to_json(encode(verdict))
    back = decode(ROWS[row].verdict, json.loads(stored), verdict.VERSION)
    assert back == verdict
    assert type(back) is ROWS[row].verdict
    assert to_json(encode(back)) == stored
    assert types_of(back) == types_of(verdict)


def types_of(value: Any) -> Any:
    """The types inside a value, since 1 == 1.0 == True."""
    if is_dataclass(value):
        return type(value), {name: types_of(item) for name, item in vars(value).items()}
    if isinstance(value, tuple):
        return [types_of(item) for item in value]
    if isinstance(value, Mapping):
        return {key: types_of(item) for key, item in value.items()}
    return type(value)


@dataclass(frozen=True)
class Leaf:
    name: str
    answer: Answer
    value: Scalar = None


@dataclass(frozen=True)
class Tree:
    leaves: tuple[Leaf, ...]
    pair: tuple[int, float]
    grid: tuple[tuple[float | None, ...], ...]
    params: Mapping[str, Scalar]
    best: Leaf | None
    is_old: bool
    n_rows: int | None


text = st.text(max_size=8)
finite = st.floats(allow_nan=False, allow_infinity=False)
scalar = st.one_of(text, st.integers(), finite, st.booleans(), st.none())
leaf = st.builds(Leaf, text, st.sampled_from(Answer), scalar)
row_of_numbers = st.lists(st.none() | finite, max_size=3).map(tuple)
tree = st.builds(
    Tree,
    leaves=st.lists(leaf, max_size=3).map(tuple),
    pair=st.tuples(st.integers(), finite),
    grid=st.lists(row_of_numbers, max_size=3).map(tuple),
    params=st.dictionaries(text, scalar, max_size=3),
    best=st.none() | leaf,
    is_old=st.booleans(),
    n_rows=st.none() | st.integers(),
)


@given(tree)
def test_anything_a_dataclass_may_hold_comes_back(value: Tree) -> None:
    back = decode(Tree, json.loads(to_json(encode(value))), 1)
    assert back == value
    assert types_of(back) == types_of(value)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_what_is_not_a_number_is_refused_and_named(number: float) -> None:
    with pytest.raises(ValueError, match=r"Tree\.grid\[1\]\[0\] is"):
        encode(Tree((), (1, 1.0), ((), (number,)), {}, None, False, None))
    with pytest.raises(ValueError, match=r"Bounds\.low is"):
        encode(Bounds(estimate=0.5, low=number, high=1.0))
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json({"psi": number})


@pytest.mark.parametrize("value", [[1], {1, 2}, object(), b"rows", {1: "a"}])
def test_what_json_cannot_say_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=r"Leaf\.value"):
        encode(Leaf("a", Answer.GO, value))
    with pytest.raises(TypeError, match="dataclass instance"):
        encode(value)


@dataclass(frozen=True, kw_only=True)
class Renamed(Verdict):
    """Called `rows` in version 1, and had a `seed` then."""

    VERSION: ClassVar[int] = 2

    n_rows: int
    unit: str = "row"

    @classmethod
    def upgrade(cls, payload: Mapping[str, Any], version: int) -> dict[str, Any]:
        assert version == 1
        return {**payload, "n_rows": payload["rows"]}


def test_an_old_version_is_upgraded() -> None:
    old = {"answer": "go", "summary": "", "findings": [], "rows": 12, "seed": 0}
    now = Renamed(answer=Answer.GO, summary="", n_rows=12)
    assert decode(Renamed, old, 1) == now
    assert decode(Renamed, encode(now), 2) == now


@dataclass(frozen=True)
class Part:
    summary: str


def test_a_part_is_read_by_the_versions_of_the_whole() -> None:
    verdict = example_verdicts()["curve"]
    assert decode_part(Part, type(verdict), encode(verdict), 1) == Part(verdict.summary)
    with pytest.raises(RecordError, match="A stored Renamed is of version 99"):
        decode_part(Part, Renamed, {"summary": ""}, 99)
    with pytest.raises(RecordError, match="Part has no 'summary'"):
        decode_part(Part, type(verdict), {}, 1)


def test_a_later_version_is_refused() -> None:
    with pytest.raises(RecordError, match=r"is of version 3\. .* up to 2\. Upgrade Leadline\."):
        decode(Renamed, {}, 3)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"estimate": "0.5"}, "'0.5' is no float"),
        ({"estimate": True}, "True is no float"),
        ({"estimate": None}, "None is no float"),
        ({"high": ...}, "Bounds has no 'high'"),
    ],
)
def test_a_payload_that_does_not_fit_is_refused(change: dict[str, Any], complaint: str) -> None:
    payload = {"estimate": 0.5, "low": 0.0, "high": 1.0} | change
    payload = {name: value for name, value in payload.items() if value is not ...}
    with pytest.raises(RecordError, match=complaint):
        decode(Bounds, payload, 1)


def test_a_stored_answer_must_be_one_of_the_answers() -> None:
    with pytest.raises(RecordError, match="'perhaps' is no Answer"):
        decode(Leaf, {"name": "a", "answer": "perhaps"}, 1)


TREE: dict[str, Any] = {
    "leaves": [],
    "pair": [1, 0.5],
    "grid": [],
    "params": {},
    "best": None,
    "is_old": True,
}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"leaves": "abc"}, "'abc' is no list"),
        ({"leaves": [7]}, "Leaf is 7"),
        ({"pair": [1, 0.5, 2]}, "does not have 2 items"),
        ({"params": []}, "is no mapping"),
        ({"best": 7}, "7 is none of the declared types"),
        ({"is_old": 1}, "1 is no bool"),
        ({"n_rows": 1.5}, "1.5 is none of"),
    ],
)
def test_a_container_that_does_not_fit_is_refused(change: dict[str, Any], complaint: str) -> None:
    assert decode(Tree, TREE | {"n_rows": 3}, 1).n_rows == 3
    with pytest.raises(RecordError, match=complaint):
        decode(Tree, TREE | {"n_rows": 3} | change, 1)


def test_a_field_that_could_never_come_back_is_a_mistake() -> None:
    @dataclass(frozen=True)
    class Loose:
        rows: list[int]

    with pytest.raises(TypeError, match="cannot hold a field declared as"):
        decode(Loose, {"rows": []}, 1)
