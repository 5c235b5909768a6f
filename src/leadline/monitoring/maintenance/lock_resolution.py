"""Resolution of a lock: can every package of it still be got, as pip's resolver says."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from leadline.serving.releases.environment import installed_from_folder

_LIMIT_S = 900.0
# what pip and urllib3 say when it is the network that fails, not the package
_NETWORK = ("Failed to establish a new connection", "Temporary failure", "timed out", "ProxyError")


@dataclass(frozen=True)
class Resolution:
    """What the resolver said.

    Attributes
    ----------
    is_resolved : bool or None
        None if it could not be asked.
    words : str
        What was found.
    """

    is_resolved: bool | None
    words: str


def resolve_lock(
    lock: Sequence[str], *, python: str, options: Sequence[str] = (), limit_s: float = _LIMIT_S
) -> Resolution:
    """Ask pip, without installing anything, whether each pinned package can be got.

    Parameters
    ----------
    lock : sequence of str
        ``name==version`` each.
    python : str
        The interpreter whose pip is asked; pip's own settings and variables count.
    options : sequence of str
        Further options of pip.
    limit_s : float, default=900
        Seconds.

    Returns
    -------
    Resolution
        Packages that are installed from a folder here are left out: no index has them.
    """
    local = installed_from_folder()
    wanted = [one for one in lock if one.partition("==")[0] not in local]
    with tempfile.TemporaryDirectory(prefix="leadline-lock-") as folder:
        file = Path(folder) / "lock.txt"
        file.write_text("\n".join(wanted) + "\n", encoding="utf-8")
        command = [
            *(python, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps"),
            *("--quiet", "--disable-pip-version-check", *options, "-r", str(file)),
        ]
        try:
            ran = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=limit_s
            )
        except subprocess.TimeoutExpired:
            return Resolution(None, f"pip has not answered within {limit_s:,.0f} s.")
    if ran.returncode == 0:
        return Resolution(True, f"pip can get all {len(wanted):,} packages of the lock.")
    if "No module named pip" in ran.stderr:
        return Resolution(None, "There is no pip here to ask.")
    if any(words in ran.stderr for words in _NETWORK):
        return Resolution(None, "The package index cannot be reached.")
    last = ran.stderr.strip().splitlines() or [f"exit code {ran.returncode}"]
    return Resolution(False, f"pip says: {last[-1].removeprefix('ERROR: ')}")
