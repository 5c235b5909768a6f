"""Study: the trials of one search, by name, each change of them written to the record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from leadline.phases.search.trial import Trial, TrialState

if TYPE_CHECKING:
    from leadline.record import Record
    from leadline.search.candidates import CandidateSource, Params


class Study:
    """The trials of one search.

    Parameters
    ----------
    record : Record
        Keeps them.
    name : str
        Under which it keeps them: searches of the same rows, folds and metric share one.
    """

    def __init__(self, record: Record, name: str) -> None:
        self._record, self._name = record, name
        self._trials = {trial.name: trial for trial in record.trials.of(name)}
        self._n_named = len(self._trials)

    def __iter__(self) -> Iterator[Trial]:
        """Each trial as it was last written, those of earlier runs among them."""
        return iter(list(self._trials.values()))

    def trial_of(self, source: CandidateSource, params: Params, *, is_tuned: bool) -> Trial:
        """The trial of some parameters: as it was last written, or a new one not started.

        Parameters
        ----------
        source : CandidateSource
            Of the family.
        params : mapping of str to scalar
            What the family builds the candidate from.
        is_tuned : bool
            Whether a searcher proposed them; of no effect on a trial that is known.
        """
        for trial in self._trials.values():
            if trial.family == source.name and trial.params == params:
                return trial
        return Trial(
            name=self.new_name(source.label),
            family=source.name,
            params=dict(params),
            complexity=source.complexity,
            n_train=0,
            state=TrialState.NOT_STARTED,
            is_tuned=is_tuned,
        )

    def new_name(self, label: str) -> str:
        """A name that no trial has."""
        self._n_named += 1
        return f"{label} {self._n_named - 1}"

    def write(self, trial: Trial) -> None:
        """Write a trial to the record, in place of what was written of it before."""
        self._trials[trial.name] = trial
        self._record.trials.add(self._name, trial)
