"""Learning curves of neural networks over data size, from public repositories, as cut examples.

`deep_curves.csv.gz` holds language models (loss against tokens), RoBERTa fine-tuned and prompted,
and convolutional networks. Curves of one group share data or networks, so a group counts once,
however many curves it has; what is learnt from one half of the sources is judged on the other.
Beside them lie curves of small networks of our own, which nothing is learnt from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from learning import (
    Example,
    calibrate,
    learnt_of,
    likelihoods,
    places_of_truth,
    with_tilts,
)
from sources import SHARED, here

from leadline.stats.curves.discrepancy import kernels
from leadline.stats.curves.fitting import FEW_REPEATS
from leadline.stats.curves.learnt import Table
from leadline.stats.curves.prior import learn_independent, mixed

# the learning half, on which choices were made; the other one is read for the tables of results
LEARNING = (
    "TevenLeScao/pet",
    "epoch-research/analyzing-chinchilla",
    "formll/resolving-scaling-law-discrepancies",
)
SOURCES = {
    "neural networks": "mlfoundations/scaling, epoch-research/analyzing-chinchilla, "
    "Open-Athena/scaling-law-analysis, formll/resolving-scaling-law-discrepancies, "
    "OpenEuroLLM/dense_english_scaling_laws, huggingface/datablations, TevenLeScao/pet, "
    "giovabaj/Learning-Curve-ECG, cure-lab/deep-active-learning; public repositories"
}
FAMILIES = {
    "cross_entropy": "language-model",
    "error_rate": "text-network",
    "1-f1": "text-network",
    "1-auc": "network",
}
METRICS = {
    "cross_entropy": "log_loss",
    "error_rate": "error_rate",
    "1-f1": "f1",
    "1-auc": "roc_auc",
}
_PICTURES, _TEXTS = ("digits", "letters"), ("code", "docstrings", "headers")
_OF_OUR_OWN = Path(__file__).with_name("network_curves.csv.gz")
_FEWEST = 5
_OF_A_GROUP, _OF_A_SOURCE = 5, 40
_N_ITERATIONS = 4
_N_ACTIVE = 12
_SHARES = (0.4, 0.4)
# of all curves beside the losses: fine-tuned networks, forecast far worse, say little of these
_ALL_GROUPS = 5.0
_NEAREST, _LATER, _FURTHEST = 1.2, 1.6, 80.0
_CUT_STEP = np.log(2.0) - 0.01


def networks(half: str | None = None) -> list[Example]:
    """Every curve, cut at every octave that leaves five sizes up to it and one from 1.6 times on.

    Parameters
    ----------
    half : {"learning", "judging"}, optional
        Of the sources; all of them if not given.
    """
    rows = pl.read_csv(here(SHARED / "deep_curves.csv.gz"))
    rows = rows.with_columns(family=pl.col("metric").replace_strict(FAMILIES))
    found: list[Example] = []
    for (source, *_), curve in _curves(rows):
        if half is None or (source in LEARNING) == (half == "learning"):
            found += _cuts(curve, str(source))
    return found


def own_networks() -> list[Example]:
    """What `measuring_networks.py` measured, cut likewise; the task is the source."""
    network = pl.when(pl.col("task").is_in(_PICTURES)).then(pl.lit("image-network"))
    network = network.when(pl.col("task").is_in(_TEXTS)).then(pl.lit("language-model"))
    curve = pl.concat_str("task", "network", separator=", ")
    rows = pl.read_csv(_OF_OUR_OWN).with_columns(
        pl.col("n").cast(pl.Float64),
        pl.col("metric").replace({"log_loss": "cross_entropy"}),
        source=pl.col("task"),
        curve=curve,
        family=network.otherwise(pl.lit("text-network")),
        group=curve,
    )
    return [cut for (source, *_), curve in _curves(rows) for cut in _cuts(curve, str(source))]


def _curves(rows: pl.DataFrame) -> Iterable[tuple[tuple[object, ...], pl.DataFrame]]:
    usable = rows.filter(pl.col("value").is_finite(), pl.col("value") > 0)
    return usable.group_by(["source", "curve", "metric"], maintain_order=True)


def group_weights(examples: list[Example]) -> np.ndarray:
    """A weight an example, so that every group counts as one."""
    counts = Counter(e.share_of for e in examples)
    return np.array([1 / counts[e.share_of] for e in examples])


def _cuts(curve: pl.DataFrame, source: str) -> list[Example]:
    points = (
        curve.group_by("n")
        .agg(pl.col("value").mean(), sd=pl.col("value").std(), n_repeats=pl.len())
        .sort("n")
    )
    sizes, errors = (points[c].to_numpy().astype(float) for c in ("n", "value"))
    n_repeats = int(points["n_repeats"].min())
    stderr = None
    if n_repeats > 1:
        counts = points["n_repeats"].to_numpy()
        stderr = points["sd"].fill_null(0.0).to_numpy().astype(float) / np.sqrt(counts)
    whole = Example(
        data=0,
        family=curve["family"][0],
        sizes=sizes,
        errors=errors,
        stderr=stderr,
        later_sizes=sizes,
        later_errors=errors,
        later_stderr=np.zeros(sizes.size) if stderr is None else stderr,
        n_repeats=n_repeats if n_repeats > 1 else None,
        metric=METRICS[curve["metric"][0]],
        source=source,
        share_of=curve["group"][0],
    )
    found, last = [], -np.inf
    for place in range(_FEWEST - 1, sizes.size - 1):
        ahead = (sizes >= _NEAREST * sizes[place]) & (sizes <= _FURTHEST * sizes[place])
        is_late = sizes >= _LATER * sizes[place]
        if not (ahead & is_late).any() or np.log(sizes[place]) < last + _CUT_STEP:
            continue
        last = np.log(sizes[place])
        found.append(_cut(whole, place + 1, ahead))
    return found


def _cut(whole: Example, n_seen: int, ahead: np.ndarray) -> Example:
    stderr = whole.stderr
    return replace(
        whole,
        sizes=whole.sizes[:n_seen],
        errors=whole.errors[:n_seen],
        stderr=None if stderr is None else stderr[:n_seen],
        later_sizes=whole.later_sizes[ahead],
        later_errors=whole.later_errors[ahead],
        later_stderr=whole.later_stderr[ahead],
    )


def learn_networks(examples: list[Example], tables: tuple[Table, Table]) -> Table:
    """The networks' table; calibrated on each source by what was learnt from the others.

    Parameters
    ----------
    examples
        Curves to learn from.
    tables
        What they are mixed with in a forecast: of known and of hidden standard errors.
    """
    even = capped(examples)
    every = np.arange(len(kernels()))
    weight = learn_independent(likelihoods(even, every), n_iterations=_N_ITERATIONS).sum(axis=1)
    active = np.sort(np.argsort(weight)[-_N_ACTIVE:])
    weighed = likelihoods(even, active)
    judged: list[Example] = []
    places = []
    for source in sorted({e.source for e in even}):
        is_own = np.array([e.source == source for e in even])
        if is_own.all():
            continue
        others = [e for e in even if e.source != source]
        every_table = learnt_of(*tables, _prior(others, weighed[~is_own], active), {})
        own = [e for e in even if e.source == source]
        judged += own
        for example in own:
            is_known = example.stderr is not None and (example.n_repeats or 0) >= FEW_REPEATS
            table = tables[0] if is_known else tables[1]
            places.append(places_of_truth([example], table, every_table))
    return calibrate(_prior(even, weighed, active), judged, np.vstack(places), _ALL_GROUPS)


def _prior(examples: list[Example], weighed: np.ndarray, active: np.ndarray) -> Table:
    """A table that is learnt by a part only: the rest of the shapes' weight is even.

    With so few sources, what is common among them says little of what others may be like.
    """
    learnt = learn_independent(weighed, n_iterations=_N_ITERATIONS)
    n_shapes = learnt.shape[1]
    even = np.repeat(learnt.sum(axis=1, keepdims=True) / n_shapes, n_shapes, axis=1)
    return with_tilts(examples, weighed, active, mixed(learnt, even, _SHARES))


def capped(examples: list[Example]) -> list[Example]:
    """At most so many of a group and of a source, spread evenly over them."""
    return _spread(_spread(examples, "share_of", _OF_A_GROUP), "source", _OF_A_SOURCE)


def _spread(examples: list[Example], by: str, most: int) -> list[Example]:
    chosen: list[Example] = []
    for name in dict.fromkeys(getattr(e, by) for e in examples):
        own = [e for e in examples if getattr(e, by) == name]
        chosen += [own[k] for k in np.linspace(0, len(own) - 1, min(most, len(own))).astype(int)]
    return chosen
