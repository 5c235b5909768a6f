"""define / problem: what is predicted for whom, how good is good enough, what does an error cost?

A person answers. What nobody has answered yet is listed as assumed, on every page.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from leadline.errors import SettingsError
from leadline.phases.data_leaving import DataLeaving
from leadline.phases.scoring import Task, scoring_of
from leadline.phases.verdict import Answer, Finding, Verdict, note, warning
from leadline.phases.vocabulary.project_words import ClassWord, Words, project_words
from leadline.phases.wording import plural


@dataclass(frozen=True, kw_only=True)
class Ethics:
    """Who can be harmed, and which data may be used; answered by a named person.

    Attributes
    ----------
    answered_by : str
        Empty while nobody has answered.
    harmed : str
        Who can be harmed by a wrong prediction.
    by_which_error : str
        A miss, a false alarm, or both; and how.
    data_allowed : str
        Which data may be used, on what ground.
    personal_data : str
        Which personal data are in the columns, and how they are protected.
    groups : tuple of str
        Columns of groups that must be told apart wherever it is asked whom the model fails; the
        model need not see them.
    """

    answered_by: str = ""
    harmed: str = ""
    by_which_error: str = ""
    data_allowed: str = ""
    personal_data: str = ""
    groups: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether a named person has answered every question."""
        answers = (self.harmed, self.by_which_error, self.data_allowed, self.personal_data)
        return bool(self.answered_by.strip()) and all(answer.strip() for answer in answers)


