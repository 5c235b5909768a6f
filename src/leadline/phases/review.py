"""apply / review: what did people judge on the real stream, and which point did they choose?"""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.number_format import cost_words, percent_range
from leadline.phases.performance.decision_gap import gap_findings
from leadline.phases.performance.default_decision import DefaultDecision
from leadline.phases.performance.judge_errors import judge_findings, unjudged_words, unsure_words
from leadline.phases.performance.stream_decision import StreamDecision
from leadline.phases.performance.stream_point import (
    StreamPoint,
    doubts,
    learnt_findings,
    reality_findings,
)
from leadline.phases.performance.stream_reader import StreamReader
from leadline.phases.performance.stream_slices import StreamSlices, stream_slice_findings
from leadline.phases.verdict import Answer, Finding, Verdict, note, warning
from leadline.phases.vocabulary.project_words import NO_WORDS, Words
from leadline.phases.wording import capital, plural, share_words, three_digits

CLEAR = 0.95
"""Probability of being the cheapest from which a choice counts as settled.

Where two points cost exactly the same, 5 of 100 runs name either by chance."""
UNLIKE_SCORES = (
    "What people say does not rise with the score as the model would have it: each range rests on "
    "the rows judged in it alone, and is wider."
)
"""Where the judgments fit neither the scores nor their order."""
FEWEST_JUDGMENTS = 30
"""Judgments without which nothing is settled."""


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What somebody said a miss is worth.

    Attributes
    ----------
    person : str
        Who said so.
    ratio : float > 0
        How many false alarms are as bad as one miss.
    """

    person: str
    ratio: float


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Judgments, and a choice.

    Attributes
    ----------
    n_stream : int
        Rows of the stream.
    n_stream_learnt : int
        Of those, rows that the model was made of, where they are more than chance brings; else 0.
    n_judged, n_unsure : int
        Rows judged yes or no, rows left unsure.
    judges : tuple of str
        Who judged.
    points : tuple of StreamPoint
        As on offer, the most cautious first; empty where there is no threshold.
    plain : DefaultDecision or None
        What was agreed to where there is none, as the test set has it: the one chosen.
    on_stream : StreamDecision or None
        The same on the real stream; None where nobody judged it.
    cost_miss, cost_false_alarm : float
        What the person who chose weighed the errors with.
    currency : str
        Of the costs.
    chosen : str
        Name of the point chosen.
    person : str
        Who chose.
    why : str
        The reason given.
    n_agreed, n_judged_twice : int
        Rows on which all their judges agree, and rows that two or more judged.
    answered : tuple of Answered
        What stakeholders said a miss is worth before the choice.
    owner : str
        Who decides, as the problem has it.
    guidelines : int or None
        Number of the entry of 'problem' whose words were judged by.
    follows_scores : bool
        Whether the judgments fit the scores, or at least their order.
    confidence : float in [0, 1]
        Of several classes: rows whose likeliest class scores less are left without an answer; 0:
        all are answered.
    slices : StreamSlices or None
        Whom it fails on the stream, at the point chosen; None where nobody judged it, and in
        entries from before it was looked at.
    reader : StreamReader or None
        The machine that read rows of the stream, too; None where none did.
    words : Words
        Of the project when it was chosen.
    """

    n_stream: int
    n_stream_learnt: int = 0
    n_judged: int
    n_unsure: int = 0
    judges: tuple[str, ...] = ()
    points: tuple[StreamPoint, ...]
    plain: DefaultDecision | None = None
    on_stream: StreamDecision | None = None
    cost_miss: float
    cost_false_alarm: float
    currency: str
    chosen: str
    person: str
    why: str
    n_agreed: int = 0
    n_judged_twice: int = 0
    answered: tuple[Answered, ...] = ()
    owner: str = ""
    guidelines: int | None = None
    follows_scores: bool = True
    confidence: float = 0.0
    slices: StreamSlices | None = None
    reader: StreamReader | None = None
    words: Words = NO_WORDS

    @property
    def unjudged(self) -> str:
        """Why no figure is of the stream, in a clause, where none is."""
        return unjudged_words(self.n_unsure)

    @property
    def chosen_point(self) -> StreamPoint:
        """The point that was chosen, where there was a threshold to choose."""
        return next(point for point in self.points if point.name == self.chosen)


@dataclass(frozen=True, kw_only=True)
class Review(Verdict, Evidence):
    """The choice of stakeholders and what it rests on."""


