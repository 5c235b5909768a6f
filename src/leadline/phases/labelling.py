"""train / labelling: which labels came in, at what price, and may they be trusted?"""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.verdict import Answer, Bounds, Verdict, fault, note, warning

_LOW_AGREEMENT = 0.4


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
        Rows whose votes are tied.
    seconds : float
        Time people took, as measured between votes.
    cost : float
        Money, from the prices in leadline.toml.
    currency : str
        Of the cost.
    alpha : float or None
        Krippendorff's alpha; None without repeated votes.
    agreement : Bounds or None
        Pairwise agreement; None without repeated votes.
    """

    n_given: int
    n_voted: int = 0
    n_votes: int = 0
    n_unsure: int = 0
    n_judges: int = 0
    n_undecided: int = 0
    seconds: float = 0.0
    cost: float = 0.0
    currency: str
    alpha: float | None = None
    agreement: Bounds | None = None


@dataclass(frozen=True, kw_only=True)
class Labelling(Verdict, Evidence):
    """The labels and whether to trust them."""


def assess(evidence: Evidence) -> Labelling:
    """Say what the labels cost and whether people agree."""
    findings = []
    answer = Answer.GO
    if evidence.alpha is None:
        findings.append(
            note(
                "No row has two votes, so it is not known whether people agree.",
                "Let two people label the same 50 rows with 'leadline label'.",
            )
        )
    elif evidence.alpha < _LOW_AGREEMENT:
        answer = Answer.NO
        findings.append(
            fault(
                f"People do not agree (Krippendorff's alpha {evidence.alpha:.2f}).",
                "Sharpen the question before buying more labels.",
            )
        )
    else:
        findings.append(note(f"People agree: Krippendorff's alpha {evidence.alpha:.2f}."))
    if evidence.n_undecided:
        findings.append(
            warning(f"{evidence.n_undecided} rows are tied.", "One more vote on each settles them.")
        )
    return Labelling(
        answer=answer,
        summary=(
            f"{evidence.n_given:,} labels came with the data; {evidence.n_judges} people gave "
            f"{evidence.n_votes:,} votes on {evidence.n_voted:,} rows for "
            f"{evidence.cost:,.2f} {evidence.currency}."
        ),
        findings=tuple(findings),
        **vars(evidence),
    )
