"""Price of answers: what a candidate costs to serve in a year, and what its errors are worth."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.scoring import scoring_of
from leadline.phases.search.trial import Trial
from leadline.phases.wording import three_digits

_SECONDS_AN_HOUR = 3600.0
_HUNDREDTH = 0.01


@dataclass(frozen=True, kw_only=True)
class AnswerPrice:
    """What answers cost, and what a better score is worth, as a person stated it.

    Attributes
    ----------
    rows_per_year : float > 0
        Answered, one at a time.
    instance_per_hour : float > 0
        Price of what answers.
    hundredth_worth : float > 0
        What a hundredth of the metric is worth in a year; of errors without bounds a hundredth of
        the largest error that was measured.
    currency : str
        Of these.
    """

    rows_per_year: float
    instance_per_hour: float
    hundredth_worth: float
    currency: str

    def yearly(self, trial: Trial) -> float | None:
        """What answers cost in a year, here and elsewhere; None where they were not timed."""
        if not trial.answer_s:
            return None
        hours = self.rows_per_year * trial.answer_s[0] / _SECONDS_AN_HOUR
        return hours * self.instance_per_hour + self.rows_per_year * trial.answer_cost

    def worth(self, difference: float, largest_error: float, scoring: str) -> float:
        """What a difference of errors is worth in a year."""
        unit = largest_error if scoring_of(scoring).is_loss else 1.0
        return difference / (_HUNDREDTH * unit) * self.hundredth_worth if unit > 0 else 0.0

    def words(self, other: Trial, chosen: Trial, worth: float) -> str:
        """What another candidate costs more than the chosen one, and is worth more, in words.

        Empty where the answers of one of them were not timed.

        Examples
        --------
        >>> price = AnswerPrice(
        ...     rows_per_year=3.6e6, instance_per_hour=0.5, hundredth_worth=50.0, currency="USD"
        ... )
        >>> plain = Trial(
        ...     name="linear 1",
        ...     family="linear",
        ...     params={},
        ...     complexity=2,
        ...     n_train=9,
        ...     answer_s=(0.001, 0.00001),
        ... )
        >>> rich = Trial(
        ...     name="boosting 1",
        ...     family="boosting",
        ...     params={},
        ...     complexity=5,
        ...     n_train=9,
        ...     answer_s=(0.081, 0.0001),
        ... )
        >>> price.words(rich, plain, 900.0)
        'boosting 1 costs 40 USD a year more to serve than linear 1, and is worth 900 more'
        """
        its, mine = self.yearly(other), self.yearly(chosen)
        if its is None or mine is None:
            return ""
        cost, gain = ("less" if each < 0 else "more" for each in (its - mine, worth))
        return (
            f"{other.name} costs {three_digits(abs(its - mine))} {self.currency} a year {cost} to "
            f"serve than {chosen.name}, and is worth {three_digits(abs(worth))} {gain}"
        )
