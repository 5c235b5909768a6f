"""Contract of those who grant money before each request to a language model."""

from __future__ import annotations

from typing import Protocol

from leadline.engines.language_models.model_answer import ModelAnswer, Usage
from leadline.errors import LeadlineError


class BudgetSpent(LeadlineError):  # noqa: N818 - a stop that was agreed upon, no mistake
    """The next request could cost more than is left."""


class Reservation(Protocol):
    """Money set aside for one request, until one of the two is called.

    If neither is, nobody knows whether the request was paid: it was sent, and no answer came.
    Both may be called from another thread than the one that made the reservation.
    """

    def settle(self, answer: ModelAnswer) -> None:
        """Keep the answer, and book what it took."""
        ...

    def release(self) -> None:
        """Give the money back: the request was not carried out."""
        ...


class Spending(Protocol):
    """Grants money, and keeps the answers that were paid."""

    def reserve(self, request_key: str, most: Usage) -> Reservation | ModelAnswer:
        """Set money aside for a request, or hand out the answer that was paid before.

        Parameters
        ----------
        request_key : str
            Digest of all that the answer depends on. What was reserved under it before, and
            neither settled nor released, may be paid: it stays set aside beside the new one.
        most : Usage
            Tokens that it can take at most.

        Raises
        ------
        BudgetSpent
            If the request could pass the budget.
        """
        ...


class BatchSpending(Spending, Protocol):
    """Grants money for requests that go in batch files, too."""

    def claim(self, request_key: str, most: Usage) -> Reservation | ModelAnswer:
        """The reservation of a request whose result has come; parameters as of `reserve`.

        What was set aside when it was written is taken over, so that one request is not counted
        twice. Where nothing is set aside it is as `reserve`.
        """
        ...


class Unmetered:
    """Grants everything and keeps nothing, for a model on one's own machine.

    Examples
    --------
    >>> Unmetered().reserve("a request", Usage(10, 0, 10)).release()
    """

    def reserve(self, request_key: str, most: Usage) -> Reservation:  # noqa: ARG002
        """A reservation of no money."""
        return _Nothing()

    def claim(self, request_key: str, most: Usage) -> Reservation:
        """As `reserve`."""
        return self.reserve(request_key, most)


class _Nothing:
    def settle(self, answer: ModelAnswer) -> None:
        pass

    def release(self) -> None:
        pass
