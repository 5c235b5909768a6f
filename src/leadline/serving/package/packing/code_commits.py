"""Commits of the code behind a package, where it is under git."""

from __future__ import annotations

import json
import subprocess
from importlib.metadata import distribution
from pathlib import Path

import leadline


def code_commits(project: Path) -> dict[str, str]:
    """The commits that Leadline and a project's folder are at.

    Parameters
    ----------
    project : Path
        Where ``leadline.toml`` lies.

    Returns
    -------
    dict of str to str
        "Leadline" and "Project" to a commit; "with changes" is added where files under git were
        changed since. What is not known is left out.
    """
    origin = json.loads(distribution("leadline").read_text("direct_url.json") or "{}")
    installed = origin.get("vcs_info", {}).get("commit_id", "")
    sources = Path(leadline.__file__).parents[2]
    # a copy within an environment lies in somebody else's repository
    ours = _commit(sources) if (sources / "pyproject.toml").is_file() else ""
    found = {"Leadline": installed or ours, "Project": _commit(project)}
    return {what: commit for what, commit in found.items() if commit}


def _commit(folder: Path) -> str:
    commit = _git(folder, "rev-parse", "HEAD")
    changed = commit and _git(folder, "status", "--porcelain", "--untracked-files=no", ".")
    return f"{commit} with changes" if changed else commit


def _git(folder: Path, *command: str) -> str:
    """What git says of a folder; empty where it says nothing, or is not there."""
    try:
        ran = subprocess.run(
            ["git", "-C", str(folder), *command],  # noqa: S607 -- wherever the person's git is
            capture_output=True,
            text=True,
            check=True,
            timeout=10.0,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return ran.stdout.strip()
