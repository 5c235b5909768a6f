"""Evidence of feasibility: what a quick model reaches beside chance, people and the target."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.feasibility.past_only import PastOnly
from leadline.phases.scoring import scoring_of
from leadline.phases.verdict import Bounds

SIGNIFICANT = 0.05
"""Largest p-value that counts as signal."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A quick baseline against shuffled labels, and what would prove success.

    Attributes
    ----------
    scoring : str
        Metric of every score here.
    target_score : float
        Good enough.
    family : str
        The quick baseline.
    n_rows : int
        Train rows it learnt from.
    score : float
        Its cross-validated score.
    chance_score : float
        Mean score with shuffled labels.
    chance_std : float
        Their standard deviation.
    n_permutations : int
        Shuffles.
    p_value : float in (0, 1]
        Share of shuffles that did as well; the smallest possible is 1 / (1 + n_permutations).
    detectable_effect : float
        Smallest gain over chance that would have been seen with probability .8.
    ceiling : Bounds or None
        Best possible agreement with one judge, from people's own disagreement; None
        without repeated votes.
    n_votes : int
        Votes behind the ceiling.
    expected_score : float
        The score hoped for when the size of the proof was computed.
    n_test_needed : int or None
        Test rows that would prove the target if the model scores `expected_score`; None
        where no closed form is known for the metric, or the expectation is too low.
    n_test : int
        Test rows there are.
    giveaways : tuple of str
        Columns that tell the label almost perfectly, alone or together, by the audit.
    telling_words : tuple of str
        Words of texts among `giveaways` that tell the label.
    strongest : tuple of str
        The columns that tell most of the label, each alone.
    baseline_score : float or None
        Cross-validated score of one answer for all rows; None in verdicts of before.
    proposed_group : str
        A column by which rows seem to belong together, of which nobody has said whether they
        do; empty if there is none.
    has_copies_across : bool
        Whether equal rows stand on both sides of the folds, as too few differ to keep them apart.
    past_only : PastOnly or None
        How far folds at random flatter; None where rows are not dated, or not split at random.
    codes, n_coded : tuple of str and int
        Numbers that may mean "no answer", and how many columns have any.
    """

    scoring: str
    target_score: float
    family: str
    n_rows: int
    score: float
    chance_score: float
    chance_std: float
    n_permutations: int
    p_value: float
    detectable_effect: float
    ceiling: Bounds | None = None
    n_votes: int = 0
    expected_score: float
    n_test_needed: int | None
    n_test: int
    giveaways: tuple[str, ...] = ()
    telling_words: tuple[str, ...] = ()
    strongest: tuple[str, ...] = ()
    baseline_score: float | None = None
    proposed_group: str = ""
    has_copies_across: bool = False
    past_only: PastOnly | None = None
    codes: tuple[str, ...] = ()
    n_coded: int = 0

    @property
    def way(self) -> float | None:
        """How far the quick model comes from guessing to the target; None where that meets it.

        At least 0. Shuffled labels may do worse than one answer for all rows: the better counts.
        """
        sign = -1.0 if scoring_of(self.scoring).is_loss else 1.0
        guess = max(sign * s for s in (self.chance_score, self.baseline_score) if s is not None)
        asked, gained = sign * self.target_score - guess, sign * self.score - guess
        return max(gained, 0.0) / asked if asked > 0 else None

    @property
    def flattery(self) -> str:
        """How far folds at random flatter, in a sentence; empty where that is not shown."""
        past = self.past_only
        if past is None:
            return ""
        told = [f"Folds at random flatter. {late}"] if (late := past.late_words()) else []
        if past.mixed_score is None or past.past_score is None or past.p_value is None:
            return "".join(told)
        gain = past.mixed_score - past.past_score
        is_loss = scoring_of(self.scoring).is_loss
        if past.p_value <= SIGNIFICANT and (-gain if is_loss else gain) > 0:
            told.append(
                f"{'On' if told else 'Folds at random flatter: on'} the latest third by "
                f"{past.column!r} a quick "
                f"{past.family} model scores {past.mixed_score:.3f} learnt from rows of all times, "
                f"and {past.past_score:.3f} from earlier rows alone."
            )
        return " ".join(told)
