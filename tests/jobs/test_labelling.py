from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.projects import customers, project, run_to

from leadline.phases.labelling import Labelling
from leadline.phases.verdict import Answer
from leadline.record import Vote
from leadline.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with project(
        tmp_path,
        customers(60).drop("joined"),
        prices={"wage_per_hour": 36.0, "seconds_per_label": 10.0, "votes_per_label": 2},
    ) as opened:
        yield opened


def summed_up(workspace: Workspace) -> Labelling:
    verdict = run_to(workspace, "problem", "data", "labelling")
    assert isinstance(verdict, Labelling)
    return verdict


def vote(workspace: Workspace, item: str, judge: str, value: str | None) -> None:
    workspace.record.add_vote(Vote(item, judge, value, 3.0))


def test_labels_that_came_with_the_file_cost_nothing(workspace: Workspace) -> None:
    verdict = summed_up(workspace)
    assert (verdict.n_given, verdict.n_votes, verdict.cost) == (60, 0, 0.0)
    assert verdict.alpha is None
    assert verdict.answer is Answer.GO


def test_votes_are_counted_and_priced(workspace: Workspace) -> None:
    for item in range(20):
        vote(workspace, f"{item}", "al", "yes" if item % 2 else "no")
        vote(workspace, f"{item}", "bo", "yes" if item % 2 else "no")
    vote(workspace, "20", "al", "yes")
    vote(workspace, "21", "bo", None)
    verdict = summed_up(workspace)
    assert (verdict.n_voted, verdict.n_votes, verdict.n_unsure, verdict.n_judges) == (21, 41, 1, 2)
    assert verdict.cost == pytest.approx(42 * 0.1)
    assert verdict.seconds == pytest.approx(42 * 3.0)
    assert verdict.alpha == pytest.approx(1.0)
    assert verdict.agreement is not None
    assert verdict.agreement.estimate == pytest.approx(1.0)
    assert verdict.answer is Answer.GO


def test_people_who_do_not_agree_are_a_no(workspace: Workspace) -> None:
    for item in range(20):
        vote(workspace, f"{item}", "al", "yes" if item % 2 else "no")
        vote(workspace, f"{item}", "bo", "yes" if item % 4 > 1 else "no")
    verdict = summed_up(workspace)
    assert verdict.alpha is not None
    assert verdict.alpha < 0.4
    assert verdict.n_undecided == 10
    assert verdict.answer is Answer.NO
