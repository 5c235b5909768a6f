"""Make `tests/stats/curves/fixture.npz`: 240 curves, and the small table that is learnt from them.

The curves are of LCDB 1.0 (MIT licence; Mohr, Viering, Loog, van Rijn 2022), train half, three
families, 3, 5 or 25 repeats each. The table is learnt with a few discrepancies only, so that a
test can learn it again. Where the way of learning was changed on purpose, learn the table anew
from the curves that are there:

    python benchmarks/curves/fixture.py --table

Without --table the curves are drawn anew too, which needs LCDB 1.0.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from learning import Example, learn_table, likelihoods

from leadline.stats.curves.discrepancy import kernels

FIXTURE = Path(__file__).resolve().parents[2] / "tests/stats/curves/fixture.npz"
FAMILIES = ("linear", "neighbours", "tree")
SHARES = (0.6, 0.2)
_REPEATS = (3, 5, 25)
_N_OF_A_FAMILY = 80
_N_ACTIVE = 6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--table", action="store_true", help="keep the curves that are stored")
    curves = stored() if parser.parse_args().table else drawn()
    active = np.linspace(1, len(kernels()) - 2, _N_ACTIVE).astype(int)
    table = learn_table(curves, likelihoods(curves, active), active, SHARES)
    expected = {
        "active": active,
        "log_prior": table.log_prior.astype(np.float32),
        "tilt_cells": table.tilt_kernels.astype(np.float32),
        "tilt_shapes": table.tilt_shapes.astype(np.float16),
        "calibrated": table.calibrated.astype(np.float32),
    }
    np.savez_compressed(FIXTURE, **packed(curves), **expected)
    print(f"{FIXTURE.name}: {len(curves)} curves, {FIXTURE.stat().st_size:,} bytes")


def drawn(seed: int = 3) -> list[Example]:
    """So many curves of each family, drawn from all that come with standard errors."""
    # needs LCDB 1.0, which --table does without
    import examples

    rng = np.random.default_rng(seed)
    usable = [e for e in examples.from_repeats(rng, _REPEATS) if e.stderr is not None]
    found = []
    for family in FAMILIES:
        own = [e for e in usable if e.family == family]
        found += [own[k] for k in rng.permutation(len(own))[:_N_OF_A_FAMILY]]
    # both ways lead through the file's precision
    return unpacked(packed(found))


def stored() -> list[Example]:
    with np.load(FIXTURE) as arrays:
        return unpacked(dict(arrays))


def packed(curves: list[Example]) -> dict[str, np.ndarray]:
    """All points in a row, curve by curve; `n_seen` and `n_later` say how many each has."""
    every = [
        ("sizes", [e.sizes for e in curves], np.int32),
        ("errors", [e.errors for e in curves], np.float32),
        ("stderr", [e.stderr for e in curves], np.float32),
        ("later_sizes", [e.later_sizes for e in curves], np.int32),
        ("later_errors", [e.later_errors for e in curves], np.float32),
        ("later_stderr", [e.later_stderr for e in curves], np.float32),
    ]
    return {
        "data": np.array([e.data for e in curves], dtype=np.int64),
        "family": np.array([e.family for e in curves]),
        "n_repeats": np.array([e.n_repeats for e in curves], dtype=np.int16),
        "n_seen": np.array([e.sizes.size for e in curves], dtype=np.int16),
        "n_later": np.array([e.later_sizes.size for e in curves], dtype=np.int16),
        **{name: np.concatenate(parts).astype(kind) for name, parts, kind in every},
    }


def unpacked(arrays: dict[str, np.ndarray]) -> list[Example]:
    """The curves that `packed` made into arrays."""
    seen, later = (np.cumsum(arrays[name], dtype=int)[:-1] for name in ("n_seen", "n_later"))

    def split(name: str) -> list[np.ndarray]:
        places = later if name.startswith("later") else seen
        return np.split(arrays[name].astype(float), places)

    columns = zip(
        arrays["data"],
        arrays["family"],
        arrays["n_repeats"],
        split("sizes"),
        split("errors"),
        split("stderr"),
        split("later_sizes"),
        split("later_errors"),
        split("later_stderr"),
        strict=True,
    )
    return [
        Example(int(data), str(family), *points, n_repeats=int(n_repeats))
        for data, family, n_repeats, *points in columns
    ]


if __name__ == "__main__":
    main()
