"""Measuring plan: which fits a candidate still needs, and what they cost of the time box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadline.search.candidate_evaluator import REPEATS_PER_BATCH, Measurement
from leadline.search.candidate_state import CandidateState

_N_FIRST_SIZES = 3  # at which what is dear is measured first
# of the processor time of the box: a default that costs less is measured in full before anything
# is tuned, and a new candidate is looked at where its first repeats cost less
_WHOLE_SHARE = 0.08
_LOOK_SHARE = 0.02
_MAX_ROUNDS = 8


@dataclass(frozen=True)
class MeasuringPlan:
    """The sizes, folds and processor time of a search.

    Attributes
    ----------
    sizes : tuple of int
        Train sizes at which candidates may be measured, ascending.
    n_folds : int
        Repeats that make a round.
    box_s : float
        Seconds of all processes that the box has.
    n_workers : int
        Processes.
    """

    sizes: tuple[int, ...]
    n_folds: int
    box_s: float
    n_workers: int

    def first_sizes(self, candidate: CandidateState) -> list[Measurement]:
        """What is missing at the smallest sizes; of a prompted model at the largest alone."""
        if candidate.is_prompted:
            return self.at_largest(candidate)
        return candidate.evaluator.missing(list(self.sizes[:_N_FIRST_SIZES]))

    def at_largest(self, candidate: CandidateState, n_rounds: int = 1) -> list[Measurement]:
        """What is missing at the largest size, one repeat a fold and round."""
        n_repeats = max(self.n_folds * n_rounds, REPEATS_PER_BATCH)
        return candidate.evaluator.missing(list(self.sizes[-1:]), n_repeats)

    def next_round(self, candidate: CandidateState) -> list[Measurement]:
        """What is missing of the first round of folds that is not whole; empty after the last."""
        rounds = (self.at_largest(candidate, n + 1) for n in range(_MAX_ROUNDS))
        return next((missing for missing in rounds if missing), [])

    def for_choice(self, candidate: CandidateState) -> list[Measurement]:
        """What is missing of one that may be chosen: all folds, and a curve of its own."""
        if candidate.is_prompted:
            return self.at_largest(candidate)
        on_the_way = candidate.evaluator.missing(list(self.sizes[-3::-2]))
        return [*self.at_largest(candidate), *on_the_way]

    def following(self, candidate: CandidateState) -> list[Measurement]:
        """The next larger size, or what is missing at the largest; empty when all is measured."""
        reached = candidate.evaluator.points[-1].n_train
        for size in self.sizes:
            is_last = size == self.sizes[-1]
            if size > reached and (is_last or not self._is_cheap(candidate, self.sizes[-1])):
                return candidate.evaluator.missing([size])
        return self.at_largest(candidate)

    def is_whole_cheap(self, candidate: CandidateState) -> bool:
        """Whether all that is missing at the largest size costs a small share of the box."""
        return candidate.seconds(self.at_largest(candidate)) <= _WHOLE_SHARE * self.box_s

    def look(self, default: CandidateState | None) -> list[int]:
        """Sizes at which a family's next candidate is looked at first.

        Parameters
        ----------
        default : CandidateState or None
            The family's default: at a size where it was measured, others can be compared with it.
        """
        if default is not None and default.is_prompted:
            return [self.sizes[-1]]
        if default is not None:
            known = {point.n_train for point in default.evaluator.points}
            for size in self.sizes[:_N_FIRST_SIZES:-1]:
                if size in known and self._is_cheap(default, size):
                    return [size]
        return list(self.sizes[:_N_FIRST_SIZES])

    def look_s(self, family: Sequence[CandidateState], default: CandidateState | None) -> float:
        """Seconds of a first look at a family's next candidate, by those that are measured.

        Parameters
        ----------
        family : sequence of CandidateState, at least one
            The family's measured candidates.
        default : CandidateState or None
            As of `look`.
        """
        fits = [
            (size, repeat) for size in self.look(default) for repeat in range(REPEATS_PER_BATCH)
        ]
        total = sum(candidate.seconds(fits) for candidate in family)
        return total / len(family) / self.n_workers

    def wall_s(self, candidate: CandidateState, measurements: Sequence[Measurement]) -> float:
        """Seconds until some fits are over, if all processes take them at once."""
        if not measurements:
            return 0.0
        longest = max(candidate.seconds([each]) for each in measurements)
        return max(candidate.seconds(measurements) / self.n_workers, longest)

    def _is_cheap(self, candidate: CandidateState, size: int) -> bool:
        """Whether a look at a candidate at a size costs little of the box."""
        look = [(size, repeat) for repeat in range(REPEATS_PER_BATCH)]
        return candidate.seconds(look) <= _LOOK_SHARE * self.box_s
