"""Signed files of a release: held against their digests and the signature, not interpreted."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from leadline.errors import ReleaseError
from leadline.serving.releases.keys import fingerprint
from leadline.serving.releases.manifest import Manifest

MANIFEST, SIGNATURE, MODEL, GOLDEN, ROWS, USUAL, COMPILED = (
    "manifest.json",
    "signature",
    "model.skops",
    "golden.parquet",
    "rows",
    "usual.json",
    "compiled.zip",
)
ID_LENGTH = 12


@dataclass(frozen=True)
class SealedBundle:
    """Result of sealing: names, digests and size of a release.

    Attributes
    ----------
    digest : str
        SHA-256 of the manifest, which holds those of the other files; the folder's name.
    release_id : str
        First characters of the digest.
    model_digest : str
        SHA-256 of the model.
    size_bytes : int
        Of all files.
    signer : str
        Fingerprint of the key.
    fast_path : str
        Whether few rows are answered fast, or why not.
    """

    digest: str
    release_id: str
    model_digest: str
    size_bytes: int
    signer: str
    fast_path: str


def digest_of(data: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def read_file(folder: Path, name: str) -> bytes:
    """Bytes of one of the files.

    Raises
    ------
    ReleaseError
        If it is missing or cannot be read.
    """
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise ReleaseError(
            f"Release {folder.name[:ID_LENGTH]} has no {name} that can be read.",
            f"A release is a folder of {MANIFEST}, {SIGNATURE}, {MODEL} and {GOLDEN}.",
            "Check the path, or restore the folder.",
        ) from error


def signed_manifest(
    folder: Path, *, trusted: Sequence[Ed25519PublicKey], digest: str = ""
) -> Manifest:
    """The manifest of a release, once its signature holds.

    Parameters
    ----------
    folder : Path
        The release.
    trusted : sequence of Ed25519PublicKey
        Whose signature counts.
    digest : str, default=""
        The digest that is asked for; empty: whatever release lies there.

    Raises
    ------
    ReleaseError
        If no trusted key has signed it, or it is another release.
    """
    written = read_file(folder, MANIFEST)
    refuse_unsigned(written, read_file(folder, SIGNATURE), trusted)
    found = digest_of(written)
    if digest and found != digest:
        raise ReleaseError(
            f"The folder of release {digest[:ID_LENGTH]} holds release {found[:ID_LENGTH]}.",
            "A release lies in the folder of its digest.",
            "Restore the folder.",
        )
    return Manifest.from_bytes(written, found[:ID_LENGTH])


def signed_files(folder: Path, manifest: Manifest) -> dict[str, bytes]:
    """Files that the manifest names, as they were signed.

    Raises
    ------
    ReleaseError
        If one is missing or was changed.
    """
    digests = digests_of(manifest)
    files = {name: read_file(folder, name) for name in digests}
    for name, data in files.items():
        if digest_of(data) != digests[name]:
            raise ReleaseError(
                f"{name} of release {manifest.release_id} was changed after it was sealed.",
                "The bytes that were signed are needed.",
                "Restore the folder, or make the release again.",
            )
    return files


def digests_of(manifest: Manifest) -> dict[str, str]:
    """File name to the digest that the manifest holds of it."""
    digests = {MODEL: manifest.model_digest, GOLDEN: manifest.golden_digest}
    if manifest.rows_digest:
        digests[ROWS] = manifest.rows_digest
    if manifest.usual_digest:
        digests[USUAL] = manifest.usual_digest
    if manifest.compiled_digest:
        digests[COMPILED] = manifest.compiled_digest
    return digests


def refuse_unsigned(written: bytes, signature: bytes, trusted: Sequence[Ed25519PublicKey]) -> None:
    """Refuse what none of the trusted keys has signed.

    Raises
    ------
    ReleaseError
        If none has, or the signature is not written as it was.
    """
    try:
        raw = bytes.fromhex(signature.decode())
    except ValueError:
        raw = b""
    # capitals and spaces would mean the same, and be another file than was sealed
    is_as_written = raw.hex().encode() == signature
    for key in trusted if is_as_written else ():
        try:
            key.verify(raw, written)
        except InvalidSignature:
            continue
        return
    known = ", ".join(fingerprint(key) for key in trusted) or "none"
    raise ReleaseError(
        f"No trusted key has signed release {digest_of(written)[:ID_LENGTH]}.",
        f"Trusted keys: {known}.",
        "Pass the signer's .pub file if you trust it; else do not use this release.",
    )


def place(
    folder: Path, digest: str, files: Mapping[str, bytes], opened: Callable[[Path], object]
) -> None:
    """Write a release under a temporary name, try it, and rename it: whole or not at all.

    Parameters
    ----------
    folder : Path
        Where releases lie; made if needed.
    digest : str
        Name of the release.
    files : mapping of str to bytes
        What it consists of.
    opened : callable
        Opens it; what it raises is raised, and nothing stays.
    """
    folder.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".sealing-", dir=folder))
    try:
        for name, data in files.items():
            with (temporary / name).open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        opened(temporary)
        temporary.chmod(0o755)
        if not (folder / digest).exists():
            temporary.rename(folder / digest)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
