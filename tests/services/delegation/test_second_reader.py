"""A machine reads the stream beside people, who never notice; what counts is settled first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient
from tests.examples import example_tuning
from tests.services.flights import append
from tests.services.planned_streams import (
    N_PLANNED,
    N_ROWS,
    judge_until,
    planned_classes,
    planned_project,
    scores,
)

from leadline.engines.language_models import ModelAnswer, Usage
from leadline.errors import NotReadyError, SettingsError
from leadline.phases.data import Data, Role
from leadline.phases.review import Review
from leadline.services.commands import choose_point, judge
from leadline.services.delegation import row_answers
from leadline.services.delegation.second_reader import read_stream
from leadline.services.queries import operating_points_page, review_page
from leadline.settings.machine_sections import Machine
from leadline.web import create_app
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
MACHINE = Machine(url="http://127.0.0.1:9/v1", model="smol", input=0.0, output=0.0)
TRUTH = np.random.default_rng(12).random(N_ROWS) < scores()
GOOD = TRUTH ^ (np.random.default_rng(13).random(N_ROWS) < 0.04)


def declared(workspace: Workspace, *names: str) -> Workspace:
    settings = replace(workspace.settings, machines=dict.fromkeys(names or ("small",), MACHINE))
    return replace(workspace, settings=settings)


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Put a machine that says this of each row in the place of the real one."""

    def use(says: np.ndarray = GOOD, n_lost: int = 0) -> list[str]:
        asked: list[str] = []

        def answers(
            endpoint: object, prompt: Any, rows: Mapping[str, Any], spending: object
        ) -> Iterator[ModelAnswer]:
            for n, (key, cells) in enumerate(rows.items()):
                assert "late" not in cells, "no machine is told the label"
                asked.append(key)
                if n < n_lost:
                    yield ModelAnswer(key, None, None, Usage(0, 0, 0), "lost", is_lost=True)
                else:
                    label = "yes" if says[int(key)] else "no"
                    yield ModelAnswer(key, label, 0.9, Usage(9, 0, 1), "")

        monkeypatch.setattr(row_answers, "answers", answers)
        return asked

    return use


def test_asked_before_judging_its_reading_is_in_the_figures(
    make: Make, ask: Callable[..., list[str]]
) -> None:
    asked = ask()
    workspace = declared(planned_project(make))
    found = read_stream(workspace, "small", "Ada", n_further=600)
    assert found.is_headline
    assert found.labelling.n_rows == len(asked) == N_PLANNED // 2 + 600
    assert judge_until(workspace, TRUTH)
    behind = operating_points_page(workspace).reader
    assert behind is not None
    assert behind.unused == "gaps", "the rows of the second half are not read yet"
    assert "left aside: it has read less than nine in ten" in behind.headline
    assert read_stream(workspace, "small", "Ada", n_further=600).is_headline
    assert len(asked) == len(set(asked)), "no row is paid for twice"
    page = operating_points_page(workspace)
    reader = page.reader
    assert reader is not None
    assert reader.is_headline
    assert reader.n_judged_read == page.n_judged
    assert reader.sentence.startswith("The machine small has read")
    for consequence, point in zip(page.consequences, reader.points, strict=True):
        assert consequence.point.precision == point.read_precision
        assert consequence.point.recall == point.read_recall
    width = [
        np.mean([getattr(p, n).high - getattr(p, n).low for p in reader.points])
        for n in ("read_recall", "recall")
    ]
    assert width[0] < width[1]
    entry = choose_point(workspace, page.consequences[0].point.name, 4.0, 1.0, "good", "Bo")
    verdict = entry.verdict_as(Review)
    assert verdict.reader == reader
    assert "with small as second reader" in verdict.summary
    assert any("people alone precision" in finding.what for finding in verdict.findings)
    client = TestClient(create_app(workspace), base_url="http://127.0.0.1")
    shown = client.get("/review/consequences").text
    assert "A machine as second reader" in shown
    assert "before anybody judged a row" in shown
    assert page.judge_errors.startswith("Each row rests on one answer, which is taken as true")
    assert page.judge_errors in shown
    assert any(each.what == page.judge_errors and each.next for each in verdict.findings)


def test_where_two_judge_each_row_errors_of_both_are_in_the_figures(
    make: Make, ask: Callable[..., list[str]]
) -> None:
    """A tenth of all answers is wrong; the machine hardly ever is."""
    ask()
    workspace = declared(planned_project(make, N_PLANNED))
    read_stream(workspace, "small", "Ada")
    rng = np.random.default_rng(5)
    rows = judge_until(workspace, TRUTH ^ (rng.random(N_ROWS) < 0.1))
    once = operating_points_page(workspace)
    second = TRUTH ^ (rng.random(N_ROWS) < 0.1)
    for row in rows:
        judge(workspace, once.tuning, row, bool(second[row]), "Bo", 1.0)
    twice = operating_points_page(workspace)
    told = "The ranges hold errors of judges"
    assert twice.judge_errors.startswith(told)
    client = TestClient(create_app(workspace), base_url="http://127.0.0.1")
    assert told in client.get("/review/choose").text
    assert once.reader is not None
    assert twice.reader is not None
    assert twice.reader.n_judged_read < once.reader.n_judged_read == N_PLANNED, "ties say nothing"
    assert twice.reader.n_agreed > 0.9 * twice.reader.n_judged_read
    flagged = scores() >= example_tuning().points[-1].threshold
    recall = np.mean(flagged[TRUTH])
    taken, known = (each.consequences[-1].point.recall for each in (once, twice))
    assert known.low <= recall <= known.high
    assert abs(known.estimate - recall) < abs(taken.estimate - recall)


