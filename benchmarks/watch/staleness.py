"""How often the interval of staleness holds what later blocks show, beside two peers.

    python benchmarks/watch/staleness.py

A part of a stream's blocks is hidden: s(d) and its 90 % interval come from models and blocks up to
there, the truth is the mean of s(d) over the models and blocks after it, at every delay of which
both parts have at least three pairs. Streams are cut into blocks of one, two and four times their
length, and the first 40, 50 or 60 % of the blocks are shown. How many neighbouring blocks count as
one is a constant of the method; it is learnt on simulated streams whose ageing itself comes and
goes, and only checked on the real ones.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from dated_streams import streams
from simulated_streams import KINDS, simulate

from leadline.stats.monitoring import staleness as method

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_LENGTHS, _SHOWN, _FEWEST = (1, 2, 4), (0.4, 0.5, 0.6), 3
_SIMULATED, _SIZES, _STRAYS = 40, (20, 30, 50, 100), (0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
Ends = tuple[np.ndarray, np.ndarray]


def main() -> None:
    print(markdown(["times", *KINDS, "mean", "least", "half width"], list(_by_constant())))
    print()
    columns = ["stream", "blocks", "method", "covers", "half width"]
    print(markdown(columns, list(_by_stream())))


def _by_constant() -> Iterator[list[str]]:
    """Coverage on simulated streams, by the constant of the method."""
    kept = method._STRAYS
    for times in _STRAYS:
        method._STRAYS = times
        found = [_simulated(kind) for kind in KINDS]
        covers, widths = np.array(found).T
        cells = [f"{each:.3f}" for each in (*covers, covers.mean(), covers.min(), widths.mean())]
        yield [f"{times:g}{' (used)' if times == kept else ''}", *cells]
    method._STRAYS = kept


def _simulated(kind: str) -> tuple[float, float]:
    held, widths = [], []
    for size in _SIZES:
        for seed in range(_SIMULATED):
            errors = simulate(kind, size, np.random.default_rng([seed, size]))
            inside, width = _checked(errors, 0.5, _leadline)
            held.append(inside)
            widths.append(width)
    return float(np.concatenate(held).mean()), float(np.concatenate(widths).mean())


def _by_stream() -> Iterator[list[str]]:
    methods = {"bootstrap of runs": _bootstrap, "Student's t": _student, "Leadline": _leadline}
    for stream in streams():
        for length in _LENGTHS:
            errors = _longer(stream.errors, length)
            for name, ends in methods.items():
                found = [_checked(errors, shown, ends) for shown in _SHOWN]
                held, widths = (np.concatenate(each) for each in zip(*found, strict=True))
                figures = [f"{held.mean():.3f}", f"{widths.mean():.4f}"] if held.size else ["–"] * 2
                yield [stream.name, f"{errors.shape[0] + 1}", name, *figures]


def _longer(errors: np.ndarray, length: int) -> np.ndarray:
    """The matrix of blocks that are so many blocks long."""
    origins = np.arange(length - 1, errors.shape[0], length)
    n = (errors.shape[0] + 1) // length - 1
    longer = np.full((n, n), np.nan)
    for row, origin in enumerate(origins[:n]):
        known = errors[origin][: errors.shape[0] - origin]
        whole = known.size // length
        longer[row, :whole] = known[: whole * length].reshape(whole, length).mean(axis=1)
    return longer


def _checked(
    errors: np.ndarray, shown: float, ends: Callable[[np.ndarray], Ends]
) -> tuple[np.ndarray, np.ndarray]:
    """Whether each delay's later mean lies inside, and the half widths."""
    first = int(np.flatnonzero(np.isfinite(errors[:, 0]))[0])
    cut = first + int(shown * (errors.shape[0] - first))
    low, high = ends(_cut(errors, first, cut))
    truth, n_pairs = _means(_cut(errors, cut, errors.shape[0]))
    n_known = _means(_cut(errors, first, cut))[1]
    last = min(low.size, truth.size)
    enough = (n_pairs[:last] >= _FEWEST) & (n_known[:last] >= _FEWEST)
    low, high, truth = low[:last][enough], high[:last][enough], truth[:last][enough]
    return (low <= truth) & (truth <= high), (high - low) / 2


def _cut(errors: np.ndarray, start: int, end: int) -> np.ndarray:
    """Models from start on, and blocks up to the one after the last of them."""
    origins, delays = np.arange(start, end)[:, None], np.arange(1, end - start + 1)
    return np.where(origins + delays <= end, errors[start:end, : end - start], np.nan)


def _gaps(errors: np.ndarray) -> Iterator[np.ndarray]:
    """Old minus fresh on the same block, one array a delay from 2."""
    for delay in range(2, errors.shape[1] + 1):
        gaps = errors[: errors.shape[0] - delay + 1, delay - 1] - errors[delay - 1 :, 0]
        yield gaps[np.isfinite(gaps)]


def _means(errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    found = list(_gaps(errors))
    means = [float(each.mean()) if each.size else np.nan for each in found]
    return np.array(means), np.array([each.size for each in found])


def _leadline(errors: np.ndarray) -> Ends:
    found = method.staleness(errors).added_error
    return found.low[1:], found.high[1:]


def _student(errors: np.ndarray) -> Ends:
    """Of the mean, as if blocks were independent."""
    low, high = [], []
    for gaps in _gaps(errors):
        half = _t(gaps.size) * gaps.std(ddof=1) / gaps.size**0.5 if gaps.size > 1 else np.inf
        mean = gaps.mean() if gaps.size else 0.0
        low.append(mean - half)
        high.append(mean + half)
    return np.array(low), np.array(high)


def _t(n: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(n - 1, 0.95))


def _bootstrap(errors: np.ndarray) -> Ends:
    """Percentiles of s(d) over redraws of the tested blocks, in runs of the cube root of them."""
    gaps = method._paired_gaps(errors)
    runs = method._runs(len(gaps), 500, np.random.default_rng(0))
    redrawn, _ = method._fit(gaps[runs])
    low, high = np.quantile(redrawn, [0.05, 0.95], axis=0)
    return low[1:], high[1:]


if __name__ == "__main__":
    main()
