"""The house keeps its rules: each import contract is broken once and seen to be caught."""

from __future__ import annotations

import graphlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import grimp
import pytest
from importlinter.api import read_configuration

REPOSITORY = Path(__file__).parents[1]
CONFIGURATION = REPOSITORY / "pyproject.toml"
CONTRACTS = read_configuration(str(CONFIGURATION))["contracts_options"]

# contract, and files that break it
OFFENCES: dict[str, tuple[str, Mapping[str, str]]] = {
    "a room without a floor": ("layers", {"attic.py": ""}),
    "an arrow up": ("layers", {"stats/attic.py": "import leadline.engines"}),
    "an arrow up inside a function": (
        "layers",
        {"record/attic.py": "def climb():\n    from leadline import services"},
    ),
    "an arrow along the floor": ("layers", {"snapshot/attic.py": "import leadline.record"}),
    "two modules that need each other": (
        "circles",
        {
            "stats/attic.py": "def one():\n    import leadline.stats.cellar",
            "stats/cellar.py": "def two():\n    import leadline.stats.attic",
        },
    ),
    "statistics that look at the clock": ("pure", {"stats/attic.py": "import time"}),
    "a phase that reads a file": ("pure", {"phases/attic.py": "from pathlib import Path"}),
    "a phase that fits a model": (
        "pure",
        {"phases/attic.py": "def fit():\n    from sklearn.linear_model import Ridge"},
    ),
    "a page that starts a job": ("pages", {"web/attic.py": "import leadline.jobs"}),
    "a service that fits a model": ("pages", {"services/attic.py": "import sklearn.svm"}),
    "a service that lets another fit": (
        "pages",
        {
            "record/attic.py": "import joblib",
            "services/attic.py": "import leadline.record.attic",
        },
    ),
    "an engine with a private door": (
        "engines",
        {"engines/attic.py": "import leadline.engines.families"},
    ),
    "a job that calls an engine": ("engines", {"jobs/attic.py": "import leadline.serving.http"}),
    "SQL outside the record": ("sql", {"datasets/attic.py": "import sqlalchemy"}),
    "a picture drawn on a page": ("pictures", {"web/attic.py": "import altair"}),
    "a service that prints": ("terminal", {"services/attic.py": "from rich import print"}),
    "a job that knows another job": (
        "jobs",
        {"jobs/attic.py": "import leadline.jobs.cellar", "jobs/cellar.py": ""},
    ),
}


def broken_contracts(folder: Path, offence: Mapping[str, str]) -> set[str]:
    """Add files to a copy of the package, run lint-imports on it, return the broken contracts."""
    package = folder / "leadline"
    source = REPOSITORY / "src" / "leadline"
    shutil.copytree(source, package, ignore=shutil.ignore_patterns("__pycache__"))
    for path, text in offence.items():
        (package / path).write_text(text)
    ran = subprocess.run(
        [
            Path(sys.executable).with_name("lint-imports"),
            *("--config", CONFIGURATION, "--no-cache", "--no-logo"),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    verdicts = {
        contract["id"]: re.search(
            rf"^{re.escape(contract['name'])} (KEPT|BROKEN)", ran.stdout, re.MULTILINE
        )
        for contract in CONTRACTS
    }
    assert all(verdicts.values()), ran.stdout + ran.stderr
    broken = {name for name, verdict in verdicts.items() if verdict and verdict[1] == "BROKEN"}
    assert (ran.returncode != 0) == bool(broken), ran.stdout
    return broken


def test_every_contract_is_kept(tmp_path: Path) -> None:
    assert broken_contracts(tmp_path, {}) == set()


@pytest.mark.parametrize(("contract", "offence"), OFFENCES.values(), ids=OFFENCES.keys())
def test_an_offence_breaks_its_contract(
    tmp_path: Path, contract: str, offence: Mapping[str, str]
) -> None:
    assert contract in broken_contracts(tmp_path, offence)


def test_every_contract_has_an_offence_and_ignores_nothing() -> None:
    assert {contract["id"] for contract in CONTRACTS} == {name for name, _ in OFFENCES.values()}
    assert not any("ignore_imports" in contract for contract in CONTRACTS)


def circle(package: str) -> list[str]:
    """Modules of one circle of imports, those inside functions counted; empty if there is none."""
    graph = grimp.build_graph(package, cache_dir=None)
    needs = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        graphlib.TopologicalSorter(needs).prepare()
    except graphlib.CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def test_no_module_needs_itself_in_the_end() -> None:
    assert circle("leadline") == []


def test_a_circle_inside_functions_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "roundabout"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "one.py").write_text("def go():\n    import roundabout.two\n")
    (package / "two.py").write_text("def back():\n    from roundabout import one\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert set(circle("roundabout")) == {"roundabout.one", "roundabout.two"}


# --------------------------------------------------------------------------- what git tracks

# where an example is installed is no machine of ours
EXAMPLES = r"(?!leadline\b|churn\b)"
MACHINE_PATH = re.compile(
    rf"(?<![\w.<])/(?:farm|home|mnt|opt|root|srv|tmp|Users|work)/{EXAMPLES}\w"
)
PACKAGE_INDEX = re.compile(r"\b(?:npmjs|pypi|pythonhosted)\.org\b")
LOCK_HOSTS = {"files.pythonhosted" + ".org", "pypi" + ".org"}


def tracked_texts() -> dict[str, str]:
    """Text of every file git tracks or would track, by its path."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    texts = {}
    for name in filter(None, listed.stdout.split("\0")):
        try:
            texts[name] = (REPOSITORY / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue
    return texts


def lines_with(pattern: re.Pattern[str], texts: Mapping[str, str]) -> list[str]:
    """Return `path:line: text` of each line in which the pattern is found."""
    return [
        f"{path}:{number}: {line.strip()[:120]}"
        for path, text in texts.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_tracked_file_names_a_machine_or_a_package_index() -> None:
    texts = tracked_texts()
    assert "pyproject.toml" in texts
    assert lines_with(MACHINE_PATH, texts) == []
    del texts["uv.lock"]
    assert lines_with(PACKAGE_INDEX, texts) == []


@pytest.mark.parametrize("folder", ["home", "root", "tmp", "work"])
def test_a_machine_path_is_seen(folder: str) -> None:
    assert lines_with(MACHINE_PATH, {"a.py": f'open("/{folder}/someone/data.csv")'})


def test_the_lock_names_public_hosts_only() -> None:
    lock = (REPOSITORY / "uv.lock").read_text()
    assert set(re.findall(r"https?://([^/\"]+)", lock)) == LOCK_HOSTS
    assert "file://" not in lock
