"""What is imported to answer: NumPy for the compiled form, and of the rest what a release needs."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from tests.serving.conftest import Sealed

from leadline.serving.releases.bundle import seal
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


_OPEN = """
import sys
from pathlib import Path
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
import leadline.serving.batch.score_file
from leadline.serving.http.server import create_app
from leadline.serving.releases.release_opening import BundleOpener
path, key, *unwanted = sys.argv[1:]
trusted = [Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))]
create_app(BundleOpener()(Path(path), trusted=trusted))
print(sorted(set(unwanted) & set(sys.modules)))
"""
_UNWANTED = (
    "alembic", "altair", "fastapi", "lightgbm", "mlflow", "optuna", "ray", "sqlalchemy",
    "starlette", "torch", "vl_convert",
    # of scikit-learn, what walking over all of it would bring
    "sklearn.gaussian_process", "sklearn.inspection", "sklearn.neural_network",
    # of ours, other families than that of the model, and statistics of other stages
    "leadline.engines.families.embeddings", "leadline.engines.families.forest",
    "leadline.engines.families.network.variants", "leadline.engines.families.prompted",
    "leadline.stats.judgments", "leadline.stats.monitoring.error_monitor",
    "leadline.stats.operating.promises",
)  # fmt: skip


def test_a_server_imports_what_its_release_needs_and_no_more(
    release: Sealed, tmp_path: Path
) -> None:
    card, X = replace(release.card, family="linear"), release.X[:20]
    made = seal(tmp_path, model=release.model, card=card, golden_X=X, key=release.key, n_odd_rows=9)
    key = release.key.public_key().public_bytes_raw().hex()
    command = [sys.executable, "-c", _OPEN, str(tmp_path / made.digest), key, *_UNWANTED]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
