"""The stub of the package says what the package has."""

from __future__ import annotations

import ast
from pathlib import Path

import leadline as ll


def test_every_name_of_the_package_is_in_its_stub() -> None:
    stub = ast.parse(Path(ll.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    found = {
        name.name: node.module
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for name in node.names
    }
    assert set(found) == set(ll.__all__)
    for name, module in found.items():
        assert getattr(ll, name).__module__ == module
