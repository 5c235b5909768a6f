"""Release bundle: an immutable folder named by digest, signed, and checked before it answers.

::

    <folder>/<digest>/manifest.json     what it is; its SHA-256 is the digest
                      signature         Ed25519 over manifest.json, hexadecimal
                      model.skops       the model
                      golden.parquet    rows with the answers that the model must give
                      compiled.zip      the same release for few rows at a time, if it has one
                      rows              digests of the rows it was made of, if they were passed
                      usual.json        categories and missing values of these rows, likewise
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from numpy.typing import NDArray

from leadline.errors import DataError
from leadline.reading.conform import conform
from leadline.reading.unusual_inputs import UsualInputs
from leadline.serving.compiled.answers import Answers
from leadline.serving.compiled.compiled_release import CompiledRelease
from leadline.serving.compiled.known_categories import KnownCategories
from leadline.serving.releases.compilation.compiling import (
    MOST_AT_ONCE,
    N_ODD_ROWS,
    compiled_or_not,
    first_difference,
)
from leadline.serving.releases.compilation.odd_rows import request_rows
from leadline.serving.releases.compilation.usual_plan import usual_bytes
from leadline.serving.releases.environment import lock, refuse_other_versions, versions
from leadline.serving.releases.keys import fingerprint, load_or_make_key, public_keys
from leadline.serving.releases.learnt_rows import DigestForm, LearntRows
from leadline.serving.releases.manifest import Card, Manifest
from leadline.serving.releases.models import dump_model, load_model, trusted_in_turn
from leadline.serving.releases.prediction_table import compiled_table, prediction_table
from leadline.serving.releases.signed_files import (
    COMPILED,
    GOLDEN,
    ID_LENGTH,
    MANIFEST,
    MODEL,
    ROWS,
    SIGNATURE,
    USUAL,
    SealedBundle,
    digest_of,
    place,
    signed_files,
    signed_manifest,
)
from leadline.serving.releases.slow_path import (
    golden_answers,
    golden_bytes,
    refuse_other_answers,
    slow_answers,
    waits_s,
)

__all__ = [
    "Card",
    "Manifest",
    "ReleaseBundle",
    "SealedBundle",
    "fingerprint",
    "load_or_make_key",
    "open_bundle",
    "public_keys",
    "seal",
]


MOST_COMPILED = 512
"""With more rows in one call the slow path may be the faster one."""


class ReleaseBundle:
    """A release that has passed every check and may answer.

    Parameters
    ----------
    manifest : Manifest
        What it is.
    model : scikit-learn estimator
        Fitted.
    files : mapping of str to bytes
        That the manifest names.
    """

    def __init__(self, manifest: Manifest, model: Any, files: Mapping[str, bytes]) -> None:
        self.manifest = manifest
        self.compiled = CompiledRelease.from_bytes(files[COMPILED]) if COMPILED in files else None
        """Answers few rows fast; None if there is no such form."""
        self.not_compiled = "" if self.compiled else manifest.fast_path
        """Why not; empty if there is one."""
        self.learnt = _learnt(files, manifest)
        """The rows it was made of; None if the release does not know them."""
        usual = files.get(USUAL, b"")
        self.usual = UsualInputs.from_bytes(usual) if usual else None
        """What training saw; None if the release does not know it."""
        self.known = KnownCategories.from_bytes(usual, list(manifest.columns))
        """Categories that training saw."""
        self._reading = manifest.reading_schema
        self._model = model
        self._golden = pl.read_parquet(io.BytesIO(files[GOLDEN]))

    def golden_rows(self) -> pl.DataFrame:
        """The rows that are replayed, as examples of the input."""
        return self._golden["X"].struct.unnest()

    @property
    def model(self) -> Any:
        """The estimator itself; it takes what `read` gives."""
        return self._model

    @property
    def waits_s(self) -> float | None:
        """Seconds that a row waits for another server; None if the model answers by itself."""
        return waits_s(self._model)

    def ask_once(self) -> None:
        """Let rows fail at once where that server does not answer: who asks would not wait."""
        if ask_once := getattr(self._model, "ask_once", None):
            ask_once()

    def request_rows(self) -> list[tuple[Any, ...]]:
        """The golden rows as values of requests, in the order of the columns."""
        return request_rows(self.golden_rows().select(list(self.manifest.columns)))

    def replay(self) -> None:
        """Score the golden rows as when it was sealed; of a model that asks, see whether it is it.

        A compiled form that gives another digit here is left out.

        Raises
        ------
        ReleaseError
            If the scores are others.
        """
        given = golden_answers(self._model, self.manifest, self.read(self.golden_rows()))
        asks, name = self.waits_s is not None, self.manifest.release_id
        refuse_other_answers(given, self._golden, self.manifest, name, asks=asks)
        if self.compiled is not None:
            slow = partial(slow_answers, self._model, self.manifest)
            if difference := first_difference(self.compiled.answer, slow, self.request_rows()):
                self.compiled = None
                self.not_compiled = f"Here the compiled form differs: {difference}."

    def score(self, frame: pl.DataFrame) -> NDArray[np.float64]:
        """One number a row.

        Parameters
        ----------
        frame : polars.DataFrame, shape (n_samples, ...)
            Raw; the columns of the manifest are picked and cast.

        Returns
        -------
        ndarray of float, shape (n_samples,)
            Probability of the positive class (binary) or of the likeliest one (multi-class),
            or the predicted number (regression).

        Raises
        ------
        DataError
            If a column is missing or a value does not fit.
        """
        return self.predict(frame)["score"].to_numpy()

    def predict(
        self,
        frame: pl.DataFrame,
        *,
        place: Callable[[int], str] = lambda index: f"row {index + 1:,}",
    ) -> pl.DataFrame:
        """The answer for each row.

        Parameters
        ----------
        frame : polars.DataFrame, shape (n_samples, ...)
            Raw; the columns of the manifest are picked, and read as its schema says.
        place : callable
            From the index of a row to what a message calls it.

        Returns
        -------
        polars.DataFrame
            ``score``, and beside it ``flagged`` (binary) or ``label`` (multi-class).

        Raises
        ------
        DataError
            If a column is missing or a value does not fit.
        """
        return self.answer(self.read(frame, place=place))

    def read(
        self,
        frame: pl.DataFrame,
        *,
        place: Callable[[int], str] = lambda index: f"row {index + 1:,}",
    ) -> pl.DataFrame:
        """The rows as the model is given them: the first half of `predict`."""
        return conform(frame, self.manifest.columns, reading=self._reading, place=place)

    def answer_rows(self, rows: Sequence[tuple[Any, ...]], *, first: int = 0) -> Answers:
        """The answer for each row of a request, or of a piece of it.

        Parameters
        ----------
        rows : sequence of tuple
            Values in the order of the columns: numbers as float, images as bytes, all else as
            text; None where a value is not known.
        first : int, default=0
            Where the piece begins.

        Raises
        ------
        DataError
            If a value does not fit; it is said to be of ``rows[first + index]``.
        """
        if self.compiled is not None and len(rows) <= MOST_COMPILED:
            # the slow path reads more ways to write a date, and has the last word
            with suppress(DataError):
                calls = range(0, len(rows), MOST_AT_ONCE)
                parts = [self.compiled.answer(rows[at : at + MOST_AT_ONCE]) for at in calls]
                return Answers.joined(parts)
        return slow_answers(self._model, self.manifest, rows, first)

    def answer(self, X: pl.DataFrame) -> pl.DataFrame:
        """The answer for each row that `read` gave: the second half of `predict`."""
        if self.compiled is None or not self.compiled.counts_terms or not X.height:
            return prediction_table(self._model, self.manifest, X)
        return compiled_table(self.compiled, self.manifest, X, at_once=MOST_AT_ONCE)


def seal(  # noqa: PLR0913 -- what it is, what it was made of, and who says so
    folder: Path,
    *,
    model: Any,
    card: Card,
    golden_X: pl.DataFrame,
    key: Ed25519PrivateKey,
    modules: Path | str = "",
    learnt: LearntRows | None = None,
    usual: UsualInputs | None = None,
    n_odd_rows: int = N_ODD_ROWS,
) -> SealedBundle:
    """Store a model as a signed, immutable release, and open it once to see that it works.

    Parameters
    ----------
    folder : Path
        Where releases lie; made if needed. The release becomes ``folder/<digest>``.
    model : scikit-learn estimator
        Fitted, as a family built it. A binary one has learnt 0 and 1, or classes as text.
    card : Card
        What it is.
    golden_X : polars.DataFrame, shape (n_golden, ...)
        At least one row; scored now, and again each time the release is opened.
    key : Ed25519PrivateKey
        Signs.
    modules : Path or str, default=""
        As for `open_bundle`.
    learnt : LearntRows, optional
        The rows it was made of, so that it knows them again.
    usual : UsualInputs, optional
        What these rows look like, so that it tells others.
    n_odd_rows : int, default=10_000
        Rows that its compiled form must answer as the model does, beside the golden ones.

    Returns
    -------
    SealedBundle

    Raises
    ------
    ReleaseError
        If the stored model does not give the scores of the model passed in.
    DataError
        If the golden rows do not fit the columns.
    ValueError
        If there is no golden row.
    """
    golden = conform(golden_X, card.columns)
    if not golden.height:
        raise ValueError("golden_X has no rows; at least one is needed. Pass some test rows.")
    stored = dump_model(model)
    scored = golden_bytes(model, card, golden)
    files = {MODEL: stored, GOLDEN: scored}
    if learnt is not None:
        files[ROWS] = learnt.to_bytes()
    if usual is not None:
        files[USUAL] = usual_bytes(usual, card)
    slow = partial(slow_answers, model, card)
    compiled = compiled_or_not(model, card, golden, slow, n_odd_rows=n_odd_rows)
    if compiled.data:
        files[COMPILED] = compiled.data
    manifest = Manifest(
        **vars(card),
        model_digest=digest_of(stored),
        golden_digest=digest_of(scored),
        n_golden=golden.height,
        rows_digest=digest_of(files[ROWS]) if learnt else "",
        usual_repeats=learnt.usual_share if learnt else None,
        rows_form=learnt.form if learnt else DigestForm.MIXED,
        usual_digest=digest_of(files[USUAL]) if usual else "",
        compiled_digest=digest_of(compiled.data) if compiled.data else "",
        compiled_rows=compiled.n_rows,
        not_compiled=compiled.why_not,
        versions=versions(),
        lock=lock(),
        made_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    written = manifest.to_bytes()
    files |= {MANIFEST: written, SIGNATURE: key.sign(written).hex().encode()}
    digest = digest_of(written)
    opened = partial(open_bundle, trusted=(key.public_key(),), modules=modules)
    place(folder, digest, files, opened)
    return SealedBundle(
        digest=digest,
        release_id=digest[:ID_LENGTH],
        model_digest=manifest.model_digest,
        size_bytes=sum(len(data) for data in files.values()),
        signer=fingerprint(key.public_key()),
        fast_path=manifest.fast_path,
    )


def open_bundle(
    folder: Path,
    *,
    trusted: Sequence[Ed25519PublicKey],
    modules: Path | str = "",
    digest: str = "",
) -> ReleaseBundle:
    """Open a release; whatever is not as it was sealed is refused.

    The order is: signature, digests, versions, load, replay of the golden rows. Nothing of
    the folder is interpreted before its signature holds.

    Parameters
    ----------
    folder : Path
        The release itself: ``.../<digest>``.
    trusted : sequence of Ed25519PublicKey
        Whose signature counts.
    modules : Path or str, default=""
        Where ``leadline.toml`` lies: a model of a person's own may need a module beside it.
    digest : str, default=""
        The release that is asked for; empty: whatever lies in the folder.

    Raises
    ------
    EngineError
        If the model is of a person's own and its module cannot be imported.
    ReleaseError
        If a file is missing or was changed, no trusted key has signed, it is another release,
        versions differ, the model holds types that are not trusted, or it scores the golden rows
        differently.
    """
    bundle = load_bundle(folder, trusted=trusted, modules=modules, digest=digest)
    bundle.replay()
    return bundle


def load_bundle(
    folder: Path,
    *,
    trusted: Sequence[Ed25519PublicKey],
    modules: Path | str = "",
    digest: str = "",
) -> ReleaseBundle:
    """Open a release as `open_bundle` does, but for the replay of its golden rows."""
    manifest = signed_manifest(folder, trusted=trusted, digest=digest)
    files = signed_files(folder, manifest)
    refuse_other_versions(manifest.versions)
    # the manifest names the family, and its signature holds
    model = load_model(files[MODEL], trusted=trusted_in_turn(manifest.family, modules))
    return ReleaseBundle(manifest, model, files)


def _learnt(files: Mapping[str, bytes], manifest: Manifest) -> LearntRows | None:
    if ROWS not in files or manifest.usual_repeats is None:
        return None
    form = DigestForm(manifest.rows_form)
    return LearntRows.from_bytes(files[ROWS], manifest.usual_repeats, form)
