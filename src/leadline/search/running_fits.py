"""Fits in progress: a process that is free takes the next one at once, whoever's it is."""

from __future__ import annotations

from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Any

from leadline.errors import EngineError
from leadline.evaluation.fit import Answered, attempt, attempt_and_keep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from leadline.search.candidate_evaluator import Measurement
    from leadline.search.candidate_state import CandidateState


@dataclass(frozen=True)
class _Fit:
    """One fit to make."""

    candidate: CandidateState
    measurement: Measurement


@dataclass
class RunningFits:
    """The fits that run and those that wait for a process, first come first served.

    Attributes
    ----------
    executor : Executor
        Runs them.
    on_begin : callable
        Told of the candidate of each fit that begins.
    most_at_once : int
        Fits at once; at most the executor's workers.
    left_s : callable
        Returns the seconds before the time box closes: what would not end in time does not begin.
    kept_size : int
        Train rows at which the answers of a candidate are kept, for ensembles.
    n_kept_repeats : int
        The first repeats there, of which they are.
    cpu_s : float
        Seconds of processors that the fits which have ended took.
    """

    executor: Any
    on_begin: Callable[[CandidateState], None]
    most_at_once: int
    left_s: Callable[[], float] = lambda: inf
    kept_size: int = 0
    n_kept_repeats: int = 0
    cpu_s: float = 0.0
    _waiting: deque[_Fit] = field(default_factory=deque)
    _running: dict[Future[Any], _Fit] = field(default_factory=dict)
    _suspects: deque[_Fit] = field(default_factory=deque)
    _touched: list[CandidateState] = field(default_factory=list)

    @property
    def has_room(self) -> bool:
        """Whether more fits are wanted, for processes not to wait, and all is known of the last."""
        n_waiting = len(self._waiting) + len(self._suspects)
        return not self._touched and n_waiting < self.most_at_once

    @property
    def is_idle(self) -> bool:
        """Whether nothing runs, waits, or has ended without having been taken."""
        return not (self._waiting or self._running or self._suspects or self._touched)

    @property
    def open_s(self) -> float:
        """Seconds of work that runs or waits, as far as is known."""
        fits = [*self._waiting, *self._running.values(), *self._suspects]
        return sum(fit.candidate.seconds([fit.measurement]) for fit in fits)

    def add(self, candidate: CandidateState, measurements: Iterable[Measurement]) -> None:
        """Let fits of a candidate wait for a process, and begin them where one is free."""
        fits = [_Fit(candidate, measurement) for measurement in measurements]
        candidate.n_open += len(fits)
        self._waiting.extend(fits)
        self._begin()

    def take(self, timeout_s: float | None = None) -> list[CandidateState]:
        """Wait for a fit to end, and put what has ended on the record.

        Parameters
        ----------
        timeout_s : float, optional
            Wait no longer than this.

        Returns
        -------
        list of CandidateState
            Those of which nothing runs or waits any more.
        """
        self._begin()
        if not self._touched:
            done, _ = wait(self._running, timeout=timeout_s, return_when=FIRST_COMPLETED)
            ended = [(self._running.pop(future), future) for future in done]
            died = [one for one in ended if one[1].exception() is not None]
            for fit, future in died:  # what is suspected runs alone, so this comes first
                self._keep(fit, future)
            self._begin()  # before anything is computed here
            for fit, future in ended:
                if future.exception() is None:
                    self._keep(fit, future)
        touched = {id(candidate): candidate for candidate in self._touched}
        self._touched.clear()
        return [candidate for candidate in touched.values() if not candidate.n_open]

    def _begin(self) -> None:
        """Submit what waits while processes are free; what may have killed one goes alone."""
        while self._suspects and not self._running:
            self._submit(self._suspects.popleft())
        while self._waiting and not self._is_suspecting and len(self._running) < self.most_at_once:
            fit = self._waiting.popleft()
            if fit.candidate.seconds([fit.measurement]) < self.left_s():
                self._submit(fit)
            else:
                fit.candidate.n_open -= 1
                self._touched.append(fit.candidate)

    @property
    def _is_suspecting(self) -> bool:
        """Whether what may have killed a process waits or runs."""
        return bool(self._suspects) or any(
            fit.measurement in fit.candidate.suspects for fit in self._running.values()
        )

    def _submit(self, fit: _Fit) -> None:
        size, repeat = fit.measurement
        is_kept = size == self.kept_size and repeat < self.n_kept_repeats
        self.on_begin(fit.candidate)
        spec = fit.candidate.evaluator.spec_of(fit.measurement)
        task = attempt_and_keep if is_kept else attempt
        future = self.executor.submit(task, spec)
        if future.done():  # it ran in this process
            self._keep(fit, future)
        else:
            self._running[future] = fit

    def _keep(self, fit: _Fit, future: Future[Any]) -> None:
        candidate, (_, repeat) = fit.candidate, fit.measurement
        self._touched.append(candidate)
        try:
            outcome = future.result()
        except EngineError as error:
            self._suspect(fit, error)
            return
        candidate.n_open -= 1
        if isinstance(outcome, Answered):
            if outcome.shares is not None:
                candidate.shares[repeat] = outcome.shares
            outcome = outcome.result
        self.cpu_s += getattr(outcome, "cpu_s", 0.0)
        candidate.evaluator.keep(fit.measurement, outcome)

    def _suspect(self, fit: _Fit, error: EngineError) -> None:
        """Let a fit whose process died run alone; if it did, its candidate is given up."""
        candidate = fit.candidate
        if fit.measurement not in candidate.suspects:
            candidate.suspects.add(fit.measurement)
            self._suspects.append(fit)
            return
        candidate.n_open -= 1
        candidate.evaluator.fail([fit.measurement[0]], str(error))
        self._drop(candidate)

    def _drop(self, candidate: CandidateState) -> None:
        """Forget the fits of a candidate that wait."""
        for queue in (self._waiting, self._suspects):
            kept = [fit for fit in queue if fit.candidate is not candidate]
            candidate.n_open -= len(queue) - len(kept)
            queue.clear()
            queue.extend(kept)
