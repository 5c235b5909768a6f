"""Learn what ships in `leadline/stats/curves/learnt.npz`: prior, tilts by family, calibration.

From the train halves of LCDB 1.0 and 1.1 only: data sets whose `sources.hash_share` is below one
half. With --crossed also once without each fold of data sets, into the cache, for the benchmarks
that cross-validate.

    python benchmarks/curves/learn.py [--crossed] [--jobs 2]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import examples
import numpy as np
from joblib import Parallel, delayed
from learning import SHARES, learn_table, learnt_of, likelihoods, useful_kernels
from sources import cache, hash_share

from leadline.stats.curves.learnt import Learnt, Table, packed, unpacked

SHIPPED = Path(__file__).resolve().parents[2] / "src/leadline/stats/curves/learnt.npz"
N_FOLDS = 5
_N_TO_CHOOSE_CELLS = 1200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--crossed", action="store_true", help="also once without each fold")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    folds = [None, *(range(N_FOLDS) if options.crossed else [])]
    tables: dict[tuple[str, int | None], Table] = {}
    for kind, (prior, judged) in (("known", examples.known()), ("hidden", examples.hidden())):
        assert all(hash_share(example.data) < 0.5 for example in prior + judged)
        print(f"{kind}: {len(prior):,} curves for the prior, {len(judged):,} to calibrate on")
        some = np.random.default_rng(0).permutation(len(prior))[:_N_TO_CHOOSE_CELLS]
        active = useful_kernels([prior[k] for k in some])
        weighed = likelihoods(prior, active)
        found = Parallel(n_jobs=options.jobs)(
            delayed(_one)(prior, weighed, judged, active, kind, fold) for fold in folds
        )
        tables |= {(kind, fold): table for fold, table in zip(folds, found, strict=True)}
    for fold in folds:
        learnt = learnt_of(tables["known", fold], tables["hidden", fold], _provenance(fold))
        path = SHIPPED if fold is None else crossed_path(fold)
        np.savez_compressed(path, **packed(learnt))
        print(f"{path.name}: {path.stat().st_size:,} bytes")


def _one(prior, weighed, judged, active, kind: str, fold: int | None) -> Table:
    places = examples.without(prior, fold)
    table = learn_table(
        [prior[k] for k in places],
        weighed[places],
        active,
        SHARES[kind],
        to_calibrate=[judged[k] for k in examples.without(judged, fold)],
    )
    print(f"learnt the {kind} table without fold {fold}", file=sys.stderr)
    return table


def _provenance(fold: int | None) -> dict[str, object]:
    return {
        "made_by": "benchmarks/curves/learn.py",
        "without_fold": fold,
        "sources": {
            "LCDB 1.0": "PyPI lcdb 0.1.0, MIT; Mohr, Viering, Loog, van Rijn 2022",
            "LCDB 1.1": "doi 10.4121/3bd18108-fad0-4e4c-affd-4341fba99306, CC BY 4.0; "
            "Yan, Mohr, Viering 2025",
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
