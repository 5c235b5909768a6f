"""watch / decay: how fast will the model age, and when does retraining cost least?"""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.verdict import Answer, Bounds, Finding, Verdict, note, warning

_AGES = 0.9
_FEWEST_BLOCKS = 6


@dataclass(frozen=True, kw_only=True)
class Staleness:
    """Error added by age.

    Attributes
    ----------
    delay : int >= 1
        Blocks between the end of the training rows and the rows predicted.
    added_error : Bounds
        Error beyond that of a model one block old.
    """

    delay: int
    added_error: Bounds


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A time-split backtest.

    Attributes
    ----------
    is_dated : bool
        False if the rows carry no time, so that nothing could be measured.
    block : str
        day, week or month.
    blocks : tuple of str
        First day of each block, ISO.
    scoring : str
        Metric whose error is meant.
    errors : tuple of tuple of float or None
        `errors[t][d]`: error, `d + 1` blocks later, of the model trained up to block t.
    staleness : tuple of Staleness
        By delay, from 1.
    p_ages : float
        Probability that the model ages at all.
    retrain_every, flat_low, flat_high : int or None
        Blocks between trainings at least cost, and the range that costs nearly as little;
        None: no need to retrain by schedule.
    cost_retrain, cost_error : float
        Money for one retraining, money for one error.
    n_per_block : float
        Rows a block.
    currency : str
        Of the costs.
    tolerance : float or None
        Numbers off by more than this count as errors; None for classes.
    """

    is_dated: bool
    block: str
    blocks: tuple[str, ...] = ()
    scoring: str
    errors: tuple[tuple[float | None, ...], ...] = ()
    staleness: tuple[Staleness, ...] = ()
    p_ages: float = 0.0
    retrain_every: int | None = None
    flat_low: int | None = None
    flat_high: int | None = None
    cost_retrain: float
    cost_error: float
    n_per_block: float = 0.0
    currency: str
    tolerance: float | None = None


@dataclass(frozen=True, kw_only=True)
class Decay(Verdict, Evidence):
    """How fast it ages, before it is in service."""


def assess(evidence: Evidence) -> Decay:
    """Say how fast the model ages."""
    if not evidence.is_dated or len(evidence.blocks) < _FEWEST_BLOCKS:
        what = (
            f"The rows cover {len(evidence.blocks)} {evidence.block}s only."
            if evidence.is_dated
            else "The rows carry no time."
        )
        return Decay(
            answer=Answer.UNCLEAR,
            summary=f"How fast the model ages cannot be measured. {what}",
            findings=(
                warning(
                    what,
                    f"Name a time column under [data] time; {_FEWEST_BLOCKS} blocks are needed.",
                ),
            ),
            **vars(evidence),
        )
    return Decay(
        answer=Answer.GO,
        summary=_summary(evidence),
        findings=tuple(_findings(evidence)),
        **vars(evidence),
    )


def _summary(evidence: Evidence) -> str:
    if evidence.p_ages < _AGES or evidence.retrain_every is None:
        return (
            f"No clear ageing over {len(evidence.staleness)} {evidence.block}s "
            f"(probability that it ages: {evidence.p_ages:.2f}); retrain when the monitor says so."
        )
    return (
        f"It ages: retrain every {evidence.retrain_every} {evidence.block}s "
        f"(anything from {evidence.flat_low} to {evidence.flat_high} costs nearly the same)."
    )


def _findings(evidence: Evidence) -> list[Finding]:
    last = evidence.staleness[-1]
    findings = [
        note(
            f"A model {last.delay} {evidence.block}s old makes "
            f"{last.added_error.estimate:+.4f} more error than one a {evidence.block} old "
            f"({last.added_error.low:+.4f} to {last.added_error.high:+.4f})."
        )
    ]
    if evidence.tolerance is not None:
        findings.append(
            note(f"A number counts as an error if it is off by more than {evidence.tolerance:.3g}.")
        )
    return findings
