"""Contract of crowd platforms: studies, their cost, and submissions.

A platform of another package is any class with the methods of `Platform`, named in the package's
entry points::

    [project.entry-points."leadline.platforms"]
    village = "my_package.village:Village"
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import ClassVar, Protocol, runtime_checkable


@dataclass(frozen=True, kw_only=True)
class Study:
    """Paid work for people on a platform.

    Attributes
    ----------
    name, description : str
        What people are told.
    url : str
        Where they work.
    reward : int > 0
        For one place, in the smallest unit of the account's currency (cents).
    places : int > 0
        How many people.
    minutes : int > 0
        How long one of them will need.
    """

    name: str
    description: str
    url: str
    reward: int
    places: int
    minutes: int


@dataclass(frozen=True)
class Cost:
    """What a study costs, in the smallest unit of the currency.

    Attributes
    ----------
    rewards, fee, vat : int >= 0
        To people, to the platform, and tax on the platform's fee.
    """

    rewards: int
    fee: int
    vat: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.rewards + self.fee + self.vat


def cost_of(study: Study, *, fee: Fraction, vat: Fraction = Fraction(0)) -> Cost:
    """The cost if every place is taken and approved; parts of a cent count as one.

    Parameters
    ----------
    study : Study
        What is offered.
    fee : Fraction >= 0
        The platform's fee, as a share of the rewards.
    vat : Fraction >= 0, default=0
        Value-added tax, as a share of the fee.

    Examples
    --------
    >>> study = Study(name="", description="", url="", reward=100, places=33, minutes=5)
    >>> cost = cost_of(study, fee=Fraction(428, 1000), vat=Fraction(20, 100))
    >>> cost, cost.total
    (Cost(rewards=3300, fee=1413, vat=283), 4996)
    """
    rewards = study.reward * study.places
    charged = ceil(rewards * fee)
    return Cost(rewards, charged, ceil(charged * vat))


@dataclass(frozen=True, kw_only=True)
class PostedStudy:
    """A study as the platform has it.

    Attributes
    ----------
    id, name, status, code : str
        Its id, its name, how it stands, and the code by which people show that they have finished.
    reward, places, taken : int
        As offered, and how many places are taken.
    total : int or None
        What the platform says it costs; None if it does not say.
    """

    id: str
    name: str
    status: str
    code: str
    reward: int
    places: int
    taken: int
    total: int | None


@dataclass(frozen=True, kw_only=True)
class Submission:
    """Submission of one person.

    Attributes
    ----------
    id, judge, status, code : str
        Its id, who (the platform's id of the person), how it stands, and the code entered.
    seconds : float
        How long it took.
    """

    id: str
    judge: str
    status: str
    code: str
    seconds: float


@runtime_checkable
class Platform(Protocol):
    """Offers work and pays for it. Each method may raise `EngineError`.

    Attributes
    ----------
    name : str
        The name of its entry point.
    fees : tuple of (str, Fraction)
        Who pays which share of the rewards as a fee.
    """

    name: ClassVar[str]
    fees: ClassVar[tuple[tuple[str, Fraction], ...]]

    def draft(self, study: Study) -> PostedStudy:
        """Make a study that nobody sees yet; the same study twice is made once."""
        ...

    def offer(self, study_id: str) -> PostedStudy:
        """A study as it stands now."""
        ...

    def publish(self, study_id: str) -> PostedStudy:
        """Let people in. From here on money is owed."""
        ...

    def submissions(self, study_id: str) -> tuple[Submission, ...]:
        """What was handed in so far."""
        ...

    def approve(self, submission_id: str) -> None:
        """Pay for it."""
        ...

    def reject(self, submission_id: str, why: str) -> None:
        """Do not pay for it, and tell the person why."""
        ...

    def ask_back(self, submission_id: str, why: str) -> None:
        """Ask the person to return it unpaid; it does them no harm."""
        ...
