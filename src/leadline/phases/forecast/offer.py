"""What a budget buys, before it is spent: labels, votes, hours, money, days, each with a range.

Projects are played through in which the curve, the people's speed and their disagreement are drawn
from what is known of them today; rows are bought as the forecast plans them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadline.phases.forecast.purchase import LIKELY, Prices, reach, rows_in_time

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats
    from leadline.stats.curves import CurvePosterior
    from leadline.stats.curves.staging import Staged
    from leadline.stats.machines.fit_time import TimeLaw

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
_N_PROJECTS = 400
_LEAST_NOISE = 0.005


@dataclass(frozen=True, kw_only=True)
class Range:
    """Quantiles of a quantity: half of all projects lie between `q25` and `q75`."""

    q05: float
    q25: float
    q50: float
    q75: float
    q95: float

    @classmethod
    def of(cls, values: Floats) -> Range:
        """Of some draws."""
        q05, q25, q50, q75, q95 = (float(each) for each in np.quantile(values, LEVELS))
        return cls(q05=q05, q25=q25, q50=q50, q75=q75, q95=q95)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """On what terms labels and machines are to be had.

    Attributes
    ----------
    n_available : int
        Train rows there are.
    train_share : float in (0, 1]
        Share of newly labelled rows that may be learnt from.
    vote_cost, vote_s : float >= 0
        Money and a person's seconds for one vote.
    vote_s_doubt : float >= 0
        Standard deviation of the logarithm of those seconds: how well the pace is known.
    n_first, n_most : int >= 1
        People asked about every row, and at most where they disagree.
    hidden : float in [0, 1)
        Share of the votes that are on hidden items, and make no label.
    n_agreed, n_disagreed : float >= 0
        Rows on which the first people agreed and disagreed so far.
    people, hours_per_day : float > 0
        Who label, and how long each does so a day.
    machine_per_hour : float >= 0
        Price of the machine.
    run_s : float >= 0
        Machine seconds that searching and measuring took with the rows there are.
    time_box_s : float > 0, or None
        Seconds that each of the two may take.
    spent : float >= 0
        Money gone.
    n_rounds : int >= 1
        Rounds in which rows may still be bought.
    """

    n_available: int
    train_share: float
    vote_cost: float
    vote_s: float
    vote_s_doubt: float
    n_first: int
    n_most: int
    hidden: float
    n_agreed: float
    n_disagreed: float
    people: float
    hours_per_day: float
    machine_per_hour: float
    run_s: float
    time_box_s: float | None
    spent: float
    n_rounds: int

    def prices(self, budget: float) -> Prices:
        """The terms as a forecast has them that is granted so much money in all."""
        return Prices(
            n_available=self.n_available,
            train_share=self.train_share,
            label_cost=self.label_cost,
            label_s=self.votes_per_label * self.vote_s,
            machine_per_hour=self.machine_per_hour,
            granted=budget,
            left=max(budget - self.spent, 0.0),
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


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What becomes of projects that are granted a budget.

    Attributes
    ----------
    budget : float
        Money granted in all, what is spent included.
    p_met : float
        Chance that the target is met at the end.
    p_shown : float
        Chance that the project will then know it: nine of ten sure.
    labels, votes, people_hours, machine_hours, money, days : Range
        What is still to be spent; days are of the calendar.
    """

    budget: float
    p_met: float
    p_shown: float
    labels: Range
    votes: Range
    people_hours: Range
    machine_hours: Range
    money: Range
    days: Range


def offer_of(
    posterior: CurvePosterior,
    law: TimeLaw,
    terms: Terms,
    target_error: float,
    budget: float,
    *,
    noise: float,
    seed: int = 0,
) -> Offer:
    """Play projects with a budget through.

    Parameters
    ----------
    posterior : CurvePosterior
        What is believed of the learning curve.
    law : TimeLaw
        How fit times grow.
    terms : Terms
        Prices and people.
    target_error : float
        Error to reach.
    budget : float >= 0
        Money granted in all.
    noise : float
        Standard error of a measured log error.
    seed : int, default=0
        Of the play.
    """
    from leadline.stats.curves.staging import Purse, play_rounds

    rng = np.random.default_rng(seed)
    prices = terms.prices(budget)
    n_most, worth = reach(law, prices, terms.n_rounds)
    n_most = rows_in_time(law, terms.n_available, n_most, terms.time_box_s)
    runs = terms.n_rounds * float(_run_hours(terms, law, np.array([n_most]))[0])
    paid = prices.n_reached(prices.left - runs * terms.machine_per_hour)
    n_most = n_most if paid is None else min(n_most, paid)
    ends = play_rounds(
        posterior,
        target_error,
        terms.n_available,
        Purse(n_most, max(worth, 1.0) / LIKELY, terms.n_rounds),
        noise=max(noise, _LEAST_NOISE),
        size=_N_PROJECTS,
        rng=rng,
    )
    machine_hours = _machine_hours(terms, law, ends)
    machine = np.minimum(machine_hours * terms.machine_per_hour, prices.left)
    labels, votes = _bought(terms, ends, prices.left - machine, rng)
    money = machine + votes * terms.vote_cost
    pace = np.exp(terms.vote_s_doubt * rng.standard_normal(_N_PROJECTS))
    people_hours = votes * terms.vote_s * pace / 3600
    days = people_hours / (terms.people * terms.hours_per_day) + machine_hours / 24
    return Offer(
        budget=budget,
        p_met=float(np.mean(ends.is_met)),
        p_shown=float(np.mean(ends.is_shown)),
        labels=Range.of(labels),
        votes=Range.of(votes),
        people_hours=Range.of(people_hours),
        machine_hours=Range.of(machine_hours),
        money=Range.of(money),
        days=Range.of(days),
    )


def _run_hours(terms: Terms, law: TimeLaw, n_rows: Floats) -> Floats:
    """Hours of searching and measuring again at some sizes, as the fits grow."""
    today = float(law.predict(terms.n_available))
    sizes, places = np.unique(n_rows, return_inverse=True)  # few, and each takes its time
    grown = terms.run_s * law.predict(sizes)[places].reshape(n_rows.shape) / max(today, 1e-9)
    longest = np.inf if terms.time_box_s is None else max(2 * terms.time_box_s, terms.run_s)
    hours: Floats = np.minimum(grown, longest) / 3600
    return hours


def _machine_hours(terms: Terms, law: TimeLaw, ends: Staged) -> Floats:
    """Hours of all runs, one after each round in which rows were bought."""
    hours = _run_hours(terms, law, ends.visited)
    is_bought = np.arange(ends.visited.shape[1]) < ends.n_rounds[:, None]
    total: Floats = np.sum(hours * is_bought, axis=1)
    return total


def _bought(
    terms: Terms, ends: Staged, money: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Labels and the votes they take, more where people disagree; no more than the money pays."""
    grown = np.ceil(ends.n_rows - 1e-6) - terms.n_available
    wanted = np.maximum(np.ceil(grown / terms.train_share - 1e-9), 0.0)
    share = rng.beta(1 + terms.n_disagreed, 4 + terms.n_agreed, wanted.size)
    asked_again = rng.binomial(wanted.astype(np.int64), share)
    asked = wanted * terms.n_first + asked_again * (terms.n_most - terms.n_first)
    votes = asked / (1 - terms.hidden)
    price = votes * terms.vote_cost
    kept = np.minimum(np.divide(money, price, out=np.ones_like(price), where=price > 0), 1.0)
    return np.floor(wanted * kept), np.floor(votes * kept)
