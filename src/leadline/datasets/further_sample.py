"""Further rows of the stream for people to judge, placed by what was said of the first ones."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from leadline.datasets.stream_sample import FIRST_SHARE
from leadline.phases.tuning import Tuning
from leadline.record import Artifact, Artifacts
from leadline.snapshot import from_parquet, to_parquet
from leadline.stats.judgments import (
    ClassStrata,
    sample,
    sample_between,
    sample_classes,
    sample_values,
)

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Said:
    """What people said of rows drawn before; a row that all were unsure of is not among them.

    Attributes
    ----------
    rows : ndarray of int of shape (n_answered,)
        Rows of the stream.
    codes : ndarray of int of shape (n_answered,)
        1 for yes and 0 for no, or the place of the class. Of numbers nothing is read.
    """

    rows: Ints
    codes: Ints


@dataclass(frozen=True)
class FurtherSample:
    """All rows drawn so far, the earlier ones among them, in random order.

    Attributes
    ----------
    sample, sample_rows, sample_scores : str
        Digests, as the tuning's evidence has them.
    n_sample : int
        Rows.
    artifacts : tuple of Artifact
        What was stored.
    """

    sample: str
    sample_rows: str
    sample_scores: str
    n_sample: int
    artifacts: tuple[Artifact, ...]


def draw_further(
    store: Artifacts,
    tuning: Tuning,
    said: Said,
    n: int,
    rng: np.random.Generator,
    *,
    break_even: float | None = None,
    is_clear: bool = False,
) -> FurtherSample:
    """Draw `n` more rows, as far as there are.

    Parameters
    ----------
    store : Artifacts
        Where the stream lies.
    tuning : Tuning
        With all rows drawn so far.
    said : Said
        What was said of them.
    n : int >= 1
        Rows wanted.
    rng : Generator
        Source of chance.
    break_even : float in (0, 1), optional
        Share of positives at which two points cost the same.
    is_clear : bool
        Whether it is known which point is the cheapest: no rows are then spent on it.
    """
    drawn = np.frombuffer(store.get(tuning.sample), dtype="<i8")
    is_drawn = np.zeros(tuning.n_stream, dtype=np.bool_)
    is_drawn[drawn] = True
    n = min(n, int((~is_drawn).sum()))
    if tuning.plain is None:
        n_between = 0 if is_clear else int(n * FIRST_SHARE)
        new, scores = _binary(store, tuning, is_drawn, said, n, n_between, rng, break_even)
    elif tuning.plain.numbers is None:
        new, scores = _classes(store, tuning, is_drawn, said, n, rng)
    else:
        scores = np.frombuffer(store.get(tuning.stream_scores), dtype="<f8")
        rest = np.flatnonzero(~is_drawn)
        new = rest[sample_values(scores[rest], n, rng)]
    rows = rng.permutation(np.concatenate([drawn, new])).astype("<i8")
    digests: dict[str, str] = {"sample_rows": "", "sample_scores": ""}
    contents = {"sample": (rows.tobytes(), "sample")}
    # entries of older versions keep neither beside the sample
    if tuning.sample_rows:
        frame = from_parquet(store.get(tuning.stream))
        contents["sample_rows"] = (to_parquet(frame[rows]), "sample")
        contents["sample_scores"] = (scores[rows].astype("<f8").tobytes(), "scores")
    made = []
    for name, (data, kind) in contents.items():
        digests[name] = store.put(data, kind)
        made.append(Artifact(digests[name], kind, len(data)))
    return FurtherSample(n_sample=int(rows.size), artifacts=tuple(made), **digests)


def _binary(
    store: Artifacts,
    tuning: Tuning,
    is_drawn: npt.NDArray[np.bool_],
    said: Said,
    n: int,
    n_between: int,
    rng: np.random.Generator,
    break_even: float | None,
) -> tuple[Ints, Floats]:
    """New rows, and the scores of the stream: some between the points, the others by all bands."""
    scores = np.frombuffer(store.get(tuning.stream_scores), dtype="<f8")
    cuts = np.array([point.threshold for point in tuning.points])
    rest = np.flatnonzero(~is_drawn)
    first = rest[:0]
    if n_between:
        places = sample_between(scores[rest], cuts, n_between, rng, break_even=break_even)
        first = rest[places]
    # rows drawn that nobody could answer tell nothing, and are not drawn again
    known = np.sort(np.concatenate([rest, said.rows]))
    judged = np.searchsorted(known, said.rows)
    places = sample(scores[known], cuts, n, rng, rows=judged, is_positive=said.codes)
    others = known[places]
    others = others[~np.isin(others, first)][: n - first.size]
    return np.concatenate([first, others]), scores


def _classes(
    store: Artifacts,
    tuning: Tuning,
    is_drawn: npt.NDArray[np.bool_],
    said: Said,
    n: int,
    rng: np.random.Generator,
) -> tuple[Ints, Floats]:
    kept = json.loads(store.get(tuning.bands))
    shares = np.frombuffer(store.get(tuning.stream_shares), dtype="<f8")
    shares = shares.reshape(-1, len(kept["classes"]))
    known = np.sort(np.concatenate([np.flatnonzero(~is_drawn), said.rows]))
    strata = ClassStrata.from_dict(kept["strata"])
    places = sample_classes(
        shares[known],
        n,
        rng,
        cuts=strata.cuts,
        costs=strata.costs,
        rows=np.searchsorted(known, said.rows),
        truth_codes=said.codes,
    )
    return known[places], shares
