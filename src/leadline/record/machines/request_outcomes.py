"""Outcomes of requests to language models: answers, reservations, and a machine's account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class KeptAnswer:
    """What a machine answered.

    Attributes
    ----------
    row : str
        Key of the row of data it was asked for first.
    label : str or None
        None: it answered with nothing that can be a label.
    confidence : float or None
        As the machine said; None: it did not.
    input_tokens, cached_tokens, output_tokens : int >= 0
        As the machine counted them.
    problem : str
        Why there is no label; empty where there is one.
    """

    row: str
    label: str | None
    confidence: float | None
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    problem: str = ""


@dataclass(frozen=True)
class OpenRequest:
    """A request whose money is set aside: it may be sent.

    Attributes
    ----------
    number : int
        Of the request.
    most : int
        Micro-dollars that are set aside for it.
    """

    number: int
    most: int


@dataclass(frozen=True)
class HeldRequest:
    """A request whose answer another process or thread waits for.

    Attributes
    ----------
    until : datetime
        When it counts as lost, UTC.
    """

    until: datetime


@dataclass(frozen=True)
class BudgetReached:
    """A request that is not to be sent: it could pass the budget.

    Attributes
    ----------
    counted : int
        Micro-dollars that are spent, set aside or possibly paid.
    """

    counted: int


@dataclass(frozen=True)
class MachineAccount:
    """What became of the money of one machine, in micro-dollars.

    Attributes
    ----------
    machine : str
        Its name.
    spent : int
        For answers that came.
    in_flight : int
        Set aside for answers that are waited for.
    possibly_paid : int
        Set aside for requests whose answer nobody waits for any more: their process was killed, or
        gave up. They may be on the bill.
    n_answers, n_in_flight, n_possibly_paid : int
        Requests behind each.
    n_unsure : int
        Answers that gave no label.
    """

    machine: str
    spent: int = 0
    in_flight: int = 0
    possibly_paid: int = 0
    n_answers: int = 0
    n_in_flight: int = 0
    n_possibly_paid: int = 0
    n_unsure: int = 0

    @property
    def counted(self) -> int:
        """What counts against the budget."""
        return self.spent + self.in_flight + self.possibly_paid


@dataclass(frozen=True)
class MachineDay:
    """Answers of machines that ended on one day.

    Attributes
    ----------
    day : date
        UTC.
    n : int
        Answers.
    spent : int
        Micro-dollars.
    """

    day: date
    n: int
    spent: int
