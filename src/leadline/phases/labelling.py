"""train / labelling: which labels came in, at what price, and may they be trusted?"""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.number_format import money
from leadline.phases.verdict import Answer, Bounds, Finding, Verdict, fault, note, warning
from leadline.phases.wording import counted_people, plural, share_words

_LOW_AGREEMENT = 0.4
_TOO_GOOD = 0.99
_MEANINGLESS = 0.05
_FEWEST_HIDDEN = 10
_LOW_SHARE = 0.7


@dataclass(frozen=True, kw_only=True)
class AnnotatorReport:
    """One person who labels.

    Attributes
    ----------
    name : str
        Who.
    n_votes : int
        Votes, unsure ones left out.
    agreement : float or None
        Share of others' votes on the same rows that say the same; None without any.
    seconds : float
        Median time of a vote.
    n_gold, n_right : int
        Hidden rows whose label is known, and how many of them were right.
    n_repeats, n_same : int
        Rows shown twice, and how many were answered alike.
    suspicions : tuple of str
        What looks as if this person did not look.
    """

    name: str
    n_votes: int
    agreement: float | None
    seconds: float
    n_gold: int = 0
    n_right: int = 0
    n_repeats: int = 0
    n_same: int = 0
    suspicions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Disputed:
    """A row on which people disagree.

    Attributes
    ----------
    item : str
        Its key.
    votes : tuple of (str, int)
        Labels and how many gave each, the most frequent first.
    shown : str
        The row in a line of words.
    """

    item: str
    votes: tuple[tuple[str, int], ...]
    shown: str


@dataclass(frozen=True, kw_only=True)
class Target:
    """The best a model can reach where a majority of some people is held to be right.

    Attributes
    ----------
    n_judges : int
        How many people.
    precision, recall : float
        Of a model that flags as many rows as they would.
    """

    n_judges: int
    precision: float
    recall: float


