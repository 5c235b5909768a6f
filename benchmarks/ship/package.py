"""Packages of releases in an empty environment: what is installed, and how soon they answer.

    python benchmarks/ship/package.py [--repeats 5] [--full]

Each release is packaged, copied elsewhere, and installed from its own lock into a new virtual
environment; pip asks the index that it is set up for. Installed is what the environment grew by,
without pip itself. Ready is the time from the start of the process to the first 200 of
/health/ready: the median, and the processor time it took, which a busy machine does not blur.
The first start, which compiles the code, is told apart. With --full the package with the model and
its libraries is measured too, beside what 'pip install leadline' brings here.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import suppress
from importlib.metadata import distribution, packages_distributions
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from leadline.engines.loading import load
from leadline.serving.package.packing.needed_distributions import needed_distributions
from leadline.serving.package.packing.package_writer import Contents, pack
from leadline.serving.releases.bundle import Card, load_or_make_key, seal

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_N_ROWS = 2_000
_MB = 1e6
_NOTHING = Contents(documents={}, use={"What it decides": "Nothing."}, commits={})


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--full", action="store_true")
    given = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        key = load_or_make_key(folder / "key")
        for what, family in (("table", "linear"), ("table", "boosting"), ("text", "linear")):
            for is_full in (False, True) if given.full else (False,):
                place = folder / f"{what}-{family}-{is_full}"
                rows.append(_measured(place, what, family, key, given.repeats, is_full=is_full))
    head = ["release", "answers by", "package MB", "installed MB", "libraries", "first ready s"]
    print(markdown([*head, "ready s", "CPU s", "resident MB"], rows))
    if given.full:
        print(f"\nLeadline and all that it requires, installed here: {_whole():,.0f} MB.")


def _measured(
    folder: Path, what: str, family: str, key: Ed25519PrivateKey, repeats: int, *, is_full: bool
) -> list[str]:
    """One line of the table."""
    bundle = _release(folder / "releases", what, family, key)
    package = folder / "elsewhere" / "package"
    about = pack(bundle, package, key=key, contents=_NOTHING, is_full=is_full)
    python, installed, n_libraries = _installed(folder / "environment", package)
    runs = [_run(python, package, folder / "cache") for _ in range(repeats + 1)]
    first, later = runs[0], runs[1:]
    ready, cpu, resident = (
        statistics.median(run[name] for run in later) for name in ("ready", "cpu", "resident")
    )
    return [
        f"{what}, {family}",
        f"{about.form}",
        f"{_size(package) / _MB:.1f}",
        f"{installed / _MB:,.0f}",
        f"{n_libraries}",
        f"{first['ready']:.2f}",
        f"{ready:.2f}",
        f"{cpu:.2f}",
        f"{resident / _MB:,.0f}",
    ]


def _release(folder: Path, what: str, family: str, key: Ed25519PrivateKey) -> Path:
    """A release of 16 mixed columns, or of texts."""
    rng = np.random.default_rng(0)
    if what == "text":
        words = np.array([f"word{i}" for i in range(20_000)])
        texts = [" ".join(rng.choice(words, 12)) for _ in range(_N_ROWS)]
        X, columns = pl.DataFrame({"said": texts}), {"said": "text"}
        y = np.array([text[4] < "5" for text in texts]).astype(int)
    else:
        numbers = {f"n{i}": rng.normal(size=_N_ROWS) for i in range(10)}
        names = {f"w{i}": rng.choice(["a", "b", "c"], _N_ROWS) for i in range(6)}
        X = pl.DataFrame({**numbers, **names})
        columns = dict.fromkeys(numbers, "number") | dict.fromkeys(names, "category")
        y = (numbers["n0"] + numbers["n1"] * numbers["n2"] > 0).astype(int)
    maker = load("families", family)()
    params = maker.candidates("binary", columns, _N_ROWS)[0]
    model = maker.build(params, "binary", columns, 0).fit(X, y)
    card = Card(
        project="sample",
        label="y",
        task="binary",
        columns=columns,
        positive="1",
        classes=("0", "1"),
        threshold=0.5,
        family=family,
    )
    sealed = seal(folder, model=model, card=card, golden_X=X.head(20), key=key)
    return folder / sealed.digest


def _installed(environment: Path, package: Path) -> tuple[Path, int, int]:
    """Install a lock into a new environment: its Python, bytes that were added, and libraries."""
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    before, python = _size(environment), environment / "bin" / "python"
    options = ("--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary=:all:")
    lock = package / "requirements.lock"
    subprocess.run(
        [str(python), "-m", "pip", "install", *options, "-r", str(lock)],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    return python, _size(environment) - before, lock.read_text().count("==")


def _run(python: Path, package: Path, cache: Path) -> dict[str, float]:
    """Start a server, ask until it is ready, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {"PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(cache), "OMP_NUM_THREADS": "1"}
    began = time.perf_counter()
    server = subprocess.Popen(
        [str(python), str(package / "leadline_serve.py"), "serve", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        env=environment,
    )
    try:
        while not _is_ready(port):
            assert server.poll() is None, "the server has ended"
            time.sleep(0.01)
        ready = time.perf_counter() - began
        return {"ready": ready, **_used(server.pid)}
    finally:
        server.terminate()
        server.wait()


def _is_ready(port: int) -> bool:
    with suppress(OSError):
        said: dict[str, Any] = json.load(
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5)
        )
        return bool(said["ready"])
    return False


def _used(pid: int) -> dict[str, float]:
    """Processor seconds and resident bytes of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return {
        "cpu": ticks / os.sysconf("SC_CLK_TCK"),
        "resident": pages * os.sysconf("SC_PAGE_SIZE"),
    }


def _size(folder: Path) -> int:
    return sum(
        path.stat().st_size
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    )


def _whole() -> float:
    """Megabytes of Leadline's own requirements, as they are installed here."""
    brought = {
        canonicalize_name(name): module
        for module, names in packages_distributions().items()
        for name in names
    }
    required = [Requirement(text) for text in distribution("leadline").requires or ()]
    needed = needed_distributions(
        [brought[canonicalize_name(one.name)] for one in required if one.marker is None]
    )
    files = [
        Path(str(one.installed.locate_file(file)))
        for one in needed
        for file in one.installed.files or ()
    ]
    return sum(file.stat().st_size for file in files if file.is_file()) / _MB


if __name__ == "__main__":
    main()
