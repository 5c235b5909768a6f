"""Opened package: checked to the last file, its release opened and its golden rows answered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from leadline.errors import ReleaseError
from leadline.serving.package.about import RELEASES, About
from leadline.serving.package.golden_rows import (
    GOLDEN_LINES,
    read_golden_lines,
    refuse_other_answers,
)
from leadline.serving.package.packaged_release import PackagedRelease
from leadline.serving.package.signed_sums import refuse_changed
from leadline.serving.releases.pointer import POINTER_FILE, read_pointer, refuse_replayed
from leadline.serving.releases.release_opening import Answering, BundleOpener


def open_package(
    folder: Path, *, trusted: Sequence[Ed25519PublicKey], digest: str = ""
) -> Answering:
    """The release of a package, once every file of it is as it was signed.

    Parameters
    ----------
    folder : Path
        The package.
    trusted : sequence of Ed25519PublicKey
        Whose signature counts, on the package and on the release.
    digest : str, default=""
        The bundle that must be in it; empty: whatever is.

    Raises
    ------
    ReleaseError
        If anything is not as it was packaged, or the release does not answer as it did.
    """
    refuse_changed(folder, trusted)
    about = About.read(folder)
    if digest and about.bundle != digest:
        raise ReleaseError(
            f"The package {folder.name} holds release {about.release_id}.",
            f"The release {digest[:12]} was asked for.",
            "Copy the package of that release.",
        )
    rows, expected = read_golden_lines((folder / GOLDEN_LINES).read_bytes())
    bundle = folder / RELEASES / about.bundle
    release: Answering
    if about.is_compiled:
        release = PackagedRelease.open(
            bundle,
            trusted=trusted,
            digest=about.bundle,
            golden=rows,
            answer_names=list(expected[0]),
        )
    else:
        release = BundleOpener()(bundle, trusted=trusted, digest=about.bundle)
    if getattr(release, "waits_s", None) is not None:
        return release  # its bundle was held to them, as far as another server's answers can be
    names = tuple(release.manifest.columns)
    given = release.answer_rows([tuple(row[name] for name in names) for row in rows]).to_dicts()
    refuse_other_answers(about.release_id, expected, given)
    return release


def package_of(folder: Path, digest: str) -> Path:
    """The package of a release among those in a folder.

    Parameters
    ----------
    folder : Path
        Holds packages.
    digest : str
        Of the bundle.

    Raises
    ------
    ReleaseError
        If none of them holds it.
    """
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if (path / RELEASES / digest).is_dir():
            return path
    raise ReleaseError(
        f"No package in {folder} holds release {digest[:12]}.",
        "The packages of all releases that a pointer may name lie side by side.",
        "Copy its package there.",
    )


def open_among(
    packages: Path, folder: Path, *, trusted: Sequence[Ed25519PublicKey], digest: str = ""
) -> Answering:
    """The release in a package, or in that one among several which holds it.

    Parameters
    ----------
    packages : Path
        Where packages lie.
    folder : Path
        A package; or where the bundle would lie if there were no packages.
    trusted : sequence of Ed25519PublicKey
        As for `open_package`.
    digest : str, default=""
        The bundle that is asked for.

    Raises
    ------
    ReleaseError
        As `open_package` does; or if no package holds it.
    """
    where = package_of(packages, digest) if digest else folder
    return open_package(where, trusted=trusted, digest=digest)


def start_of(root: Path, packages: Path, trusted: Sequence[Ed25519PublicKey]) -> tuple[Path, int]:
    """The package that a pointer names, and the move that it is of; that at hand if there is none.

    Parameters
    ----------
    root : Path
        The package at hand: its project's pointer is meant.
    packages : Path
        Where packages and the pointer lie.
    trusted : sequence of Ed25519PublicKey
        Whose signature counts.

    Raises
    ------
    ReleaseError
        If the pointer is damaged, unsigned or of another project, or no package holds its release.
    """
    pointer = read_pointer(packages / POINTER_FILE, trusted=trusted)
    if pointer is None:
        return root, 0
    refuse_replayed(pointer, project=About.read(root).project, counter=0)
    return package_of(packages, pointer.bundle), pointer.counter
