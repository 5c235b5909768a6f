"""Installed versions, and the check that a release made elsewhere may be opened with them."""

from __future__ import annotations

import json
import platform
from collections.abc import Collection, Mapping, Sequence
from importlib.metadata import distributions, version

from leadline.errors import ReleaseError

# how many parts of a version must agree: scikit-learn promises nothing across minor versions
_PARTS = {"python": 2, "scikit-learn": 2, "skops": 1, "numpy": 1, "polars": 1, "leadline": 2}


def versions() -> dict[str, str]:
    """Versions of what a stored model depends on.

    Examples
    --------
    >>> sorted(versions())
    ['leadline', 'numpy', 'polars', 'python', 'scikit-learn', 'skops']
    """
    return {name: _version(name) for name in _PARTS}


def lock() -> tuple[str, ...]:
    """Every installed distribution as ``name==version``, sorted."""
    # what is left of one that is being removed has no name
    named = (item for item in distributions() if item.name)
    return tuple(sorted({f"{item.name.lower()}=={item.version}" for item in named}))


def lock_differences(locked: Sequence[str]) -> list[str]:
    """Packages of a lock that are missing here, or here in another version.

    Parameters
    ----------
    locked : sequence of str
        What `lock` said where a release was made.

    Returns
    -------
    list of str
        One sentence part each, by name; further packages that are installed here are no difference.

    Examples
    --------
    >>> lock_differences(lock())
    []
    >>> lock_differences(("no-such-package==1.0",))
    ['no-such-package 1.0, here none']
    """
    here = set(lock())
    versions_of: dict[str, list[str]] = {}
    for one in sorted(here):
        name, _, number = one.partition("==")
        versions_of.setdefault(name, []).append(number)
    return [
        f"{name} {number}, here {' and '.join(versions_of.get(name, ['none']))}"
        for name, _, number in (one.partition("==") for one in locked)
        if f"{name}=={number}" not in here
    ]


def installed_from_folder() -> set[str]:
    """Names of distributions that were installed from a folder of sources: no index has them."""
    found = set()
    for item in distributions():
        origin = json.loads(item.read_text("direct_url.json") or "{}")
        if "dir_info" in origin:
            found.add(item.name.lower())
    return found


def refuse_other_versions(
    made_with: Mapping[str, str], among: Collection[str] = tuple(_PARTS)
) -> None:
    """Refuse a model that was made with versions that may compute something else.

    Parameters
    ----------
    made_with : mapping of str to str
        What `versions` said where the model was made.
    among : collection of str
        What has to agree; all that a stored model depends on, if nothing else is said.

    Raises
    ------
    ReleaseError
        If one differs in the parts that must agree.

    Examples
    --------
    >>> refuse_other_versions(versions())
    >>> refuse_other_versions({**versions(), "scikit-learn": "0.1.2"})
    Traceback (most recent call last):
    ...
    leadline.errors.ReleaseError: The release was made with scikit-learn 0.1.2; here is ...
    """
    here = {name: _version(name) for name in among}
    differing = [
        name
        for name, n in _PARTS.items()
        if name in here and _head(made_with.get(name), n) != _head(here[name], n)
    ]
    if differing:
        name = differing[0]
        parts = "two parts" if _PARTS[name] == 2 else "part"
        wanted = made_with.get(name, "unknown")
        raise ReleaseError(
            f"The release was made with {name} {wanted}; here is {here[name]}.",
            f"They must agree in the first {parts} of the version.",
            f"Install {name} {wanted} (the release's lock names every package), "
            "or make the release again here.",
        )


def _version(name: str) -> str:
    return platform.python_version() if name == "python" else version(name)


def _head(text: str | None, n_parts: int) -> tuple[str, ...]:
    """The first parts of a version."""
    return tuple((text or "").split(".")[:n_parts])
