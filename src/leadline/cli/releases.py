"""The release in service: its entry, its bundle, its folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.engines.releases.bundle import ReleaseBundle, open_bundle
from leadline.engines.releases.keys import public_keys
from leadline.errors import NotReadyError
from leadline.monitoring.release_in_service import in_service as released
from leadline.phases.release import Release
from leadline.report.runs import Shipped

if TYPE_CHECKING:
    from leadline.workspace import Workspace


def latest_release(workspace: Workspace) -> Release:
    """The newest release that may be in service.

    Raises
    ------
    NotReadyError
        If nothing is released yet.
    """
    entry = released(workspace.record)
    if entry is None or not isinstance(entry.verdict, Release):
        raise NotReadyError(
            "Nothing is released yet.", "A release is needed.", "Run 'leadline run ship' first."
        )
    return entry.verdict


def in_service(workspace: Workspace) -> tuple[Release, ReleaseBundle]:
    """The newest release, its signature checked and its golden rows replayed.

    Raises
    ------
    NotReadyError
        If nothing is released yet.
    ReleaseError
        If it is damaged, or does not fit this environment.
    """
    release = latest_release(workspace)
    folder = workspace.releases_folder / release.bundle
    trusted = public_keys(workspace.key_path)
    return release, open_bundle(folder, trusted=trusted, modules=workspace.folder)


def shipped(workspace: Workspace) -> Shipped | None:
    """Where the release in service lies; None if there is none, or not on this machine."""
    entry = released(workspace.record)
    if entry is None or not isinstance(entry.verdict, Release):
        return None
    folder = workspace.releases_folder / entry.verdict.bundle
    return Shipped(entry.verdict.release_id, folder) if folder.is_dir() else None
