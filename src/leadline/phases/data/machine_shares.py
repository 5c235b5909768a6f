"""Rows that only machines labelled, to learn from: how many by which machine, and their worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from leadline.phases.data.number_gap import NumberGap
from leadline.phases.data.wrong_share import noise_variance, wrong_share
from leadline.phases.number_format import money
from leadline.phases.verdict import Bounds, Finding, note
from leadline.phases.wording import plural, three_digits

BOOSTED = "boosting"
"""Family whose models learn single wrong labels by heart."""

_SEED = 0
_MODEL_ERROR = 0.2
Judged: TypeAlias = Sequence[Sequence[int]] | NumberGap
"""Rows that people judged and a machine labelled: counts by class, or how far numbers differ."""
_LEAST_WEIGHT = 0.01


@dataclass(frozen=True, kw_only=True)
class MachineShare:
    """Rows that one machine labelled, and that models learn from.

    Attributes
    ----------
    machine, model : str
        Its name in the settings, and what answered.
    n_rows : int
        Rows.
    cost : float or None
        US dollars that they cost, at what one of its answers has cost on average; None where that
        is not known.
    delegation : int
        Number of the verdict by which a person let it in.
    weight : float in (0, 1]
        How much one of them counts in a fit beside a row judged by people.
    counts : tuple of tuple of int
        Rows that people judged and it labelled as surely as these, by what most people say (first)
        and what it says; empty where the verdict does not tell, and for numbers.
    gap : NumberGap or None
        How far its numbers are from people's; a bias that is shown was taken off each. None for
        classes, and where the verdict does not tell.
    """

    machine: str
    model: str
    n_rows: int
    cost: float | None = None
    delegation: int = 0
    weight: float = 1.0
    counts: tuple[tuple[int, ...], ...] = ()
    gap: NumberGap | None = None

    @property
    def judged(self) -> Judged:
        """What people's judgments say of its labels."""
        return self.counts if self.gap is None else self.gap

    @property
    def words(self) -> str:
        """Which machine labelled how many rows, and for how much.

        Examples
        --------
        >>> MachineShare(machine="small", model="smol", n_rows=4000, cost=1.2).words
        "4,000 rows labelled by 'small' (smol) alone, for 1.20 USD"
        """
        paid = "" if self.cost is None else ", for " + money(self.cost, "USD")
        told = f"{plural(self.n_rows, 'row')} labelled by {self.machine!r} ({self.model}) alone"
        if self.gap is not None and self.gap.is_biased:
            bias = self.gap.bias.estimate
            told += f", {three_digits(abs(bias))} {'taken off' if bias > 0 else 'added to'} each"
        return told + paid


def n_machine_rows(shares: Sequence[MachineShare]) -> int:
    """Rows of all machines together."""
    return sum(share.n_rows for share in shares)


def learnt_words(shares: Sequence[MachineShare], n_train: int) -> str:
    """Rows that are learnt from, people's and machines' apart; empty where people judged all.

    Parameters
    ----------
    shares : sequence of MachineShare
        Of the machines.
    n_train : int
        Train rows that people judged.
    """
    if not shares:
        return ""
    told = " and ".join(share.words for share in shares)
    return f"{plural(n_train, 'train row')} judged by people, and {told}"


def learnt_notes(shares: Sequence[MachineShare], n_train: int) -> list[Finding]:
    """Note of what is learnt from; none where no machine has labelled a row of it."""
    told = learnt_words(shares, n_train)
    end = "No score rests on a row that only a machine labelled."
    return [note(f"Learnt from: {told}. {end}")] if told else []


def weight_of(judged: Judged) -> float:
    """How much a machine's row counts in a fit: its worth, for a model that errs on a fifth.

    Parameters
    ----------
    judged : sequence of sequence of int, or NumberGap
        As of `MachineShare`. Of numbers the model leaves a fifth of their variance.

    Returns
    -------
    float in (0, 1]
        1 where people judged no row, or rows of one class only: of its errors nothing is known. A
        class that it says and people do not counts as another that is wrong.

    Examples
    --------
    >>> weight_of(()), round(weight_of(((95, 5), (5, 95))), 1)
    (1.0, 0.7)
    >>> weight_of(((60, 40), (40, 60))) < 0.1, weight_of(((40, 6, 4), (5, 41, 4), (0, 0, 0))) < 0.4
    (True, True)
    """
    if isinstance(judged, NumberGap):
        found: Bounds | None = _worth_of_numbers(judged, _MODEL_ERROR * judged.people_variance)
    else:
        found = _worth(judged, _MODEL_ERROR)
    return 1.0 if found is None else max(found.estimate, _LEAST_WEIGHT)


