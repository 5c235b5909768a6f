"""A release against its challenger: what the released model has cost more than one trained anew.

Once a block, the released candidate is fitted to all that is known, and meets the released model
on the labelled rows of the next block, which neither has learnt from.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from leadline.phases.monitor.class_rates import TARGET
from leadline.phases.number_format import money
from leadline.phases.scoring import scoring_of
from leadline.phases.verdict import Bounds, Finding, note, warning
from leadline.phases.wording import plural, share_words


@dataclass(frozen=True, kw_only=True)
class ChallengedBlock:
    """A block on which both models were judged.

    Attributes
    ----------
    name : str
        First day of the block, ISO, or the file's name.
    n_labelled : int
        Rows that both were judged on.
    released, challenger : float in [0, 1]
        Share of wrong decisions of each, in the block as a whole.
    stderr : float
        Standard error of the difference, as only some rows are labelled.
    loss, loss_stderr : float or None
        The difference with each error weighed by its price, as a share of the dearest, and its
        standard error; None in entries from before it was kept, when all errors cost alike.
    excess : float
        Money that the released model has cost more up to here, since it was trained.
    n_learnt : int
        Labelled rows of earlier blocks that the challenger had learnt from.
    cpu_s : float
        Seconds of processor that it took to fit and to score.
    key : str
        Digest of the rows learnt from and judged on: the same again need no other fit.
    """

    name: str
    n_labelled: int
    released: float
    challenger: float
    stderr: float
    excess: float
    n_learnt: int
    cpu_s: float
    key: str = ""
    loss: float | None = None
    loss_stderr: float | None = None

    @property
    def dearer(self) -> float:
        """Loss a row of the released model beyond the challenger's."""
        return self.released - self.challenger if self.loss is None else self.loss

    @property
    def dearer_stderr(self) -> float:
        """Standard error of `dearer`."""
        return self.stderr if self.loss_stderr is None else self.loss_stderr


@dataclass(frozen=True, kw_only=True)
class MoreRows:
    """What rows bring, by the learning curve that the release was forecast with.

    Attributes
    ----------
    n_now : int
        Labelled rows that have come in since the release.
    n_later : int
        Rows that waiting would bring on top.
    gain_now, gain_later : float
        Score that the rows of now would add, and that those of later would on top of it.
    scoring : str
        The metric.
    """

    n_now: int
    n_later: int
    gain_now: float
    gain_later: float
    scoring: str


@dataclass(frozen=True, kw_only=True)
class Challenge:
    """The released model and its challenger, block after block.

    Attributes
    ----------
    blocks : tuple of ChallengedBlock
        In the order of time.
    difference : Bounds
        Error of the released model less that of the challenger, mean of the recent blocks, 90 %.
    n_recent : int
        How many those are.
    chance : float
        Excess that the choice of the labelled rows alone would bring in one of twenty streams.
    due_since : str
        Block from which on a retraining is due; empty where it is not.
    price : float
        Money for a retraining.
    error_price : float or None
        Money for a wrong decision, in entries from before errors were priced by kind.
    error_prices : str
        What an error of each kind is counted as, in words; empty in older entries.
    is_by_kind : bool
        Whether a miss and a false alarm are counted at prices of their own.
    cpu_s, cost : float
        Seconds of processor of the challenger's fits, and what they cost.
    currency : str
        Of all money here.
    block : str
        day, week or month.
    retrain_every, age : int or None
        Period of least cost by the backtest, and blocks since the newest row the release learnt
        from; None where there is no schedule, or no time.
    more : MoreRows or None
        What retraining now and waiting would bring; None where no curve was measured.
    """

    blocks: tuple[ChallengedBlock, ...]
    difference: Bounds
    n_recent: int
    chance: float
    due_since: str = ""
    price: float
    error_price: float | None = None
    error_prices: str = ""
    is_by_kind: bool = False
    cpu_s: float
    cost: float
    currency: str
    block: str
    retrain_every: int | None = None
    age: int | None = None
    more: MoreRows | None = None

    @property
    def excess(self) -> float:
        """Money that the released model has cost more than its challenger."""
        return self.blocks[-1].excess

    @property
    def cost_words(self) -> str:
        """What the challenger's fits cost."""
        return money(self.cost, self.currency)

    @property
    def is_over(self) -> bool:
        """Whether the period of least cost has passed."""
        return self.retrain_every is not None and (self.age or 0) >= self.retrain_every

    @property
    def words(self) -> str:
        """Whether to retrain, in a sentence."""
        more = "more" if self.excess >= 0 else "less"
        cost = (
            f"{money(abs(self.excess), self.currency)} {more} than its challenger over "
            f"{plural(len(self.blocks), 'block')}"
        )
        if self.error_prices:
            cost += f", at {self.error_prices}"
        elif self.error_price is not None:
            cost += f", at {money(self.error_price, self.currency)} a wrong answer"
        price = f"a retraining costs {money(self.price, self.currency)}"
        if self.due_since:
            return f"Retrain, since {self.due_since}: the release has cost {cost}; {price}."
        if self.excess >= self.price:
            return (
                f"A retraining would not pay for itself yet: the release has cost {cost}, and "
                f"{price}, but the choice of the labelled rows alone could bring that."
            )
        return f"A retraining would not pay for itself yet: the release has cost {cost}; {price}."


