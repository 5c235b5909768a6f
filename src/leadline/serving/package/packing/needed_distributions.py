"""Distributions that a package needs: of what is imported, and of all that these require."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution, packages_distributions

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from leadline.errors import ReleaseError


@dataclass(frozen=True)
class Needed:
    """An installed distribution that is needed.

    Attributes
    ----------
    name : str
        Normalised.
    version : str
        As installed.
    requires : tuple of str
        Normalised names of those that it needs in turn, here.
    """

    name: str
    version: str
    requires: tuple[str, ...]

    @property
    def installed(self) -> Distribution:
        """What is known of it here."""
        return distribution(self.name)


def needed_distributions(packages: Collection[str]) -> tuple[Needed, ...]:
    """Installed distributions that bring some packages, and all that they require.

    Parameters
    ----------
    packages : collection of str
        Top-level names, as they are imported.

    Returns
    -------
    tuple of Needed
        By name.

    Raises
    ------
    ReleaseError
        If none brings a package, or one is required and not installed.

    Examples
    --------
    >>> [each.name for each in needed_distributions(["cryptography"])]
    ['cffi', 'cryptography', 'pycparser']
    """
    brought_by = packages_distributions()
    if absent := sorted(set(packages) - set(brought_by)):
        raise _not_installed(absent[0])
    waiting: set[tuple[str, str]] = {
        (canonicalize_name(name), "") for package in packages for name in brought_by[package]
    }
    edges: dict[str, set[str]] = {}
    seen: set[tuple[str, str]] = set()
    while waiting:
        name, extra = one = waiting.pop()
        seen.add(one)
        required = set(_required(name, extra))
        edges.setdefault(name, set()).update(each for each, _ in required if each != name)
        waiting |= required - seen
    return tuple(
        Needed(name, distribution(name).version, tuple(sorted(edges[name])))
        for name in sorted(edges)
    )


def _required(name: str, extra: str) -> Iterator[tuple[str, str]]:
    """What a distribution requires here, with an extra of it; names, each with its extras."""
    try:
        texts = distribution(name).requires or []
    except ModuleNotFoundError as error:
        raise _not_installed(name) from error
    for text in texts:
        one = Requirement(text)
        if one.marker is None or one.marker.evaluate({"extra": extra}):
            required = canonicalize_name(one.name)
            yield required, ""
            yield from ((required, each) for each in one.extras)


def _not_installed(name: str) -> ReleaseError:
    return ReleaseError(
        f"{name} is not installed here, and the package would need it.",
        "What a release needs to run is packaged as it is installed where it is packaged.",
        "Install it, or package the release where it was made.",
    )
