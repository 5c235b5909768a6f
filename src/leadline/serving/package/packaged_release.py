"""Packaged release: its compiled form answers, without the libraries that made the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from leadline.errors import ReleaseError
from leadline.serving.compiled.answers import Answers
from leadline.serving.compiled.compiled_release import CompiledRelease
from leadline.serving.compiled.known_categories import KnownCategories
from leadline.serving.releases.environment import refuse_other_versions
from leadline.serving.releases.manifest import Manifest
from leadline.serving.releases.signed_files import (
    COMPILED,
    USUAL,
    signed_files,
    signed_manifest,
)

# what made the model is not here, and need not agree
_AGREE = ("python", "numpy", "leadline")


class PackagedRelease:
    """A release of which only the compiled form is used.

    Parameters
    ----------
    manifest : Manifest
        What it is.
    compiled : CompiledRelease
        Answers.
    golden : sequence of mapping
        Golden rows, column to value.
    answer_names : sequence of str
        Columns of an answer.
    known : KnownCategories
        Categories that training saw.
    """

    def __init__(
        self,
        manifest: Manifest,
        compiled: CompiledRelease,
        golden: Sequence[Mapping[str, Any]],
        answer_names: Sequence[str],
        known: KnownCategories,
    ) -> None:
        self.manifest = manifest
        self.answer_names = tuple(answer_names)
        self.known = known
        self._compiled = compiled
        self._golden = golden

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        trusted: Sequence[Ed25519PublicKey],
        digest: str,
        golden: Sequence[Mapping[str, Any]],
        answer_names: Sequence[str],
    ) -> PackagedRelease:
        """Open the bundle in a folder, but for its model.

        Raises
        ------
        ReleaseError
            If it is not as it was sealed, has no compiled form, or versions differ.
        """
        manifest = signed_manifest(folder, trusted=trusted, digest=digest)
        files = signed_files(folder, manifest)
        refuse_other_versions(manifest.versions, _AGREE)
        if COMPILED not in files:
            raise ReleaseError(
                f"Release {manifest.release_id} has no compiled form.",
                "This package answers by that alone.",
                "Ask the sender for one made with --full.",
            )
        compiled = CompiledRelease.from_bytes(files[COMPILED])
        known = KnownCategories.from_bytes(files.get(USUAL, b""), list(manifest.columns))
        return cls(manifest, compiled, golden, answer_names, known)

    def request_rows(self) -> list[tuple[Any, ...]]:
        """The golden rows as values of requests, in the order of the columns."""
        return [tuple(row[name] for name in self.manifest.columns) for row in self._golden]

    def answer_rows(self, rows: Sequence[tuple[Any, ...]], first: int = 0) -> Answers:
        """The answer for each row of a request.

        Parameters
        ----------
        rows : sequence of tuple
            Values in the order of the columns: numbers as float, all else as text; None where a
            value is not known.
        first : int, default=0
            What the first row is called in a message: ``rows[first]``.

        Raises
        ------
        DataError
            If a value does not fit.
        """
        return self._compiled.answer(rows, first)
