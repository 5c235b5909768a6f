"""Opening of releases: what a server asks of one, whatever opened it, and the usual way to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from leadline.serving.compiled.answers import Answers
from leadline.serving.compiled.known_categories import KnownCategories
from leadline.serving.releases.manifest import Manifest


class Answering(Protocol):
    """A release that has passed every check."""

    @property
    def manifest(self) -> Manifest:
        """What it is."""
        ...

    @property
    def known(self) -> KnownCategories:
        """Categories that training saw."""
        ...

    def request_rows(self) -> list[tuple[Any, ...]]:
        """Its golden rows as values of requests, in the order of the columns."""
        ...

    def answer_rows(self, rows: Sequence[tuple[Any, ...]], *, first: int = 0) -> Answers:
        """The answer for each row of a request.

        Parameters
        ----------
        rows : sequence of tuple
            Values in the order of the columns: numbers as float, images as bytes, all else as
            text; None where a value is not known.
        first : int, default=0
            What the first row is called in a message: ``rows[first]``.

        Raises
        ------
        DataError
            If a value does not fit.
        """
        ...


class Opener(Protocol):
    """Opens a release in a folder, or refuses it."""

    def __call__(
        self, folder: Path, *, trusted: Sequence[Ed25519PublicKey], digest: str = ""
    ) -> Answering:
        """Open the release in `folder`; with a digest, that one and no other."""
        ...


@dataclass(frozen=True)
class BundleOpener:
    """Opens the bundle in a folder, with the libraries that made it; can be pickled.

    Attributes
    ----------
    modules : Path or str
        Where ``leadline.toml`` lies, for a model of a person's own.
    """

    modules: Path | str = ""

    def __call__(
        self, folder: Path, *, trusted: Sequence[Ed25519PublicKey], digest: str = ""
    ) -> Answering:
        """Open it."""
        # a server that is given another opener has none of these libraries
        from leadline.serving.releases.bundle import open_bundle

        return open_bundle(folder, trusted=trusted, modules=self.modules, digest=digest)
