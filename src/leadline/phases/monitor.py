"""watch / monitor: does what we see still look like what we learnt from, and is it good enough?

The unit of evidence is a block, a day or a week, never a row: errors cluster in time.
"""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.challenge import Challenge, challenge_findings
from leadline.phases.verdict import Answer, Bounds, Finding, Verdict, note, warning
from leadline.phases.wording import plural

_FEWEST_LABELS = 50
_FEWEST_REFERENCE = 3
_MOST_NAMED = 3


@dataclass(frozen=True, kw_only=True)
class Shift:
    """A column that looks different from the reference.

    Attributes
    ----------
    column : str
        Its name.
    distance : float in [0, 1]
        Total variation for categories, Kolmogorov-Smirnov for numbers.
    words : str
        What changed, for a person.
    """

    column: str
    distance: float
    words: str


@dataclass(frozen=True, kw_only=True)
class Block:
    """A day or week of new data.

    Attributes
    ----------
    name : str
        First day of the block, ISO, or the file's name.
    n_rows : int
        Rows scored.
    alert_share : float in [0, 1] or None
        Share flagged; None where there is no threshold.
    mean_score : float
        Mean predicted probability, of the hit or of the likeliest class; of numbers, mean
        prediction.
    n_labelled : int
        Rows whose truth has arrived.
    error : Bounds or None
        Share of labelled rows that were wrong; None without labels.
    off_by : float or None
        How far numbers were off on average; None without labels, and for classes.
    cost_per_1000 : float or None
        Money that the errors on 1,000 rows cost; None without labels, and where misses and false
        alarms cannot be told apart.
    z : float or None
        Standard deviations above the reference's block-to-block spread; None without labels.
    is_alarm : bool
        Beyond the limit.
    shifts : tuple of Shift
        Largest first.
    n_learnt : int or None
        Rows that the release learnt from or was tested on, or that equal one of those by chance;
        None where the release does not know them.
    is_learnt : bool
        Whether they are far more than chance brings: what is right here says nothing of new rows.
    """

    name: str
    n_rows: int
    alert_share: float | None
    mean_score: float
    n_labelled: int = 0
    error: Bounds | None = None
    off_by: float | None = None
    cost_per_1000: float | None = None
    z: float | None = None
    is_alarm: bool = False
    shifts: tuple[Shift, ...] = ()
    n_learnt: int | None = None
    is_learnt: bool = False


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
    tolerance : float or None
        Numbers off by more than this count as wrong; None for classes.
    n_reference_blocks : int
        Blocks of the reference whose spread sets the limit.
    error_limit : float or None
        A block of typical size alarms above this share of wrong decisions; None where the
        reference has too few blocks to say.
    false_alarm_rate : float or None
        Share of shuffled reference blocks that would have alarmed; None if too few blocks.
    currency : str
        Of the costs.
    blocks : tuple of Block
        In the order of time.
    challenge : Challenge or None
        The release beside its challenger; None before a second block has labels.
    """

    release_id: str
    reference_error: float
    reference_alert_share: float | None
    reference_mean_score: float | None = None
    tolerance: float | None = None
    n_reference_blocks: int
    error_limit: float | None
    false_alarm_rate: float | None
    currency: str
    blocks: tuple[Block, ...]
    challenge: Challenge | None = None


@dataclass(frozen=True, kw_only=True)
class Monitor(Verdict, Evidence):
    """Whether the release is still good enough."""

    @property
    def score_words(self) -> str:
        """What a page calls the mean score."""
        if self.reference_alert_share is not None:
            return "mean score"
        return "mean confidence" if self.tolerance is None else "mean prediction"


def assess(evidence: Evidence) -> Monitor:
    """Say whether the release still does what it was released for."""
    labelled = [block for block in evidence.blocks if block.z is not None]
    alarms = [block for block in labelled if block.is_alarm]
    # learnt rows look better than new ones: they can alarm, and never show that all is well
    new = [block for block in labelled if not block.is_learnt]
    findings = [
        *_learnt_findings(evidence),
        *_label_findings(evidence),
        *_alarm_findings(alarms),
        *challenge_findings(evidence.challenge),
        *_shift_findings(evidence),
    ]
    if not labelled:
        answer = Answer.UNCLEAR
        summary = (
            f"{plural(len(evidence.blocks), 'block')} scored, none with labels and a reference to "
            "judge them by: whether the model is still good enough is not known."
        )
    elif alarms:
        answer = Answer.NO
        summary = (
            f"Retrain: {len(alarms)} of {len(labelled)} labelled blocks are worse than the "
            f"reference's spread allows, first {alarms[0].name}."
        )
    elif evidence.challenge and evidence.challenge.due_since:
        answer, summary = Answer.NO, evidence.challenge.words
    elif not new:
        answer = Answer.UNCLEAR
        summary = (
            f"{plural(len(labelled), 'labelled block')}, none without rows that the release learnt "
            "from: whether the model is still good enough on new rows is not known."
        )
    else:
        answer = Answer.GO
        all_blocks = "the one" if len(new) == 1 else f"all {len(new)}"
        noun = "block" if len(new) == 1 else "blocks"
        of_new = " of new rows" if len(new) < len(labelled) else ""
        summary = f"Still good enough in {all_blocks} labelled {noun}{of_new}."
    return Monitor(answer=answer, summary=summary, findings=tuple(findings), **vars(evidence))


def _learnt_findings(evidence: Evidence) -> list[Finding]:
    learnt = [block for block in evidence.blocks if block.is_learnt]
    if not learnt:
        return []
    n_rows = sum(block.n_rows for block in learnt)
    n_learnt = sum(block.n_learnt or 0 for block in learnt)
    shown = ", ".join(block.name for block in learnt[:_MOST_NAMED])
    more = f" and {len(learnt) - _MOST_NAMED:,} more" if len(learnt) > _MOST_NAMED else ""
    return [
        warning(
            f"{n_learnt:,} of {n_rows:,} rows of {shown}{more} are rows that the release learnt "
            "from or was tested on: they look better than new rows do, and such blocks do not "
            "count as good.",
            "Hand over rows that came in since; a block that is seen again replaces the earlier "
            "one.",
        )
    ]


def _label_findings(evidence: Evidence) -> list[Finding]:
    short = [block.name for block in evidence.blocks if block.n_labelled < _FEWEST_LABELS]
    findings = []
    if evidence.n_reference_blocks < _FEWEST_REFERENCE:
        findings.append(
            warning(
                f"The reference has {plural(evidence.n_reference_blocks, 'block')}; no block can "
                "be judged by that.",
                "Set [watch] block to a shorter one, or set more test rows aside.",
            )
        )
    if short:
        findings.append(
            warning(
                f"{len(short)} blocks have fewer than {_FEWEST_LABELS} labels.",
                f"About {_FEWEST_LABELS} labels a block show more than any label-free estimate.",
            )
        )
    if evidence.tolerance is not None:
        findings.append(
            note(f"A number counts as wrong if it is off by more than {evidence.tolerance:.3g}.")
        )
    if evidence.false_alarm_rate is not None:
        findings.append(
            note(
                f"Self-test: {evidence.false_alarm_rate:.0%} of the reference's own "
                f"{evidence.n_reference_blocks} blocks would have alarmed."
            )
        )
    return findings


def _alarm_findings(alarms: list[Block]) -> list[Finding]:
    return [
        warning(
            f"{block.name}: {block.error.estimate:.1%} wrong ({block.z:.1f} standard deviations "
            "above the reference).",
            "Label this block, add it to the data and run the project again.",
        )
        for block in alarms
        if block.error is not None and block.z is not None
    ]


def _shift_findings(evidence: Evidence) -> list[Finding]:
    if not evidence.blocks:
        return []
    latest = evidence.blocks[-1]
    return [
        note(f"{latest.name}: {shift.words} (information, not an alarm).", "", (shift.column,))
        for shift in latest.shifts[:3]
    ]
