"""Learn what ships in `leadline/stats/curves/learnt.npz`: prior, tilts by family, calibration.

Classifiers on tables from the train halves of LCDB 1.0 and 1.1 only: data sets whose
`sources.hash_share` is below one half. Neural networks from `networks.py`, all sources. RMSE and
MAE from the learning half of `metric_examples.py`; R² is calibrated as RMSE is, of which it is a
square, and intervals of average precision held without. With --crossed also once without each fold
of data sets, into the cache, for the benchmarks that cross-validate. With --networks the tables
that ship are kept, and what is learnt of networks is learnt anew; with --metrics all that ships is
kept, and those two metrics are learnt anew.

    python benchmarks/curves/learn.py [--crossed | --networks | --metrics] [--jobs 2]
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import examples
import numpy as np
from joblib import Parallel, delayed
from learning import (
    SHARES,
    Example,
    learn_prior,
    learn_table,
    learnt_of,
    likelihoods,
    useful_kernels,
    with_groups,
)
from metric_examples import N_REPEATS, OF_NUMBERS, examples_of
from networks import SOURCES, learn_networks, networks
from sources import cache, hash_share

from leadline.stats.curves.fitting import FEW_REPEATS
from leadline.stats.curves.learnt import Learnt, Table, learnt, packed, unpacked
from leadline.stats.metric import METRICS

SHIPPED = Path(__file__).resolve().parents[2] / "src/leadline/stats/curves/learnt.npz"
N_FOLDS = 5
_N_TO_CHOOSE_CELLS = 1200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--crossed", action="store_true", help="also once without each fold")
    which.add_argument("--networks", action="store_true", help="the networks' table alone")
    parser.add_argument("--jobs", type=int, default=1)
    which.add_argument("--metrics", action="store_true", help="RMSE and MAE alone")
    options = parser.parse_args()
    if options.metrics:
        kept = learnt()
        tables = with_metrics((kept.known, kept.hidden), kept.networks, options.jobs)
        _save(learnt_of(*tables, kept.networks, _provenance(None)), SHIPPED)
        return
    if options.networks:
        tables = (learnt().known, learnt().hidden)
        _save(learnt_of(*tables, learn_networks(networks(), tables), _provenance(None)), SHIPPED)
        return
    folds = [None, *(range(N_FOLDS) if options.crossed else [])]
    lessons = [
        Lesson.of("known", *examples.known()),
        Lesson.of("hidden", *examples.hidden()),
    ]
    plain = [lesson.prior() for lesson in lessons]
    deep = learn_networks(networks(), (plain[0], plain[1]))
    print(f"learnt the networks' table from {len(networks()):,} cut curves", file=sys.stderr)
    for fold in folds:
        tables = Parallel(n_jobs=options.jobs)(
            delayed(lesson.table)(deep, without=fold) for lesson in lessons
        )
        tables = with_metrics((tables[0], tables[1]), deep, options.jobs)
        every = learnt_of(*tables, deep, _provenance(fold))
        _save(every, SHIPPED if fold is None else crossed_path(fold))


def with_metrics(tables: tuple[Table, Table], deep: Table, jobs: int) -> tuple[Table, Table]:
    """The tables of known and of hidden standard errors, with the two metrics besides."""
    own = [name for name in OF_NUMBERS if METRICS[name].square_of is None]
    of = partial(examples_of, "learning", metrics=own)
    lessons = [of(FEW_REPEATS), of(FEW_REPEATS - 2) + of(N_REPEATS, hide=True)]
    known, hidden = Parallel(n_jobs=jobs)(
        delayed(with_groups)(table, lesson, deep)
        for table, lesson in zip(tables, lessons, strict=True)
    )
    return known, hidden


def _save(every: Learnt, path: Path) -> None:
    np.savez_compressed(path, **packed(every))
    print(f"{path.name}: {path.stat().st_size:,} bytes", flush=True)


@dataclass(frozen=True)
class Lesson:
    """What one table is learnt from: curves for its prior, weighed, and curves to calibrate on."""

    kind: str
    prior_from: list[Example]
    weighed: np.ndarray
    active: np.ndarray
    judged: list[Example]

    @classmethod
    def of(cls, kind: str, prior: list[Example], judged: list[Example]) -> Lesson:
        """Weigh the curves under the kernels that matter to some of them."""
        assert all(hash_share(example.data) < 0.5 for example in prior + judged)
        print(f"{kind}: {len(prior):,} curves for the prior, {len(judged):,} to calibrate on")
        general = [example for example in prior if example.is_general]
        some = np.random.default_rng(0).permutation(len(general))[:_N_TO_CHOOSE_CELLS]
        active = useful_kernels([general[k] for k in some])
        return cls(kind, prior, likelihoods(prior, active), active, judged)

    def prior(self) -> Table:
        """The table of all curves, without calibration."""
        return learn_prior(self.prior_from, self.weighed, self.active, SHARES[self.kind])

    def table(self, deep: Table, *, without: int | None) -> Table:
        """The table learnt without one fold of the data sets."""
        places = examples.without(self.prior_from, without)
        table = learn_table(
            [self.prior_from[k] for k in places],
            self.weighed[places],
            self.active,
            SHARES[self.kind],
            to_calibrate=[self.judged[k] for k in examples.without(self.judged, without)],
            networks=deep,
        )
        print(f"learnt the {self.kind} table without fold {without}", file=sys.stderr)
        return table


def _provenance(fold: int | None) -> dict[str, object]:
    return {
        "made_by": "benchmarks/curves/learn.py",
        "without_fold": fold,
        "sources": {
            "LCDB 1.0": "PyPI lcdb 0.1.0, MIT; Mohr, Viering, Loog, van Rijn 2022",
            "LCDB 1.1": "doi 10.4121/3bd18108-fad0-4e4c-affd-4341fba99306, CC BY 4.0; "
            "Yan, Mohr, Viering 2025",
            **SOURCES,
            "RMSE, MAE": "benchmarks/curves/metric_tables.py, learning half",
        },
        "half": "int(openml_id * 2654435761 % 2**32) / 2**32 < 0.5",
        "shares": SHARES,
    }


def crossed_path(fold: int) -> Path:
    return cache() / f"learnt-without-{fold}.npz"


def crossed(fold: int) -> Learnt:
    """What was learnt without one fold of the data sets."""
    path = crossed_path(fold)
    if not path.exists():
        raise SystemExit(f"{path} is absent: run python benchmarks/curves/learn.py --crossed")
    with np.load(path) as stored:
        return unpacked(dict(stored))


if __name__ == "__main__":
    main()
