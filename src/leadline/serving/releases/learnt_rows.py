"""Rows that a release was made of, as digests: whether a row is one of them, not what it holds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from leadline.errors import ReleaseError
from leadline.reading.row_hashes import content_hashes
from leadline.serving.releases.row_digests import row_digests
from leadline.stats.monitoring.repeats import are_repeats, usual_repeats

_BYTES = np.dtype("<u8")


class DigestForm(StrEnum):
    """How the rows of a release are digested."""

    HASHED = "hashed"
    """Row by row, as the split does it: in releases of before columns were mixed."""
    MIXED = "mixed"


@dataclass(frozen=True)
class LearntRows:
    """The rows that a release learnt from, or that it was measured by.

    Two rows are the same if all features are, as the model is given them. A digest takes eight
    bytes.

    Attributes
    ----------
    digests : ndarray of uint64, shape (n_different,)
        Sorted, each once.
    usual_share : float in (0, 1)
        Share of new rows that equal one of them by chance.
    form : DigestForm
        How they are digested.
    """

    digests: NDArray[np.uint64]
    usual_share: float
    form: DigestForm = DigestForm.MIXED

    @classmethod
    def of(
        cls,
        X: pl.DataFrame,
        is_test: ArrayLike | None = None,
        *,
        more: pl.DataFrame | None = None,
    ) -> LearntRows:
        """The rows of a frame.

        Parameters
        ----------
        X : polars.DataFrame, shape (n_samples, n_features)
            Conformed.
        is_test : array-like of bool, shape (n_samples,), optional
            Of a split by group or by time: what new rows will be like.
        more : polars.DataFrame, shape (n_more, n_features), optional
            Further rows that were learnt from, conformed; they do not say how often rows come back.

        Examples
        --------
        >>> X = pl.DataFrame({"age": [41.0, 42.0], "town": ["Ulm", None]})
        >>> rows = LearntRows.of(X)
        >>> rows.contain(X.reverse().vstack(pl.DataFrame({"age": [41.0], "town": [None]}))).tolist()
        [True, True, False]
        """
        digests = row_digests(X)
        every = digests if more is None else np.concatenate([digests, row_digests(more)])
        return cls(np.unique(every), usual_repeats(digests, is_test))

    @classmethod
    def from_bytes(
        cls, data: bytes, usual_share: float, form: DigestForm = DigestForm.MIXED
    ) -> LearntRows:
        """What `to_bytes` wrote.

        Raises
        ------
        ReleaseError
            If they are no digests.
        """
        if len(data) % _BYTES.itemsize:
            raise ReleaseError(
                f"The digests of the rows learnt from have {len(data):,} bytes.",
                f"{_BYTES.itemsize} bytes a row are needed.",
                "Restore the release, or make it again.",
            )
        return cls(np.frombuffer(data, dtype=_BYTES), usual_share, form)

    def to_bytes(self) -> bytes:
        """Eight bytes a row, the lowest first."""
        return self.digests.astype(_BYTES).tobytes()

    def contain(self, X: pl.DataFrame) -> NDArray[np.bool_]:
        """Which rows of a conformed frame are among them."""
        is_mixed = self.form is DigestForm.MIXED
        given = row_digests(X) if is_mixed else content_hashes(X, X.columns)
        if not self.digests.size:
            return np.zeros(given.size, dtype=bool)
        places = np.searchsorted(self.digests, given)
        found: NDArray[np.bool_] = self.digests[places % self.digests.size] == given
        return found

    def words(self, n_found: int, n_rows: int) -> str:
        """What a person should know of rows that were found; empty where chance brings as many.

        Examples
        --------
        >>> rows = LearntRows(np.arange(9, dtype=np.uint64), usual_share=0.01)
        >>> rows.words(12, 1_500)
        ''
        >>> print(rows.words(1_200, 1_500))
        1,200 of 1,500 rows are rows that this release learnt from or was tested on (of as \
many new rows, about 15 would equal one of them): scores on them look better than they are.
        """
        if not are_repeats(n_found, n_rows, self.usual_share):
            return ""
        n_usual = round(n_rows * self.usual_share)
        by_chance = f"{f'about {n_usual:,}' if n_usual else 'hardly one'} would equal one of them"
        return (
            f"{n_found:,} of {n_rows:,} rows are rows that this release learnt from or was tested "
            f"on (of as many new rows, {by_chance}): scores on them look better than they are."
        )
