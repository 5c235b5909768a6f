from __future__ import annotations

from importlib.metadata import distribution

import pytest

from leadline.serving.package.packing.licence_texts import licence_of, licence_texts
from leadline.serving.package.packing.needed_distributions import needed_distributions


def test_all_that_a_package_may_need_brings_its_text() -> None:
    needed = needed_distributions(["numpy", "polars", "sklearn", "skops", "uvicorn", "pydantic"])
    assert [one.name for one in needed if not licence_texts(one.installed)] == []


def test_texts_are_those_of_the_files() -> None:
    texts = licence_texts(distribution("cryptography"))
    assert b"Apache License" in texts["LICENSE.APACHE"]


@pytest.mark.parametrize(
    ("name", "said", "is_expression"),
    [("numpy", "BSD-3-Clause", True), ("h11", "MIT License", False)],
)
def test_what_it_says_of_its_licence(name: str, said: str, is_expression: bool) -> None:
    found, is_spdx = licence_of(distribution(name))
    assert found.startswith(said)
    assert is_spdx == is_expression
