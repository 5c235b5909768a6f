"""Ledger: money and hours of a project by stage and kind, and over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from leadline.phases.lifecycle import Stage


class ExpenseKind(StrEnum):
    """What money or hours went into."""

    LABELS = "labels"
    JUDGMENTS = "judgments"
    MACHINES = "machines"
    MODELS = "models"  # language models that answer for money
    WORK = "work"  # of people, as they reported it

    @property
    def words(self) -> str:
        """What people read.

        Examples
        --------
        >>> ExpenseKind.LABELS.words, ExpenseKind.WORK.words
        ('labels', 'reported work')
        """
        return _WORDS.get(self, self.value)

    @property
    def has_price(self) -> bool:
        """Whether it costs money; what has no price is told in hours alone."""
        return self in (ExpenseKind.LABELS, ExpenseKind.MACHINES, ExpenseKind.MODELS)


_WORDS = {
    ExpenseKind.MACHINES: "machine time",
    ExpenseKind.MODELS: "language models",
    ExpenseKind.WORK: "reported work",
}


@dataclass(frozen=True)
class Expense:
    """What one day of one kind of work took.

    Attributes
    ----------
    stage : Stage
        Where it belongs.
    kind : ExpenseKind
        What it was.
    day : date
        UTC.
    money : float >= 0
        In the currency of the ledger; 0 of what has no price.
    people_hours, machine_hours : float >= 0
        Time it took.
    n : int
        Answers, runs or pieces of work.
    """

    stage: Stage
    kind: ExpenseKind
    day: date
    money: float = 0.0
    people_hours: float = 0.0
    machine_hours: float = 0.0
    n: int = 0


@dataclass(frozen=True)
class Commitment:
    """What is promised and not yet done.

    Attributes
    ----------
    stage, kind : Stage, ExpenseKind
        As of an expense.
    money, people_hours : float >= 0
        What it will take at most; of work, what it is expected to.
    why : str
        What it is, in a few words.
    """

    stage: Stage
    kind: ExpenseKind
    money: float
    people_hours: float
    why: str


@dataclass(frozen=True)
class Grant:
    """A budget, from the day on which it was stated.

    Attributes
    ----------
    day : date
        UTC.
    money : float >= 0
        In the currency of the ledger; 0: none any more.
    """

    day: date
    money: float


@dataclass(frozen=True)
class HoursADay:
    """Hours of a working day.

    Attributes
    ----------
    labelling : float > 0
        Of who labels.
    other : float > 0
        Of all others.
    """

    labelling: float
    other: float

    def days(self, kind: ExpenseKind, hours: float) -> float:
        """Working days of one person.

        Examples
        --------
        >>> HoursADay(labelling=4.0, other=8.0).days(ExpenseKind.LABELS, 200.0)
        50.0
        """
        return hours / (self.labelling if kind is ExpenseKind.LABELS else self.other)


@dataclass(frozen=True)
class LedgerLine:
    """Sums of one kind in one stage.

    Attributes
    ----------
    stage, kind : Stage, ExpenseKind
        Where and what.
    n : int
        Answers, runs or pieces of work.
    money, committed : float
        Spent, and promised beside it.
    people_hours, working_days, machine_hours : float
        Spent; days are one person's.
    hours_committed : float
        People's hours of work that is planned.
    """

    stage: Stage
    kind: ExpenseKind
    n: int
    money: float
    committed: float
    people_hours: float
    working_days: float
    machine_hours: float
    hours_committed: float


@dataclass(frozen=True)
class LedgerDay:
    """Money spent up to the end of a day.

    Attributes
    ----------
    day : date
        UTC.
    labels, machines : float >= 0
        Spent on them from the first day on.
    granted : float or None
        The budget of then; None: none.
    models : float >= 0
        Spent on language models.
    """

    day: date
    labels: float
    machines: float
    granted: float | None
    models: float = 0.0


@dataclass(frozen=True)
class Ledger:
    """What a project has cost.

    Attributes
    ----------
    currency : str
        Of all money.
    granted : float
        The budget as it stands; 0: none was stated.
    lines : tuple of LedgerLine
        By stage and kind; only those with something in them.
    days : tuple of LedgerDay
        Every day on which money was spent or granted, the oldest first.
    commitments : tuple of Commitment
        What is promised and not yet done.
    hours_a_day : HoursADay
        What the working days rest on.
    until : date
        The day it was made up to.
    n_untimed : int
        Runs of machines whose time nobody knows; they are in no sum.
    """

    currency: str
    granted: float
    lines: tuple[LedgerLine, ...]
    days: tuple[LedgerDay, ...]
    commitments: tuple[Commitment, ...]
    hours_a_day: HoursADay
    until: date
    n_untimed: int = 0

    @property
    def spent(self) -> float:
        """Money of all lines."""
        return sum(line.money for line in self.lines)

    @property
    def committed(self) -> float:
        """Money that is promised, at most."""
        return sum(line.committed for line in self.lines)

    @property
    def left(self) -> float | None:
        """Money neither spent nor promised, below 0 if it is overdrawn; None without a budget."""
        return self.granted - self.spent - self.committed if self.granted > 0 else None

    @property
    def share(self) -> float | None:
        """Share of the budget that is spent, 1 at most; None without a budget."""
        return min(self.spent / self.granted, 1.0) if self.granted > 0 else None

    @property
    def people_hours(self) -> float:
        """Hours of people in all lines."""
        return sum(line.people_hours for line in self.lines)

    @property
    def working_days(self) -> float:
        """The same in working days of one person."""
        return sum(line.working_days for line in self.lines)

    @property
    def machine_hours(self) -> float:
        """Hours of machines in all lines."""
        return sum(line.machine_hours for line in self.lines)

    def money_of(self, kind: ExpenseKind) -> float:
        """Money of one kind, of all stages."""
        return sum(line.money for line in self.lines if line.kind == kind)


def ledger_of(
    expenses: Sequence[Expense],
    commitments: Sequence[Commitment],
    grants: Sequence[Grant],
    *,
    currency: str,
    granted: float,
    hours_a_day: HoursADay,
    until: date,
    n_untimed: int = 0,
) -> Ledger:
    """Sum up what a project has cost.

    Parameters
    ----------
    expenses : sequence of Expense
        In any order.
    commitments : sequence of Commitment
        What is promised.
    grants : sequence of Grant
        Budgets as they were stated, the newest last.
    currency : str
        Of all money.
    granted : float
        The budget as it stands.
    hours_a_day : HoursADay
        Of people.
    until : date
        Today.
    n_untimed : int, default=0
        Runs that are in no expense.

    Returns
    -------
    Ledger
        With a line for each stage and kind that has anything in it.

    Examples
    --------
    >>> day = date(2026, 1, 5)
    >>> paid = Expense(Stage.TRAIN, ExpenseKind.LABELS, day, money=30.0, people_hours=200.0)
    >>> its = ledger_of(
    ...     [paid],
    ...     [],
    ...     [],
    ...     currency="EUR",
    ...     granted=100.0,
    ...     hours_a_day=HoursADay(labelling=4.0, other=4.0),
    ...     until=day,
    ... )
    >>> its.spent, its.left, its.working_days
    (30.0, 70.0, 50.0)
    """
    pairs = [(stage, kind) for stage in Stage for kind in ExpenseKind]
    lines = (_line(pair, expenses, commitments, hours_a_day) for pair in pairs)
    return Ledger(
        currency=currency,
        granted=granted,
        lines=tuple(line for line in lines if line is not None),
        days=_days(expenses, grants),
        commitments=tuple(commitments),
        hours_a_day=hours_a_day,
        until=until,
        n_untimed=n_untimed,
    )


def _line(
    pair: tuple[Stage, ExpenseKind],
    expenses: Iterable[Expense],
    commitments: Iterable[Commitment],
    hours_a_day: HoursADay,
) -> LedgerLine | None:
    mine = [each for each in expenses if (each.stage, each.kind) == pair]
    promised = [each for each in commitments if (each.stage, each.kind) == pair]
    if not mine and not promised:
        return None
    hours = sum(each.people_hours for each in mine)
    return LedgerLine(
        *pair,
        n=sum(each.n for each in mine),
        money=sum(each.money for each in mine),
        committed=sum(each.money for each in promised),
        people_hours=hours,
        working_days=hours_a_day.days(pair[1], hours),
        machine_hours=sum(each.machine_hours for each in mine),
        hours_committed=sum(each.people_hours for each in promised),
    )


def _days(expenses: Sequence[Expense], grants: Sequence[Grant]) -> tuple[LedgerDay, ...]:
    """Sums up to each day, of what has a price."""
    spent: dict[ExpenseKind, defaultdict[date, float]] = {
        kind: defaultdict(float) for kind in ExpenseKind if kind.has_price
    }
    for each in expenses:
        if each.money:
            spent[each.kind][each.day] += each.money
    # of two budgets on one day the later one stands
    stated = {each.day: each.money for each in grants}
    labels = machines = models = 0.0
    granted: float | None = None
    found = []
    for day in sorted({*stated, *(day for of_kind in spent.values() for day in of_kind)}):
        labels += spent[ExpenseKind.LABELS][day]
        machines += spent[ExpenseKind.MACHINES][day]
        models += spent[ExpenseKind.MODELS][day]
        granted = stated.get(day, granted)
        found.append(LedgerDay(day, labels, machines, granted or None, models))
    return tuple(found)
