"""Signed list of files: the SHA-256 of each as ``sha256sum`` writes it, and a signature on it.

Both are in forms that common tools know, so that a folder can be checked before any code in it
runs::

    openssl pkeyutl -verify -pubin -inkey signer.pub -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig
    sha256sum --check --strict --quiet SHA256SUMS
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from leadline.errors import ReleaseError
from leadline.serving.releases.keys import fingerprint

SUMS, SUMS_SIGNATURE = "SHA256SUMS", "SHA256SUMS.sig"
_LINE = re.compile(r"([0-9a-f]{64})  ([^\\\n]+)")
_AGAIN = "Copy the package again from where it was made."


def write_sums(folder: Path, key: Ed25519PrivateKey) -> None:
    """List every file of a folder, and sign the list.

    Parameters
    ----------
    folder : Path
        Holds files and folders only.
    key : Ed25519PrivateKey
        Signs.

    Raises
    ------
    ReleaseError
        If there is a link in it, or a name that no line of text can hold.
    """
    found = sorted(_files(folder))
    odd = [name for name in found if "\\" in name or "\n" in name]
    if odd:
        raise ReleaseError(
            f"A file is called {odd[0]!r}.",
            "A list of files is text, one file a line.",
            "Rename it.",
        )
    lines = [f"{_digest(folder / name)}  {name}\n" for name in found]
    listed = "".join(lines).encode()
    (folder / SUMS).write_bytes(listed)
    (folder / SUMS_SIGNATURE).write_bytes(key.sign(listed))


def refuse_changed(folder: Path, trusted: Sequence[Ed25519PublicKey]) -> Mapping[str, str]:
    """Refuse a folder that is not what was listed and signed, to the last file.

    Parameters
    ----------
    folder : Path
        The package.
    trusted : sequence of Ed25519PublicKey
        Whose signature counts.

    Returns
    -------
    mapping of str to str
        Each file, by its path in the folder, and its SHA-256.

    Raises
    ------
    ReleaseError
        If no trusted key has signed the list; or a file is missing, was changed, is not listed, or
        is a link.
    """
    sums = _signed(folder, trusted)
    found = set(_files(folder)) - {SUMS, SUMS_SIGNATURE}
    if missing := sorted(set(sums) - found):
        raise ReleaseError(
            f"{_named(missing)} missing in the package {folder.name}.",
            "Every file that was signed is needed.",
            _AGAIN,
        )
    if strays := sorted(found - set(sums)):
        raise ReleaseError(
            f"{_named(strays)} in the package {folder.name}, and its maker did not put it there.",
            "A package holds what was signed and nothing else.",
            "Keep environments, logs and scored files elsewhere; remove what you do not know.",
        )
    for name, digest in sums.items():
        if _digest(folder / name) != digest:
            raise ReleaseError(
                f"{name} of the package {folder.name} was changed after it was signed.",
                "The bytes that were signed are needed.",
                _AGAIN,
            )
    return sums


def _signed(folder: Path, trusted: Sequence[Ed25519PublicKey]) -> dict[str, str]:
    """The list, once its signature holds."""
    try:
        listed, signature = (folder / SUMS).read_bytes(), (folder / SUMS_SIGNATURE).read_bytes()
    except OSError as error:
        raise ReleaseError(
            f"{folder} has no {SUMS} with its signature that can be read.",
            "A package is a folder that 'leadline package' has written.",
            "Check the path, or copy the package again.",
        ) from error
    for key in trusted:
        try:
            key.verify(signature, listed)
        except InvalidSignature:
            continue
        break
    else:
        known = ", ".join(fingerprint(key) for key in trusted) or "none"
        raise ReleaseError(
            f"No trusted key has signed the files of the package {folder.name}.",
            f"Trusted keys: {known}.",
            "Ask who sent it for the fingerprint of the key, by another way than the package came.",
        )
    lines = listed.decode(errors="replace").splitlines()
    matches = [_LINE.fullmatch(line) for line in lines]
    return {match[2]: match[1] for match in matches if match}


def _files(folder: Path) -> Iterator[str]:
    """Paths of all files below a folder, with forward slashes; a folder without files is one."""
    for place, folders, names in os.walk(folder):
        here = Path(place)
        for name in (*folders, *names):
            path = here / name
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise ReleaseError(
                    f"{path.relative_to(folder)} in {folder.name} is a link or no file.",
                    "A package holds plain files only: a link leads out of what was signed.",
                    "Remove it, or copy the package again.",
                )
        if not folders and not names and here != folder:
            yield f"{here.relative_to(folder).as_posix()}/"
        yield from ((here / name).relative_to(folder).as_posix() for name in names)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _named(names: Sequence[str]) -> str:
    """The first of some files and how many more: the subject of a sentence, with its verb."""
    more = len(names) - 1
    return f"{names[0]} and {more:,} more are" if more else f"{names[0]} is"
