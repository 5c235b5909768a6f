"""Place of a release, as it is told to processes that open it for themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from leadline.serving.releases.bundle import ReleaseBundle, open_bundle


@dataclass(frozen=True)
class ReleasePlace:
    """What it takes to open a release.

    Attributes
    ----------
    folder : str
        Of the release: a path, or an address in an object store.
    digest : str
        Its own.
    keys : tuple of bytes
        Public keys that are trusted, raw.
    modules : str
        Where ``leadline.toml`` lies; empty for none.
    """

    folder: str
    digest: str
    keys: tuple[bytes, ...]
    modules: str = ""

    @classmethod
    def of(cls, folder: Path, keys: Sequence[Ed25519PublicKey], modules: Path | str = "") -> Self:
        """The place of a release that lies in a folder of its digest's name."""
        raw = tuple(key.public_bytes_raw() for key in keys)
        return cls(str(folder), folder.name, raw, str(modules))

    def open_from(self, folder: Path) -> ReleaseBundle:
        """Open the release, or a copy of it in another folder, as `open_bundle` does."""
        return open_bundle(
            folder,
            trusted=[Ed25519PublicKey.from_public_bytes(key) for key in self.keys],
            modules=self.modules,
            digest=self.digest,
        )
