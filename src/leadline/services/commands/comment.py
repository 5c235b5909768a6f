"""Comments on entries, stages and the project; who is named in one is told."""

from __future__ import annotations

from leadline.errors import SettingsError
from leadline.notifications import Event, put
from leadline.phases.permissions import Action
from leadline.record import Comment
from leadline.services.commenting.comment_lines import entry_of_about, parse_about, title_of_about
from leadline.services.commenting.mentions import mentioned
from leadline.services.identity.permission import acting
from leadline.workspace import Workspace

LONGEST = 4_000
MOST_NAMED = 20
"""People named in one comment: each is a message by every way of [notify]."""


def add_comment(workspace: Workspace, about: str, text: str, by: str) -> Comment:
    """Keep a comment, and let messages to those it names wait to be sent.

    Parameters
    ----------
    workspace : Workspace
        The project.
    about : str
        The number of an entry, a stage, or "project".
    text : str
        Simple Markdown; ``@Ada`` names Ada, who is told as [notify] says.
    by : str
        Who says it.

    Returns
    -------
    Comment
        As it is on the record.

    Raises
    ------
    RecordError
        If there is no such entry or stage.
    SettingsError
        If nothing is said, too much, too many are named, or nobody says it.
    NotAllowedError
        If their role may not.
    """
    workspace, person = acting(workspace, Action.COMMENT, by, "the comment")
    kept_about = parse_about(about)
    number = entry_of_about(kept_about)
    if number is not None:
        workspace.record.entry(number)
    clean = _text(text)
    told = _told(workspace, clean, person)
    said = workspace.record.comments.add(kept_about, clean, person)
    for name in told:
        put(workspace, _mention(said, name))
    return said


def people_known(workspace: Workspace) -> tuple[str, ...]:
    """Everybody who can be named: on the record, invited, owner or deputy."""
    stated = workspace.settings.problem
    named = (stated.owner, stated.deputy, *workspace.record.comments.people())
    return tuple(dict.fromkeys(filter(None, named)))


def _told(workspace: Workspace, text: str, by: str) -> list[str]:
    """Who is to be told of a comment: those it names, but for who says it."""
    named = [name for name in mentioned(text, (*people_known(workspace), by)) if name != by]
    if len(named) > MOST_NAMED:
        raise SettingsError(
            f"The comment names {len(named):,} people.",
            f"At most {MOST_NAMED} are told by one comment.",
            "Name fewer, or put it in two.",
        )
    return named


def _text(typed: str) -> str:
    text = "\n".join(line.rstrip() for line in typed.strip().splitlines())
    if not text:
        raise SettingsError(
            "The comment says nothing.", "A comment is kept as it is.", "Write something."
        )
    if len(text) > LONGEST:
        raise SettingsError(
            f"The comment has {len(text):,} characters.",
            f"At most {LONGEST:,} are kept.",
            "Make it shorter, or put it in two.",
        )
    return text


def _mention(said: Comment, person: str) -> Event:
    where = title_of_about(said.about)
    return Event(
        "mention",
        f"comment {said.number} {person}",
        f"{said.by} names {person} in a comment",
        f"{where}:\n{said.text}",
        {"to": person, "by": said.by, "about": said.about, "comment": str(said.number)},
    )
