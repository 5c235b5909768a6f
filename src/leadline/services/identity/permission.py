"""Permission asked before a person's act is heard, and the name it is kept under."""

from __future__ import annotations

from collections.abc import Mapping

from leadline.errors import NotAllowedError
from leadline.phases.permissions import Action, Actor, who_may
from leadline.record import Role
from leadline.services.parsing import parse_person
from leadline.workspace import Workspace

NOBODY = Actor("", "nobody", frozenset())
"""Whoever has not logged in where people have accounts."""

GUESTS: Mapping[Role, Action] = {
    Role.LABEL: Action.LABEL,
    Role.JUDGE: Action.JUDGE,
    Role.ADJUDICATE: Action.ADJUDICATE,
}
"""What an invitation lets its person do."""


def guest(person: str, role: Role) -> Actor:
    """Whoever came by an invitation's link."""
    return Actor(person, f"invited to {role.value}", frozenset({GUESTS[role]}))


def acting(workspace: Workspace, action: Action, by: str, doing: str) -> tuple[Workspace, str]:
    """Let a person do something: the workspace as theirs, and their name for the record.

    Where people have accounts the name is that of the account. On the pages it comes from the
    session whatever a form says; in a terminal or a notebook `by` names the account.

    Parameters
    ----------
    workspace : Workspace
        The project.
    action : Action
        What is to be done.
    by : str
        Who does it.
    doing : str
        What is done, for the refusal of a name: "the decision".

    Returns
    -------
    Workspace, str
        The project, whose record the person signs; their name.

    Raises
    ------
    NotAllowedError
        If their role may not, or nobody is known by the name.
    SettingsError
        If nobody is named.
    """
    if workspace.actor is not None:
        require(workspace, action)
        return workspace, workspace.actor.name
    if not workspace.record.accounts.any():
        return workspace, parse_person(by, doing)
    entered = workspace.acted_in_by(actor_named(workspace, by))
    require(entered, action)
    assert entered.actor is not None
    return entered, entered.actor.name


def require(workspace: Workspace, action: Action) -> None:
    """Refuse what the person at work may not do; where nobody was asked, nothing is refused.

    Raises
    ------
    NotAllowedError
        If their role may not, or they have not logged in.
    """
    actor = workspace.actor
    if actor is None or action in actor.may:
        return
    if actor == NOBODY:
        raise NotAllowedError(
            "Nobody has logged in.", f"An account that may {action} is needed.", "Log in first."
        )
    raise NotAllowedError(
        f"{actor.name} ({actor.title}) may not {action}.",
        f"That is for: {who_may(action)}.",
        "Ask one of them; 'leadline user list' says who they are.",
    )


def needs_login(workspace: Workspace) -> bool:
    """Whether visitors of the pages log in: anybody has an account, or a provider is set."""
    return workspace.settings.access.oidc is not None or workspace.record.accounts.any()


def actor_named(workspace: Workspace, name: str) -> Actor:
    """Whoever has the account of a name.

    Raises
    ------
    NotAllowedError
        If nobody has, or it is disabled.
    """
    account = workspace.record.accounts.named(name)
    if account is None:
        raise NotAllowedError(
            f"Nobody has an account as {name!r}.",
            "People have accounts with this project, and the record keeps whose act it is.",
            "Set LEADLINE_USER to the name of your account, or ask an owner for one.",
        )
    if account.disabled_at is not None:
        raise NotAllowedError(
            f"The account of {account.name} is disabled since {account.disabled_at:%d %B %Y}.",
            "It opens nothing any more.",
            "Ask an owner: 'leadline user enable NAME'.",
        )
    return account.actor