@dataclass(frozen=True, kw_only=True)
class ConfusionCost:
    """What it costs to take one class for another.

    Attributes
    ----------
    truth, said : str
        What a row is, and what is said of it.
    cost : float >= 0
        Of one such row.
    """

    truth: str
    said: str
    cost: float


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A business question as a data-science problem, as a person stated it.

    Attributes
    ----------
    question : str
        In the words of whoever asks.
    unit : str
        What one row is: a flight, a customer.
    label : str
        The column to predict.
    positive : str
        The class that counts as a hit, as text; empty unless the task is binary.
    task : Task
        Binary, multi-class or regression.
    scoring : str
        The metric the target is stated in.
    target_score : float
        Good enough, in units of the metric.
    cost_miss, cost_false_alarm : float >= 0
        What one error of each kind costs, in `currency`.
    units : str
        Many rows; empty: by the rule.
    hit, miss, false_alarm : str
        What a row flagged rightly and the two errors are called; empty: made from the classes.
    measured_in : str
        What a predicted number is counted in; empty where nobody has said.
    class_words : tuple of ClassWord
        What each class is called; empty for numbers, and in entries from before it was kept.
    costs : tuple of ConfusionCost
        Of several classes: the confusions that somebody put a price on; any other costs 1. Empty
        where nobody has: all mistakes weigh the same.
    tolerance : float >= 0
        How far off a predicted number may be and still be of use; 0 where nobody has said, and for
        classes.
    currency : str
        Three letters.
    budget : float >= 0
        Money granted for the science: labels and compute, phases 1 to 4.
    time_box_s : float > 0
        Seconds granted to the search.
    owner : str
        Who asks, and decides.
    deputy : str
        Who answers when the owner cannot; empty while nobody is named.
    ethics : Ethics
        The checklist.
    assumed : tuple of str
        Settings nobody has confirmed yet.
    today : str
        How it is decided today, without the model; empty where nobody has said.
    today_misses, today_false_alarms : float >= 0
        The errors of that in 1,000 rows, as the owner states them.
    rarer : str
        The class that is the rarer one now, where `positive` was taken as the rarer one before;
        empty where they are the same.
    leaving : DataLeaving or None
        Whether rows may be sent to machines outside; None where none is declared.
    label_currency : str
        That the label of numbers is in, by its name or the sign in the files; empty where these say
        none.
    """

    question: str
    unit: str
    label: str
    positive: str
    task: Task
    scoring: str
    target_score: float
    cost_miss: float
    cost_false_alarm: float
    units: str = ""
    hit: str = ""
    miss: str = ""
    false_alarm: str = ""
    measured_in: str = ""
    class_words: tuple[ClassWord, ...] = ()
    costs: tuple[ConfusionCost, ...] = ()
    tolerance: float = 0.0
    currency: str
    budget: float
    time_box_s: float
    owner: str
    deputy: str = ""
    ethics: Ethics = Ethics()
    assumed: tuple[str, ...] = ()
    today: str = ""
    today_misses: float = 0.0
    today_false_alarms: float = 0.0
    rarer: str = ""
    leaving: DataLeaving | None = None
    label_currency: str = ""


@dataclass(frozen=True, kw_only=True)
class Problem(Verdict, Evidence):
    """The problem as stated, checked."""

    @property
    def words(self) -> Words:
        """What its rows, classes and errors are called, on every page and in every report."""
        return project_words(
            unit=self.unit,
            units=self.units,
            label=self.label,
            positive=self.positive,
            hit=self.hit,
            miss=self.miss,
            false_alarm=self.false_alarm,
            measured_in=self.measured_in,
            classes=self.class_words,
        )

    @property
    def good_enough(self) -> str:
        """The target: the metric, and the side of the score that meets it."""
        scoring = scoring_of(self.scoring)
        return f"{scoring.words} of {scoring.target_words(self.target_score)}"

    @property
    def break_even(self) -> float | None:
        """Share of positives at which one more alert costs what it saves, if both costs are stated.

        None where an error of one kind costs nothing.
        """
        if self.cost_false_alarm <= 0 or self.cost_miss <= 0:
            return None
        return self.cost_false_alarm / (self.cost_false_alarm + self.cost_miss)


def by_truth(costs: Iterable[ConfusionCost]) -> dict[str, dict[str, float]]:
    """Stated costs as a table: true class to class said to cost.

    Examples
    --------
    >>> by_truth([ConfusionCost(truth="ill", said="well", cost=50.0)])
    {'ill': {'well': 50.0}}
    """
    table: dict[str, dict[str, float]] = {}
    for each in costs:
        table.setdefault(each.truth, {})[each.said] = each.cost
    return table


def assess(evidence: Evidence) -> Problem:
    """Check a problem statement and put it into one sentence.

    Raises
    ------
    SettingsError
        If the statement contradicts itself: a target the metric cannot reach,
        a negative cost, a metric that does not fit the task.
    """
    _refuse_contradictions(evidence)
    scoring = scoring_of(evidence.scoring)
    return Problem(
        answer=Answer.GO,
        summary=(
            f"Predict {evidence.label!r} for each {evidence.unit}; "
            f"good enough is {scoring.words} of {scoring.target_words(evidence.target_score)}."
        ),
        findings=tuple(_findings(evidence)),
        **vars(evidence),
    )


def _findings(evidence: Evidence) -> list[Finding]:
    findings = []
    if evidence.label_currency not in ("", evidence.currency):
        its = evidence.label_currency
        findings.append(
            note(
                f"{evidence.label!r} is in {its} and [problem] currency is {evidence.currency}: "
                f"what the model is off by is in {its}, costs and budget in {evidence.currency}.",
                f"If costs and budget are in {its} too, set currency = '{its}' under [problem].",
            )
        )
    if evidence.assumed:
        findings.append(
            warning(
                f"Nobody has confirmed: {', '.join(evidence.assumed)}.",
                "Set them in leadline.toml under [problem] and run 'leadline run problem'.",
            )
        )
    if evidence.rarer:
        findings.append(
            warning(
                f"{evidence.positive!r} stays the class that counts, though {evidence.rarer!r} is "
                "the rarer one by now.",
                "Set [problem] positive in leadline.toml to the one that is meant.",
            )
        )
    if evidence.costs:
        dearest = max(evidence.costs, key=lambda each: each.cost)
        findings.append(
            note(
                f"{plural(len(evidence.costs), 'confusion')} of classes priced, the dearest is "
                f"{dearest.truth!r} said to be {dearest.said!r}: {dearest.cost:g} "
                f"{evidence.currency}. Any other mistake costs 1."
            )
        )
    if evidence.ethics.is_complete:
        findings.append(note(f"Ethics checklist answered by {evidence.ethics.answered_by}."))
    else:
        findings.append(
            warning(
                "The ethics checklist is not answered; no model is released before it is.",
                "Answer [ethics] in leadline.toml and sign it with answered_by.",
            )
        )
    if evidence.leaving is not None:
        findings.append(evidence.leaving.finding)
    return findings


def refuse_target(scoring: str, target: float) -> None:
    """Refuse a target that the metric cannot take.

    Raises
    ------
    SettingsError
        If a metric between 0 and 1 has a target that is not: 90 is a percentage; if an error is to
        be 0 or less.
    """
    if scoring_of(scoring).is_loss and target <= 0.0:
        raise SettingsError(
            f"target_score is {target:g}.",
            f"It must be above 0, as {scoring_of(scoring).words} is an error.",
            "State the largest one that is good enough.",
        )
    if not scoring_of(scoring).is_loss and not 0.0 < target < 1.0:
        way_out = "Write a percentage as a fraction."
        if Task.REGRESSION in scoring_of(scoring).tasks:
            way_out = (
                "Write a percentage as a fraction. To say how far off it may be, set scoring = "
                "'mean_absolute_error' under [problem] ('leadline init' without --target comes "
                "first)."
            )
        raise SettingsError(
            f"target_score is {target:g}.",
            f"It must lie in (0, 1), as {scoring_of(scoring).words} does.",
            way_out,
        )


def _refuse_contradictions(evidence: Evidence) -> None:
    scoring = scoring_of(evidence.scoring)
    if evidence.task not in scoring.tasks:
        raise SettingsError(
            f"scoring is {evidence.scoring!r}, but the label is {evidence.task.value}.",
            f"{evidence.scoring!r} needs: {', '.join(task.value for task in scoring.tasks)}.",
            "Change [problem] scoring in leadline.toml.",
        )
    refuse_target(evidence.scoring, evidence.target_score)
    _refuse_today(evidence)
    for name in ("cost_miss", "cost_false_alarm", "tolerance", "budget"):
        if getattr(evidence, name) < 0:
            raise SettingsError(
                f"{name} is {getattr(evidence, name):g}.",
                "A number of at least 0 is needed.",
                f"Change [problem] {name} in leadline.toml.",
            )
    _refuse_costs(evidence)
    if evidence.time_box_s <= 0:
        raise SettingsError(
            f"time_box_s is {evidence.time_box_s:g}.",
            "A number of seconds above 0 is needed.",
            "Change [problem] time_box_s in leadline.toml.",
        )


def _refuse_today(evidence: Evidence) -> None:
    """Refuse errors of today's way that are in no 1,000 rows, or of nobody's way."""
    errors = (evidence.today_misses, evidence.today_false_alarms)
    if min(errors) < 0 or sum(errors) > 1000:
        raise SettingsError(
            f"today_misses and today_false_alarms are {errors[0]:g} and {errors[1]:g}.",
            "They are counted in 1,000 rows: at least 0 each, and at most 1,000 together.",
            "Change them under [problem] in leadline.toml.",
        )
    if evidence.task is not Task.BINARY and evidence.today:
        raise SettingsError(
            f"today is stated, but the label is {evidence.task.value}.",
            "Misses and false alarms are of two classes.",
            "Take today, today_misses and today_false_alarms out of [problem] in leadline.toml.",
        )
    if any(errors) and not evidence.today:
        raise SettingsError(
            "today_misses or today_false_alarms is set, and today is not.",
            "Numbers need the words for what they are of.",
            'Say under [problem] in leadline.toml how it is decided today: today = "by hand".',
        )


def _refuse_costs(evidence: Evidence) -> None:
    """Refuse costs of confusions where there are none, and of what is no confusion."""
    where = "[problem.costs]"
    if evidence.costs and evidence.task is not Task.MULTICLASS:
        instead = "cost_miss and cost_false_alarm" if evidence.task is Task.BINARY else "tolerance"
        raise SettingsError(
            f"{where} prices confusions, but the label is {evidence.task.value}.",
            "They are of three classes or more.",
            f"Take {where} out of leadline.toml, and set {instead} under [problem].",
        )
    for each in evidence.costs:
        if each.truth == each.said:
            raise SettingsError(
                f"{where} says what it costs to call {each.truth!r} {each.said!r}.",
                "That is right, and costs nothing.",
                "Take it out of leadline.toml.",
            )
        if not 0 <= each.cost < float("inf"):
            raise SettingsError(
                f"{where} has {each.cost:g} for {each.truth!r} said to be {each.said!r}.",
                "A number of at least 0 is needed.",
                "Change it in leadline.toml.",
            )
