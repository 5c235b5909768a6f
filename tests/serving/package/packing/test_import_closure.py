from __future__ import annotations

import subprocess
import sys

import pytest

from leadline.serving.package.packing.import_closure import closure_of, source_of

SERVER = "leadline.serving.http.server"


def test_what_is_imported_is_in_the_closure() -> None:
    """All that a fresh process has imported, and the packages of others that it asked for."""
    code = (
        f"import sys, {SERVER}\n"
        "print(*(name for name in sys.modules if name.partition('.')[0] == 'leadline'))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(ran.stdout.split()) <= closure_of([SERVER]).modules


def test_imports_within_functions_go_along() -> None:
    found = closure_of(["leadline.engines.loading"])
    assert "leadline.engines.own.finding" in found.modules
    assert "sklearn" in found.packages


def test_what_is_left_out_takes_along_what_needs_it() -> None:
    found = closure_of(["leadline.engines.loading"], without={"sklearn"})
    assert "leadline.engines.own.import_path" in found.modules
    assert "leadline.engines.own.finding" not in found.modules
    assert "sklearn" not in found.packages


def test_what_stands_at_the_head_cannot_be_left_out() -> None:
    assert "polars" in closure_of(["leadline.reading.conform"], without={"polars"}).packages


def test_imports_for_types_alone_are_not_needed() -> None:
    # engines.contract is imported there for its types only
    assert closure_of(["leadline.engines.own.import_path"]).packages == frozenset()
    found = closure_of(["leadline.engines.loading"], without={"sklearn"}).modules
    assert "leadline.engines.contract" not in found


def test_every_module_has_a_source() -> None:
    assert all(source_of(name) for name in closure_of([SERVER]).modules)
    assert source_of("leadline.no.such") is None
    assert source_of("json") is None


def test_a_root_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'leadline\.nothing' is no module"):
        closure_of(["leadline.nothing"])
