"""Blind rows: those that at least two people judged, and a machine held against these people.

People never see a machine's vote before their own, so whatever several of them said of one row was
said without it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

import numpy as np

from leadline.phases.data import NumberGap
from leadline.phases.delegation import (
    FEWEST_PEOPLE,
    FEWEST_ROWS,
    Duel,
    Evidence,
    Part,
    WrongRow,
    surely_behind,
)
from leadline.phases.verdict import Bounds
from leadline.record import MachineVote, Vote
from leadline.stats.arrays import Floats, Ints
from leadline.stats.interval import wilson_interval
from leadline.stats.labels.label_aggregation import majority_value
from leadline.stats.machine_votes import (
    EPSILONS,
    AlternativeTest,
    alternative_test,
    alternative_tests,
    number_errors,
)

_MOST_WRONG = 20
_MOST_SLICES = 12


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Which machine was asked what, and who the people are.

    Attributes
    ----------
    machine, model, prompt : str
        Its name, what answers, and the digest of what it is told, where.
    guidelines : int or None
        Version that it is told.
    people : {"experts", "skilled", "crowd"}
        Who the people are: how far the machine may be behind.
    classes : tuple of str
        What can be said; empty for numbers.
    address : str, default=""
        Where it is asked.
    columns : tuple of str, default=()
        What it is told of a row.
    """

    machine: str
    model: str
    prompt: str
    guidelines: int | None
    people: str
    classes: tuple[str, ...]
    address: str = ""
    columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class RowFacts:
    """What is known of the judged rows beside their labels.

    Attributes
    ----------
    lines : mapping of str to str
        Item to the row in a line of words.
    slices : mapping of str to mapping of str to str
        Column to item to its value, of columns that rows are told apart by.
    """

    lines: Mapping[str, str]
    slices: Mapping[str, Mapping[str, str]]


def blind_votes(votes: Sequence[Vote]) -> dict[str, dict[str, str]]:
    """Item to annotator to label, of the items that at least two people gave a label.

    Of several votes of one person on an item the last counts; unsure is no label.

    Examples
    --------
    >>> votes = [Vote("a", "Ada", "yes", 2.0), Vote("a", "Bo", "no", 2.0)]
    >>> blind_votes([*votes, Vote("b", "Ada", "yes", 2.0), Vote("b", "Bo", None, 2.0)])
    {'a': {'Ada': 'yes', 'Bo': 'no'}}
    """
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for vote in votes:
        if vote.value is not None:
            said[vote.item][vote.annotator] = vote.value
        else:
            said[vote.item].pop(vote.annotator, None)
    return {item: by for item, by in said.items() if len(by) >= FEWEST_PEOPLE}


def delegation_evidence(
    asked: Asked,
    judged: Mapping[str, Mapping[str, str]],
    answers: Sequence[MachineVote],
    facts: RowFacts,
) -> Evidence:
    """Hold a machine against the people who judged the same rows.

    Parameters
    ----------
    asked : Asked
        Which machine.
    judged : mapping of str to mapping of str to str
        As `blind_votes` gives it.
    answers : sequence of MachineVote
        What the machine says, one vote an item; those on other items are left out.
    facts : RowFacts
        What else is known of the judged rows.
    """
    answers = [vote for vote in answers if vote.item in judged]
    given = {vote.item: vote.value for vote in answers if vote.value is not None}
    people = sorted({who for by in judged.values() for who in by})
    wrong = _wrong(asked, judged, answers, facts.lines)
    compared = _compared(asked, judged, given, people, facts.slices) if given else _NOTHING
    whole = compared.whole
    n_told = sum(majority_value(list(judged[item].values())) is not None for item in given)
    return Evidence(
        machine=asked.machine,
        model=asked.model,
        prompt=asked.prompt,
        guidelines=asked.guidelines,
        address=asked.address,
        columns=asked.columns,
        people=asked.people,
        epsilon=EPSILONS[asked.people],
        n_blind=len(judged),
        n_answered=len(answers),
        n_rows=len(given),
        n_people=len(people),
        agreement=_share(n_told - len(wrong), n_told) if n_told and asked.classes else None,
        passes=whole.passes if whole else None,
        duels=_duels(whole, people),
        skipped=tuple(people[j] for j in whole.skipped) if whole else (),
        classes=compared.classes,
        slices=compared.slices,
        n_wrong=len(wrong),
        wrong=tuple(wrong[:_MOST_WRONG]),
        gap=None if asked.classes else _gap(judged, given),
    )


def _gap(judged: Mapping[str, Mapping[str, str]], given: Mapping[str, str]) -> NumberGap | None:
    """How far numbers are from the middle of people's; None where too few rows tell."""
    people = [median(map(float, judged[item].values())) for item in given]
    try:
        found = number_errors(people, [float(said) for said in given.values()])
    except ValueError:
        return None
    return NumberGap(
        n_rows=found.n_rows,
        bias=Bounds(**vars(found.bias)),
        variance=found.variance,
        freedom=found.freedom,
        people_variance=float(np.var(people, ddof=1)),
    )


