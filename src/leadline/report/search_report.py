"""The demo report of a search: question, candidates tried, result, advice.

Success and failure have the same parts, so that neither looks less finished.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from leadline.charts.picture_cache import drawings_of
from leadline.errors import NotReadyError
from leadline.phases.number_format import duration, money, percent
from leadline.phases.problem import Problem
from leadline.phases.scoring import scoring_of
from leadline.phases.search import Advice, Search
from leadline.phases.search.search_evidence import rows_ahead
from leadline.phases.search.trial import Example, Trial, TrialState
from leadline.phases.wording import moment
from leadline.record import Entry
from leadline.record.codec import encode
from leadline.report import template_rendering as templates
from leadline.report.importance import importance_tables
from leadline.report.row_sections import Draw
from leadline.report.text_table import Table, tabled

DemoForm = Literal["html", "markdown", "json"]

_WORDS = {
    Advice.GO: ("Go on", "What was found is worth carrying on with."),
    Advice.LONGER: ("Search longer", "The time box was too short to choose by."),
    Advice.BACK: ("Go back", "Not with this question, these data or this time box."),
    Advice.STOP: ("Stop", "Nothing that was tried learnt anything from these data."),
}
_MOST_VALUES = 12
_STATES = {
    TrialState.COMPLETE: "measured in full",
    TrialState.PRUNED: "set aside",
    TrialState.FAILED: "failed",
    TrialState.NOT_STARTED: "out of time",
    TrialState.RUNNING: "under way",
}


@dataclass(frozen=True)
class Shown:
    """A held-out row as a person reads it.

    Attributes
    ----------
    truth, guess : str
        What it is, and what was said.
    said : str
        Whether they agree, or of numbers are near.
    why : str
        What moved the guess most.
    values : tuple of (str, str)
        Name and value of each feature; a picture is a data URI.
    """

    truth: str
    guess: str
    said: str
    why: str
    values: tuple[tuple[str, str], ...]


def demo_report(
    entries: Sequence[Entry], *, title: str, form: DemoForm, draw: Draw = drawings_of
) -> str:
    """Write what the last search found into one file.

    Parameters
    ----------
    entries : sequence of Entry
        Every entry of the project, newest last.
    title : str
        Name of the project.
    form : {"html", "markdown", "json"}
        HTML has its pictures and needs no other file.
    draw : callable, optional
        Gives the pictures of a verdict, as `PictureCache.drawings` does; drawn anew if not given.

    Raises
    ------
    NotReadyError
        If nothing was searched yet.
    ValueError
        If the form is not known.
    """
    if form not in get_args(DemoForm):
        raise ValueError(f"form must be one of {', '.join(get_args(DemoForm))}; got {form!r}")
    entry = next((entry for entry in reversed(entries) if entry.row == "search"), None)
    if entry is None or not isinstance(entry.verdict, Search):
        raise NotReadyError(
            "Nothing has been searched yet.", "", "Run 'leadline run search', then ask again."
        )
    search, problem = entry.verdict, _problem(entries, entry)
    if form == "json":
        whole = {
            "title": title,
            "advice": search.advice.value,
            "problem": encode(problem) if problem else None,
            "search": encode(search),
        }
        return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    word, meaning = _WORDS[search.advice]
    values: dict[str, Any] = {
        "title": title,
        "word": word,
        "meaning": meaning,
        "summary": search.summary,
        "question": problem.question if problem else "",
        "facts": (*_asked(problem, search), *_cost(search)),
        "drawings": tuple(draw(search).values()) if form == "html" else (),
        "candidates": candidates(search),
        "importance": importance_tables(search),
        "examples": tuple(_shown(example, search) for example in search.examples),
        "findings": search.findings,
        "origin": f"Entry {entry.number}, by {entry.by}, {moment(entry.at)}.",
    }
    if form == "html":
        return templates.html("demo.html", **values)
    return templates.markdown("demo.md", **values)


def _problem(entries: Sequence[Entry], of: Entry) -> Problem | None:
    """The problem that a search stood on."""
    number = of.on.get("problem")
    for entry in entries:
        if entry.number == number and isinstance(entry.verdict, Problem):
            return entry.verdict
    return None


def _asked(problem: Problem | None, search: Search) -> list[tuple[str, str]]:
    """What was asked, and how far the answer reaches."""
    scoring = scoring_of(search.scoring)
    facts = []
    if problem is not None:
        target = scoring.target_words(problem.target_score)
        facts = [
            ("Predicted", f"{problem.label}, for each {problem.unit}"),
            ("Good enough", f"{scoring.words} of {target}"),
        ]
    if search.chosen:
        facts += _promised(search, search.chosen_trial)
    return facts


def _promised(search: Search, chosen: Trial) -> list[tuple[str, str]]:
    scoring = scoring_of(search.scoring)
    facts = [
        ("Best candidate", f"{chosen.name}: {chosen.mean or 0:.3f} on {chosen.n_train:,} rows")
    ]
    if chosen.expected:
        last = chosen.expected[-1]
        low, high = sorted((scoring.score(last.low), scoring.score(last.high)))
        facts.append(
            (
                f"Expected with {rows_ahead(last.n_train, search.n_rows)}",
                f"{scoring.score(last.error):.3f} (90%: {low:.3f} to {high:.3f})",
            )
        )
    if search.chance_target is not None:
        facts.append(("Chance that this is good enough", percent(search.chance_target)))
    return facts


def _cost(search: Search) -> list[tuple[str, str]]:
    return [
        ("Time", f"{duration(search.spent_s)} used of {duration(search.time_box_s)}"),
        ("Processors", duration(search.cpu_s)),
        ("Cost", money(search.cost, search.currency)),
    ]


def _few(example: Example) -> tuple[tuple[str, str], ...]:
    """The first of many features: nobody reads sixty numbers."""
    values = tuple(example.values.items())
    left_out = len(values) - _MOST_VALUES
    return values if left_out <= 0 else (*values[:_MOST_VALUES], ("and", f"{left_out} more"))


def candidates(search: Search) -> Table:
    """What was tried, the best first."""
    rows = []
    for trial in [*search.ranked, *(t for t in search.trials if t.mean is None)]:
        shared = None
        if search.chosen and trial.name != search.chosen:
            shared = search.compared(trial)
        rows.append(
            (
                trial.name + (" (chosen)" if trial.name == search.chosen else ""),
                "–" if trial.mean is None else f"{trial.mean:z.3f}",
                "–" if trial.stderr is None else f"{trial.stderr:.3f}",
                f"{trial.n_train:,}",
                f"{shared.p_value:.2f}" if shared else "–",
                "–" if trial.chance_best is None else percent(trial.chance_best),
                _STATES[trial.state] + (f": {trial.message}" if trial.message else ""),
            )
        )
    head = ("Candidate", "Score", "±", "Rows", "p", "Best in the end", "State")
    return tabled(f"What was tried, by {scoring_of(search.scoring).words}", head, rows)


def _shown(example: Example, search: Search) -> Shown:
    why = ", ".join(f"{reason.what} ({reason.moved})" for reason in example.reasons)
    return Shown(
        truth=example.truth,
        guess=example.guess,
        said=search.said_of(example),
        why=why,
        values=_few(example),
    )
