"""Alternative annotator test: is a machine as close to the other people as each person is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from leadline.stats.arrays import Floats, Ints, as_vector, check_share
from leadline.stats.importance.multiple_tests import benjamini_yekutieli
from leadline.stats.machine_votes.behind_test import LEAST_T_ROWS, behind_p_value

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

Scoring: TypeAlias = Literal["classes", "numbers"]
FewRows: TypeAlias = Literal["skip", "score"]

EPSILONS: Mapping[str, float] = MappingProxyType({"experts": 0.2, "skilled": 0.15, "crowd": 0.1})
"""What the authors advise by who the people are: the dearer they are, the more is forgiven."""

_LEAST_SCORE_ROWS = 10
_NO_GROUP = -1


@dataclass(frozen=True)
class Comparison:
    """The machine against one person, both held against the other people.

    Parameters
    ----------
    annotator : int
        The person who was left out.
    n_rows : int
        Rows that this person, another person and the machine labelled.
    machine, person : float in [0, 1]
        Share of rows on which the machine, and the person, was at least as close to the others as
        the other of the two.
    p_value : float in [0, 1]
        Of a machine that is behind by epsilon or more; not yet corrected for many tests.
    won : bool
        Whether the machine is shown to be less than epsilon behind, after the correction.
    """

    annotator: int
    n_rows: int
    machine: float
    person: float
    p_value: float
    won: bool


@dataclass(frozen=True)
class AlternativeTest:
    """The answer of the test, with what it follows from.

    Parameters
    ----------
    against : tuple of Comparison
        One for each person with enough rows, by ascending number.
    skipped : tuple of int
        People with too few rows to be compared with.
    epsilon : float
        How far the machine may be behind a person, as it costs less.
    level : float
        False discovery rate of the wins.
    n_tests : int
        Comparisons that the wins are corrected for; more than in `against` where there are groups.
    n_rows : int
        Rows compared.
    n_unsure : int
        Rows that people labelled twice and the machine did not, in all groups together; they are
        for people, and left out.
    """

    against: tuple[Comparison, ...]
    skipped: tuple[int, ...]
    epsilon: float
    level: float
    n_tests: int
    n_rows: int
    n_unsure: int

    @property
    def winning_rate(self) -> float | None:
        """Share of people the machine won against; None without anybody to compare with."""
        if not self.against:
            return None
        return sum(one.won for one in self.against) / len(self.against)

    @property
    def advantage(self) -> float | None:
        """Probability that the machine is as close to the others as a person, over people."""
        if not self.against:
            return None
        return float(np.mean([one.machine for one in self.against]))

    @property
    def passes(self) -> bool | None:
        """Whether the machine may label: it won against half of the people. None: no evidence."""
        return None if self.winning_rate is None else self.winning_rate >= 0.5

    @property
    def is_behind_everybody(self) -> bool:
        """Whether each person was closer to the others; if it passes, epsilon forgives that."""
        return bool(self.against) and all(one.machine < one.person for one in self.against)


@dataclass(frozen=True)
class _Duels:
    """Every vote of a person beside the machine's on the same row.

    `outcome` is 1 where the person is closer to the others, -1 where the machine is, else 0;
    `others_class` is the class that most others said, or -1 where they are tied.
    """

    item: Ints
    annotator: Ints
    outcome: Ints
    others_class: Ints
    n_unsure: int


def alternative_test(
    item: ArrayLike,
    annotator: ArrayLike,
    label: ArrayLike,
    machine: ArrayLike,
    *,
    epsilon: float,
    scoring: Scoring = "classes",
    level: float = 0.05,
    few_rows: FewRows = "skip",
) -> AlternativeTest:
    """Test whether a machine may label in people's place [1]_.

    One person after the other is left out. On each row that this person labelled, the person's and
    the machine's label are scored against those of the other people: for classes by the share of
    others who said the same, for numbers by the root of the mean squared difference. The machine
    wins against the person if it is shown to be less than `epsilon` behind, and passes if it wins
    against half of the people.

    Parameters
    ----------
    item, annotator, label : array-like, shape (n_votes,)
        One vote of a person an entry: about which item, by whom, which class (a code from 0) or
        number. Items are positions in `machine`.
    machine : array-like of float, shape (n_items,)
        The machine's label of each item; nan where it is unsure.
    epsilon : float in [0, 1)
        How far the machine may be behind, in the share of rows on which it is beaten less the share
        on which it beats. `EPSILONS` has what the authors advise.
    scoring : {"classes", "numbers"}, default="classes"
        How close a label is to those of others.
    level : float in (0, 1), default=0.05
        False discovery rate of the wins, by Benjamini and Yekutieli: people's comparisons use each
        other's votes and depend on each other.
    few_rows : {"skip", "score"}, default="skip"
        People with fewer than 30 rows, for whom the t-test does not hold: left out, as in the
        authors' program, or compared from 10 rows on by an exact test [2]_. The authors'
        advice, Wilcoxon's test, is not taken: it tests the median, which is 0 wherever machine and
        person mostly agree, and lets machines pass that are further behind than epsilon.

    Returns
    -------
    AlternativeTest
        `passes` is None, no evidence, where nobody has enough rows.

    Raises
    ------
    ValueError
        If the arrays do not fit, somebody voted twice on an item, or no item has two votes.

    Notes
    -----
    A machine that is worse than every person by less than `epsilon` may pass: that is what epsilon
    means, and `is_behind_everybody` says so. Where machine and people nearly always agree the
    authors' t-test lets too many pass below 100 rows; up to 200 a comparison is won only if the
    exact test of `behind_p_value` agrees with it.

    References
    ----------
    .. [1] N. Calderon, R. Reichart, R. Dror (2025), The alternative annotator test for
       LLM-as-a-judge. ACL 2025, 16051-16081. arXiv 2501.10970.
    .. [2] H.-M. Hsueh, J.-P. Liu and J. J. Chen (2001), Unconditional exact tests for equivalence
       or noninferiority for paired binary endpoints. Biometrics 57, 478-483.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.integers(2, size=100)
    >>> def labels(n, accuracy):
    ...     return np.where(rng.random((n, 100)) < accuracy, truth, 1 - truth)
    >>> item, annotator = np.tile(np.arange(100), 3), np.repeat(np.arange(3), 100)
    >>> votes = item, annotator, labels(3, 0.85).ravel()
    >>> alternative_test(*votes, labels(1, 0.95)[0], epsilon=0.15).passes
    True
    >>> alternative_test(*votes, labels(1, 0.6)[0], epsilon=0.15).passes
    False
    """
    duels = _duels(item, annotator, label, machine, scoring)
    everything = np.zeros(duels.item.size, dtype=np.int64)
    found = _tests(duels, everything, epsilon, level, few_rows)
    return found[0] if found else AlternativeTest((), (), epsilon, level, 0, 0, duels.n_unsure)


def alternative_tests(
    item: ArrayLike,
    annotator: ArrayLike,
    label: ArrayLike,
    machine: ArrayLike,
    *,
    epsilon: float,
    groups: ArrayLike | None = None,
    scoring: Scoring = "classes",
    level: float = 0.05,
) -> dict[int, AlternativeTest]:
    """Test the machine in each slice, or in each class, on its own.

    The wins of all groups are corrected together, so that a machine that deserves no group is not
    given one because many were looked at.

    Parameters
    ----------
    item, annotator, label, machine : array-like
        As for `alternative_test`.
    epsilon, scoring, level
        As for `alternative_test`; from 10 to 29 rows, common here, the exact test alone is used.
    groups : array-like of int, shape (n_items,), optional
        The slice of each item, -1 for none. Left out: the class that most of the other people said,
        so that neither machine nor person has a say in where a row counts; rows on which the others
        are tied are in no class.

    Returns
    -------
    dict of int to AlternativeTest
        By ascending group; each holds `n_tests`, the comparisons of all groups.

    Raises
    ------
    ValueError
        As `alternative_test`; also if `groups` does not fit, or is missing for numbers.

    Examples
    --------
    >>> item, annotator = np.tile(np.arange(160), 3), np.repeat(np.arange(3), 160)
    >>> truth = np.arange(160) % 2
    >>> always_one = np.ones(160)
    >>> found = alternative_tests(item, annotator, np.tile(truth, 3), always_one, epsilon=0.1)
    >>> {group: one.passes for group, one in found.items()}
    {0: False, 1: True}
    """
    duels = _duels(item, annotator, label, machine, scoring)
    if groups is None:
        if scoring == "numbers":
            raise ValueError("groups is missing, numbers have no classes. Pass a slice an item.")
        group = duels.others_class
    else:
        of_item = np.asarray(groups, dtype=np.int64)
        if of_item.shape != np.shape(machine):
            raise ValueError(
                f"groups has shape {of_item.shape}, {np.shape(machine)} is needed. "
                "Pass one an item."
            )
        group = of_item[duels.item]
    return _tests(duels, group, epsilon, level, "score")


def _duels(
    item: ArrayLike, annotator: ArrayLike, label: ArrayLike, machine: ArrayLike, scoring: Scoring
) -> _Duels:
    """Hold every vote on a row with another vote, and the machine's, against the others."""
    labels = as_vector(label, "label")
    items, people = np.asarray(item, dtype=np.int64), np.asarray(annotator, dtype=np.int64)
    answers: Floats = np.asarray(machine, dtype=np.float64)
    if not items.shape == people.shape == labels.shape:
        raise ValueError(
            f"item, annotator and label have shapes {items.shape}, {people.shape} and "
            f"{labels.shape}, one is needed. Pass one entry a vote."
        )
    if scoring not in {"classes", "numbers"}:
        raise ValueError(f"scoring must be 'classes' or 'numbers'; got {scoring!r}.")
    if np.any(np.isinf(answers)):
        raise ValueError("machine must be finite, or nan where it is unsure; some is infinite.")
    if answers.ndim != 1 or items.min() < 0 or items.max() >= answers.size:
        raise ValueError("item must be positions in machine; some are not. Number the items.")
    width = int(people.max() - people.min()) + 1
    if np.unique(items * width + people - people.min()).size < items.size:
        raise ValueError("Somebody voted twice on an item, once is needed. Keep the last vote.")
    n_votes = _n_votes(items, answers.size)
    if not np.any(n_votes >= 2):
        raise ValueError("No item has two votes, some must. Have a second person label some items.")
    kept = (n_votes[items] >= 2) & ~np.isnan(answers[items])
    items, people, labels = items[kept], people[kept], labels[kept]
    distance = _class_gaps if scoring == "classes" else _number_gaps
    gap, others_class = distance(items, labels, answers)
    n_unsure = int(np.sum((n_votes >= 2) & np.isnan(answers)))
    return _Duels(items, people, gap, others_class, n_unsure)