@dataclass(frozen=True, kw_only=True)
class Pilot:
    """How far people agreed with one version of the guidelines at hand.

    Attributes
    ----------
    version : int
        0 where there were none.
    n_items : int
        Rows with at least two votes.
    agreement : Bounds
        Share of pairs of votes that agree; 90 % interval.
    """

    version: int
    n_items: int
    agreement: Bounds


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Labels that came with the data, and votes people gave.

    Attributes
    ----------
    n_given : int
        Labels that came with the files.
    n_voted : int
        Rows people voted on here.
    n_votes : int
        Votes on them, unsure ones left out.
    n_unsure : int
        Times somebody was unsure.
    n_judges : int
        People who voted.
    n_undecided : int
        Rows whose votes are tied, and on which nobody decided.
    n_adjudicated : int
        Rows on which one person decided, whatever the votes say.
    n_left_out : int
        Of those, rows that get no label because it cannot be told.
    n_all_unsure : int
        Of those, rows on which everybody was unsure, which `n_voted` leaves out.
    seconds : float
        Time people took, as measured between votes.
    cost : float
        Money, as it was fixed when each vote was given.
    currency : str
        Of the cost.
    alpha : float or None
        Krippendorff's alpha; None without repeated votes.
    agreement : Bounds or None
        Pairwise agreement; None without repeated votes.
    rule : str
        How votes become labels.
    n_overruled : int
        Rows to which Dawid-Skene gives another label than the majority.
    ceiling : Bounds or None
        Best accuracy against one judge that any model can reach; None for numbers and without
        repeated votes.
    targets : tuple of Target
        Best precision and recall, by who is held to be right; empty unless yes or no is asked.
    judges : tuple of AnnotatorReport
        By descending number of votes.
    disputed : tuple of Disputed
        The rows on which people disagree most.
    pilots : tuple of Pilot
        By version of the guidelines.
    """

    n_given: int
    n_voted: int = 0
    n_votes: int = 0
    n_unsure: int = 0
    n_judges: int = 0
    n_undecided: int = 0
    n_adjudicated: int = 0
    n_left_out: int = 0
    n_all_unsure: int = 0
    seconds: float = 0.0
    cost: float = 0.0
    currency: str
    alpha: float | None = None
    agreement: Bounds | None = None
    rule: str = "majority"
    n_overruled: int = 0
    ceiling: Bounds | None = None
    targets: tuple[Target, ...] = ()
    judges: tuple[AnnotatorReport, ...] = ()
    disputed: tuple[Disputed, ...] = ()
    pilots: tuple[Pilot, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Labelling(Verdict, Evidence):
    """The labels and whether to trust them."""


def assess(evidence: Evidence) -> Labelling:
    """Say what the labels cost and whether people agree."""
    agreeing = _agreeing(evidence)
    findings = [agreeing, *_people(evidence), *_pilots(evidence)]
    if evidence.n_undecided and evidence.rule == "majority":
        findings.append(
            warning(
                f"The votes on {plural(evidence.n_undecided, 'row')} are tied.",
                "One more vote on each settles them; or one person decides: "
                "'leadline label --adjudicate'.",
            )
        )
    if evidence.n_adjudicated:
        findings.append(_adjudicated(evidence))
    if evidence.n_overruled:
        findings.append(
            note(
                f"Weighed by how good each person is, {plural(evidence.n_overruled, 'row')} get "
                "another label than by majority."
            )
        )
    is_unclear = evidence.alpha is not None and evidence.alpha < _LOW_AGREEMENT
    return Labelling(
        answer=Answer.NO if is_unclear else Answer.GO,
        summary=(
            f"{plural(evidence.n_given, 'label')} came with the data; "
            f"{counted_people(evidence.n_judges)} gave {plural(evidence.n_votes, 'vote')} on "
            f"{plural(evidence.n_voted, 'row')} for {money(evidence.cost, evidence.currency)}."
        ),
        findings=tuple(findings),
        **vars(evidence),
    )


def _adjudicated(evidence: Evidence) -> Finding:
    n = evidence.n_left_out
    left_out = f"; {n:,} of them {'is' if n == 1 else 'are'} left out" if n else ""
    return note(
        f"One person decided the label of {plural(evidence.n_adjudicated, 'row')}{left_out}."
    )


def _agreeing(evidence: Evidence) -> Finding:
    """Whether people agree, and too much or too little for people."""
    alpha = evidence.alpha
    if alpha is None:
        return note(
            "No row has two votes, so it is not known whether people agree.",
            "Let two people label the same 50 rows with 'leadline label'.",
        )
    told = f"Krippendorff's alpha {alpha:.2f}"
    if abs(alpha) < _MEANINGLESS:
        return fault(
            f"People agree no more than chance ({told}): one of them may have answered blindly.",
            "Look at the people below; then sharpen the question.",
        )
    if alpha < _LOW_AGREEMENT:
        return fault(
            f"People do not agree ({told}).", "Sharpen the question before buying more labels."
        )
    if alpha > _TOO_GOOD and evidence.n_votes > 2 * _FEWEST_HIDDEN:
        return warning(
            f"People agree more than people do ({told}): one file may be a copy of the other.",
            "Ask a third person about the same rows.",
        )
    return note(f"People agree: {told}.")


def _people(evidence: Evidence) -> list[Finding]:
    """What a manager should look at."""
    findings = []
    for judge in evidence.judges:
        findings += [
            warning(f"{judge.name} {suspicion}.", "Talk to them before paying.")
            for suspicion in judge.suspicions
        ]
        if judge.n_gold >= _FEWEST_HIDDEN and judge.n_right < _LOW_SHARE * judge.n_gold:
            findings.append(
                warning(
                    f"{judge.name} was right on {judge.n_right} of {judge.n_gold} rows whose label "
                    "is known.",
                    "Go through the guidelines together.",
                )
            )
        if judge.n_repeats >= _FEWEST_HIDDEN and judge.n_same < _LOW_SHARE * judge.n_repeats:
            findings.append(
                warning(
                    f"{judge.name} answered {judge.n_same} of {judge.n_repeats} rows that were "
                    "shown twice alike.",
                    "Ask what makes them hard.",
                )
            )
    return findings


def _pilots(evidence: Evidence) -> list[Finding]:
    """Whether the newest guidelines have helped."""
    if len(evidence.pilots) < 2:
        return []
    before, after = evidence.pilots[-2:]
    told = (
        f"With version {before.version} of the guidelines two people agreed on "
        f"{share_words(before.agreement.estimate)} of the rows, with version {after.version} on "
        f"{share_words(after.agreement.estimate)}"
    )
    if after.agreement.low > before.agreement.high:
        return [note(f"{told}: the new version helps.")]
    if after.agreement.high < before.agreement.low:
        return [warning(f"{told}: the new version is worse.", "Go back to the old one.")]
    return [note(f"{told}: too close to tell with {plural(after.n_items, 'row')}.")]
