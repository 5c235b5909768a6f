"""Slices and pairs tested together: their p-values, the smallest by chance, and bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse
from scipy.special import ndtri

from leadline.stats.arrays import Floats, Ints
from leadline.stats.slices import loss_tests as tests
from leadline.stats.slices.loss_tests import Cells
from leadline.stats.slices.normal_shuffles import smallest_if_normal

if TYPE_CHECKING:
    from leadline.stats.slices.slice_rules import Membership, SliceRule

_BATCH = 64
_MOST_SHUFFLED = 20_000
_FEWEST_DRAWN = 20_000
_POWER_Z = float(ndtri(0.8))
_STEPS = 20


class SliceTests:
    """A loss, with the slices of one column and the pairs that are tested on it.

    Parameters
    ----------
    losses : ndarray of shape (n_samples,)
        Loss of each row.
    singles, pairs : Membership
        Slices of one column; pairs of those.
    """

    def __init__(self, losses: Floats, singles: Membership, pairs: Membership) -> None:
        self.rules: tuple[tuple[SliceRule, ...], ...] = (*singles.rules, *pairs.rules)
        self._losses, self._singles, self._pairs = losses, singles, pairs
        self._is_wrong = bool(np.all((losses == 0) | (losses == 1)))
        self._prior = float(losses.var()) if self._is_wrong else 0.0
        self._has_spread = bool(np.ptp(losses) > 0)
        self._rows = sparse.vstack([singles.rows, pairs.rows], format="csr")
        self._n = np.asarray([*singles.n_rows, *pairs.n_rows, losses.size], dtype=np.float64)
        self._tails = self._exact_tails()
        self._cells = self._sum(losses[:, None])
        self._inside = _at(self._cells, slice(0, -1))
        self._outside = _at(self._cells, slice(-1, None)) - self._inside

    def rows_of(self, place: int) -> Ints:
        """Numbers of the rows of a slice or pair, rising."""
        n_singles = len(self._singles.rules)
        if place < n_singles:
            return self._singles.rows_of(place)
        return self._pairs.rows_of(place - n_singles)

    @property
    def mean_losses(self) -> tuple[Floats, Floats]:
        """In each slice, and in the rest of the rows."""
        return self._inside.mean[:, 0], self._outside.mean[:, 0]

    @property
    def explained(self) -> list[float | None]:
        """What the parts of each pair lead to expect of it; None for a slice of one column."""
        both, first, second, neither = self._four(self._cells)
        most = np.max([first.mean, second.mean, first.mean + second.mean - neither.mean], axis=0)
        del both
        return [*[None] * len(self._singles.rules), *most[:, 0].tolist()]

    # ------------------------------------------------------------------ p-values

    @property
    def p_values(self) -> Floats:
        """Of each slice by itself; a pair has the largest of its four."""
        if not self._has_spread:
            return np.ones(len(self.rules))
        against_rest = self._against_rest(self._cells, len(self.rules))[:, 0]
        singles, pairs = np.split(against_rest, [len(self._singles.rules)])
        if not pairs.size:
            return singles
        excess = tests.contrast_tails(self._four(self._cells), self._prior)[:, 0]
        return np.concatenate([singles, np.max([pairs, excess, *self._beside_parts()], axis=0)])

    def by_level(self, values: Floats) -> tuple[Floats, Floats]:
        """What belongs to slices of one column, and what to pairs."""
        n_singles = len(self._singles.rules)
        return values[:n_singles], values[n_singles:]

    def smallest_by_chance(self, rng: np.random.Generator, n_permutations: int) -> list[Floats]:
        """The smallest p-value of each shuffle of the losses, sorted; of one column, and of pairs.

        A pair enters by the excess over its parts: the one of its tests that nothing but chance
        passes whatever is true of the parts. A level without a slice is left out.
        """
        n_levels = sum(bool(each.rules) for each in (self._singles, self._pairs))
        if not (self._has_spread and n_levels):
            return [np.ones(n_permutations)] * n_levels
        if self._losses.size > _MOST_SHUFFLED:
            n_drawn = max(n_permutations, _FEWEST_DRAWN)
            found = smallest_if_normal(self._rows, self._pairs.parts, rng, n_drawn)
            return list(np.sort(found[:n_levels], axis=1))
        smallest: list[Floats] = [np.empty((n_levels, 0))]
        for start in range(0, n_permutations, _BATCH):
            n_batch = min(_BATCH, n_permutations - start)
            shuffled = rng.permuted(np.tile(self._losses, (n_batch, 1)), axis=1)
            cells = self._sum(shuffled.T)
            least = [self._against_rest(cells, len(self._singles.rules)).min(axis=0)]
            if n_levels > 1:
                excess = tests.contrast_tails(self._four(cells), self._prior)
                least.append(excess.min(axis=0))
            smallest.append(np.asarray(least))
        return list(np.sort(np.concatenate(smallest, axis=1), axis=1))

    def _exact_tails(self) -> list[Floats]:
        if not self._is_wrong:
            return []
        n_wrong, n_samples = int(self._losses.sum()), self._losses.size
        return [tests.exact_tail(int(n), n_wrong, n_samples) for n in self._n[:-1]]

    def _sum(self, losses: Floats) -> Cells:
        """Sums in every slice; the last cell is all rows."""
        given = losses.astype(np.float32) if self._is_wrong else losses
        total = self._sums(given)
        return Cells(self._n, total, total if self._is_wrong else self._sums(given**2))

    def _sums(self, values: Any) -> Floats:
        whole = values.sum(axis=0, dtype=np.float64)
        return np.asarray(np.vstack([self._rows @ values, whole[None, :]]), dtype=np.float64)

    def _against_rest(self, cells: Cells, n_slices: int) -> Floats:
        inside = _at(cells, slice(0, n_slices))
        if not self._is_wrong:
            return tests.welch_tails(inside, _at(cells, slice(-1, None)) - inside)
        counts = np.rint(inside.total).astype(np.intp)
        found = [tail[k] for tail, k in zip(self._tails, counts, strict=False)]
        return np.asarray(found).reshape(counts.shape)

    def _four(self, cells: Cells) -> tuple[Cells, Cells, Cells, Cells]:
        """Rows of both slices of each pair, of the first alone, the second alone, and neither."""
        both = _at(cells, slice(len(self._singles.rules), -1))
        first, second = (_at(cells, self._pairs.parts[:, side]) for side in (0, 1))
        everything = _at(cells, slice(-1, None))
        return both, first - both, second - both, everything - first - (second - both)

    def _beside_parts(self) -> list[Floats]:
        """p-values of each pair against either of its parts without it."""
        both, *parts, _ = self._four(self._cells)
        if not self._is_wrong:
            return [tests.welch_tails(both, part)[:, 0] for part in parts]
        n, k = both.n, both.total[:, 0]
        return [
            np.asarray(
                [
                    tests.exact_tail(int(n[at]), round(k[at] + k_part), int(n[at] + n_part))[
                        round(k[at])
                    ]
                    for at, (n_part, k_part) in enumerate(
                        zip(part.n, part.total[:, 0], strict=True)
                    )
                ]
            )
            for part in parts
        ]

    # ------------------------------------------------------------------ bounds

    def bounds(self, limits: Floats) -> tuple[Floats, Floats]:
        """Lower bounds of the difference to the rest, and what would be found in 4 of 5 cases.

        Parameters
        ----------
        limits : ndarray of shape (n_slices,)
            p-value of each slice that counts as worse.
        """
        if not self._has_spread:
            return np.full(limits.shape, -np.inf), np.full(limits.shape, np.inf)
        limits = np.minimum(limits, 0.5)
        if self._is_wrong:
            return self._bounds_of_shares(limits)
        gap = (self._inside.mean - self._outside.mean)[:, 0]
        variance = self._inside.variance_of_mean(0.0) + self._outside.variance_of_mean(0.0)
        freedom = tests.welch_freedom(self._inside, self._outside)[:, 0]
        spread, t = np.sqrt(variance[:, 0]), tests.student_quantile(freedom, limits)
        return gap - t * spread, (t + _POWER_Z) * spread

    def _bounds_of_shares(self, limits: Floats) -> tuple[Floats, Floats]:
        n1, n0 = self._inside.n, self._outside.n
        k1, k0 = self._inside.total[:, 0], self._outside.total[:, 0]
        low = tests.lower_bound_of_shares(k1, n1, k0, n0, limits)
        share = self._losses.mean()
        by_chance = -ndtri(limits) * np.sqrt(share * (1 - share) * (1 / n1 + 1 / n0))
        gap = by_chance
        # the spread of the worse share grows with the gap
        for _ in range(_STEPS):
            worse = np.minimum(share + gap, 0.5)
            spread = np.sqrt(worse * (1 - worse) / n1 + share * (1 - share) / n0)
            gap = by_chance + _POWER_Z * spread
        return low, gap


def _at(cells: Cells, places: slice | Ints) -> Cells:
    return Cells(cells.n[places], cells.total[places], cells.square[places])
