"""Licence texts of installed distributions, and what each says of its licence."""

from __future__ import annotations

import re
from importlib.metadata import Distribution
from pathlib import PurePosixPath

_TEXT = re.compile(r"licen[cs]e|copying|notice|authors", re.IGNORECASE)
_CLASSIFIER = "License :: OSI Approved :: "
_LONGEST_NAME = 80


def licence_texts(installed: Distribution) -> dict[str, bytes]:
    """The texts that a distribution brings, by a short path.

    Examples
    --------
    >>> from importlib.metadata import distribution
    >>> sorted(licence_texts(distribution("click")))
    ['LICENSE.txt']
    """
    found = {}
    for file in installed.files or ():
        folder, *rest = PurePosixPath(file).parts
        if not folder.endswith(".dist-info") or not rest:
            continue
        if rest[0] == "licenses" or (len(rest) == 1 and _TEXT.match(rest[0])):
            path = installed.locate_file(file)
            inside = rest[1:] if rest[0] == "licenses" and len(rest) > 1 else rest
            found["/".join(inside)] = path.read_bytes()  # type: ignore[attr-defined]
    return found


def licence_of(installed: Distribution) -> tuple[str, bool]:
    """What a distribution says of its licence, and whether that is an SPDX expression.

    Returns
    -------
    tuple of str and bool
        An empty text where it says nothing.

    Examples
    --------
    >>> from importlib.metadata import distribution
    >>> licence_of(distribution("click"))
    ('BSD-3-Clause', True)
    """
    if expression := field_of(installed, "License-Expression"):
        return expression, True
    classified = [
        line.removeprefix(_CLASSIFIER)
        for line in installed.metadata.get_all("Classifier") or ()
        if line.startswith(_CLASSIFIER)
    ]
    # some write their whole licence where a name is meant
    named = field_of(installed, "License").strip().partition("\n")[0][:_LONGEST_NAME]
    return ", ".join(classified) or named, False


def field_of(installed: Distribution, name: str) -> str:
    """The first value of a field of the metadata; empty where there is none."""
    return str((installed.metadata.get_all(name) or [""])[0])