def _n_votes(item: ArrayLike, n_items: int) -> Ints:
    return np.bincount(np.asarray(item, dtype=np.int64), minlength=n_items)


def _class_gaps(items: Ints, labels: Floats, answers: Floats) -> tuple[Ints, Ints]:
    """Say who of person and machine agrees with more of the others, and what most of these said."""
    codes, said = labels.astype(np.int64), answers[items].astype(np.int64)
    for name, whole, given in (("label", codes, labels), ("machine", said, answers[items])):
        if np.any(whole != given) or np.any(whole < 0):
            raise ValueError(
                f"{name} must be class codes from 0; some are not. Number the classes."
            )
    n_classes = int(max(codes.max(initial=0), said.max(initial=0))) + 1
    counts = np.zeros((answers.size, n_classes), dtype=np.int64)
    np.add.at(counts, (items, codes), 1)
    others = counts[items]
    rows = np.arange(items.size)
    others[rows, codes] -= 1
    outcome: Ints = np.sign(others[rows, codes] - others[rows, said])
    most = others.max(axis=1, keepdims=True, initial=0)
    is_tied = np.sum(others == most, axis=1) > 1
    return outcome, np.where(is_tied, _NO_GROUP, np.argmax(others, axis=1))


def _number_gaps(items: Ints, labels: Floats, answers: Floats) -> tuple[Ints, Ints]:
    """Say who of person and machine is nearer to the others in the mean square."""
    n_votes = _n_votes(items, answers.size)
    # centred, or large numbers would lose the small differences between people
    centre = np.bincount(items, labels, minlength=answers.size) / np.maximum(n_votes, 1)
    person, said = labels - centre[items], answers[items] - centre[items]
    squares = np.bincount(items, person**2, minlength=answers.size)[items] - person**2
    total = np.bincount(items, person, minlength=answers.size)[items] - person
    n_others = n_votes[items] - 1
    of_person = n_others * person**2 - 2 * person * total + squares
    of_machine = n_others * said**2 - 2 * said * total + squares
    gap = of_machine - of_person
    is_tie = np.abs(gap) <= 1e-9 * (of_machine + of_person)
    outcome: Ints = np.where(is_tie, 0, np.sign(gap)).astype(np.int64)
    return outcome, np.full(items.size, _NO_GROUP)


