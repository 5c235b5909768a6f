"""Permissions: one table of which role may do what.

Pages, commands and terminal ask this table and no other. It counts once somebody has an account;
before that, whoever reaches the pages or the terminal may do all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class UserRole(StrEnum):
    """What a person with an account is to the project."""

    OWNER = "owner"
    SCIENTIST = "scientist"
    MANAGER = "manager"
    ANNOTATOR = "annotator"
    REVIEWER = "reviewer"
    ENGINEER = "engineer"
    VIEWER = "viewer"


class Action(StrEnum):
    """What a person can do; its value completes "may"."""

    VIEW = "see the project's pages"
    COMPARE_PROJECTS = "see all projects of the database"
    STATE = "state the problem"
    RUN = "ask for a row to be computed"
    DECIDE = "decide on a stage"
    COMMENT = "comment on entries and stages"
    LABEL = "label rows"
    ADJUDICATE = "decide what annotators disagree on"
    JUDGE = "judge rows of the stream"
    OPINE = "say what a miss is worth"
    CHOOSE = "choose the operating point"
    BUY = "have labels made elsewhere and paid"
    EXPORT = "take rows, labels and the record out"
    SERVE = "put releases into service and run them"
    WATCH = "score and watch new data"
    ALARM = "act on an alarm"
    WORK = "plan and report the work"
    FORGET = "delete a person's rows for good"
    INVITE = "invite people by a link"
    SETTINGS = "change the settings that managers own"
    AGENTS = "let agents work, and answer what they propose"
    ACCOUNTS = "give accounts and roles"
    OWN_PASSWORD = "change their own password"  # noqa: S105 - the words of an action


_O, _S, _M = UserRole.OWNER, UserRole.SCIENTIST, UserRole.MANAGER
_A, _R, _E, _V = UserRole.ANNOTATOR, UserRole.REVIEWER, UserRole.ENGINEER, UserRole.VIEWER

# annotators and reviewers see nothing but their own work: what models say must not sway them
MAY: Mapping[Action, frozenset[UserRole]] = {
    Action.VIEW: frozenset({_O, _S, _M, _E, _V}),
    Action.COMPARE_PROJECTS: frozenset({_O, _S, _M, _E}),
    Action.STATE: frozenset({_O, _S, _M}),
    Action.RUN: frozenset({_O, _S, _M, _E}),
    Action.DECIDE: frozenset({_O, _M}),
    Action.COMMENT: frozenset({_O, _S, _M, _E, _V}),
    Action.LABEL: frozenset({_O, _S, _A}),
    Action.ADJUDICATE: frozenset({_O, _S, _R}),
    Action.JUDGE: frozenset({_O, _S, _M, _R}),
    Action.OPINE: frozenset({_O, _S, _M, _E, _V}),
    Action.CHOOSE: frozenset({_O, _M}),
    Action.BUY: frozenset({_O, _S}),
    Action.EXPORT: frozenset({_O, _S, _E}),
    Action.SERVE: frozenset({_O, _E}),
    Action.WATCH: frozenset({_O, _S, _E}),
    Action.ALARM: frozenset({_O, _S, _M, _E}),
    Action.WORK: frozenset({_O, _S, _M, _E}),
    Action.FORGET: frozenset({_O}),
    Action.INVITE: frozenset({_O, _S, _M}),
    Action.SETTINGS: frozenset({_O, _M}),
    Action.AGENTS: frozenset({_O, _S, _M}),
    Action.ACCOUNTS: frozenset({_O}),
    Action.OWN_PASSWORD: frozenset(UserRole),
}


@dataclass(frozen=True)
class Actor:
    """Somebody at work: who it is, and what they may do.

    Attributes
    ----------
    name : str
        As the record keeps it.
    title : str
        Their role, in a word or two.
    may : frozenset of Action
        What they may do.
    user_id : int or None, default=None
        Number of their account; None for a guest who came by a link.
    """

    name: str
    title: str
    may: frozenset[Action]
    user_id: int | None = None


def actions_of(role: UserRole) -> frozenset[Action]:
    """What a role may do.

    Examples
    --------
    >>> sorted(actions_of(UserRole.ANNOTATOR))
    [<Action.OWN_PASSWORD: 'change their own password'>, <Action.LABEL: 'label rows'>]
    """
    return frozenset(action for action, roles in MAY.items() if role in roles)


def who_may(action: Action) -> str:
    """The roles that may do something, in words.

    Examples
    --------
    >>> who_may(Action.DECIDE)
    'owner or manager'
    """
    names = [role.value for role in UserRole if role in MAY[action]]
    return " or ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
