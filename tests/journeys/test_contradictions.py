"""No surface of a project contradicts another, or prints one number two ways.

Two hundred projects are made up, and every sentence, badge and figure of their pages, reports and
lines on the terminal is read. Each rule is tried on planted contradictions, so that it can fail.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, replace
from functools import cache
from html import unescape
from io import StringIO

import pytest
from jinja2 import ChainableUndefined, Environment
from rich.console import Console
from tests.examples import example_capacity
from tests.journeys.generated_projects import Project, projects
from tests.phases.again import again

from leadline.cli.terminal.entry_text import print_entry
from leadline.phases.capacity import Capacity, capacity_plan
from leadline.phases.forecast import Forecast
from leadline.phases.lifecycle import State
from leadline.phases.number_format import money, percent
from leadline.phases.performance.target_check import TargetCheck, TargetState
from leadline.phases.release import Release
from leadline.phases.search import Search
from leadline.phases.target.success_chance import SuccessChance, chance_of_success
from leadline.record import Entry
from leadline.report import write_report
from leadline.services.queries import entry_page
from leadline.web.templating import make_templates

N_PROJECTS = 200
# the report and the terminal repeat what the pages say, and are read of every fourth project
READ_EVERY = 4
# said of a verdict whose badge may not be a plain "go"
AGAINST = re.compile(
    r"speaks? for going back|go back:|buy no|too close to call|: missed\.|not shown to be met"
    r"|the target is missed|retrain, since|no plan\b|no signal found|did not hold"
    r"|even at [\d,]+ rows? the error is not shown|the model is not better than guessing",
    re.IGNORECASE,
)
IDENTIFIER = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
# names that people and other libraries gave
NAMED = {"flight_id", "departed_at", "dep_delay", "n_neighbors", "n_samples_fit"}
AMOUNT = re.compile(r"(?<![\d.,])(-?[\d,]+(?:\.\d+)?) (USD|EUR)\b")
LEAST_MONEY = 0.095  # what a row costs may be less, and keeps three digits
DECIMAL = re.compile(r"(?<![\w.])\d[\d,]*\.\d+(?!\w|\.\d)")
MOST_DIGITS = 4
NO_NUMBER = re.compile(r"\b\d(?:\.\d+)?e-?\d+\b|\bnan\b|\binf\b|\bNone\b(?!\.)")
NOT_ONE = re.compile(r"(?<![\d.,/-])1 (?:(?:more|other|earlier|train|test|labelled) )?([a-z]+s)\b")
NO_PLURAL = {"was", "is", "has", "its", "this", "minus", "as", "times"}
MANY = re.compile(
    r"(?<![\d.,])(?:[2-9]|\d[\d,]*\d|0) (row|label|vote|judgment|column|round|model|block|time)\b"
)
MEASURED = re.compile(
    r"Measured [^;]*? on ([^;]+); target (at (?:least|most) \S+): ([a-z ]+)(?=\.|, at release|\))"
)
CHANCE = re.compile(r"((?:under |over )?\d+%) with today's rows, as of")


@dataclass(frozen=True)
class Surface:
    """What one surface says: a page, the report, or the terminal."""

    name: str
    text: str
    badge: str = ""
    entry: Entry | None = None


def surfaces(project: Project, environment: Environment, *, whole: bool = True) -> list[Surface]:
    """Everything that is said of a project; without `whole`, on its pages only."""
    workspace = project.workspace
    found = []
    for entry in project.entries:
        its = entry_page(workspace, entry.number)
        html = environment.get_template("pages/entry.html").render(page=its)
        found.append(Surface(f"page of {entry.row}", plain(html), its.badge.text, entry))
    if whole:
        report = write_report(project.entries, project.standings, title="Late", form="markdown")
        found.append(Surface("report", plain(report.replace("\\", ""))))
        screen = Console(file=StringIO(), width=10_000)
        for entry in project.entries:
            print_entry(screen, entry, notes=True)
        found.append(Surface("terminal", screen.file.getvalue()))  # type: ignore[attr-defined]
    asked = {each.next for entry in project.entries for each in entry.verdict.findings if each.next}
    return [replace(each, text=_without(each.text, asked)) for each in found]


def _without(text: str, parts: Set[str]) -> str:
    """A text without what it tells people to type or to set."""
    for part in parts:
        text = text.replace(part, " ")
    return text


def plain(page: str) -> str:
    """The words that a reader sees; without what is struck through, commands and settings."""
    text = re.sub(r"<(s|code|style|kbd)\b[^>]*>.*?</\1>|~~.*?~~", " ", page, flags=re.DOTALL)
    text = re.sub(r'<span class="next">.*?</span>', " ", text, flags=re.DOTALL)
    text = re.sub(r"<t[dh]\b", " | <t", text)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def contradictions(project: Project, said: list[Surface]) -> Iterator[str]:
    """What cannot all be true, or is written two ways."""
    for surface in said:
        for rule in SURFACE_RULES:
            yield from (f"{surface.name}: {what}" for what in rule(surface))
    for compare in PROJECT_RULES:
        yield from compare(project, said)


def badge_and_sentence(surface: Surface) -> Iterator[str]:
    """A plain "go" stands over nothing that speaks against it; "too close" over no advice."""
    if surface.entry is None:
        return
    verdict = surface.entry.verdict
    told = " ".join([verdict.summary, *(finding.what for finding in verdict.findings)])
    against = AGAINST.search(told)
    if surface.badge == "go" and surface.entry.row != "review" and against:
        yield f"badge 'go' over {against[0]!r}"
    if surface.badge == "too close to call" and re.search("buy no", told, re.IGNORECASE):
        yield "badge 'too close to call' over 'buy no more'"
    advised = re.search(r"The evidence speaks for ([A-Za-z ]+?) Time box", surface.text)
    if isinstance(verdict, Search) and advised and surface.badge in {"go", "go back", "stop"}:
        speaks = advised[1].lower().replace("go on", "go")
        if speaks != surface.badge:
            yield f"badge {surface.badge!r} over evidence for {speaks!r}"


def leader(surface: Surface) -> Iterator[str]:
    """Only what was chosen leads."""
    for name in re.findall(r"(\S+) (?:scores \S+ and )?leads\b", surface.text):
        verdict = surface.entry.verdict if surface.entry else None
        if not isinstance(verdict, Search) or name != verdict.chosen:
            yield f"{name!r} leads and was not chosen"


def numbers(surface: Surface) -> Iterator[str]:
    """One style: money, percent, counts, digits, no identifiers."""
    yield from _style(surface.text)


@cache
def _style(text: str) -> tuple[str, ...]:
    found = [f"no number {each!r}" for each in NO_NUMBER.findall(text)]
    # beside a target a score has as many digits as tell it from that
    found += [
        f"raw number {each!r}"
        for each in DECIMAL.findall(MEASURED.sub(" ", text))
        if len(each.replace(",", "").replace(".", "").lstrip("0")) > MOST_DIGITS
    ]
    for amount, currency in AMOUNT.findall(text):
        value = float(amount.replace(",", ""))
        if abs(value) >= LEAST_MONEY and money(value, currency) != f"{amount} {currency}":
            found.append(f"amount '{amount} {currency}'")
    found += [f"{each!r} with a space" for each in re.findall(r"\d %", text)]
    found += [f"'1 {each}'" for each in NOT_ONE.findall(text) if each not in NO_PLURAL]
    found += [f"many {each!r}" for each in MANY.findall(text)]
    found += [f"identifier {each!r}" for each in {*IDENTIFIER.findall(text)} - NAMED]
    return tuple(found)


def rates(surface: Surface) -> Iterator[str]:
    """The share that is wrong is in the table as it is in the sentence."""
    if surface.entry is None:
        return
    for each in re.findall(r"are wrong \(\d+% interval ([^)]+)\)", surface.text):
        if f"| {each} " not in surface.text:
            yield f"{each} is wrong by the sentence, and not by the table"


def one_target(project: Project, said: list[Surface]) -> Iterator[str]:
    """All surfaces say the same of the target, and no badge says more."""
    told = {found for each in said for found in MEASURED.findall(each.text)}
    states: dict[tuple[str, str], set[str]] = {}
    for on, target, state in told:
        states.setdefault((on, target), set()).add(state)
    yield from (f"target {target} on {on}: {s}" for (on, target), s in states.items() if len(s) > 1)
    for each in said:
        verdict = each.entry.verdict if each.entry else None
        target = verdict.target if isinstance(verdict, Release) else None
        if target and each.badge == "go" and target.state is not TargetState.MET:
            yield f"release 'go' over {target.words!r}"
    if "tuning" in project.rows and project.standings["tuning"].state is State.CURRENT:
        for each in said:
            is_about = each.name in {"page of tuning", "report"}
            if is_about and not MEASURED.search(each.text):
                yield f"{each.name} forgets the target"


def one_chance(project: Project, said: list[Surface]) -> Iterator[str]:
    """How likely success is, is one number."""
    known = chance_of_success(project.entries, project.standings)
    now = percent(known.current.now) if known and known.current else ""
    for each in said:
        for told in CHANCE.findall(each.text):
            if not told.endswith(now) or not now:
                yield f"{each.name}: chance {told!r}, not {now!r}"


def one_plan(project: Project, said: list[Surface]) -> Iterator[str]:
    """The headline of capacity is not refuted by its own table."""
    for each in said:
        verdict = each.entry.verdict if each.entry else None
        if not isinstance(verdict, Capacity) or verdict.promised_s is None:
            continue
        held = re.search(r"One instance held ([\d,]+) requests", verdict.summary)
        if held and verdict.answer.value == "go":
            rate = float(held[1].replace(",", ""))
            for step in verdict.steps:
                if step.rate_per_s <= rate and not step.holds(verdict.promised_s):
                    yield f"'go' at {rate:g} a second, {step.rate_per_s:g} was not held"
        rows = re.findall(r"\| [\d,.]+ (?:\|[^|]+){5}\| ([a-z ]+)", each.text)
        if held and "held" not in " ".join(rows):
            yield "a rate was held by the headline, and none in the table"


SURFACE_RULES: tuple[Callable[[Surface], Iterator[str]], ...] = (
    badge_and_sentence,
    leader,
    numbers,
    rates,
)
PROJECT_RULES: tuple[Callable[[Project, list[Surface]], Iterator[str]], ...] = (
    one_target,
    one_chance,
    one_plan,
)


@pytest.fixture(scope="module")
def environment() -> Environment:
    # the frame around a page, such as who is logged in, is not what is read here
    environment = make_templates().env.overlay(undefined=ChainableUndefined)
    environment.globals = {**environment.globals, "hours_per_day": 8.0}
    return environment


def test_two_hundred_projects_contradict_themselves_nowhere(environment: Environment) -> None:
    found: dict[str, int] = {}
    for index, project in enumerate(projects(N_PROJECTS)):
        said = surfaces(project, environment, whole=not index % READ_EVERY)
        for what in contradictions(project, said):
            found.setdefault(what, index)
    assert not found


@pytest.mark.parametrize(
    ("kind", "name", "said", "found"),
    [
        (Search, "badge", "go", "badge 'go' over evidence for"),
        (Release, "badge", "go", "release 'go' over"),
        (Forecast, "badge", "go", "badge 'go' over 'Buy no'"),
        (SuccessChance, "words", "72% with today's rows, as of today.", "chance '72%', not"),
        (TargetCheck, "words", "It is good.", "forgets the target"),
    ],
)
def test_a_planted_contradiction_is_found(
    monkeypatch: pytest.MonkeyPatch,
    environment: Environment,
    kind: type,
    name: str,
    said: object,
    found: str,
) -> None:
    made = list(projects(24))
    monkeypatch.setattr(kind, name, property(lambda _: said))
    told = [what for each in made for what in contradictions(each, surfaces(each, environment))]
    assert any(found in what for what in told), told


def test_a_plan_that_its_table_refutes_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    example = example_capacity()
    slow = replace(example.steps[0], p99_high_s=0.4)
    made = next(projects(1))

    def told() -> list[str]:
        verdict = again(example, steps=(slow, *example.steps[1:]))
        entry = replace(made.entries[0], row="capacity", verdict=verdict)
        page = Surface("page of capacity", "| 422 | 1 | 1 | 1 | 1 | 1 | held", "", entry)
        return list(one_plan(made, [page]))

    assert not told()
    monkeypatch.setattr(capacity_plan, "_uneven", lambda _: None)
    assert told() == ["'go' at 422 a second, 211.2 was not held"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It scores 0.123456.", "raw number '0.123456'"),
        ("It costs 100.00 USD.", "amount '100.00 USD'"),
        ("It costs 12 USD.", "amount '12 USD'"),
        ("There is 1 rows.", "'1 rows'"),
        ("There are 1,204 row.", "many 'row'"),
        ("In 28 % of cases.", "'8 %' with a space"),
        ("By roc_auc of 0.8.", "identifier 'roc_auc'"),
        ("It takes 1e-05 of it.", "no number '1e-05'"),
        ("The mean is nan.", "no number 'nan'"),
        ("linear-2 scores 0.8 and leads.", "'linear-2' leads and was not chosen"),
    ],
)
def test_a_number_in_another_style_is_found(text: str, found: str) -> None:
    surface = Surface("planted", text)
    assert found in [what for rule in SURFACE_RULES for what in rule(surface)]


def test_two_answers_to_one_question_are_found() -> None:
    made = next(each for each in projects(50) if "tuning" in each.rows)
    met = "Measured accuracy of 0.8 (90% interval 0.7 to 0.9) on 40 test rows; target at least 0.7"
    said = [Surface("page of tuning", f"{met}: met."), Surface("report", f"{met}: missed.")]
    assert any("{'" in what for what in one_target(made, said))
    agreed = [replace(each, text=f"{met}: met.") for each in said]
    assert not list(one_target(made, agreed))


def test_a_rate_with_and_without_its_decimal_is_found() -> None:
    made = next(each for each in projects(50) if "monitor" in each.rows)
    entry = next(each for each in made.entries if each.row == "monitor")
    told = "16.7% are wrong (95% interval 10.7% to 23.7%)."
    page = Surface("page of monitor", f"{told} | 11% to 24% | 2%", "no alarm", entry)
    assert list(rates(page))
    assert not list(rates(replace(page, text=f"{told} | 10.7% to 23.7% | 2%")))
