"""Random search: parameters drawn from a space, the baseline of every searcher."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from leadline.engines.contract import Choice, Range, Scalar, Space


class Random:
    """Draws from the whole space, whatever it is told.

    Parameters
    ----------
    space : mapping of str to Range or Choice
        What may be proposed.
    seed : int, default=0
        Of the draws.
    """

    def __init__(self, space: Space, seed: int = 0) -> None:
        self.space = space
        self._rng = np.random.default_rng(seed)

    def tell(self, params: Mapping[str, Scalar], error: float) -> None:
        """Learn nothing."""

    def ask(self) -> dict[str, Scalar]:
        """One value a parameter, each value as likely as any other."""
        return {name: self._drawn(each) for name, each in self.space.items()}

    def _drawn(self, among: Range | Choice) -> Scalar:
        if isinstance(among, Choice):
            return among.values[int(self._rng.integers(len(among.values)))]
        if among.is_whole and not among.is_log:
            return int(self._rng.integers(int(among.low), int(among.high), endpoint=True))
        ends = np.log([among.low, among.high]) if among.is_log else [among.low, among.high]
        value = float(self._rng.uniform(*ends))
        value = float(np.exp(value)) if among.is_log else value
        return round(value) if among.is_whole else value
