"""Names of the package: all are found, none costs anything before it is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import leadline as ll


def test_every_name_is_there() -> None:
    for name in ll.__all__:
        assert getattr(ll, name).__doc__
        assert name in dir(ll)


def test_another_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'deploy'"):
        ll.deploy  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize(("name", "heavy"), [("__name__", "numpy"), ("fit", "sklearn")])
def test_what_is_not_needed_is_not_imported(name: str, heavy: str) -> None:
    code = f"import sys, leadline as ll; ll.{name}; print({heavy!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