@dataclass(frozen=True)
class _Compared:
    whole: AlternativeTest | None = None
    classes: tuple[Part, ...] = ()
    slices: tuple[Part, ...] = ()


_NOTHING = _Compared()


class _Codes:
    """Labels as numbers: classes by their place, numbers as they are."""

    def __init__(self, classes: Sequence[str], labels: Iterable[str]) -> None:
        # people may have said what is no class of the data any more
        self.names = [*classes, *sorted(set(labels) - set(classes))] if classes else []
        self._places = {name: place for place, name in enumerate(self.names)}

    def __call__(self, labels: Iterable[str]) -> Floats:
        return np.array([self._places[each] if self.names else float(each) for each in labels])


def _compared(
    asked: Asked,
    judged: Mapping[str, Mapping[str, str]],
    given: Mapping[str, str],
    people: Sequence[str],
    slices: Mapping[str, Mapping[str, str]],
) -> _Compared:
    """Test the machine on all rows, in each class, and in each slice."""
    said = [
        (place, people.index(who), label)
        for place, item in enumerate(given)
        for who, label in judged[item].items()
    ]
    codes = _Codes(asked.classes, [*(label for *_, label in said), *given.values()])
    item, annotator = (np.array([vote[part] for vote in said]) for part in range(2))
    votes = item, annotator, codes(label for *_, label in said), codes(given.values())
    epsilon: float = EPSILONS[asked.people]
    scoring: Literal["classes", "numbers"] = "classes" if asked.classes else "numbers"
    classes: tuple[Part, ...] = ()
    if asked.classes:
        by_class = alternative_tests(*votes, epsilon=epsilon)
        classes = tuple(
            _part(repr(name), by_class[c]) if c in by_class else Part(name=repr(name), n_rows=0)
            for c, name in enumerate(codes.names)
        )
    parts: list[Part] = []
    for column, values in slices.items():
        names, groups = _groups([values.get(key, "") for key in given])
        if len(names) > 1:
            tests = alternative_tests(*votes, epsilon=epsilon, groups=groups, scoring=scoring)
            parts += [_part(f"{column} = {names[g]}", test) for g, test in tests.items()]
    whole = alternative_test(*votes, epsilon=epsilon, scoring=scoring)
    return _Compared(whole, classes, tuple(parts))


def _groups(values: Sequence[str]) -> tuple[list[str], Ints]:
    """The commonest values of a column, and the place of each row's among them; -1: another."""
    names = [value for value, _ in Counter(values).most_common(_MOST_SLICES) if value]
    places = {name: place for place, name in enumerate(names)}
    return names, np.array([places.get(value, -1) for value in values])


def _part(name: str, test: AlternativeTest) -> Part:
    return Part(name=name, n_rows=test.n_rows, machine=test.advantage, passes=_passes(test))


def _passes(test: AlternativeTest) -> bool | None:
    """Whether it may label them; on few rows "no" only where it is shown to be behind most people.

    A test of few rows seldom shows that a machine is not behind, however good it is.
    """
    if test.passes is not False or test.n_rows >= FEWEST_ROWS:
        return test.passes
    return False if surely_behind([one.p_value for one in test.against]) else None


def _duels(test: AlternativeTest | None, people: Sequence[str]) -> tuple[Duel, ...]:
    return tuple(
        Duel(
            name=people[one.annotator],
            n_rows=one.n_rows,
            machine=_share(round(one.machine * one.n_rows), one.n_rows),
            person=_share(round(one.person * one.n_rows), one.n_rows),
            p_value=one.p_value,
            won=one.won,
        )
        for one in (test.against if test else ())
    )


def _share(n_hits: int, n_trials: int) -> Bounds:
    found = wilson_interval(n_hits, n_trials)
    return Bounds(estimate=n_hits / n_trials, low=float(found.low), high=float(found.high))


def _wrong(
    asked: Asked,
    judged: Mapping[str, Mapping[str, str]],
    answers: Sequence[MachineVote],
    lines: Mapping[str, str],
) -> list[WrongRow]:
    """The rows that the machine labels other than most people; first where most people agree."""
    found = []
    for vote in answers:
        labels = list(judged[vote.item].values())
        if vote.value is not None and _differs(vote.value, labels, is_number=not asked.classes):
            found.append(
                WrongRow(
                    item=vote.item,
                    shown=lines.get(vote.item, ""),
                    people=tuple(Counter(labels).most_common()),
                    machine=vote.value if asked.classes else f"{float(vote.value):.10g}",
                    confidence=vote.confidence,
                )
            )
    # where all people say the same, nothing excuses the machine
    return sorted(found, key=lambda row: (len(row.people), -sum(n for _, n in row.people)))


def _differs(said: str, labels: Sequence[str], *, is_number: bool) -> bool:
    """Whether an answer is not what most people say; of numbers, beyond all that they say."""
    if is_number:
        numbers = [float(label) for label in labels]
        return not min(numbers) <= float(said) <= max(numbers)
    most = majority_value(labels)
    return most is not None and most != said
