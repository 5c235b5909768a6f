"""The problem, read from ``leadline.toml`` and put on the record."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

import polars as pl

from leadline.datasets.source_files import reading_options
from leadline.errors import SettingsError
from leadline.phases import problem
from leadline.phases.data import Data
from leadline.phases.data_leaving import DataLeaving
from leadline.phases.permissions import Action
from leadline.phases.scoring import DEFAULT_SCORING, Task
from leadline.phases.vocabulary.project_words import ClassWord, class_words
from leadline.reading.table import read_tables
from leadline.record import Entry
from leadline.services.identity.permission import acting
from leadline.services.labelling.cells_of_answers import read_class
from leadline.settings import ProblemSettings, Settings, load_settings
from leadline.snapshot import class_texts, infer_task
from leadline.workspace import Workspace, find_settings

_MOST_SHOWN = 10
_CURRENCIES = {"€": "EUR", "£": "GBP", "euro": "EUR", "euros": "EUR"}
_IN_NAME = re.compile(
    r"(?<![a-z])(eur|usd|gbp|chf|jpy|cny|sek|nok|dkk|pln|czk|aud|cad|nzd|inr|brl|euros?|€|£)(?![a-z])"
)
_OF_BINARY = ("positive", "cost_miss", "cost_false_alarm")


def state_problem(workspace: Workspace, by: str) -> Entry:
    """Put the problem on the record as ``leadline.toml`` states it now.

    What the file leaves open is read from the label column: the task, and the rarer of two
    classes as the one that counts as a hit. Both are then listed as assumed. A class that has
    counted before keeps counting, whichever is the rarer one by now.

    Parameters
    ----------
    workspace : Workspace
        The project.
    by : str
        Who states it.

    Returns
    -------
    Entry
        The problem.

    Raises
    ------
    SettingsError
        If the file contradicts itself or the data.
    DataError
        If the data cannot be read.
    """
    workspace, person = acting(workspace, Action.STATE, by, "the problem")
    return workspace.record.append("problem", problem_as_stated(workspace), by=person)


def restate_problem(workspace: Workspace, by: str) -> Entry | None:
    """Put the problem on the record if the file states another than the record holds.

    Returns
    -------
    Entry or None
        None if nothing has changed.

    Raises
    ------
    SettingsError
        If the file contradicts itself or the data.
    DataError
        If the data cannot be read.
    """
    latest = workspace.record.latest("problem")
    verdict = problem_as_stated(workspace)
    if latest is not None and latest.verdict == verdict:
        return None
    workspace, person = acting(workspace, Action.STATE, by, "the problem")
    return workspace.record.append("problem", verdict, by=person)


def problem_as_stated(workspace: Workspace) -> problem.Problem:
    """The problem as the file states it now; the record is left as it is.

    Raises
    ------
    SettingsError
        If the file contradicts itself or the data.
    DataError
        If the data cannot be read.
    """
    settings = load_settings(find_settings(workspace.folder))
    label, sign = _label_column(workspace, settings)
    evidence = _evidence(settings, label, _positive_before(workspace, settings))
    if evidence.task is Task.REGRESSION:
        told = f"{sign} {evidence.label} {evidence.measured_in}"
        evidence = replace(evidence, label_currency=_currency_in(told))
    return problem.assess(evidence)


def _currency_in(told: str) -> str:
    """The currency that the name or the sign of a number says; empty if none. A $ may be many."""
    found = _IN_NAME.search(told.casefold())
    return _CURRENCIES.get(found[1], found[1].upper()) if found else ""


def _positive_before(workspace: Workspace, settings: Settings) -> str:
    """The class that counted as a hit so far; empty where there was none of this label."""
    before = workspace.record.latest_of(problem.Problem)
    is_same = before is not None and before.label == settings.problem.label
    return before.positive if before is not None and is_same else ""


def _evidence(settings: Settings, label: pl.Series, before: str) -> problem.Evidence:
    stated = settings.problem
    is_said = stated.task != "auto"
    task = Task(stated.task) if is_said else infer_task(label, positive=stated.positive)
    positive, rarer = _positive(stated, label, before) if task is Task.BINARY else ("", "")
    assumed = [key for key in stated.assumed if task is Task.BINARY or key not in _OF_BINARY]
    if task is Task.BINARY and not stated.positive and "positive" not in assumed:
        assumed.append("positive")
    if task is Task.REGRESSION and not stated.tolerance:
        assumed.append("tolerance")
    return problem.Evidence(
        question=stated.question,
        unit=stated.unit,
        label=stated.label,
        positive=positive,
        task=task,
        scoring=stated.scoring or DEFAULT_SCORING[task],
        target_score=stated.target_score,
        cost_miss=stated.cost_miss,
        cost_false_alarm=stated.cost_false_alarm,
        units=stated.words.units,
        hit=stated.words.hit,
        miss=stated.words.miss,
        false_alarm=stated.words.false_alarm,
        measured_in=stated.words.measured_in,
        class_words=_class_words(stated, label, task, positive),
        costs=_costs(stated, label, task),
        tolerance=stated.tolerance if task is Task.REGRESSION else 0.0,
        today=stated.today.strip(),
        today_misses=stated.today_misses,
        today_false_alarms=stated.today_false_alarms,
        currency=stated.currency,
        budget=stated.budget,
        time_box_s=stated.time_box_s,
        owner=stated.owner,
        deputy=stated.deputy,
        ethics=settings.ethics.checklist,
        assumed=tuple(assumed),
        rarer=rarer,
        leaving=_leaving(settings),
    )


def _leaving(settings: Settings) -> DataLeaving | None:
    """Whether rows may be sent to machines outside; None where none is declared."""
    hosts = sorted({each.host for each in settings.machines.values() if each.is_outside})
    if not hosts:
        return None
    said = settings.ethics
    return DataLeaving(
        hosts=tuple(hosts),
        allowed=said.data_leave_to,
        why=said.data_leave_why,
        answered_by=said.answered_by,
    )


def _costs(
    stated: ProblemSettings, label: pl.Series, task: Task
) -> tuple[problem.ConfusionCost, ...]:
    """The confusions that were priced, by the classes as they were read."""
    if not stated.costs:
        return ()
    classes = []
    if task is Task.MULTICLASS:
        classes = class_texts(label).value_counts(sort=True).to_series(0).to_list()
    found: dict[tuple[str, str], float] = {}
    for truth, each in stated.costs.items():
        for said, cost in each.items():
            pair = (_class(truth, classes, stated.label), _class(said, classes, stated.label))
            if found.setdefault(pair, cost) != cost:
                raise SettingsError(
                    f"[problem.costs] has two prices for {pair[0]!r} said to be {pair[1]!r}.",
                    "One is needed: both spellings are read as one class.",
                    "Take one of them out of leadline.toml.",
                )
    return tuple(
        problem.ConfusionCost(truth=truth, said=said, cost=cost)
        for (truth, said), cost in found.items()
    )


def _class_words(
    stated: ProblemSettings, label: pl.Series, task: Task, positive: str
) -> tuple[ClassWord, ...]:
    """What each class is called, by the classes as they were read."""
    where = "[problem.words]"
    words = stated.words
    if task is Task.REGRESSION:
        if words.classes:
            raise SettingsError(
                f"{where} names classes, but the label is a number.",
                "A number has none.",
                f"Take classes out of {where} in leadline.toml.",
            )
        return ()
    if words.measured_in:
        raise SettingsError(
            f"{where} measured_in is {words.measured_in!r}, but the label has classes.",
            "Only numbers are measured in something.",
            "Take it out of leadline.toml, or set [problem] task.",
        )
    classes = class_texts(label).value_counts(sort=True).to_series(0).to_list()
    named = {
        _class(value, classes, stated.label, where): word for value, word in words.classes.items()
    }
    found = class_words(stated.label, positive, classes, named)
    _refuse_twice((each.word for each in found), "classes", "class")
    outcomes = (words.hit, words.miss, words.false_alarm)
    _refuse_twice(filter(None, outcomes), "outcomes", "outcome")
    if task is Task.BINARY:
        return found
    return tuple(each for each in found if each.word != each.value)


def _refuse_twice(words: Iterable[str], many: str, one: str) -> None:
    for word, n in Counter(words).items():
        if n > 1:
            raise SettingsError(
                f"[problem.words] calls two {many} {word!r}.",
                f"Each {one} needs a word of its own.",
                "Change [problem.words] in leadline.toml.",
            )


def _class(name: str, classes: Sequence[str], label: str, where: str = "[problem.costs]") -> str:
    """A class of the data that a section names; any name where the label has no classes."""
    found = _as_read(name, classes) if classes else name
    if classes and found not in classes:
        shown = ", ".join(map(repr, classes[:_MOST_SHOWN]))
        more = ", ..." if len(classes) > _MOST_SHOWN else ""
        raise SettingsError(
            f"{where} names {name!r}, and {label!r} never is.",
            f"One of its values is needed: {shown}{more}.",
            f"Change {where} in leadline.toml.",
        )
    return found


def _label_column(workspace: Workspace, settings: Settings) -> tuple[pl.Series, str]:
    """The label's values, and the sign that they have in the files, such as €."""
    paths = [workspace.path(name) for name in settings.data.files]
    data = workspace.record.latest_of(Data)
    schema = None if data is None else data.reading
    table = read_tables(paths, schema=schema, options=reading_options(settings.data))
    frame = table.frame
    name = settings.problem.label
    if name not in frame.columns:
        shown = ", ".join(repr(column) for column in frame.columns[:_MOST_SHOWN])
        raise SettingsError(
            f"label is {name!r}, and the data have no such column.",
            f"One of their columns is needed: {shown}"
            f"{', ...' if frame.width > _MOST_SHOWN else ''}.",
            "Change [problem] label in leadline.toml.",
        )
    column = table.schema.get(name)
    return frame[name].drop_nulls(), column.unit if column else ""