def label_worth(
    judged: Judged, scoring: str, measured: float, target: float, family: str = ""
) -> Bounds | None:
    """Rows judged by people that one label of a machine is worth for training; 90 % range.

    The surer a task, the more a wrong label harms. How sure it is shows in the least error known
    to be in reach: the one that is aimed at, or the one that is measured where it is lower.

    Parameters
    ----------
    judged : sequence of sequence of int, or NumberGap
        As of `MachineShare`.
    scoring : str
        The metric.
    measured, target : float
        Error of the model today, and the one that is good enough, as the metric declares it.
    family : str, default=""
        Of the model that learns from them: to boosted trees noisy labels are worth less.

    Returns
    -------
    Bounds or None
        None where it is not known how often the machine errs.

    Examples
    --------
    >>> counts = ((90, 10), (10, 90))
    >>> 0.3 < label_worth(counts, "accuracy", 0.3, 0.2).estimate < 0.8
    True
    >>> label_worth(counts, "accuracy", 0.3, 0.2, BOOSTED).estimate < 0.4
    True
    >>> label_worth(counts, "accuracy", 0.1, 0.2).high < label_worth(
    ...     counts, "accuracy", 0.3, 0.2
    ... ).high
    True
    """
    error = min(measured, target)
    if isinstance(judged, NumberGap):
        noise = noise_variance(scoring, error, judged.people_variance)
        return _worth_of_numbers(judged, noise, family)
    return _worth(judged, wrong_share(scoring, error), family)


def machine_worth(
    shares: Sequence[MachineShare], scoring: str, measured: float, target: float, family: str = ""
) -> Bounds | None:
    """Rows judged by people that the rows of machines are worth for training; 90 % range.

    Parameters
    ----------
    shares : sequence of MachineShare
        Of the machines.
    scoring, measured, target, family
        As of `label_worth`.

    Returns
    -------
    Bounds or None
        None where there are no such rows, or it is not known how often a machine errs.

    Examples
    --------
    >>> share = MachineShare(machine="m", model="m", n_rows=1000, counts=((90, 10), (10, 90)))
    >>> 300 < machine_worth([share], "accuracy", 0.3, 0.2).estimate < 800
    True
    """
    found = [
        (share.n_rows, label_worth(share.judged, scoring, measured, target, family))
        for share in shares
    ]
    known = [(n, worth) for n, worth in found if worth is not None]
    if not known or len(known) < len(found):
        return None
    return Bounds(
        estimate=sum(n * worth.estimate for n, worth in known),
        low=sum(n * worth.low for n, worth in known),
        high=sum(n * worth.high for n, worth in known),
    )


def _worth(counts: Sequence[Sequence[int]], model_error: float, family: str = "") -> Bounds | None:
    """Clean rows that a label is worth; None: people judged rows of one class at most."""
    # here, so that asking where a project stands does not wait for NumPy
    import numpy as np

    from leadline.stats.machine_votes import judged_classes, noisy_worth

    try:
        found = noisy_worth(
            1,
            judged_classes(counts),
            model_error,
            np.random.default_rng(_SEED),
            boosted=family == BOOSTED,
        )
    except ValueError:
        return None
    return Bounds(**vars(found.factor))


def _worth_of_numbers(gap: NumberGap, noise: float, family: str = "") -> Bounds | None:
    """Clean rows that a number is worth; None where people say the same of all rows."""
    if noise <= 0:
        return None
    import numpy as np

    from leadline.stats.interval import Estimate
    from leadline.stats.machine_votes import NumberErrors, noisy_number_worth

    errors = NumberErrors(gap.n_rows, Estimate(**vars(gap.bias)), gap.variance, gap.freedom)
    rng, boosted = np.random.default_rng(_SEED), family == BOOSTED
    found = noisy_number_worth(1, errors, noise, rng, boosted=boosted)
    return Bounds(**vars(found.factor))


def step_of_a_row(shares: Sequence[MachineShare], n_train: int, worth: Bounds | None) -> float:
    """How far one more row judged by people goes along a curve that machines' rows are part of.

    Such a curve has, at each size, as large a part of the machines' rows as of the train rows. The
    next row of people's comes without any, so it takes a model less far.

    Parameters
    ----------
    shares : sequence of MachineShare
        Of the machines.
    n_train : int
        Train rows that people judged.
    worth : Bounds or None
        As `machine_worth` gives it; None: each counts as one of people's, so that no purchase looks
        better than it is.

    Returns
    -------
    float in (0, 1]
        1 without rows of machines.

    Examples
    --------
    >>> share = MachineShare(machine="m", model="m", n_rows=1000)
    >>> step_of_a_row([share], 500, Bounds(estimate=500, low=300, high=700))
    0.5
    >>> step_of_a_row([share], 500, None) < 0.5, step_of_a_row([], 500, None)
    (True, 1.0)
    """
    n_worth = n_machine_rows(shares) if worth is None else worth.estimate
    return n_train / (n_train + n_worth) if n_train else 1.0