def assess(evidence: Evidence) -> Review:
    """Weigh a choice against the judgments it rests on.

    Raises
    ------
    ValueError
        If the chosen point is not on offer.
    """
    if evidence.plain is not None:
        return _assess_default(evidence, evidence.plain)
    if evidence.chosen not in {point.name for point in evidence.points}:
        raise ValueError(f"{evidence.chosen!r} is not on offer")
    chosen = evidence.chosen_point
    is_clear = len(evidence.points) == 1 or chosen.p_cheapest >= CLEAR
    has_enough = evidence.n_judged >= FEWEST_JUDGMENTS
    doubtful = doubts(chosen, evidence.n_judged, evidence.n_unsure, evidence.n_stream_learnt)
    findings = [*_known_rows(evidence), *_choice_findings(evidence, is_clear, has_enough)]
    findings += _people_findings(evidence)
    findings += [*_width_findings(evidence), *reality_findings(evidence.points)]
    if not evidence.follows_scores:
        findings.append(warning(UNLIKE_SCORES))
    if evidence.reader is not None:
        findings += evidence.reader.findings
    findings += stream_slice_findings(evidence.slices)
    is_settled = is_clear and has_enough and not doubtful
    return Review(
        answer=Answer.GO if is_settled else Answer.UNCLEAR,
        summary=_summary(evidence),
        findings=tuple(findings),
        **vars(evidence),
    )


def _assess_default(evidence: Evidence, plain: DefaultDecision) -> Review:
    """An agreement: there was one point on offer."""
    if evidence.chosen != plain.name:
        raise ValueError(f"{evidence.chosen!r} is not on offer")
    known = _known_rows(evidence)
    findings = [*known, *_judging_findings(evidence), *_people_findings(evidence)]
    if evidence.on_stream is not None:
        findings += gap_findings(plain, evidence.on_stream, evidence.currency)
        findings += _shown_findings(evidence)
        findings += stream_slice_findings(evidence.slices)
    if evidence.why:
        findings.append(note(f"Reason given: {evidence.why}"))
    on_stream = evidence.on_stream
    # without an answer of anybody it rests on the test set alone, and says so
    is_settled = on_stream is None or (
        evidence.n_judged >= FEWEST_JUDGMENTS
        and not unsure_words(evidence.n_judged, evidence.n_unsure)
        and not _is_worse(plain, on_stream)
    )
    return Review(
        answer=Answer.GO if is_settled and not known else Answer.UNCLEAR,
        summary=_default_summary(evidence, plain),
        findings=tuple(findings),
        **vars(evidence),
    )


def _is_worse(plain: DefaultDecision, on_stream: StreamDecision) -> bool:
    """Whether less is right on the stream than on the test set, or mistakes cost more."""
    real, test = on_stream.cost, plain.cost
    is_dearer = real is not None and test is not None and real.low > test.high
    return is_dearer or on_stream.right.high < plain.right.low


def _known_rows(evidence: Evidence) -> list[Finding]:
    """Rows judged that the model knows; nobody judged, nothing is flattered."""
    return learnt_findings(evidence.n_stream_learnt if evidence.n_judged else 0, evidence.n_stream)


def _default_summary(evidence: Evidence, plain: DefaultDecision) -> str:
    agreed = f"{evidence.person} agreed to {evidence.chosen}"
    costs = _cost_words(evidence, plain)
    if evidence.confidence:
        return f"{agreed}, {_silence_words(evidence, plain)}."
    if evidence.on_stream is None:
        return f"{agreed} by the test set alone: {plain.words}{costs}."
    share = percent_range(evidence.on_stream.right)
    what = "of the real stream is right"
    if plain.numbers is not None:
        what = f"of the real stream is off by at most {three_digits(plain.numbers.tolerance)}"
    return f"{agreed}: {share} {what}{costs} ({plural(evidence.n_judged, 'judgment')})."


def _cost_words(evidence: Evidence, plain: DefaultDecision) -> str:
    """What mistakes cost where all rows are answered; empty where no confusion is priced."""
    cost = evidence.on_stream.cost if evidence.on_stream else plain.cost
    return f", and mistakes cost {cost_words(cost, evidence.currency)} a row" if cost else ""


def _silence_words(evidence: Evidence, plain: DefaultDecision) -> str:
    """What is answered, and right, where rows below a confidence are left aside."""
    below = f"with no answer below a score of {evidence.confidence:.3g}"
    on_stream = evidence.on_stream
    cuts = on_stream.silences if on_stream else plain.silences
    where = "the real stream" if on_stream else "the test set"
    for cut in cuts:
        if cut.confidence == evidence.confidence:
            answered, right = share_words(cut.answered), percent_range(cut.right)
            said = f"{answered} of {where} is answered, of which {right}"
            judged = f" ({plural(evidence.n_judged, 'judgment')})" if on_stream else ""
            costs = ""
            if cut.cost:
                costs = f", and mistakes cost {cost_words(cut.cost, evidence.currency)} a row of it"
            return f"{below}: {said} is right{costs}{judged}"
    return below