def test_asked_later_it_only_stands_beside(make: Make, ask: Callable[..., list[str]]) -> None:
    ask()
    workspace = declared(planned_project(make, N_PLANNED), "small", "other")
    judge_until(workspace, TRUTH)
    before = operating_points_page(workspace)
    assert before.reader is None
    assert not read_stream(workspace, "small", "Ada").is_headline
    page = operating_points_page(workspace)
    assert page.reader is not None
    assert page.reader.points
    assert not page.reader.is_headline
    assert page.consequences == before.consequences
    assert "asked to read after judging had begun" in page.reader.headline
    with pytest.raises(SettingsError, match="'small' reads this stream already, as Ada asked"):
        read_stream(workspace, "other", "Bo")
    told = replace(MACHINE, model="large")
    changed = replace(workspace, settings=replace(workspace.settings, machines={"small": told}))
    with pytest.raises(SettingsError, match="told something else now"):
        read_stream(changed, "small", "Bo")


def test_nobody_who_judges_notices(make: Make, ask: Callable[..., list[str]]) -> None:
    """Neither the rows that are drawn and shown nor their order, whatever the machine says."""
    seen = []
    for says in (None, GOOD, ~GOOD):
        workspace = declared(planned_project(make))
        if says is not None:
            ask(says)
            read_stream(workspace, "small", "Ada", n_further=300)
        pages = [review_page(workspace, "Bo"), review_page(workspace, "Cy")]
        seen.append((pages, judge_until(workspace, TRUTH, "Bo")))
    assert seen[0] == seen[1] == seen[2]
    assert len(seen[0][1]) == N_PLANNED


@pytest.mark.parametrize("says", ["a coin", "turned round"])
def test_a_machine_that_tells_nothing_leaves_the_figures_to_people(
    says: str, make: Make, ask: Callable[..., list[str]]
) -> None:
    coin = np.random.default_rng(5).random(N_ROWS) < 0.5
    ask({"a coin": coin, "turned round": ~GOOD}[says])
    workspace = declared(planned_project(make, N_PLANNED))
    plain = planned_project(make, N_PLANNED)
    read_stream(workspace, "small", "Ada")
    for each in (workspace, plain):
        judge_until(each, TRUTH)
    page = operating_points_page(workspace)
    assert page.reader is not None
    assert page.reader.unused == "tells nothing"
    assert "The figures are people's." in page.reader.headline
    assert page.consequences == operating_points_page(plain).consequences


def test_rows_without_an_answer_are_asked_about_again(
    make: Make, ask: Callable[..., list[str]]
) -> None:
    workspace = declared(planned_project(make))
    ask(n_lost=50)
    first = read_stream(workspace, "small", "Ada", n_further=40).labelling
    assert (first.n_lost, first.n_labelled) == (50, N_PLANNED // 2 - 10)
    asked = ask()
    second = read_stream(workspace, "small", "Ada", n_further=40).labelling
    assert (len(asked), second.n_before) == (50, N_PLANNED // 2 - 10)


def test_what_has_no_threshold_is_refused_before_anything_is_paid(
    make: Make, ask: Callable[..., list[str]]
) -> None:
    asked = ask()
    with pytest.raises(NotReadyError, match="no question of yes or no"):
        read_stream(declared(planned_classes(make)), "small", "Ada")
    with pytest.raises(NotReadyError, match="No row of the stream"):
        read_stream(declared(make(("problem", "data"))), "small", "Ada")
    with pytest.raises(SettingsError, match="no machine 'large'"):
        read_stream(declared(planned_project(make)), "large", "Ada")
    assert asked == []


def test_a_stream_that_lacks_a_column_is_not_read(
    make: Make, ask: Callable[..., list[str]]
) -> None:
    asked = ask()
    workspace = declared(planned_project(make))
    entry = workspace.record.latest("data")
    assert entry is not None
    data = entry.verdict_as(Data)
    told = next(column for column in data.columns if column.role is Role.FEATURE)
    append(workspace, "data", replace(data, columns=(*data.columns, replace(told, name="gate"))))
    with pytest.raises(NotReadyError, match="stream of this tuning has no 'gate'"):
        read_stream(workspace, "small", "Ada")
    tuning = workspace.record.latest("tuning")
    assert tuning is not None
    assert (asked, workspace.record.delegation.readings.reader(tuning.number)) == ([], None)
