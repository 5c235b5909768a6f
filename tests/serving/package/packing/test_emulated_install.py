from __future__ import annotations

from pathlib import Path

import pytest

from leadline.serving.package.packing.emulated_install import run_with_only
from leadline.serving.package.packing.needed_distributions import needed_distributions


@pytest.mark.parametrize(
    ("code", "is_seen"), [("import numpy.linalg", True), ("import polars", False)]
)
def test_only_what_is_named_can_be_imported(tmp_path: Path, code: str, is_seen: bool) -> None:
    script = tmp_path / "script.py"
    script.write_text(f"{code}\nimport importlib.metadata as m\nprint(m.version('numpy'))\n")
    ran = run_with_only(needed_distributions(["numpy"]), [str(script)])
    assert (ran.returncode == 0) == is_seen
    if not is_seen:
        assert "No module named 'polars'" in ran.stderr
