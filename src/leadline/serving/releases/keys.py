"""Keys that sign releases: Ed25519, one file that only its owner may read."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from leadline.errors import ReleaseError

_END = b"-----END PUBLIC KEY-----\n"


def load_or_make_key(path: Path) -> Ed25519PrivateKey:
    """The key in a file; made, with its public half in ``<path>.pub``, if there is none.

    Parameters
    ----------
    path : Path
        PEM, readable by its owner only.

    Raises
    ------
    ReleaseError
        If others may read the file, or it holds no Ed25519 key.
    """
    if not path.exists():
        _make(path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ReleaseError(
            f"{path.name} may be read by others than its owner.",
            "A key that signs releases must be its owner's alone.",
            f"Run 'chmod 600 {path}', or remove it: a new one is made.",
        )
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise _no_key(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path)
    return key


def public_keys(path: Path) -> tuple[Ed25519PublicKey, ...]:
    """The public keys in a file, to be trusted.

    Parameters
    ----------
    path : Path
        PEM: one or more public keys, or a private key whose public half is meant.

    Raises
    ------
    ReleaseError
        If there is no such file, or no Ed25519 key in it.
    """
    if not path.exists():
        raise ReleaseError(
            f"There is no key file {path.name}.",
            "A release is served only if a key in it has signed.",
            "Pass the signer's .pub file, or make a release first.",
        )
    data = path.read_bytes()
    if b"PRIVATE KEY" in data:
        return (load_or_make_key(path).public_key(),)
    blocks = [block + _END for block in data.split(_END) if block.strip()]
    try:
        keys = [serialization.load_pem_public_key(block) for block in blocks]
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _no_key(path) from error
    known = tuple(key for key in keys if isinstance(key, Ed25519PublicKey))
    if not known:
        raise _no_key(path)
    return known


def fingerprint(key: Ed25519PublicKey) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of a public key.

    Examples
    --------
    >>> key = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    >>> fingerprint(key)
    '139e3940e64b5491'
    """
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:16]


def _make(path: Path) -> None:
    """Write a new key, unless another process has written one meanwhile."""
    key = Ed25519PrivateKey.generate()
    data = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
        file.write(data)
    try:
        os.link(temporary, path)
    except FileExistsError:
        return
    finally:
        temporary.unlink()
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    path.with_name(f"{path.name}.pub").write_bytes(public)


def _no_key(path: Path) -> ReleaseError:
    return ReleaseError(
        f"{path.name} holds no Ed25519 key.",
        "A PEM file is needed.",
        "Restore it from a copy; without it, releases are signed by a new key.",
    )
