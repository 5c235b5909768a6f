"""Archive of a package: one tar file, written whole or not at all."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path


def write_tar(folder: Path, file: Path) -> None:
    """Put a package into a tar file.

    Parameters
    ----------
    folder : Path
        The package; its name is the top folder in the archive.
    file : Path
        Where to write; compressed if it ends in ``gz``.
    """
    aside = file.with_name(f".{file.name}.{os.getpid()}.part")
    mode = "w:gz" if file.suffix.lower().endswith("gz") else "w"
    try:
        with tarfile.open(aside, mode) as tar:  # type: ignore[call-overload]
            tar.add(folder, arcname=folder.name, filter=_plain)
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    """A member that says nothing of the person who packed."""
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member
