"""Inputs of a search verdict: the trials, the choice, and what the box was used for."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.data import MachineShare
from leadline.phases.search.answer_price import AnswerPrice
from leadline.phases.search.choice import comparison_errors
from leadline.phases.search.importance import Importance
from leadline.phases.search.trial import Closed, Example, Trial

FARTHEST = 8
"""Times the rows there are: the largest size that a search forecasts."""
# of the rows of the largest size: if no candidate saw as many, a curve has hardly begun
_SEEN_SHARE = 0.25


def rows_ahead(n_affordable: int, n_rows: int) -> str:
    """What a search looks ahead to; where the money or no price sets no bound, the forecast does.

    Examples
    --------
    >>> rows_ahead(1_200, 1_000), rows_ahead(8_000, 1_000)
    ('the 1,200 rows that can be afforded', '8,000 rows, 8 times those there are')
    """
    if n_affordable < FARTHEST * n_rows:
        return f"the {n_affordable:,} rows that can be afforded"
    return f"{n_affordable:,} rows, {FARTHEST} times those there are"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a search found within its time box.

    Attributes
    ----------
    scoring : str
        Metric of every score here.
    trials : tuple of Trial
        In the order they were begun.
    chosen : str
        Name of the trial that `leadline.phases.search.choice.choose` takes; empty if none.
    time_box_s, spent_s : float
        Seconds granted, seconds used.
    starting_s : float or None
        Those of them before anything could be measured; None where not known, or never.
    n_processes : int
        Fits at once; 0 where not known.
    fits_cpu_s : float
        Seconds of processors used by fits and their scores.
    waiting_s : float
        Seconds that the search's processes were ready to run and had no processor.
    stolen_s : float
        Seconds that other machines of the same host took from the processors meanwhile.
    untried : tuple of str
        Families of which nothing was measured before the box closed.
    wanted_s : float or None
        Seconds after which every family's default would be measured with all rows; None if it was,
        or not known.
    loss, accepted_loss, loss_probability : float
        What the chosen candidate is expected to lose against the best, what is accepted, and the
        probability that the loss is within that, as `leadline.phases.search.choice.Choice` has
        them.
    best_chance : float or None
        Largest probability of any candidate to reach the target.
    cost : float
        Money the seconds cost.
    currency : str
        Of the cost.
    n_rows : int
        Train rows the search could use.
    examples : tuple of Example
        Right and wrong ones of the chosen candidate, from held-out folds.
    n_affordable : int
        Train rows that can be afforded: candidates are chosen for this size. 0: not known.
    closed : Closed
        What ended the search.
    cpu_s : float
        Seconds of processors used.
    target_score : float or None
        What would be good enough.
    chance_target : float or None
        Probability that the chosen candidate reaches it with the rows that can be afforded.
    n_kept : int
        Fits of earlier runs that were used again.
    price : AnswerPrice or None
        Of answers, and the worth of a better score, where a person stated both.
    importance : Importance or None
        What the chosen candidate leans on; None where there was no time to look.
    machine_shares : tuple of MachineShare
        Rows that only machines labelled and that are learnt from beside these, by machine.
    has_copies_across : bool
        Whether equal rows stand on both sides of the folds, as too few differ to keep them apart.
    proposed_group : str
        A column by which rows seem to belong together, of which nobody has said whether they
        do; empty if there is none.
    """

    scoring: str
    trials: tuple[Trial, ...]
    chosen: str
    time_box_s: float
    spent_s: float
    cost: float
    currency: str
    n_rows: int
    examples: tuple[Example, ...] = ()
    n_affordable: int = 0
    closed: Closed = Closed.DONE
    cpu_s: float = 0.0
    target_score: float | None = None
    chance_target: float | None = None
    n_kept: int = 0
    starting_s: float | None = None
    n_processes: int = 0
    fits_cpu_s: float = 0.0
    waiting_s: float = 0.0
    stolen_s: float = 0.0
    untried: tuple[str, ...] = ()
    wanted_s: float | None = None
    loss: float = 0.0
    accepted_loss: float = 0.0
    loss_probability: float = 1.0
    best_chance: float | None = None
    price: AnswerPrice | None = None
    importance: Importance | None = None
    machine_shares: tuple[MachineShare, ...] = ()
    has_copies_across: bool = False
    proposed_group: str = ""

    def trial(self, name: str) -> Trial:
        """The trial of a name.

        Raises
        ------
        KeyError
            If there is none.
        """
        for trial in self.trials:
            if trial.name == name:
                return trial
        raise KeyError(name)

    @property
    def ranked(self) -> tuple[Trial, ...]:
        """What was measured, the best at the size that can be afforded first."""
        errors = comparison_errors(self.trials, self.scoring)
        known = [trial for trial in self.trials if trial.name in errors]
        return tuple(sorted(known, key=lambda trial: errors[trial.name]))

    @property
    def n_largest(self) -> int:
        """Rows of the largest size that was measured of any candidate."""
        return max((trial.n_train for trial in self.trials), default=0)

    @property
    def n_seen(self) -> int:
        """Rows of the largest size that was measured of any candidate beside the baseline."""
        baseline = self.baseline
        others = [trial for trial in self.trials if baseline and trial.name != baseline.name]
        return max((trial.n_train for trial in others if trial.mean is not None), default=0)

    @property
    def is_starved(self) -> bool:
        """Whether the box closed before the candidates could show what they are worth."""
        is_cut = self.closed is not Closed.DONE
        return is_cut and bool(self.untried or self.n_seen < _SEEN_SHARE * self.n_largest)

    @property
    def baseline(self) -> Trial | None:
        """The simplest of what was measured; None where nothing was."""
        known = [trial for trial in self.trials if trial.mean is not None]
        return min(known, key=lambda trial: trial.complexity, default=None)
