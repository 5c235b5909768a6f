"""Emulated installation: a Python that sees some distributions of this environment and no others.

A package is tried with it before it is handed over. What its lock does not name cannot be
imported, as where nothing else is installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from leadline.serving.package.packing.needed_distributions import Needed

_LIMIT_S = 300.0


def run_with_only(
    needed: Sequence[Needed], command: Sequence[str]
) -> subprocess.CompletedProcess[str]:
    """Run a script with the standard library and some distributions.

    Parameters
    ----------
    needed : sequence of Needed
        All that it may import.
    command : sequence of str
        The script, and its arguments.

    Returns
    -------
    subprocess.CompletedProcess
        What it printed, and its exit code.

    Raises
    ------
    subprocess.TimeoutExpired
        If it takes longer than five minutes.
    """
    with tempfile.TemporaryDirectory(prefix="leadline-install-") as name:
        folder = Path(name)
        for one in needed:
            _link(one, folder)
        caches = {"XDG_CACHE_HOME": str(folder / ".cache"), "PYTHONPATH": name}
        return subprocess.run(
            # without the environment's packages, and without those of who is logged in
            [sys.executable, "-S", "-s", *command],
            env={**os.environ, **caches},
            capture_output=True,
            text=True,
            check=False,
            timeout=_LIMIT_S,
        )


def _link(one: Needed, folder: Path) -> None:
    """Let everything of a distribution be seen in a folder."""
    installed = one.installed
    tops = {PurePosixPath(file).parts[0] for file in installed.files or ()}
    for top in tops - {"..", "__pycache__"}:
        link = folder / top
        if not link.exists():
            link.symlink_to(Path(str(installed.locate_file(top))))
