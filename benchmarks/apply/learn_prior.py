"""Learns what streams of real classifiers are like, for the posterior of judgments.

    python benchmarks/apply/learn_prior.py        # rewrites band_prior.json beside the posterior

Reads the learning half of the library alone. Every band of a stream gives up to 150 labelled rows;
the weights of the readings, slopes and strays are those that make what was seen most probable
(expectation maximisation; each data set counts once). Strays are then taken to be wider than was
learnt, by `_CAUTION` and `_WIDE_SHARE`, so that classifiers that are in no library are covered too.
Both were chosen by hand among four settings by the coverage of every fifth stream of the learning
half (`library_table.py --half learning`), to bring the cells below .80 under 2 %.
"""

from __future__ import annotations

import json
import multiprocessing
from dataclasses import replace
from pathlib import Path

import numpy as np
from library import library
from scipy.special import logsumexp

from leadline.stats import judgments
from leadline.stats.judgments.band_prior import BandPrior, ScalePrior
from leadline.stats.judgments.band_walk import Judged, Walk, scales_of
from leadline.stats.judgments.bands import Bands

_A_BAND, _ROUNDS = 150, 4
_CAUTION, _WIDE_SHARE = 0.6, 0.06
_START = BandPrior(
    claimed=ScalePrior(0.5, 0.0, 1.0, np.geomspace(0.12, 4.0, 11), 1.5),
    ordered=ScalePrior(0.5, 0.0, 1.0, np.geomspace(0.1, 10.0, 12), 1.8),
    furthest_claim=6.0,
    sds=np.array([0.1, 0.3, 0.7, 1.4]),
    sd_weights=np.full(4, 0.25),
    wide_share=0.02,
    wide_sd=3.0,
)
_STREAMS = library("learning")


def main() -> None:
    weights = _weights()
    prior = _START
    for _ in range(_ROUNDS):
        prior, fit = _improved(prior, weights)
        print(f"mean log evidence {fit:.3f}", flush=True)
    learnt = prior.sd_weights
    cautious = learnt**_CAUTION / np.sum(learnt**_CAUTION)
    prior = replace(prior, sd_weights=cautious, wide_share=_WIDE_SHARE)
    sets = {each.data_set for each in _STREAMS}
    provenance = {
        "script": "benchmarks/apply/learn_prior.py",
        "streams": len(_STREAMS),
        "data_sets": sorted(sets),
        "learnt_sd_weights": [round(float(each), 4) for each in learnt],
        "caution": _CAUTION,
    }
    path = Path(judgments.__file__).with_name("band_prior.json")
    kept = {"provenance": provenance, "prior": _as_dict(prior)}
    path.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(kept["prior"], indent=1))


def _weights() -> np.ndarray:
    """Of each stream: its data set counts once."""
    sets = [each.data_set for each in _STREAMS]
    found = np.array([1 / sets.count(each) for each in sets])
    return found / found.sum()


def _improved(prior: BandPrior, weights: np.ndarray) -> tuple[BandPrior, float]:
    """One round of expectation maximisation, and the mean log evidence before it."""
    with multiprocessing.get_context("fork").Pool() as pool:
        found = pool.starmap(_evidence, [(n, prior) for n in range(len(_STREAMS))], chunksize=20)
    totals = [logsumexp([logsumexp(each) for each in pair]) for pair in found]
    claimed, ordered = (
        sum(
            weight * np.exp(pair[scale] - total)
            for weight, pair, total in zip(weights, found, totals, strict=True)
        )
        for scale in (0, 1)
    )
    share = float(claimed.sum())
    return (
        replace(
            prior,
            claimed=_with_slopes(prior.claimed, share, claimed.sum(axis=0)),
            ordered=_with_slopes(prior.ordered, 1 - share, ordered.sum(axis=0)),
            sd_weights=claimed.sum(axis=1) + ordered.sum(axis=1),
        ),
        float(weights @ totals),
    )


def _with_slopes(scale: ScalePrior, weight: float, counts: np.ndarray) -> ScalePrior:
    logs, shares = np.log(scale.slopes), counts / counts.sum()
    mean = float(shares @ logs)
    spread = float(np.sqrt(shares @ (logs - mean) ** 2))
    return replace(scale, weight=weight, slope_mean=mean, slope_sd=spread)


def _evidence(number: int, prior: BandPrior) -> list[np.ndarray]:
    """Log evidence of the two readings of a stream, each of shape (n_sds, n_slopes)."""
    stream, rng = _STREAMS[number].stream, np.random.default_rng([number, 11])
    bands = Bands.of(stream.scores, stream.thresholds)
    order = np.argsort(stream.scores, kind="stable")
    ends = np.cumsum(bands.band_sizes)
    rows = np.concatenate(
        [
            rng.permutation(order[start:end])[:_A_BAND]
            for start, end in zip(ends - bands.band_sizes, ends, strict=True)
        ]
    )
    codes = bands.slice_of(stream.scores[rows]) * 2 + stream.truth[rows]
    kinds, counts = np.unique(codes, return_counts=True)
    is_yes = (kinds % 2).astype(float)
    judged = Judged(kinds // 2, is_yes, 1 - is_yes, counts)
    return [
        Walk.of(bands, judged, scale, prior).log_evidence + np.log(scale.prior.weight)
        for scale in scales_of(bands, prior)
    ]


def _as_dict(prior: BandPrior) -> dict[str, object]:
    def scale(each: ScalePrior) -> dict[str, object]:
        return {
            "weight": round(each.weight, 4),
            "slope_mean": round(each.slope_mean, 4),
            "slope_sd": round(each.slope_sd, 4),
            "slopes": [float(each.slopes[0]), float(each.slopes[-1]), each.slopes.size],
            "level_sd": each.level_sd,
        }

    return {
        "claimed": scale(prior.claimed),
        "ordered": scale(prior.ordered),
        "furthest_claim": prior.furthest_claim,
        "sds": prior.sds.tolist(),
        "sd_weights": [round(float(each), 4) for each in prior.sd_weights],
        "wide_share": prior.wide_share,
        "wide_sd": prior.wide_sd,
    }


if __name__ == "__main__":
    main()
