"""Findings on the default decision: what it saves, rare classes, how far numbers are off."""

from __future__ import annotations

from leadline.phases.number_format import cost_words
from leadline.phases.performance.default_decision import DefaultDecision
from leadline.phases.verdict import Finding, note, warning
from leadline.phases.wording import share_words, signed_digits, three_digits

_FEWEST_OF_CLASS = 10
_MOST_NAMED = 5
_MANY_BELOW = 0.01


def default_findings(
    plain: DefaultDecision, by_cost: DefaultDecision | None, currency: str
) -> list[Finding]:
    """What a person should know of the point that several classes or numbers have.

    Parameters
    ----------
    plain : DefaultDecision
        The likeliest class, or the number as it is predicted.
    by_cost : DefaultDecision or None
        The class of least expected cost; None where it is not on offer.
    currency : str
        Of its costs.
    """
    return [*_class_findings(plain), *_cost_findings(by_cost, currency), *_number_findings(plain)]


def _cost_findings(by_cost: DefaultDecision | None, currency: str) -> list[Finding]:
    """Whether saying what costs least does cost less."""
    if by_cost is None or by_cost.saving is None:
        return []
    saved = f"{cost_words(by_cost.saving, currency)} a row"
    if by_cost.saving.low > 0:
        return [note(f"{by_cost.name} saves {saved} against the likeliest class.")]
    if by_cost.saving.high < 0:
        return [
            warning(
                f"{by_cost.name} costs more than the likeliest class, by {saved}, negative: the "
                "probabilities of the model do not mean what they say.",
                "Choose the likeliest class, or label more rows and search again.",
            )
        ]
    return [
        note(
            f"It is not known whether {by_cost.name} saves anything against the likeliest class: "
            f"{saved}.",
            "A larger test set would tell, or judgments of the stream.",
        )
    ]


def _class_findings(plain: DefaultDecision) -> list[Finding]:
    """Classes of few test rows, and those that are never said."""
    rare = [each for each in plain.classes if each.n_true < _FEWEST_OF_CLASS]
    never = [each.name for each in plain.classes if not each.n_predicted]
    findings = []
    if rare:
        named = ", ".join(f"{each.name!r} {each.n_true}" for each in rare[:_MOST_NAMED])
        more = ", ..." if len(rare) > _MOST_NAMED else ""
        findings.append(
            warning(
                f"Classes with few test rows: {named}{more}.",
                f"How well they are found is hardly known; label {_FEWEST_OF_CLASS} or more each.",
            )
        )
    if never:
        names = ", ".join(map(repr, never[:_MOST_NAMED]))
        more = ", ..." if len(never) > _MOST_NAMED else ""
        findings.append(
            warning(
                f"No test row was predicted to be of: {names}{more}.",
                "Label more rows of them, or join them with a class that is like them.",
            )
        )
    return findings


def _number_findings(plain: DefaultDecision) -> list[Finding]:
    """How far off numbers are, and whether anybody has said how far is too far."""
    numbers = plain.numbers
    if numbers is None:
        return []
    findings = []
    if not numbers.is_stated:
        findings.append(
            warning(
                "Nobody has said how far off is still of use. "
                f"{three_digits(numbers.tolerance)} was taken: "
                "labels lie about that far from the middle one.",
                "Set [problem] tolerance in leadline.toml, then 'leadline run'.",
            )
        )
    constant, its = numbers.constant, numbers.constant_right
    if constant is not None and its is not None and its >= plain.right.estimate:
        findings.append(
            warning(
                f"To be off by at most {three_digits(numbers.tolerance)}, no model is needed: "
                f"always answering {three_digits(constant)} is as near in {share_words(its)} of "
                f"test rows, the model in {share_words(plain.right.estimate)}.",
                "Set a [problem] tolerance that tells a good answer from a poor one, or scoring = "
                "'mean_absolute_error', which means the middle answer; or bring better columns.",
            )
        )
    if numbers.least is not None and numbers.n_below >= _MANY_BELOW * plain.n_test:
        findings.append(
            warning(
                f"{numbers.n_below:,} of {plain.n_test:,} test rows are predicted to be below "
                f"{numbers.least:g}, the smallest label there is.",
                "Raise such predictions to it where they are used.",
            )
        )
    if numbers.low is not None and numbers.high is not None:
        findings.append(
            note(
                f"90 of 100 truths lie between {signed_digits(numbers.low)} and "
                f"{signed_digits(numbers.high)} of the prediction, on rows like those of the "
                "test set."
            )
        )
    return findings
