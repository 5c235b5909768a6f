"""A plan comes back as it was, and holds no code."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from leadline.errors import ReleaseError
from leadline.serving.compiled.plan_file import from_bytes, to_bytes


def test_arrays_keep_their_bits_layout_and_dtype() -> None:
    arrays = [
        np.array([0.1, -0.0, np.nan, np.inf]),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.array([], dtype=np.int32),
        np.array([[1, 255]], dtype=np.uint8),
    ]
    plan = from_bytes(to_bytes({"deep": {"arrays": arrays, "none": None, "names": ["a", "b"]}}))
    assert plan["deep"]["names"] == ["a", "b"]
    for one, other in zip(arrays, plan["deep"]["arrays"], strict=True):
        assert one.dtype == other.dtype
        assert one.tobytes() == other.tobytes()
        assert one.flags.f_contiguous == other.flags.f_contiguous


def test_words_of_every_kind_come_back() -> None:
    words = ["", "é", "\u2028", "\x00", '"', "array"]
    assert from_bytes(to_bytes({"words": words, "one": words[1]})) == {"words": words, "one": "é"}


def test_an_object_is_never_stored() -> None:
    with pytest.raises(ValueError, match="pickle"):
        to_bytes({"array": np.array([object()])})


@pytest.mark.parametrize("value", [float("nan"), object()])
def test_what_json_cannot_say_is_a_mistake(value: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        to_bytes({"x": value})


def test_a_plan_that_was_cut_is_refused() -> None:
    with pytest.raises(ReleaseError, match="cannot be read"):
        from_bytes(to_bytes({"x": np.arange(3)})[:-30])
