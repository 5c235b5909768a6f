"""Would it pay to tell a forecast that repeats share validation rows from size to size?

Curves of LCDB 1.0, train half, six sizes up to a cut, one, three or five repeats, as
`few_repeats.py` cuts them. Errors of one repeat at two sizes are measured on the same rows, so they
move together. Here the fit is told of a correlation between the sizes' standard errors, the same
one for each two; a single run is given the standard error of its validation rows, e (1 - e) / m. A
fit of fewer than five repeats takes the table of hidden standard errors; here also that of known
ones. Truth is the mean of all repeats at twice the cut; what ships is used, which has seen these
data.

    python benchmarks/curves/shared_rows.py [--limit 700]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from families import family_of
from few_repeats import few
from running import Instance
from scoring import figure, inside, log_width, markdown
from sources import lcdb10
from timing import timed_fits

from leadline.stats.curves.calibration import Calibration
from leadline.stats.curves.learnt import groups_of, learnt
from leadline.stats.curves.marginal_likelihood import DesignMatrices, posterior_components
from leadline.stats.curves.measured import measured
from leadline.stats.curves.posterior import CurvePosterior
from leadline.stats.metric import METRICS

_METRIC = METRICS["error_rate"]
_LEVELS = [0.05, 0.5, 0.95]
_SEED = 11


@dataclass(frozen=True)
class Way:
    """A way to fit: which table, which correlation, and whether a run has its rows' error."""

    repeats: int
    is_known: bool
    correlation: float
    of_rows: bool = False

    @property
    def words(self) -> str:
        parts = ["known" if self.is_known else "hidden"]
        parts += ["standard error of its rows"] if self.of_rows else []
        parts += [f"correlation {self.correlation:g}"] if self.correlation else []
        return ", ".join(parts)


# the first of each number of repeats is what is done
WAYS = (
    Way(1, False, 0.0),
    Way(1, False, 0.0, of_rows=True),
    Way(1, False, 0.3, of_rows=True),
    Way(1, True, 0.3, of_rows=True),
    Way(3, False, 0.0),
    Way(3, True, 0.0),
    Way(3, True, 0.3),
    Way(5, True, 0.0),
    Way(5, True, 0.3),
    Way(5, True, 0.5),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=int, default=700, help="cuts of each kind (default: 700)")
    limit = parser.parse_args().limit
    counts = timed_fits().group_by("openmlid").agg(pl.col("size_test").first())
    n_rows = dict(counts.iter_rows())
    rows = []
    for repeats in dict.fromkeys(way.repeats for way in WAYS):
        drawn = list(_drawn(repeats, n_rows))
        order = np.random.default_rng(_SEED).permutation(len(drawn))[:limit]
        chosen = [drawn[k] for k in order]
        ways = [way for way in WAYS if way.repeats == repeats]
        misses = []
        for way in ways:
            forecasts = [_forecast(way, *each) for each in chosen]
            truth = np.array([each[0].truth[0] for each in chosen])
            low, middle, high = np.array(forecasts).T
            misses.append(np.abs(np.minimum(middle, 1.0) - truth))
            change = misses[-1] - misses[0]
            rows.append(
                [
                    f"{repeats}: {way.words}",
                    figure(misses[-1].mean()),
                    f"{misses[-1].mean() / misses[0].mean():.2f}",
                    f"{change.mean():+.4f} ± {change.std() / np.sqrt(change.size):.4f}",
                    figure(float(inside(truth, np.array([low, high])).mean()), 3),
                    figure(float(np.median(log_width(np.array([low, high])))), 2),
                ]
            )
    print(f"LCDB 1.0, accuracy, train half, twice the size, {limit} cuts for each\n")
    heads = ["mean absolute error", "of the first", "difference", "coverage", "median log width"]
    print(markdown(["repeats: table", *heads], rows))


def _drawn(repeats: int, n_rows: dict[int, int]) -> Iterator[tuple[Instance, int]]:
    rng = np.random.default_rng(_SEED)
    for curve in lcdb10("accuracy", "train"):
        if int(curve.data) in n_rows:
            for instance in few(curve, repeats, rng):
                yield instance, n_rows[int(curve.data)]


def _forecast(way: Way, instance: Instance, n_rows: int) -> np.ndarray:
    stderr, errors = instance.stderr, instance.errors
    if way.of_rows:
        share = (errors * n_rows + 0.5) / (n_rows + 1)
        stderr = np.sqrt(share * (1 - share) / n_rows)
    family = family_of(instance.learner) if instance.learner else None
    names = groups_of(family, _METRIC, way.repeats)
    data = measured(instance.sizes, errors, stderr, _METRIC, way.repeats)
    table = learnt().known if way.is_known else learnt().hidden
    prior = learnt().mixture(table, names)
    design = DesignMatrices.at(data.x, prior.active)
    spread = np.sqrt(data.variance)
    apart = way.correlation * np.outer(spread, spread) * (1 - np.eye(spread.size))
    told = replace(design, covariance=design.covariance + apart)
    components = posterior_components(data, prior.log_prior, told)
    share_of_networks = prior.share_of_networks(
        components.kernel, components.shape, components.weight
    )
    calibration = Calibration.of(table, names)
    networks = Calibration.of(learnt().networks, names)
    posterior = CurvePosterior(
        measured=data,
        metric=_METRIC,
        caution=(),
        components=components,
        calibration=calibration.towards(networks, share_of_networks),
    )
    return np.asarray(posterior.quantile(instance.at[0], _LEVELS))


if __name__ == "__main__":
    main()
