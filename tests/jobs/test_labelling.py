from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.projects import customers, project, run_to

from leadline.phases.labelling import Labelling
from leadline.phases.verdict import Answer
from leadline.record import Adjudication, Item, Vote, VoteKind, Worklist
from leadline.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with project(
        tmp_path,
        customers(60).drop("joined"),
        prices={"wage_per_hour": 36.0, "seconds_per_label": 10.0},
    ) as opened:
        yield opened


def summed_up(workspace: Workspace) -> Labelling:
    verdict = run_to(workspace, "problem", "data", "labelling")
    assert isinstance(verdict, Labelling)
    return verdict


def vote(workspace: Workspace, item: str, judge: str, value: str | None) -> None:
    workspace.record.labels.votes.add(Vote(item, judge, value, 3.0))


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


def test_each_person_is_reported_and_who_does_not_look_is_named(workspace: Workspace) -> None:
    rng = np.random.default_rng(0)
    truth = rng.choice(["yes", "no"], 120, p=[0.4, 0.6])
    for judge, right in (("al", 0.95), ("bo", 0.9), ("cy", 0.9), ("di", 0.0)):
        for item, label in enumerate(truth):
            other = "no" if label == "yes" else "yes"
            said = "no" if judge == "di" else label if rng.random() < right else other
            workspace.record.labels.votes.add(
                Vote(f"{item}", judge, str(said), 0.5 if judge == "di" else 6.0)
            )
    verdict = summed_up(workspace)
    reports = {report.name: report for report in verdict.judges}
    assert list(reports) == ["al", "bo", "cy", "di"]
    assert reports["al"].suspicions == reports["bo"].suspicions == ()
    assert any("same label" in each for each in reports["di"].suspicions)
    assert any("third of the others" in each for each in reports["di"].suspicions)
    assert reports["al"].agreement is not None
    assert reports["di"].agreement is not None
    assert reports["al"].agreement > reports["di"].agreement
    assert len(verdict.disputed) == 10
    assert verdict.ceiling is not None
    assert verdict.ceiling.low < verdict.ceiling.estimate < verdict.ceiling.high
    one, *_, five = verdict.targets
    assert one.n_judges == 1
    assert one.precision < five.precision
    assert any("di gives nearly always" in finding.what for finding in verdict.findings)


def test_hidden_rows_tell_who_is_right_and_agrees_with_themselves(workspace: Workspace) -> None:
    run_to(workspace, "problem", "data")
    vote(workspace, "a", "al", "yes")
    workspace.record.labels.votes.add(Vote("a", "al", "no", 3.0, kind=VoteKind.REPEAT))
    (report,) = summed_up(workspace).judges
    assert (report.n_repeats, report.n_same) == (1, 0)


def test_guidelines_are_compared_version_by_version(workspace: Workspace) -> None:
    for version, same in ((1, 0.5), (2, 1.0)):
        for item in range(40):
            label = "yes" if item % 2 else "no"
            other = label if item < same * 40 else ("no" if item % 2 else "yes")
            for judge, said in (("al", label), ("bo", other)):
                workspace.record.labels.votes.add(
                    Vote(f"{version}-{item}", judge, said, 3.0, guidelines=version)
                )
    verdict = summed_up(workspace)
    assert [pilot.version for pilot in verdict.pilots] == [1, 2]
    assert verdict.pilots[1].agreement.low > verdict.pilots[0].agreement.high
    assert any("the new version helps" in finding.what for finding in verdict.findings)


def test_people_who_do_not_agree_are_a_no(workspace: Workspace) -> None:
    for item in range(20):
        vote(workspace, f"{item}", "al", "yes" if item % 2 else "no")
        vote(workspace, f"{item}", "bo", "yes" if item % 4 > 1 else "no")
    verdict = summed_up(workspace)
    assert verdict.alpha is not None
    assert verdict.alpha < 0.4
    assert verdict.n_undecided == 10
    assert verdict.answer is Answer.NO


def test_what_one_person_decided_is_counted_and_costs_nothing(workspace: Workspace) -> None:
    record = workspace.record
    record.labels.items.replace(Worklist("", {}, 2, 0, 0, 1, None), [Item("a", ()), Item("b", ())])
    for item, said in (("a", "yes"), ("b", None)):
        vote(workspace, item, "al", said)
        vote(workspace, item, "bo", "no" if said else None)
    vote(workspace, "c", "al", "no")
    before = summed_up(workspace)
    for item, value in (("a", "no"), ("b", None)):
        seen = record.labels.adjudications.look_at(item)
        assert seen is not None
        record.labels.adjudications.decide(Adjudication(item, "di", value, 3.0), seen.stamp)
    verdict = summed_up(workspace)
    assert (before.n_undecided, verdict.n_undecided) == (1, 0)
    assert (verdict.n_adjudicated, verdict.n_left_out, verdict.n_all_unsure) == (2, 1, 1)
    assert verdict.cost == before.cost
    told = "One person decided the label of 2 rows; 1 of them is left out."
    assert told in [finding.what for finding in verdict.findings]
