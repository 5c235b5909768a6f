"""The compiled form needs NumPy and the standard library only, to be read and to answer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.serving.conftest import Sealed

from leadline.serving.releases.signed_files import COMPILED

_ANSWER = """
import sys
from pathlib import Path
from leadline.serving.compiled.compiled_release import CompiledRelease
compiled = CompiledRelease.from_bytes(Path(sys.argv[1]).read_bytes())
print(compiled.answer([(0.5, "Ulm", "late again", "2024-05-01T10:00")]).columns["score"][0].hex())
tops = {name.partition(".")[0] for name in sys.modules}
print(sorted(tops & {"polars", "scipy", "sklearn", "pydantic", "fastapi", "cryptography", "skops"}))
"""


def test_a_process_without_heavy_packages_answers_with_every_digit(release: Sealed) -> None:
    path: Path = release.path / COMPILED
    told = subprocess.run(
        [sys.executable, "-c", _ANSWER, str(path)], capture_output=True, text=True, check=True
    )
    score, heavy = told.stdout.splitlines()
    row = (0.5, "Ulm", "late again", "2024-05-01T10:00")
    assert float.fromhex(score) == release.open().answer_rows([row]).columns["score"][0]
    assert heavy == "[]"
