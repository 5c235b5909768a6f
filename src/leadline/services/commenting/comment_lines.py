"""Comments as pages and reports show them: on what, by whom, when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from leadline.errors import RecordError
from leadline.phases.lifecycle import Stage
from leadline.record import Comment, Record
from leadline.report.beside_verdicts.comment_section import CommentText

PROJECT = "project"
N_ON_PROJECT = 10


@dataclass(frozen=True)
class CommentLine(CommentText):
    """A comment in a list on a page.

    Attributes
    ----------
    number : int
        Its key.
    path : str
        The page of what it is about.
    """

    number: int
    path: str


def parse_about(name: str) -> str:
    """What a comment is about, as the record keeps it.

    Parameters
    ----------
    name : str
        "project", a stage, or the number of an entry, with or without "entry" before it.

    Raises
    ------
    RecordError
        If it is none of them.

    Examples
    --------
    >>> parse_about("Train"), parse_about("12"), parse_about("entry 12")
    ('train', 'entry 12', 'entry 12')
    """
    word = " ".join(name.split()).casefold()
    number = word.removeprefix("entry").strip()
    if number.isdecimal() and len(number) < 10:
        return about_entry(int(number))
    if word == PROJECT or word in {stage.value for stage in Stage}:
        return word
    raise RecordError(
        f"There is nothing called {name[:40]!r} to comment on.",
        f"The number of an entry, a stage ({', '.join(Stage)}) or {PROJECT!r} is needed.",
        "See the numbers by 'leadline status', or on the page of the history.",
    )


def about_entry(number: int) -> str:
    """What a comment on an entry is about.

    Examples
    --------
    >>> about_entry(12)
    'entry 12'
    """
    return f"entry {number}"


def entry_of_about(about: str) -> int | None:
    """The number of the entry that a comment is about; None if it is about none.

    Examples
    --------
    >>> entry_of_about("entry 12"), entry_of_about("train")
    (12, None)
    """
    number = about.removeprefix("entry ")
    return int(number) if number.isdecimal() else None


def comments_on(record: Record, *about: str) -> tuple[CommentLine, ...]:
    """What was said on any of these, the oldest first."""
    return tuple(map(_line, record.comments.of(*about)))


def newest_comments(record: Record) -> tuple[CommentLine, ...]:
    """What was said last, wherever, the oldest first."""
    return tuple(map(_line, record.comments.newest(limit=N_ON_PROJECT)))


def comment_texts(comments: Iterable[Comment]) -> tuple[CommentText, ...]:
    """Comments for a report."""
    return tuple(CommentText(**_told(one)) for one in comments)


def title_of_about(about: str) -> str:
    """What a comment is about, as a heading.

    Examples
    --------
    >>> title_of_about("entry 12"), title_of_about("train"), title_of_about("project")
    ('Entry 12', 'Train', 'The project')
    """
    return "The project" if about == PROJECT else about.capitalize()


def path_of_about(about: str) -> str:
    """The page of what a comment is about.

    Examples
    --------
    >>> path_of_about("entry 12"), path_of_about("train"), path_of_about("project")
    ('/entries/12', '/stages/train', '/')
    """
    number = entry_of_about(about)
    if number is not None:
        return f"/entries/{number}"
    return "/" if about == PROJECT else f"/stages/{about}"


def _line(one: Comment) -> CommentLine:
    return CommentLine(**_told(one), number=one.number, path=path_of_about(one.about))


def _told(one: Comment) -> dict[str, Any]:
    return {"title": title_of_about(one.about), "by": one.by, "at": one.at, "text": one.text}
