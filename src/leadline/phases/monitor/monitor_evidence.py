"""Evidence of the monitor: alarms and their life, the target, the reference beside its blocks."""

from __future__ import annotations

import math
from dataclasses import dataclass

from leadline.phases.monitor.block_evidence import Block
from leadline.phases.monitor.challenge import Challenge
from leadline.phases.monitor.class_rates import ClassRate
from leadline.phases.verdict import Bounds

FEWEST_LABELS = 10
FEWEST_REFERENCE = 3
N_RECENT = 8
"""Blocks of late that the target, recall and precision are told over."""
_WIDEST = 0.3
_Z = 1.96


@dataclass(frozen=True, kw_only=True)
class AlarmStep:
    """What a person did about an alarm.

    Attributes
    ----------
    act : str
        Seen, explained or closed.
    person, why : str
        Who, and the explanation if one was given.
    at : str
        When, ISO 8601 in UTC.
    """

    act: str
    person: str
    why: str
    at: str


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """An alarm, and its life.

    Attributes
    ----------
    block : str
        At which it was raised.
    evidence : float or None
        At that block; None where later labels have taken it away.
    is_open : bool
        Nobody has closed it.
    worse : tuple of str
        What became worse, as of a block; empty in verdicts from before, which watched the error
        alone.
    steps : tuple of AlarmStep
        What people did, in order.
    """

    block: str
    evidence: float | None
    is_open: bool
    worse: tuple[str, ...] = ()
    steps: tuple[AlarmStep, ...] = ()

    @property
    def words(self) -> str:
        """What has become of it, and who did that last.

        Examples
        --------
        >>> Alarm(block="2025-01-20", evidence=1e3, is_open=True).words
        'raised; nobody has seen it yet'
        """
        if not self.steps:
            return "raised; nobody has seen it yet"
        last = self.steps[-1]
        return f"{last.act} by {last.person}{f': {self.why}' if self.why else ''}"

    @property
    def story(self) -> str:
        """What people did, step by step."""
        told = [
            f"{step.act} by {step.person} on {step.at[:10]}{f' ({step.why})' if step.why else ''}"
            for step in self.steps
        ]
        return "; ".join(told) or "nobody has seen it yet"

    @property
    def why(self) -> str:
        """The newest explanation; empty if there is none."""
        return next((step.why for step in reversed(self.steps) if step.why), "")


@dataclass(frozen=True, kw_only=True)
class SelfTest:
    """How often a run of the reference's own blocks, shuffled, raises an alarm.

    Attributes
    ----------
    rate : float in [0, 1]
        Share of the runs.
    n_runs, n_blocks : int
        Runs tried, and blocks watched in each.
    n_labels : int
        Labels that a block has there, as the blocks that were observed have.
    """

    rate: float
    n_runs: int
    n_blocks: int
    n_labels: int


@dataclass(frozen=True, kw_only=True)
class Positives:
    """How many rows are positive: a model that tells them as well as before errs the more of them.

    Attributes
    ----------
    reference, recent : float in [0, 1]
        Share of the rows of the reference, and of the blocks of late, that are positive.
    error : float in [0, 1]
        Share wrong at the one of late, if positive rows are found and others flagged as often as on
        the reference.
    """

    reference: float
    recent: float
    error: float


