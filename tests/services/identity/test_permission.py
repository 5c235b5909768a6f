"""Every command asks for its permission before it does or looks at anything."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest

from leadline.errors import NotAllowedError
from leadline.phases.permissions import Action, Actor, UserRole
from leadline.services import commands
from leadline.services.agents import agent_allowance
from leadline.services.agents.agent_proposing import answer_proposal
from leadline.services.agents.holdout_answers import renew_holdout
from leadline.services.block_labelling import row_labels
from leadline.services.commands.forget import forget
from leadline.services.identity import account_changes
from leadline.services.identity.permission import NOBODY, acting, require
from leadline.services.invitations import invite
from leadline.services.reviewing.opinions import give_opinion
from leadline.services.settings_form.settings_change import change_settings
from leadline.workspace import Workspace

Make = Callable[..., Workspace]

NEEDED: dict[Callable[..., object], Action] = {
    commands.act_on_alarm: Action.ALARM,
    commands.add_comment: Action.COMMENT,
    commands.add_work: Action.WORK,
    commands.adjudicate: Action.ADJUDICATE,
    commands.ask_for: Action.RUN,
    commands.ask_for_more: Action.JUDGE,
    commands.cancel_job: Action.RUN,
    commands.choose_point: Action.CHOOSE,
    commands.decide: Action.DECIDE,
    commands.drop_work: Action.WORK,
    commands.estimate_work: Action.WORK,
    commands.finish_work: Action.WORK,
    commands.judge: Action.JUDGE,
    commands.judge_file: Action.JUDGE,
    commands.judge_rows: Action.JUDGE,
    commands.keep_decision: Action.DECIDE,
    commands.move_to: Action.SERVE,
    commands.next_item: Action.LABEL,
    commands.start_work: Action.WORK,
    commands.state_problem: Action.STATE,
    commands.try_beside: Action.SERVE,
    commands.undo_adjudication: Action.ADJUDICATE,
    commands.undo_judgment: Action.JUDGE,
    commands.undo_vote: Action.LABEL,
    commands.vote: Action.LABEL,
    forget: Action.FORGET,
    give_opinion: Action.OPINE,
    row_labels.label_row: Action.LABEL,
    row_labels.undo_row_label: Action.LABEL,
    invite: Action.INVITE,
    change_settings: Action.SETTINGS,
    agent_allowance.grant_agent: Action.AGENTS,
    agent_allowance.revoke_agent: Action.AGENTS,
    answer_proposal: Action.AGENTS,
    renew_holdout: Action.AGENTS,
    account_changes.add_account: Action.ACCOUNTS,
    account_changes.set_role: Action.ACCOUNTS,
    account_changes.set_disabled: Action.ACCOUNTS,
}
# what follows from a person's act, or asks where something has changed only
CONSEQUENCES = {commands.promote_approved, commands.restate_problem}


def test_every_command_of_a_person_is_in_the_table() -> None:
    every = {getattr(commands, name) for name in commands.__all__}
    of_people = {
        each
        for each in every
        if inspect.isfunction(each) and "by" in inspect.signature(each).parameters
    }
    assert of_people - CONSEQUENCES <= set(NEEDED)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    from tests.services.flights import make_workspace

    with make_workspace(tmp_path_factory.mktemp("permission"), ()) as opened:
        opened.record.accounts.add("Ada", UserRole.OWNER)
        yield opened


@pytest.mark.parametrize("command", NEEDED, ids=lambda each: each.__name__)
def test_a_command_asks_first(workspace: Workspace, command: Callable[..., object]) -> None:
    """Whoever may do everything else is refused before any other argument is looked at."""
    needed = NEEDED[command]
    other = Actor("Eve", "intruder", frozenset(Action) - {needed}, 7)
    names = list(inspect.signature(command).parameters.values())[1:]
    given = {each.name: None for each in names if each.default is inspect.Parameter.empty}
    for actor in (other, NOBODY):
        with pytest.raises(NotAllowedError):
            command(workspace.acted_in_by(actor), **given | {"by": "Ada"})


def test_a_name_comes_from_whoever_is_at_work(workspace: Workspace) -> None:
    ada = workspace.record.accounts.named("Ada")
    assert ada is not None
    entered, name = acting(workspace.acted_in_by(ada.actor), Action.DECIDE, "Somebody", "it")
    assert name == "Ada"
    entered, name = acting(workspace, Action.DECIDE, " ada ", "it")
    assert (name, entered.record._database.user_id) == ("Ada", ada.id)
    with pytest.raises(NotAllowedError, match="Nobody has an account as 'Eve'"):
        acting(workspace, Action.DECIDE, "Eve", "it")


def test_a_refusal_says_who_may(workspace: Workspace) -> None:
    viewer = Actor("Vera", "viewer", frozenset({Action.VIEW}), 2)
    with pytest.raises(NotAllowedError, match="That is for: owner or manager"):
        require(workspace.acted_in_by(viewer), Action.DECIDE)
    require(workspace.acted_in_by(viewer), Action.VIEW)
    with pytest.raises(NotAllowedError, match="Nobody has logged in"):
        require(workspace.acted_in_by(NOBODY), Action.VIEW)
