from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from leadline.errors import ReleaseError
from leadline.serving.package.packing.runtime_code import RuntimeCode

LIGHT = {
    "cryptography",
    "httptools",
    "msgspec",
    "numpy",
    "prometheus_client",
    "pydantic",
    "threadpoolctl",
    "uvicorn",
    "uvloop",
}
"""All that the compiled form may need: another one has to be worth its megabytes."""


def test_the_compiled_form_needs_little() -> None:
    assert RuntimeCode.of_compiled().closure.packages <= LIGHT


def test_the_model_needs_what_made_it_and_nothing_of_the_workspace() -> None:
    packages = RuntimeCode.of_model("linear").closure.packages
    assert {"polars", "skops", "sklearn"} < packages
    assert not packages & {"alembic", "altair", "click", "jinja2", "optuna", "rich", "sqlalchemy"}


def test_engines_are_found_by_name(tmp_path: Path) -> None:
    """Entry points and the version are read from the package, not from where Leadline is."""
    RuntimeCode.of_compiled().write(tmp_path)
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'runtime')!r})\n"
        "from leadline.engines.loading import names\n"
        "import importlib.metadata, leadline\n"
        "print(names('servers'), names('families'), leadline.__file__)\n"
        "print(importlib.metadata.version('leadline'))"
    )
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True
    )
    assert ran.stdout.startswith(f"('http',) () {tmp_path}")


@pytest.mark.parametrize("family", ["sklearn.svm.SVC", "text-network", "embeddings", "guest"])
def test_a_model_that_needs_more_is_refused(family: str) -> None:
    with pytest.raises(ReleaseError, match="The model is of"):
        RuntimeCode.of_model(family)
