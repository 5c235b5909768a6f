"""The brief of a stage: what it recommends, what each choice costs, what is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.examples import (
    example_data,
    example_feasibility,
    example_forecast,
    example_release,
    example_search,
    example_verdicts,
)
from tests.phases.again import again
from tests.services.flights import append
from tests.services.test_commands import DEFINE, UNTIL_TUNING

from leadline.errors import RecordError
from leadline.phases.data import ClassCount
from leadline.phases.decision import Choice
from leadline.phases.forecast.advice import Recommendation
from leadline.phases.lifecycle import ROWS, Stage
from leadline.phases.verdict import Answer, Severity, fault, note, warning
from leadline.services import commands, queries
from leadline.services.briefing import Brief, brief, briefs
from leadline.services.briefing.certainty import NOT_KNOWN, how_sure
from leadline.workspace import Workspace

Make = Callable[..., Workspace]


def changes(told: Brief, title: str) -> str:
    return next(each.changes for each in told.choices if each.title == title)


def test_an_empty_project_has_briefs_that_promise_nothing(make: Make) -> None:
    workspace = make(())
    for stage in Stage:
        told = brief(workspace, stage)
        assert told.recommendation.text == "not yet"
        assert told.how_sure == NOT_KNOWN
        assert told.time == ("Nothing has begun yet.",)
        assert (told.warnings, told.picture, told.in_service) == ((), "", "Nothing yet.")
        assert [each.choice for each in told.choices] == [Choice.GO, Choice.STOP]
    assert briefs(workspace) == ()


def test_who_was_chosen_as_the_best_is_not_said_to_be_it_for_certain() -> None:
    known = example_search()
    trials = tuple(replace(each, chance_best=0.33) for each in known.trials)
    best = again(known, trials=trials)
    n_family = sum(each.family == best.chosen_trial.family for each in trials)
    said = (
        "The chance that boosting-3 is the best of those tried is 33%, that one of its family is "
        f"{n_family * 33}%."
    )
    assert n_family > 1
    assert how_sure(Stage.FIND, {"search": best}) == said
    simpler = again(best, loss=0.001, accepted_loss=0.002, loss_probability=0.87)
    assert how_sure(Stage.FIND, {"search": simpler}) == (
        f"{said} With a chance of 87% it loses no more against the best than the 0.0020 that are "
        "accepted."
    )


def test_a_release_that_replaces_another_is_not_called_the_first() -> None:
    """Where the two cannot be compared, as by rows of one group alone."""
    alone = replace(example_release(), difference=None)
    told = [
        how_sure(Stage.SHIP, {"release": each}) for each in (alone, replace(alone, replaces=""))
    ]
    assert told[0].startswith("By how much its score differs")
    assert told[1].startswith("It is the first release")


def test_a_finished_project_has_all_there_is_to_know(make: Make) -> None:
    workspace = make()
    began = workspace.record.entry(1).at
    told = brief(workspace, "train", began + timedelta(days=26))
    forecast = example_forecast()
    assert told.recommendation.text == "buy more rows"
    assert forecast.summary in told.why
    chance = queries.project_page(workspace).chance
    assert chance is not None
    assert chance.current is not None
    said = f"Known since then: the chance to meet the target: {chance.current.words}"
    assert said in told.how_sure, "a score was measured after train"
    check = queries.project_page(workspace).target
    assert check in brief(workspace, "ship").how_sure
    assert told.time[0] == "26 days since the first entry."
    assert told.costs.left == pytest.approx(500 - told.costs.spent)
    assert told.owner == "Ada Ops"
    assert told.in_service.startswith("The release of entry 14, since ")
    assert told.decision.startswith("Ada Ops says go on: ")
    assert told.picture.startswith("/entries/9/picture.svg")
    back = [each.title for each in told.choices if each.choice is Choice.BACK]
    assert back == ["Go back to define", "Go back to find", "Go back to train"]
    define = next(each.costs for each in told.choices if each.title == "Go back to define")
    assert define.endswith(", of search, curve, decay alone."), "others note no time"
    assert [brief.stage for brief in briefs(workspace)] == list(Stage)


def test_how_sure_a_search_is_knows_who_else_may_be_the_best(make: Make) -> None:
    workspace = make(DEFINE)
    search = example_search()
    chosen = replace(search.chosen_trial, chance_best=0.3)
    twin = replace(chosen, name="twin", chance_best=0.25)
    append(workspace, "search", again(search, trials=(chosen, twin), loss_probability=1.0))
    said = f"{chosen.name} is the best of those tried is 30%, that one of its family is 55%."
    assert said in brief(workspace, "find").how_sure


def test_going_back_loses_what_stands_on_it_and_nothing_else(make: Make) -> None:
    workspace = make()
    told = brief(workspace, "watch")
    last = "Out of date then, where answers change: up to 1 decision."
    assert changes(told, "Go back to watch").endswith(last)
    n_rows = sum(1 for row in ROWS if not row.startswith("decision."))
    lost = f"up to {n_rows - 3} verdicts and 6 decisions."
    assert changes(told, "Go back to define").endswith(lost)


def test_a_no_speaks_for_going_back_and_go_would_overrule_it(make: Make) -> None:
    workspace = make(("problem", "data"))
    append(workspace, "feasibility", replace(example_feasibility(), answer=Answer.NO))
    told = brief(workspace, "define")
    assert told.recommendation.text == "go back, or stop"
    assert "overrules the no of feasibility" in changes(told, "Go on to find")


def test_nobody_is_offered_to_go_on_where_nothing_can_be_computed(make: Make) -> None:
    workspace = make(("problem",))
    classes = (ClassCount(value="yes", n_rows=example_data().n_rows),)
    append(workspace, "data", again(example_data(), classes=classes))
    told = brief(workspace, "define")
    assert told.recommendation.text == "go back"
    assert told.choices[0].closed == "The label has one value only."
    assert "Not on offer" in told.section.choices.rows[0][2]


@pytest.mark.parametrize("recommendation", Recommendation)
def test_the_badge_of_train_is_what_the_forecast_advises(
    make: Make, recommendation: Recommendation
) -> None:
    workspace = make(UNTIL_TUNING)
    answer = Answer.GO if recommendation is Recommendation.BUY else Answer.NO
    forecast = replace(example_forecast(), recommendation=recommendation, answer=answer)
    append(workspace, "forecast", forecast)
    badge = brief(workspace, "train").recommendation
    assert (badge.text, badge.tone) == (recommendation.badge, answer.value)


def test_what_is_out_of_date_is_no_recommendation(make: Make) -> None:
    workspace = make(DEFINE)
    append(workspace, "data", replace(example_data(), n_rows=999))
    told = brief(workspace, "define")
    assert told.recommendation.text == "not yet"
    assert "Feasibility is out of date" in told.why


def test_the_gravest_warning_comes_first(make: Make) -> None:
    workspace = make(("problem", "data"))
    findings = (note("a note"), warning("look"), fault("broken"), warning("look again"))
    feasibility: Any = example_verdicts()["feasibility"]
    append(workspace, "feasibility", replace(feasibility, findings=findings, answer=Answer.NO))
    told = brief(workspace, "define")
    assert told.warnings[0].severity is Severity.FAULT
    own = [each.what for each in told.warnings if each.row == "feasibility"]
    assert own == ["broken", "look", "look again"]


def test_a_stop_is_told_with_what_it_leaves(make: Make) -> None:
    workspace = make(UNTIL_TUNING)
    commands.decide(workspace, "find", "stop", "Nobody needs it.", "Ada")
    told = brief(workspace, "train")
    assert told.whereabouts.startswith("Stopped after find on ")
    assert "Nothing is in service." in changes(told, "Stop here")
    with pytest.raises(RecordError, match="Did you mean 'train'"):
        brief(workspace, "trian")
