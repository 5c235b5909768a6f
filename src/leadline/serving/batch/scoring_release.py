"""Releases as processes and machines open them for themselves, once each."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from leadline.serving.batch.locations import Location
from leadline.serving.releases.bundle import ReleaseBundle
from leadline.serving.releases.release_place import ReleasePlace


def copied(place: ReleasePlace, folder: Location) -> ReleasePlace:
    """The same release in a folder that other machines reach too."""
    for file in Location(place.folder).children():
        folder.child(file.name).write(file.read_whole())
    return replace(place, folder=folder.url)


def open_release(place: ReleasePlace) -> ReleaseBundle:
    """The release, its signature checked and its golden rows replayed on this machine.

    Raises
    ------
    ReleaseError
        If it is damaged, or does not fit this environment.
    """
    folder = Location(place.folder)
    if folder.is_here:
        return place.open_from(folder.path)
    with tempfile.TemporaryDirectory(prefix="leadline-") as name:
        for file in folder.children():
            (Path(name) / file.name).write_bytes(file.read_whole())
        return place.open_from(Path(name))


# one a process: a job has one release, and to open it takes longer than to score many a piece
opened = lru_cache(maxsize=1)(open_release)


def be_ready(place: ReleasePlace) -> None:
    """Import what scores and open the release, in a process that will be given pieces."""
    opened(place)