def _tests(
    duels: _Duels, group: Ints, epsilon: float, level: float, few_rows: FewRows
) -> dict[int, AlternativeTest]:
    """Compare with each person in each group, and correct for all comparisons at once."""
    check_share(level, "level")
    if not 0 <= epsilon < 1:
        raise ValueError(f"epsilon must lie in [0, 1); got {epsilon}. Write a share of the rows.")
    least = LEAST_T_ROWS if few_rows == "skip" else _LEAST_SCORE_ROWS
    pairs = np.unique(np.stack([group, duels.annotator]), axis=1).T.tolist()
    outcomes = {
        (g, j): duels.outcome[(group == g) & (duels.annotator == j)]
        for g, j in pairs
        if g != _NO_GROUP
    }
    p_values = {
        cell: behind_p_value(outcome, epsilon)
        for cell, outcome in outcomes.items()
        if outcome.size >= least
    }
    corrected = benjamini_yekutieli(list(p_values.values())).tolist()
    won = {cell: p <= level for cell, p in zip(p_values, corrected, strict=True)}
    return {
        g: AlternativeTest(
            against=tuple(
                Comparison(
                    annotator=j,
                    n_rows=outcomes[h, j].size,
                    machine=float(np.mean(outcomes[h, j] <= 0)),
                    person=float(np.mean(outcomes[h, j] >= 0)),
                    p_value=p,
                    won=won[h, j],
                )
                for (h, j), p in p_values.items()
                if h == g
            ),
            skipped=tuple(j for h, j in outcomes if h == g and (h, j) not in p_values),
            epsilon=epsilon,
            level=level,
            n_tests=len(p_values),
            n_rows=int(np.unique(duels.item[group == g]).size),
            n_unsure=duels.n_unsure,
        )
        for g in sorted({g for g, _ in outcomes})
    }