def _judging_findings(evidence: Evidence) -> list[Finding]:
    if evidence.on_stream is None:
        return [
            warning(
                f"{capital(evidence.unjudged)}.",
                "Judge its rows with 'leadline review', or give 'leadline watch' a file of new "
                "rows with the truth as soon as there is one.",
            )
        ]
    if evidence.n_judged < FEWEST_JUDGMENTS:
        return [
            warning(
                f"Only {plural(evidence.n_judged, 'judgment')}.",
                f"At least {FEWEST_JUDGMENTS} are needed; judge more on the review page.",
            )
        ]
    return []


def _shown_findings(evidence: Evidence) -> list[Finding]:
    """Judgments that were not blind."""
    numbers = evidence.on_stream.numbers if evidence.on_stream else None
    if numbers is None or not numbers.n_shown:
        return []
    return [
        warning(
            f"{numbers.n_shown} of {plural(evidence.n_judged, 'judgment')} were made with the "
            "prediction in sight: the judge could not give a number, and said whether it is near "
            "enough.",
            "Who sees an answer leans to it. Ask somebody who can give the number.",
        )
    ]


def _summary(evidence: Evidence) -> str:
    chosen = evidence.chosen_point
    if not evidence.n_judged:
        return (
            f"{evidence.person} chose {evidence.chosen} by the test set alone: {evidence.unjudged}."
        )
    reader = evidence.reader
    read = f", with {reader.machine} as second reader" if reader and reader.is_headline else ""
    return (
        f"{evidence.person} chose {evidence.chosen}: on the real stream "
        f"{percent_range(chosen.precision)} of what it flags is {evidence.words.positive} and it "
        f"finds {percent_range(chosen.recall)} of all that is "
        f"({plural(evidence.n_judged, 'judgment')}{read})."
    )


def _choice_findings(evidence: Evidence, is_clear: bool, has_enough: bool) -> list[Finding]:
    findings: list[Finding] = []
    if not has_enough:
        findings.append(
            warning(
                f"Only {plural(evidence.n_judged, 'judgment')}.",
                f"At least {FEWEST_JUDGMENTS} are needed; judge more on the review page.",
            )
        )
    chosen = evidence.chosen_point
    best = max(evidence.points, key=lambda point: point.p_cheapest)
    if best.name != chosen.name and best.p_cheapest >= CLEAR:
        findings.append(
            warning(
                f"{best.name} is cheaper at the costs stated (probability {best.p_cheapest:.2f})."
            )
        )
    elif not is_clear:
        findings.append(
            warning(
                f"Too close to call which point is the cheapest ({best.name}: probability "
                f"{best.p_cheapest:.2f}).",
                "Take either, or judge more rows between the points: the page of the choice says "
                "how many would tell.",
            )
        )
    if evidence.why:
        findings.append(note(f"Reason given: {evidence.why}"))
    return findings


def _people_findings(evidence: Evidence) -> list[Finding]:
    """How far people agree: in their judgments, and in what a miss is worth."""
    counts = evidence.n_judged, evidence.n_agreed, evidence.n_judged_twice, evidence.n_unsure
    findings = judge_findings(*counts, has_thresholds=evidence.plain is None)
    ratios = [each.ratio for each in evidence.answered]
    if len(ratios) > 1:
        findings.append(
            note(
                f"{len(ratios)} people said what a miss is worth: {min(ratios):g} to "
                f"{max(ratios):g} false alarms; the choice weighs "
                f"{evidence.cost_miss / evidence.cost_false_alarm:g}."
            )
        )
    if evidence.owner and evidence.person != evidence.owner:
        findings.append(note(f"{evidence.owner} decides; {evidence.person} signed."))
    return findings


def _width_findings(evidence: Evidence) -> list[Finding]:
    if not evidence.n_judged:
        return []
    return [
        warning(
            f"{point.name}: too uncertain to state as figures (precision "
            f"{percent_range(point.precision)}, recall {percent_range(point.recall)}).",
            f"About {plural(point.n_to_state(evidence.n_judged), 'more judgment')} would change "
            "that.",
        )
        for point in evidence.points
        if point.is_uncertain
    ]
