"""Do the intervals of cost at each point, and those of slices, hold the truth in 90 of 100 streams?

    python benchmarks/apply/point_costs.py [--repetitions 200] [--only costs,slices] [--seed 36]
        [--processes 2]

Seeded. Each repetition draws a stream of 20,000 rows and hides the truth; all methods see the same
judged rows, drawn as Leadline draws them. A miss costs as much as 5 false alarms. "too much": log
odds of the scores are 1.6 times those of the truth. The peers estimate each band by itself:
"normal" takes the stratified mean and its variance, "bootstrap" draws the judged rows of each band
anew. Slices hold a fifth of the rows: one is like the rest, in the other the odds of a real case
are e times those that the scores claim; with fewer than 10 judged rows a slice is not looked at.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from repeating import repeat
from scipy.special import expit, logit
from streams import Stream, normal

from leadline.stats.judgments import Bands, StreamEstimate, estimate, sample
from leadline.stats.judgments.slice_figures import Counted, slice_figures
from leadline.stats.judgments.slice_posterior import rest_of_bands

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_N, _MISS, _Z, _N_BOOT, _FEWEST = 20_000, 5.0, 1.6448536269514722, 400, 10
_METHODS = ("Leadline", "normal", "bootstrap")
_FIGURES = ("wrong", "precision", "recall")


@dataclass(frozen=True)
class Setting:
    """Share of positives, judgments, and how the scores claim."""

    prevalence: float
    n: int
    slope: float

    def draw(self, rng: np.random.Generator) -> Stream:
        return normal(rng, n=_N, prevalence=self.prevalence, slope=self.slope)

    @property
    def words(self) -> list[str]:
        return [
            f"{self.prevalence:.0%}",
            "right" if self.slope == 1 else "too much",
            str(self.n),
        ]


@dataclass(frozen=True)
class Judged:
    """Judged rows of a stream, by its bands."""

    stream: Stream
    bands: Bands
    rows: np.ndarray

    @property
    def band(self) -> np.ndarray:
        return self.bands.bands[self.bands.slice_of(self.stream.scores[self.rows])]

    def weights(self) -> np.ndarray:
        """By threshold and band, what a hit adds to the cost of 1,000 rows."""
        levels = np.arange(self.bands.n_bands)
        is_alert = levels >= np.asarray(self.bands.first_alerts)[:, None]
        return np.where(is_alert, -1.0, _MISS) * self.bands.band_sizes * 1000 / _N

    @property
    def fixed(self) -> np.ndarray:
        """Cost if no row were real."""
        return np.asarray(self.bands.n_alerts) * 1000 / _N


def judged(stream: Stream, n: int, rng: np.random.Generator) -> Judged:
    rows = sample(stream.scores, stream.thresholds, n, rng)
    return Judged(stream, Bands.of(stream.scores, stream.thresholds), rows)


def ours(found: StreamEstimate) -> np.ndarray:
    missed = found.n_positive_drawn[:, None] - found.n_hits_drawn
    costs = _MISS * missed + (found.n_alerts - found.n_hits_drawn)
    return np.quantile(costs * 1000 / _N, [0.05, 0.95], axis=0)


def plain(its: Judged) -> np.ndarray:
    n = np.bincount(its.band, minlength=its.bands.n_bands)
    k = np.bincount(its.band[its.stream.truth[its.rows]], minlength=its.bands.n_bands)
    share = k / np.maximum(n, 1)
    left = 1 - n / its.bands.band_sizes
    error = np.sqrt(its.weights() ** 2 @ (left * share * (1 - share) / np.maximum(n - 1, 1)))
    middle = its.fixed + its.weights() @ share
    return np.array([middle - _Z * error, middle + _Z * error])


def bootstrap(its: Judged, rng: np.random.Generator) -> np.ndarray:
    n = np.bincount(its.band, minlength=its.bands.n_bands)
    k = np.bincount(its.band[its.stream.truth[its.rows]], minlength=its.bands.n_bands)
    shares = rng.binomial(n, k / np.maximum(n, 1), size=(_N_BOOT, n.size)) / np.maximum(n, 1)
    return np.quantile(its.fixed + shares @ its.weights().T, [0.05, 0.95], axis=0)


def costs(setting: Setting, rng: np.random.Generator) -> np.ndarray:
    """By method and threshold: whether it holds the truth, is above it, and how wide it is."""
    stream = setting.draw(rng)
    its = judged(stream, setting.n, rng)
    found = estimate(stream.scores, stream.thresholds, its.rows, stream.truth[its.rows])
    truth = stream.cost(_MISS, 1.0) * 1000 / _N
    ends = [ours(found), plain(its), bootstrap(its, rng)]
    return np.array(
        [
            [(low <= truth) & (truth <= high), low > truth, (high - low) / truth]
            for low, high in ends
        ]
    )


def sliced(setting: Setting, gap: float, rng: np.random.Generator) -> list[list[list[float]]]:
    """By method, threshold and figure: held and width; NaN where it is not told."""
    stream = setting.draw(rng)
    inside = rng.random(_N) < 0.2
    share = expit(logit(np.clip(stream.scores, 1e-9, 1 - 1e-9)) / setting.slope + gap)
    truth = np.where(inside, rng.random(_N) < share, stream.truth)
    stream = replace(stream, truth=truth)
    its = judged(stream, setting.n, rng)
    is_in = inside[its.rows]
    if not _FEWEST <= is_in.sum() < its.rows.size:
        return [[[np.nan] * 6] * 3] * 2
    scores, is_hit, bands = stream.scores[its.rows], truth[its.rows], its.bands
    follows = estimate(stream.scores, stream.thresholds, its.rows, is_hit).follows_scores
    rest = rest_of_bands(bands, scores[~is_in], is_hit[~is_in], rng, follows=follows)
    whole = bands.bands[bands.slice_of(stream.scores)]
    sizes = np.bincount(whole[inside], minlength=bands.n_bands)

    def counted(side: np.ndarray, its_sizes: np.ndarray) -> Counted:
        n = bands.n_bands
        return Counted(
            its_sizes,
            np.bincount(its.band[side & is_hit], minlength=n),
            np.bincount(its.band[side], minlength=n),
        )

    alerts = [np.arange(bands.n_bands) >= first for first in bands.first_alerts]
    mine = counted(is_in, sizes)
    others = counted(~is_in, bands.band_sizes - sizes)
    figures = slice_figures(mine, others, rest, rng, alerts=alerts)
    flags = stream.scores[:, None] >= np.sort(stream.thresholds)[::-1]
    own, peers = [], []
    for number, found in enumerate(figures):
        real, flagged = truth[inside], flags[inside, number]
        told = _rates(real, flagged)
        own.append(_held((found.wrong, found.precision, found.recall), told))
        peers.append(_bootstrap_of(mine, alerts[number], told, rng))
    return [own, peers]


def _rates(real: np.ndarray, flagged: np.ndarray) -> list[float]:
    hits = int((real & flagged).sum())
    return [
        float((real != flagged).mean()),
        hits / max(int(flagged.sum()), 1),
        hits / max(int(real.sum()), 1),
    ]


def _held(found: Sequence[object], truth: list[float]) -> list[float]:
    told = []
    for one, true in zip(found, truth, strict=True):
        told += (
            [np.nan, np.nan]
            if one is None
            else [float(one.low <= true <= one.high), float(one.high - one.low)]  # type: ignore[attr-defined]
        )
    return told


def _bootstrap_of(
    its: Counted, alert: np.ndarray, truth: list[float], rng: np.random.Generator
) -> list[float]:
    """Rows judged of the slice drawn anew in each band; a band without any is left aside."""
    n, known = its.n_judged, its.n_judged > 0
    sizes = np.where(known, its.sizes, 0)
    share = its.n_hits / np.maximum(n, 1)
    hits = rng.binomial(n, share, size=(_N_BOOT, n.size)) / np.maximum(n, 1) * sizes
    wrong = np.where(alert, sizes - hits, hits).sum(axis=1) / max(sizes.sum(), 1)
    flagged, real = sizes[alert].sum(), hits.sum(axis=1)
    found = hits[:, alert].sum(axis=1)
    told = []
    ratios = found / max(flagged, 1), found / np.maximum(real, 1e-9)
    for draws, true in zip((wrong, *ratios), truth, strict=True):
        low, high = np.quantile(draws, [0.05, 0.95])
        told += [float(low <= true <= high), float(high - low)]
    return told


SETTINGS = [
    Setting(prevalence, n, slope)
    for prevalence in (0.03, 0.3)
    for slope in (1.0, 1.6)
    for n in (50, 100, 200, 400)
]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--repetitions", type=int, default=200)
    parser.add_argument("--only", default="costs,slices")
    parser.add_argument("--seed", type=int, default=36)
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args()
    for name in given.only.split(","):
        {"costs": print_costs, "slices": print_slices}[name](given)


def print_costs(given: argparse.Namespace) -> None:
    lines = []
    for setting in SETTINGS:
        found = np.array(_repeated(given, lambda rng, at=setting: costs(at, rng), setting))
        for place, method in enumerate(_METHODS):
            held, above, _ = found[:, place].mean(axis=0)
            lines.append(
                [
                    *setting.words,
                    method,
                    f"{held.mean():.3f}",
                    f"{held.min():.3f}",
                    f"{above.mean():.3f}",
                    f"{np.median(found[:, place, 2]):.2f}",
                ]
            )
    head = ["positive", "scores claim", "judged", "method", "held", "worst point", "too high"]
    print(markdown([*head, "width, of the cost"], lines), flush=True)


def print_slices(given: argparse.Namespace) -> None:
    lines = []
    for setting in (each for each in SETTINGS if each.slope == 1):
        for gap, words in ((0.0, "like the rest"), (1.0, "more real cases")):
            found = np.array(
                _repeated(given, lambda rng, at=setting, by=gap: sliced(at, by, rng), setting)
            )
            for place, method in enumerate(("Leadline", "bootstrap")):
                of_method = found[:, place]
                cells = []
                for figure in range(len(_FIGURES)):
                    held, width = of_method[..., 2 * figure], of_method[..., 2 * figure + 1]
                    is_told = ~np.isnan(held)
                    cells += (
                        [f"{held[is_told].mean():.3f}", f"{width[is_told].mean():.3f}"]
                        if is_told.any()
                        else ["–", "–"]
                    )
                positive, _, n = setting.words
                lines.append([positive, n, words, method, *cells])
    head = ["positive", "judged", "slice", "method"]
    head += [f"{name} {what}" for name in _FIGURES for what in ("held", "width")]
    print(markdown(head, lines), flush=True)


def _repeated(given: argparse.Namespace, task: object, setting: Setting) -> list[object]:
    return repeat(
        task,  # type: ignore[arg-type]
        given.repetitions,
        given.seed,
        name=", ".join(setting.words),
        n_processes=given.processes,
    )


if __name__ == "__main__":
    main()
