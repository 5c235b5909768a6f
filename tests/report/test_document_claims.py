"""Every number of a model document is one of the entries that its section was written from.

A number is one of them if an entry holds it, in the digits that are shown, if an entry says it in
words, or if a function named here makes it of one.
"""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import product
from typing import Any

import pytest
from tests.report.planted import planted, planted_elsewhere, planted_far_away, planted_kind

from leadline.phases.curve import Curve
from leadline.phases.data import Data
from leadline.phases.decay import Decay
from leadline.phases.forecast import Forecast
from leadline.phases.performance.default_decision import SHARES
from leadline.phases.release import Release
from leadline.phases.scoring import scoring_of
from leadline.phases.search import Search
from leadline.phases.tuning import Tuning
from leadline.phases.wording import day, moment
from leadline.record import Entry
from leadline.record.codec import encode
from leadline.report.model_document.document import parts_of
from leadline.report.model_document.lineage import lineage_of
from leadline.report.model_document.release_summary import age_at, due_on
from leadline.report.model_document.section import Part, Section

NUMBER = re.compile(r"(?<![\w.:/-])[+-]?\d(?:[\d,]*\d)?(?:\.\d+)?%?(?!-?\w|/)")
DAY = re.compile(rf"\d+ (?:{'|'.join(month_name[1:])}) \d+(?:, \d+:\d+)?")
Lines = list[str]

CONSTANTS = {
    "90%", "99%", "90",  # levels of intervals, and shares of requests
    "0.01",  # the least that is told of a probability
    "1,000",  # rows that a price is told for
    "2",  # the second part of the document
    "47", "72",  # articles of the Regulation
}  # fmt: skip
"""Numbers that are the same in every document."""


def lines_of(section: Section) -> Lines:
    """What a section claims, one line each; commands are tried elsewhere."""
    lines = [*map(" ".join, section.facts), *section.sentences]
    lines += [f"{each.what} {each.asked}" for each in section.unknowns]
    for table in section.tables:
        lines += [table.caption, " ".join(table.head), *map(" ".join, table.rows)]
    return lines


def tokens(line: str) -> Lines:
    """Days as a whole, then all other numbers."""
    return [*DAY.findall(line), *NUMBER.findall(DAY.sub(" ", line))]