@dataclass(frozen=True, kw_only=True)
class Target:
    """The target of the problem.

    Attributes
    ----------
    scoring, words : str
        The metric, and what a page calls it.
    target : float
        Good enough.
    released : float or None
        What the release scored on the test set.
    is_told : bool
        Whether the labelled rows of blocks together tell the metric.
    is_share_right : bool
        Whether accuracy is the share of a block's rows that are right: not where priced confusions
        decide what is said.
    service : Bounds or None
        What those of the blocks of late say of it; None where they do not tell it, or are too few.
    n_labels, n_blocks : int
        Of these rows and blocks.
    is_fallen : bool
        Whether that lies below all that test rows allow of the release, by more than luck brings in
        years of looks.
    """

    scoring: str
    words: str
    target: float
    released: float | None = None
    is_told: bool = False
    is_share_right: bool = True
    service: Bounds | None = None
    n_labels: int = 0
    n_blocks: int = 0
    is_fallen: bool = False


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """New blocks beside the reference.

    Attributes
    ----------
    release_id : str
        The release that scored them.
    reference_error : float
        Share wrong on the reference, the test set.
    reference_alert_share : float in [0, 1] or None
        Share flagged there; None where there is no threshold.
    reference_mean_score : float or None
        Mean score there; None if it was not measured.
    reference_abstained : float or None
        Share of the reference that the release gives no answer; None where it answers all.
    rates : tuple of ClassRate
        Recall and precision of a binary label; empty for others, and in verdicts from before.
    positives : Positives or None
        Of a binary label; None without labels that tell, and in verdicts from before it was kept.
    class_recalls : tuple of ClassRate
        Recall of each of several classes, the commonest first; empty for others, and in verdicts
        from before.
    positive : str
        What a positive row is, in the words of the project; empty where no class is, and in
        verdicts from before it was kept.
    n_recent, n_recent_labels : int
        Blocks that `rates` are told over, and their labels.
    tolerance : float or None
        Numbers off by more than this count as wrong; None for classes.
    n_reference_blocks : int
        Blocks of the reference whose spread a rise is held against.
    usual_reach : float
        By how much the share wrong of a block is above that of all, by chance, at most; 0 in
        verdicts from before it was kept.
    accepted_rise : float
        Rise of the share wrong that raises no alarm; fall, of recall and precision.
    block : str
        Length of a block: day, week or month; empty in verdicts from before it was kept.
    n_labels : int
        Labels that a block gets.
    run_length : float or None
        Evidence at which an alarm is raised: blocks between two false alarms, at least on average.
    false_alarm_years : float or None
        The same in years.
    self_test : SelfTest or None
        None where the reference has too few blocks to shuffle.
    target : Target or None
        None in verdicts from before it was kept.
    alarms : tuple of Alarm
        Of this release, the oldest first; at most the last is open.
    currency : str
        Of the costs.
    confidence_level : float
        Of the intervals.
    blocks : tuple of Block
        In the order of time.
    challenge : Challenge or None
        The release beside its challenger; None before a second block has labels.
    challenge_failed : str
        What kept the challenger from being fitted; empty where nothing did.
    asked : str
        Digest of the rows that want a label, block by block, and spare ones: the page asks for
        them. Empty if there are none, and in verdicts from before they were kept.
    """

    release_id: str
    reference_error: float
    reference_alert_share: float | None
    reference_mean_score: float | None = None
    reference_abstained: float | None = None
    rates: tuple[ClassRate, ...] = ()
    positives: Positives | None = None
    class_recalls: tuple[ClassRate, ...] = ()
    positive: str = ""
    n_recent: int = 0
    n_recent_labels: int = 0
    tolerance: float | None = None
    n_reference_blocks: int
    usual_reach: float = 0.0
    accepted_rise: float = 0.0
    block: str = ""
    n_labels: int = 50
    run_length: float | None = None
    false_alarm_years: float | None = None
    self_test: SelfTest | None = None
    target: Target | None = None
    alarms: tuple[Alarm, ...] = ()
    currency: str
    confidence_level: float = 0.9
    blocks: tuple[Block, ...]
    challenge: Challenge | None = None
    challenge_failed: str = ""
    asked: str = ""

    @property
    def widest_useful(self) -> float:
        """An interval of the error that is wider says nothing of use."""
        return min(_WIDEST, 0.1 + self.reference_error)

    @property
    def open_alarm(self) -> Alarm | None:
        """The alarm that nobody has closed; None if there is none."""
        return next((alarm for alarm in self.alarms if alarm.is_open), None)

    def is_above(self, block: Block) -> bool:
        """Whether more of a block is wrong than labels and chance explain."""
        error, usual = block.error, self.reference_error
        if error is None:
            return False
        # a block of fewer rows has more chance than those of the reference
        chance = _Z * math.sqrt(usual * (1 - usual) / max(block.n_counted, 1))
        reach = math.hypot(error.estimate - error.low, max(self.usual_reach, chance))
        return error.estimate - reach > usual + self.accepted_rise

    def is_known(self, block: Block) -> bool:
        """Whether the error of a block is known well enough to say anything by it."""
        if block.error is None or block.n_labelled < FEWEST_LABELS:
            return False
        return block.error.high - block.error.low <= self.widest_useful
