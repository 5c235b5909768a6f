"""Artifacts: bytes by their digest, written whole or not at all, checked when read."""

from __future__ import annotations

import hashlib
import re
import uuid
from dataclasses import dataclass

import fsspec

from leadline.errors import RecordError

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Artifact:
    """Some bytes that were stored.

    Attributes
    ----------
    digest : str
        SHA-256 of the bytes, in hexadecimal: their name.
    kind : str
        What they are: model, snapshot.
    n_bytes : int
        How many.
    """

    digest: str
    kind: str
    n_bytes: int


class Artifacts:
    """A store of bytes, named by what they are.

    Parameters
    ----------
    url : str
        A folder, or an address that fsspec knows, such as ``s3://bucket/folder``. It is made
        when something is put into it.

    Attributes
    ----------
    made : list of Artifact
        Everything put through this object, in order.

    Examples
    --------
    >>> artifacts = Artifacts("memory://example")
    >>> digest = artifacts.put(b"rows", kind="snapshot")
    >>> digest[:8], artifacts.get(digest)
    ('bc51e9e6', b'rows')
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.made: list[Artifact] = []
        try:
            self._files, self._root = fsspec.core.url_to_fs(url)
        except (ValueError, ImportError) as error:
            raise RecordError(
                f"The artifacts cannot be opened: {error}.",
                "Their address is a folder, or one that fsspec knows.",
                "Correct LEADLINE_ARTIFACTS; S3 needs the extra 'leadline[s3]'.",
            ) from error

    def put(self, data: bytes, kind: str) -> str:
        """Store bytes and return their digest; what is there already is not written twice."""
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        if not (self._files.exists(path) and self._files.size(path) == len(data)):
            self._write(path, data)
        self.made.append(Artifact(digest, kind, len(data)))
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes of a digest.

        Raises
        ------
        RecordError
            If they are not there, or are not what the digest says.
        """
        path = self._path(digest)
        try:
            data: bytes = self._files.cat_file(path)
        except FileNotFoundError:
            raise RecordError(
                f"Artifact {digest[:12]} is not in {self.url}.",
                "A verdict on the record refers to it.",
                "Restore it from a copy, or run the row that made it again.",
            ) from None
        if hashlib.sha256(data).hexdigest() != digest:
            raise RecordError(
                f"Artifact {digest[:12]} in {self.url} is damaged: its bytes have another digest.",
                "Only what was stored is read.",
                "Delete the file and restore it from a copy, or run the row that made it again.",
            )
        return data

    def delete(self, digest: str) -> None:
        """Delete bytes for good, if they are there: only what a person wants forgotten."""
        path = self._path(digest)
        if self._files.exists(path):
            self._files.rm_file(path)

    def has(self, digest: str) -> bool:
        """Whether bytes of a digest are there."""
        return bool(self._files.exists(self._path(digest)))

    def _path(self, digest: str) -> str:
        if not _DIGEST.fullmatch(digest):
            raise ValueError(f"{digest!r} is no SHA-256 digest in hexadecimal")
        return f"{self._root.rstrip('/')}/{digest}"

    def _write(self, path: str, data: bytes) -> None:
        """Write under a name nobody looks for, then give it its own."""
        self._files.makedirs(self._root, exist_ok=True)
        partial = f"{path}.{uuid.uuid4().hex}.partial"
        try:
            self._files.pipe_file(partial, data)
            self._files.mv(partial, path)
        except BaseException:
            if self._files.exists(partial):
                self._files.rm_file(partial)
            raise