def leaves(value: Any) -> Iterator[Any]:
    """Every number and text in what an entry holds."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from leaves(each)
    elif isinstance(value, list | tuple):
        yield from (leaf for each in value for leaf in leaves(each))
    elif value is not None and not isinstance(value, bool):
        yield value


def scores_of_errors(entry: Entry) -> Iterable[float]:
    """What is measured as an error and shown as a score; means and errors of repeats."""
    verdict = entry.verdict
    if isinstance(verdict, Curve):
        for point in (point for curve in verdict.curves for point in curve.points):
            yield scoring_of(verdict.scoring).score(point.mean)
            yield from (point.mean, point.stderr or 0.0)


def comparisons(entry: Entry) -> Iterable[float]:
    """The chosen candidate against each other one on shared folds."""
    if isinstance(entry.verdict, Search):
        for trial in entry.verdict.ranked:
            found = entry.verdict.compared(trial)
            if found is not None:
                metric = scoring_of(entry.verdict.scoring)
                yield from map(metric.score, found.errors)
                yield from (found.p_value, found.n_repeats, found.n_train)


def counts(entry: Entry) -> Iterable[float]:
    """How many there are of what an entry lists."""
    verdict = entry.verdict
    if isinstance(verdict, Data):
        yield len(verdict.features)
    if isinstance(verdict, Search):
        yield from (len(verdict.ranked), len(verdict.chosen_trial.scores))
    if isinstance(verdict, Tuning):
        yield len(verdict.points)
        groups = [group for report in verdict.slices for group in report.groups]
        gaps = [gap for g in groups for gap in (g.selection, g.miss, g.false_alarm)]
        yield from (len(gaps), sum(gap.is_shown for gap in gaps))
    if isinstance(verdict, Decay):
        delays = {
            d for row in verdict.errors for d, error in enumerate(row, 1) if error is not None
        }
        yield from (len(delays), len(verdict.errors), *delays)


def intervals(entry: Entry) -> Iterable[float]:
    """The interval of the test score, from its standard error."""
    if isinstance(entry.verdict, Tuning) and entry.verdict.test_bounds:
        yield from (entry.verdict.test_bounds.low, entry.verdict.test_bounds.high)


def percentage_points(entry: Entry) -> Iterable[float]:
    """Differences of two shares."""
    if isinstance(entry.verdict, Tuning):
        for group in (group for report in entry.verdict.slices for group in report.groups):
            for its in (group.selection, group.miss, group.false_alarm):
                yield from (100 * its.gap.low, 100 * its.gap.high)


def levels(entry: Entry) -> Iterable[float]:
    """Shares of rows for which it is told how far numbers are off, and of intervals."""
    if isinstance(entry.verdict, Tuning) and entry.verdict.plain and entry.verdict.plain.numbers:
        yield from SHARES
    if isinstance(entry.verdict, Decay) and entry.verdict.forecast:
        yield 0.8  # of what age adds to one model


def plans(entry: Entry) -> Iterable[float]:
    """Rounds of a plan to buy rows."""
    if isinstance(entry.verdict, Forecast) and entry.verdict.plan:
        yield from range(1, len(entry.verdict.plan.rounds) + 1)


DERIVED: tuple[Callable[[Entry], Iterable[float]], ...] = (
    scores_of_errors, comparisons, counts, intervals, percentage_points, levels, plans,
)  # fmt: skip
UNITS = (1.0, 1 / 60, 1 / 3600, 1000.0)
"""Seconds are shown as seconds, minutes, hours or milliseconds."""


def words_of(entry: Entry) -> Iterator[str]:
    """When it was put on the record, and what it says in words."""
    yield from (moment(entry.at), day(entry.at), str(entry.number))
    yield from (leaf for leaf in leaves(encode(entry.verdict)) if isinstance(leaf, str))


def last_days(entries: Sequence[Entry]) -> Iterator[str]:
    """The days until which a release is expected to hold."""
    for sealed in (each for each in entries if isinstance(each.verdict, Release)):
        for entry in entries:
            if isinstance(entry.verdict, Decay) and entry.verdict.retrain_every:
                last = due_on(sealed.at.date(), entry.verdict.retrain_every, entry.verdict.block)
                yield f"{last.day} {last:%B %Y}"


def ages(entries: Sequence[Entry]) -> Iterator[float]:
    """How old the newest rows were that a release learnt from, in its blocks."""
    released = [entry.at for entry in entries if isinstance(entry.verdict, Release)]
    ends = [e.verdict.split.test_from for e in entries if isinstance(e.verdict, Data)]
    blocks = [entry.verdict.block for entry in entries if isinstance(entry.verdict, Decay)]
    for at, end, block in product(released, ends, blocks):
        yield age_at(at, end, block) or 0


def values_of(entries: Sequence[Entry]) -> set[float]:
    held = {
        float(leaf)
        for entry in entries
        for leaf in leaves(encode(entry.verdict))
        if isinstance(leaf, int | float)
    }
    made = {float(each) for entry in entries for make in DERIVED for each in make(entry)}
    return held | made | set(ages(entries))


def is_shown(token: str, values: set[float]) -> bool:
    """Whether a number, in the digits it is written with, is one of the values."""
    if DAY.fullmatch(token):
        return False
    is_percent, plain = token.endswith("%"), token.strip("%").replace(",", "")
    n_digits = len(plain.partition(".")[2])
    told = float(plain)
    half = 0.5000001 * 10**-n_digits
    factors = (100.0,) if is_percent else UNITS
    return any(abs(factor * value - told) <= half for value in values for factor in factors)


def unproven(section: Section) -> list[tuple[str, str]]:
    """Numbers of a section that no entry holds that it was written from, with their lines."""
    entries = section.sources
    said = {*(word for each in entries for word in words_of(each)), *last_days(entries)}
    values = values_of(entries)
    known = {token for words in said for token in tokens(words)}
    return [
        (token, line)
        for line in lines_of(section)
        for token in tokens(line)
        if token not in CONSTANTS and token not in known and not is_shown(token, values)
    ]


def parts(entries: list[Entry]) -> tuple[Part, Part, Part]:
    return parts_of(lineage_of(entries))


MAKE: dict[str, Callable[[], list[Entry]]] = {
    "binary": planted,
    "elsewhere": planted_elsewhere,
    "far away": planted_far_away,
    "classes": lambda: planted_kind("classes"),
    "costs": lambda: planted_kind("costs"),
    "numbers": lambda: planted_kind("numbers"),
}


@pytest.mark.parametrize("name", MAKE)
def test_every_number_is_in_the_entries_its_section_was_written_from(name: str) -> None:
    wrong = [
        (section.title, *each)
        for part in parts(MAKE[name]())
        for section in part.sections
        for each in unproven(section)
    ]
    assert not wrong, "\n".join(map(str, wrong))


@pytest.mark.parametrize(
    ("true", "lie"),
    [
        (" 0.813 ", " 0.831 "),
        ("(57% to 67%)", "(57% to 69%)"),
        ("4,057 USD", "4,075 USD"),
        ("1 June 2025", "2 June 2025"),
        ("1,200 test rows", "1,210 test rows"),
    ],
)
def test_a_wrong_number_is_found(true: str, lie: str) -> None:
    (told,) = [each for each in parts(planted())[0].sections if each.title == "Summary"]
    facts = tuple((what, value.replace(true, lie)) for what, value in told.facts)
    assert facts != told.facts
    assert not unproven(told)
    assert unproven(replace(told, facts=facts))


def test_another_project_has_other_numbers() -> None:
    """No number stands in a template or a sentence: all come from the entries.

    Where a number is the same in two projects by chance, it is another one in the third.
    """
    first, *others = (_claims(make()) for make in (planted, planted_elsewhere, planted_far_away))
    same = [_same_numbers(first, other) for other in others]
    stuck = same[0] & same[1]
    assert not stuck, "\n".join(map(str, sorted(stuck)))


def _same_numbers(one: Lines, other: Lines) -> set[tuple[str, str]]:
    """Numbers that two documents share at the same place, with their lines."""
    alike = SequenceMatcher(None, _shapes(one), _shapes(other), autojunk=False)
    pairs = [
        pair
        for tag, i, j, k, m in alike.get_opcodes()
        if tag == "equal"
        for pair in zip(one[i:j], other[k:m], strict=True)
    ]
    assert len(pairs) > 0.9 * len(one)
    return {
        (token, line)
        for line, second in pairs
        for token, its in zip(tokens(line), tokens(second), strict=True)
        if token == its and token not in CONSTANTS | OF_THE_STORY
    }


OF_THE_STORY = {*map(str, range(16)), "99", "0.00", "0.000", "0.0%", "+0.0000", "50%", "80%"}
"""How many parts the planted story has, what is nothing in it, and levels of probability."""


def _claims(entries: list[Entry]) -> Lines:
    release, since, _ = parts(entries)
    return [line for each in (release, since) for s in each.sections for line in lines_of(s)]


def _shapes(lines: Lines) -> Lines:
    return [NUMBER.sub("#", DAY.sub("#", line)) for line in lines]
