"""Hashed lock of a package: exact versions, and the SHA-256 of what may be installed of each.

The hashes are those of Leadline's own lock, which comes with it. A version that is not in there is
asked of the index that pip knows.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

import leadline
from leadline.errors import ReleaseError
from leadline.serving.package.packing.needed_distributions import Needed

_LOCK = "uv.lock"
_LIMIT_S = 600.0


def refuse_other_than_locked(needed: Sequence[Needed], lock: Sequence[str]) -> None:
    """Refuse to package what is not installed as where the release was made.

    Parameters
    ----------
    needed : sequence of Needed
        What the package needs.
    lock : sequence of str
        ``name==version``, of the release.

    Raises
    ------
    ReleaseError
        If a version differs.
    """
    made_with: dict[str, str] = {
        canonicalize_name(name): number for name, _, number in map(_parts, lock)
    }
    for one in needed:
        # what a release of before did not need was not there to be locked
        if made_with.get(one.name, one.version) != one.version:
            raise ReleaseError(
                f"The release was made with {one.name} {made_with[one.name]}; "
                f"here is {one.version}.",
                "A package names the versions that the release was made with.",
                f"Install {one.name} {made_with[one.name]}, or make the release again here.",
            )


def hashed_lock(needed: Sequence[Needed]) -> str:
    """Requirements that pip installs with ``--require-hashes``.

    Parameters
    ----------
    needed : sequence of Needed
        What is to be installed.

    Raises
    ------
    ReleaseError
        If the hashes of one are neither known nor told by the index.
    """
    known = {one.name: locked_hashes(one.name, one.version) for one in needed}
    asked = [one for one in needed if not known[one.name]]
    if asked:
        known |= _asked_of_index(asked)
    blocks = [
        " \\\n".join([f"{one.name}=={one.version}", *(f"    --hash={h}" for h in known[one.name])])
        for one in needed
    ]
    return "\n".join(blocks) + "\n"


def locked_hashes(name: str, version: str) -> tuple[str, ...]:
    """Hashes of the wheels of a version, or of its source where there are none, that are known.

    Parameters
    ----------
    name : str
        Normalised.
    version : str
        Exact.

    Returns
    -------
    tuple of str
        ``sha256:...`` each, sorted; empty if the version is not in Leadline's own lock.
    """
    entry = _locked().get((name, version), {})
    given = entry.get("wheels") or [entry.get("sdist", {})]
    return tuple(sorted({each["hash"] for each in given if "hash" in each}))


@lru_cache(maxsize=1)
def _locked() -> Mapping[tuple[str, str], Mapping[str, Any]]:
    """Leadline's own lock: with the package where it was installed, at the root of its sources."""
    inside = files(leadline).joinpath(_LOCK)
    root = Path(leadline.__file__).parents[2] / _LOCK
    text = inside.read_text(encoding="utf-8") if inside.is_file() else ""
    if not text and root.is_file():
        text = root.read_text(encoding="utf-8")
    return {
        (each["name"], each["version"]): each for each in tomllib.loads(text).get("package", ())
    }


def _asked_of_index(needed: Sequence[Needed]) -> dict[str, tuple[str, ...]]:
    """Hashes of the files that pip would install here."""
    wanted = [f"{one.name}=={one.version}" for one in needed]
    options = ("--dry-run", "--ignore-installed", "--no-deps", "--quiet", "--report", "-")
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", *options]
    try:
        ran = subprocess.run(
            [*command, *wanted], capture_output=True, text=True, check=True, timeout=_LIMIT_S
        )
        report = json.loads(ran.stdout)["install"]
        return {
            canonicalize_name(one["metadata"]["name"]): (
                f"sha256:{one['download_info']['archive_info']['hashes']['sha256']}",
            )
            for one in report
        }
    except (subprocess.SubprocessError, ValueError, KeyError) as error:
        raise ReleaseError(
            f"The hashes of {', '.join(wanted)} are not known.",
            "Each file that another team installs is named by its hash; Leadline's own lock has "
            "other versions, and pip cannot ask an index for these.",
            "Let pip reach an index, or install the versions that Leadline was locked with.",
        ) from error


def _parts(one: str) -> tuple[str, str, str]:
    return one.partition("==")