def challenge_findings(
    challenge: Challenge | None, worse: Collection[str] = (), first: str = ""
) -> list[Finding]:
    """What the challenger says, in findings for the monitor.

    Parameters
    ----------
    challenge : Challenge or None
        None before a second block has labels.
    worse : collection of str
        What an alarm is open for: of all but the error the money knows nothing.
    first : str
        What to do before a retraining; empty where there is nothing.
    """
    if challenge is None:
        return []
    named = {TARGET: "the target"}
    classes = " and ".join(named.get(rate, rate) for rate in worse if rate != "error")
    beside = (
        " Every wrong answer counts alike in that, a miss as a false alarm: it is no answer to "
        f"the alarm, which is of {classes}."
    )
    is_silent = challenge.is_by_kind or not classes
    said = note(challenge.words + ("" if is_silent else beside))
    if challenge.due_since:
        how = f"{first}Add the labelled rows to [data] files and run the project again."
        said = warning(challenge.words, how)
    return [
        said,
        note(_meeting(challenge)),
        *_schedule(challenge),
        *_waiting(challenge),
    ]


def _meeting(challenge: Challenge) -> str:
    recent = challenge.blocks[-challenge.n_recent :]
    released, fresh = (
        sum(getattr(each, who) for each in recent) / len(recent)
        for who in ("released", "challenger")
    )
    found = challenge.difference
    return (
        f"Last {plural(len(recent), 'block')}: {share_words(released, 1)} wrong, its challenger "
        f"{share_words(fresh, 1)} (difference {found.low:+z.1%} to {found.high:+z.1%}, 90%). "
        f"The challenger's fits took {_processor(challenge.cpu_s)} of processor, "
        f"{challenge.cost_words}."
    )


def _processor(seconds: float) -> str:
    return f"{seconds:,.1f} s" if seconds >= 0.05 else "less than 0.1 s"


def _schedule(challenge: Challenge) -> list[Finding]:
    every, age, block = challenge.retrain_every, challenge.age, challenge.block
    if every is None or age is None or challenge.due_since:
        return []
    if challenge.is_over:
        return [
            warning(
                f"The newest row learnt from is {plural(age, block)} old, and the period of least "
                f"cost by the backtest is {plural(every, block)}.",
                "Retrain, unless the challenger has met the release on enough rows to say no.",
            )
        ]
    return [note(f"Retrain in {plural(every - age, block)} at the latest, by the backtest.")]


def _waiting(challenge: Challenge) -> list[Finding]:
    more = challenge.more
    if more is None:
        return []
    return [
        note(
            f"By the learning curve, the {plural(more.n_now, 'row')} labelled since bring "
            f"{more.gain_now:+.4f} {scoring_of(more.scoring).words}; waiting for "
            f"{plural(more.n_later, 'row')} more, {more.gain_later:+.4f} on top."
        )
    ]