def _as_read(positive: str, classes: Sequence[str]) -> str:
    """A class as the data were read: composed, without white space, true in its one spelling."""
    try:
        return read_class(positive, classes, None) or ""
    except ValueError:
        return positive


def _positive(stated: ProblemSettings, label: pl.Series, before: str) -> tuple[str, str]:
    """The class that counts as a hit, and the rarer one if that has become another.

    It is the one stated, else the one that counted before, else the rarer one.
    """
    counts = class_texts(label).value_counts(sort=True)
    classes: list[str] = counts.to_series(0).to_list()
    wanted = _as_read(stated.positive or before, classes)
    if wanted and wanted not in classes:
        kept = "" if stated.positive else " It is the class that has counted so far."
        raise SettingsError(
            f"positive is {wanted!r}, and {stated.label!r} never is.{kept}",
            f"One of its values is needed: {', '.join(map(repr, classes[:_MOST_SHOWN]))}.",
            "Change [problem] positive in leadline.toml.",
        )
    if stated.positive:
        return wanted, ""
    before = wanted
    n_rows = dict(zip(classes, counts["count"].to_list(), strict=True))
    rarest = min(classes[::-1], key=n_rows.__getitem__)
    if not before or n_rows[before] == n_rows[rarest]:
        return before or rarest, ""
    return before, rarest
