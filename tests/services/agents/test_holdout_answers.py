"""Looks at the hold-out: counted for all agents, in the metric's units, renewed by a person."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.services.flights import append, make_workspace

from leadline.errors import LimitError, NotReadyError, SettingsError
from leadline.phases.curve import Point
from leadline.phases.data import Data
from leadline.phases.search import Search
from leadline.phases.search.trial import Trial
from leadline.phases.tuning import Tuning
from leadline.services.agents.agent_allowance import agent_at_work, grant_agent
from leadline.services.agents.holdout_answers import (
    HeldOutAnswer,
    holdout_state,
    look_at_holdout,
    renew_holdout,
)
from leadline.services.commands import decide
from leadline.stats.adaptive_holdout import MOST_NATS
from leadline.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path) as opened:
        for name in ("coder", "other"):
            grant_agent(opened, name, runs=1, hours=1.0, most_money=1.0, days=1.0, by="Ada")
        yield opened


def look(workspace: Workspace, *, is_told: bool = False, agent: str = "coder") -> HeldOutAnswer:
    return look_at_holdout(agent_at_work(workspace, agent), is_told=is_told)


def tuned(workspace: Workspace, score: float) -> None:
    """Another candidate is tuned, with this score on the test rows."""
    newest = workspace.record.latest("tuning")
    assert newest is not None
    append(workspace, "tuning", replace(newest.verdict_as(Tuning), test_score=score))


def test_a_look_is_counted_once_a_question(workspace: Workspace) -> None:
    first = look(workspace)
    assert (first.answer, first.candidate, first.score, first.n_looks) == (
        "confirmed", "boosting-3", None, 1,
    )  # fmt: skip
    assert look(workspace) == first
    told = look(workspace, is_told=True)
    assert told.score is not None
    assert told.low is not None
    assert told.high is not None
    assert 0.80 < told.score <= 0.813 < told.score + 0.01
    assert told.low < 0.813 - 1.645 * 0.0135 < 0.813 + 1.645 * 0.0135 < told.high
    assert told.learnt > first.learnt
    # agents may talk to each other: what one learnt counts for the other
    assert look(workspace, is_told=True, agent="other") == told
    tuned(workspace, 0.80)
    assert look(workspace, agent="other").n_looks == 3


def test_a_score_that_is_not_as_foretold_is_told_to_be_worse_only(workspace: Workspace) -> None:
    tuned(workspace, 0.61)
    said = look(workspace)
    assert (said.answer, said.score, said.low, said.high) == ("worse", None, None, None)


def test_the_error_of_a_score_is_that_of_folds_for_as_many_rows(workspace: Workspace) -> None:
    """Of candidates with most rows: what was dropped early says little of the test rows."""
    newest = workspace.record.latest("search")
    assert newest is not None
    search = newest.verdict_as(Search)

    def measured(trial: Trial) -> Trial:
        if trial.name == "linear-2":
            return replace(trial, n_train=40, scores=(0.2, 0.9))
        wide = 0.016 if trial.name == "boosting-3" else 0.010
        point = Point(
            n_train=trial.n_train, errors=(0.2, 0.2), fit_s=0.1,
            sampling=(wide, wide), n_valid=(300, 300),
        )  # fmt: skip
        return replace(trial, points=(point,))

    append(workspace, "search", replace(search, trials=tuple(map(measured, search.trials))))
    tuned(workspace, 0.81)
    look(workspace)
    (kept,) = workspace.record.agents.looks.all()
    foretold = 0.016 * (300 / 1_200) ** 0.5  # 1,200 test rows
    # rounded up to a power of the root of two for the 0.0135 of the test score
    assert kept.stderr == pytest.approx(foretold * 2)


def test_a_loss_is_told_as_a_loss(workspace: Workspace) -> None:
    """Smaller is better: signs and ends are turned round."""
    entry = workspace.record.latest("tuning")
    assert entry is not None
    tuning = replace(entry.verdict_as(Tuning), scoring="log_loss", test_score=0.70)
    append(workspace, "tuning", tuning)
    said = look(workspace)
    assert said.answer == "better"
    assert said.foretold == pytest.approx(0.8108)
    told = look(workspace, is_told=True)
    assert told.score is not None
    assert told.low is not None
    assert told.high is not None
    assert told.low < 0.70 <= told.score < told.high


def test_the_budget_is_for_all_and_a_person_renews_it(workspace: Workspace) -> None:
    while holdout_state(workspace).nats < MOST_NATS:
        look(workspace, is_told=True)
        tuned(workspace, 0.5 + len(workspace.record.agents.looks.all()) / 100)
    with pytest.raises(LimitError, match="Fresh test rows renew it"):
        look(workspace, is_told=True)
    state = holdout_state(workspace)
    assert state.nats >= state.most_nats
    assert state.score is not None
    assert state.low is not None
    assert state.score - state.low > 2.5 * 1.645 * 0.0135
    with pytest.raises(LimitError):
        look(workspace, agent="other")
    with pytest.raises(SettingsError, match="looked at already"):
        renew_holdout(workspace, "they feel fresh", "Ada")
    entry = workspace.record.latest("data")
    assert entry is not None
    append(workspace, "data", replace(entry.verdict_as(Data), snapshot="77aa" * 16))
    with pytest.raises(SettingsError, match="No reason"):
        renew_holdout(workspace, " ", "Ada")
    renew_holdout(workspace, "rows of June", "Ada")
    with pytest.raises(NotReadyError, match="before they were renewed"):
        look(workspace)  # the candidate of before, on the rows of before
    tuned(workspace, 0.81)
    assert look(workspace).n_looks == 1
    assert holdout_state(workspace).n_looks == 1
    # rows that were looked at once are never fresh again
    append(workspace, "data", entry.verdict_as(Data))
    with pytest.raises(SettingsError, match="looked at already"):
        renew_holdout(workspace, "the rows of before", "Ada")


def test_another_metric_has_an_error_of_its_own(workspace: Workspace) -> None:
    """Looks go on counting, but an interval of costs is not one of shares."""
    first = look(workspace)
    entry = workspace.record.latest("tuning")
    assert entry is not None
    other = replace(entry.verdict_as(Tuning), scoring="log_loss", test_stderr=0.027)
    append(workspace, "tuning", replace(other, test_score=0.81))
    told = look(workspace, is_told=True)
    assert told.low is not None
    assert told.high is not None
    assert told.high - told.low > 2 * 1.645 * 0.027
    assert (told.n_looks, told.learnt > first.learnt) == (2, True)
    # back at the first, its error is known already
    append(workspace, "tuning", entry.verdict_as(Tuning))
    look(workspace)
    errors = [one.stderr for one in workspace.record.agents.looks.all()]
    assert errors[0] == errors[2] != errors[1]


def test_without_a_score_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    with make_workspace(tmp_path, ("problem", "data", "search")) as workspace:
        grant_agent(workspace, "coder", runs=1, hours=1.0, most_money=1.0, days=1.0, by="Ada")
        with pytest.raises(NotReadyError, match="Nothing was scored on held-out rows"):
            look(workspace)
        with pytest.raises(SettingsError, match="Nobody has looked yet"):
            renew_holdout(workspace, "x", "Ada")
        assert holdout_state(workspace).n_looks == 0


def test_a_score_without_an_error_is_not_told(workspace: Workspace) -> None:
    newest = workspace.record.latest("tuning")
    assert newest is not None
    append(workspace, "tuning", replace(newest.verdict_as(Tuning), test_stderr=None))
    with pytest.raises(NotReadyError, match="is not known"):
        look(workspace)
    assert workspace.record.agents.looks.all() == ()


def test_a_decision_with_scores_in_sight_is_charged_as_a_look(workspace: Workspace) -> None:
    look(workspace)
    before = holdout_state(workspace)
    assert (before.n_decisions, "decision" in before.words) == (0, False)
    decide(workspace, "train", "stop", "the score is low", "Ada")
    after = holdout_state(workspace)
    assert after.nats - before.nats == pytest.approx(math.log(3))
    assert "1 look and 1 decision of people who knew test scores" in after.words
    assert before.low is not None
    assert after.low is not None
    assert after.low < before.low, "the interval that people read is wider"
    told = look(workspace, is_told=True)
    assert told.learnt > holdout_state(workspace).nats / MOST_NATS - 1e-9
    assert told.high is not None
    assert told.low is not None
    for _ in range(12):
        decide(workspace, "find", "go", "again", "Ada")
    tuned(workspace, 0.80)
    with pytest.raises(LimitError, match="budget of looks"):
        look(workspace)
