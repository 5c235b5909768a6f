"""Costs of a project: of rows to buy, of votes that make labels, and of fits."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leadline.stats.machines.fit_time import TimeLaw


@dataclass(frozen=True, kw_only=True)
class RowCosts:
    """The rows there are, and the costs that do not depend on how labels are made.

    Attributes
    ----------
    n_available : int
        Train rows there are.
    train_share : float in (0, 1]
        Train rows that a newly labelled row brings: the share of them that may be learnt from, as
        the rest are test rows; less where machines' rows are part of the curve.
    machine_per_hour : float >= 0
        Price of the machine.
    spent : float >= 0
        Money spent so far.
    """

    n_available: int
    train_share: float
    machine_per_hour: float
    spent: float

    def to_label(self, n_rows: float) -> int:
        """Rows to buy, so that this many can be learnt from.

        Examples
        --------
        >>> rows = RowCosts(n_available=100, train_share=0.8, machine_per_hour=0, spent=0)
        >>> rows.to_label(260)
        200
        """
        return ceil(max(n_rows - self.n_available, 0) / self.train_share - 1e-9)

    def fit_cost(self, law: TimeLaw, n_rows: float) -> float:
        """Money for the machine time of one fit."""
        return float(law.predict(n_rows)) / 3600 * self.machine_per_hour


@dataclass(frozen=True, kw_only=True)
class PurchaseCosts(RowCosts):
    """The costs of buying rows, and the money there is.

    Attributes
    ----------
    label_cost, label_s : float >= 0
        Money, people and fees, and a person's seconds for one more labelled row.
    budget : float >= 0
        Money granted for the project.
    """

    label_cost: float
    label_s: float
    budget: float

    @property
    def money_left(self) -> float:
        """The part of the budget that is not spent."""
        return max(self.budget - self.spent, 0.0)

    def rows_for(self, money: float) -> int | None:
        """Train rows there are once some money is spent on rows; None where rows cost nothing.

        Examples
        --------
        >>> costs = PurchaseCosts(
        ...     n_available=100,
        ...     train_share=0.8,
        ...     machine_per_hour=0,
        ...     spent=0,
        ...     label_cost=0.5,
        ...     label_s=10,
        ...     budget=100,
        ... )
        >>> costs.rows_for(100)
        260
        """
        if self.label_cost <= 0:
            return None
        n_bought = int(max(money, 0.0) / self.label_cost + 1e-9)
        return self.n_available + int(self.train_share * n_bought + 1e-9)


@dataclass(frozen=True, kw_only=True)
class LabellingCosts(RowCosts):
    """The costs of votes, and the people who give them.

    Attributes
    ----------
    vote_cost, vote_s : float >= 0
        Money and a person's seconds for one vote.
    log_vote_s_stderr : float >= 0
        Standard error of the logarithm of those seconds.
    n_first, n_most : int >= 1
        People asked about every row, and at most where they disagree.
    hidden : float in [0, 1)
        Share of the votes that are on hidden items, and make no label.
    n_agreed, n_disagreed : float >= 0
        Rows on which the first people agreed and disagreed so far.
    people, hours_per_day : float > 0
        Number of people who label, and the hours each does so a day.
    run_s : float >= 0
        Machine seconds that searching and measuring took with the rows there are.
    time_box_s : float > 0, or None
        Seconds that each of the two may take.
    n_rounds : int >= 1
        Rounds in which rows may still be bought.
    row_cost : float >= 0
        Money for one more row without a label that may be learnt from, for a machine to label, rows
        on the test side that come with it among that; 0: there are no others than those there are.
    """

    vote_cost: float
    vote_s: float
    log_vote_s_stderr: float
    n_first: int
    n_most: int
    hidden: float
    n_agreed: float
    n_disagreed: float
    people: float
    hours_per_day: float
    run_s: float
    time_box_s: float | None
    n_rounds: int
    row_cost: float = 0.0

    def with_budget(self, budget: float) -> PurchaseCosts:
        """The costs of rows in a project that is granted so much money in all."""
        return PurchaseCosts(
            n_available=self.n_available,
            train_share=self.train_share,
            machine_per_hour=self.machine_per_hour,
            spent=self.spent,
            label_cost=self.label_cost,
            label_s=self.votes_per_label * self.vote_s,
            budget=budget,
        )

    @property
    def disagreed(self) -> float:
        """Share of rows on which the first people are expected to disagree."""
        return (1 + self.n_disagreed) / (5 + self.n_agreed + self.n_disagreed)

    @property
    def votes_per_label(self) -> float:
        """Votes a row is expected to take, those on hidden items among them."""
        return (self.n_first + self.disagreed * (self.n_most - self.n_first)) / (1 - self.hidden)

    @property
    def label_cost(self) -> float:
        """Money for one more labelled row."""
        return self.votes_per_label * self.vote_cost
