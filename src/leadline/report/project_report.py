"""The project report: title page, one section a row, decisions; as HTML, Markdown or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal, get_args

from leadline.charts.picture_cache import Drawing, drawings_of
from leadline.phases.lifecycle import Standing
from leadline.phases.wording import moment
from leadline.record import Entry
from leadline.record.codec import encode
from leadline.report import template_rendering as templates
from leadline.report.beside_verdicts.brief_section import BriefSection
from leadline.report.beside_verdicts.comment_section import CommentText, safe_html
from leadline.report.beside_verdicts.work_section import WorkSection
from leadline.report.costing.account_section import Accounts, AccountSection
from leadline.report.row_sections import Draw, chapters, decisions, history, words_of
from leadline.report.title_page import title_page

Form = Literal["html", "markdown", "json"]


def write_report(  # noqa: PLR0913 -- one a part of the report
    entries: Sequence[Entry],
    standing: Mapping[str, Standing],
    *,
    title: str,
    form: Form,
    work: WorkSection | None = None,
    draw: Draw = drawings_of,
    accounts: Accounts | None = None,
    comments: Sequence[CommentText] = (),
    briefs: Sequence[BriefSection] = (),
) -> str:
    """Write everything the record concluded into one file.

    Parameters
    ----------
    entries : sequence of Entry
        Every entry of the project, newest last.
    standing : mapping of str to Standing
        Where each row stands, as `leadline.phases.lifecycle.standing` gives it.
    title : str
        Name of the project.
    form : {"html", "markdown", "json"}
        HTML has pictures and needs no other file; Markdown has tables in their place; JSON holds
        every verdict whole.
    work : WorkSection or None, default=None
        The work on ship and watch; None: nothing is said of it.
    draw : callable, optional
        Gives the pictures of a verdict, as `PictureCache.drawings` does; drawn anew if not given.
    accounts : Accounts or None, default=None
        Money and time; None: the cost is what the verdicts alone tell.
    comments : sequence of CommentText
        What people said, the oldest first.
    briefs : sequence of BriefSection
        What a decision on a stage needs, of stages that have begun.

    Returns
    -------
    str
        The text of the file.

    Raises
    ------
    ValueError
        If the form is not known.

    Examples
    --------
    >>> from leadline.phases.lifecycle import standing
    >>> print(write_report([], standing([]), title="Late flights", form="markdown")[:14])
    # Late flights
    """
    if form not in get_args(Form):
        raise ValueError(f"form must be one of {', '.join(get_args(Form))}; got {form!r}")
    if form == "json":
        return _json(entries, standing, title, work, accounts, comments, briefs)
    as_typed = safe_html if form == "html" else str
    told = chapters(entries, standing, draw=draw if form == "html" else None)
    values: dict[str, Any] = {
        "title": title,
        "title_page": title_page(entries, standing, cost=accounts.cost if accounts else ""),
        "chapters": told,
        "words": words_of(told),
        "decisions": decisions(entries),
        "work": work,
        "accounts": _drawn_accounts(accounts, with_drawings=form == "html"),
        "briefs": {each.stage: each for each in briefs},
        "of_project": briefs[0].of_project if briefs else (),
        "comments": [
            (f"{one.title}: {one.by}, {moment(one.at)}", as_typed(one.text)) for one in comments
        ],
        "history": history(entries),
    }
    if form == "html":
        return templates.html("report.html", **values)
    return templates.markdown("report.md", **values)


def _drawn_accounts(
    accounts: Accounts | None, *, with_drawings: bool
) -> list[tuple[AccountSection, Drawing | None]]:
    return [
        (section, section.draw() if with_drawings else None)
        for section in (accounts.sections if accounts else ())
    ]


def _json(
    entries: Sequence[Entry],
    standing: Mapping[str, Standing],
    title: str,
    work: WorkSection | None,
    accounts: Accounts | None,
    comments: Sequence[CommentText],
    briefs: Sequence[BriefSection],
) -> str:
    cost = accounts.cost if accounts else ""
    whole = {
        "title": title,
        "at_a_glance": asdict(title_page(entries, standing, cost=cost)),
        "standing": {row: asdict(where) for row, where in standing.items()},
        "entries": [
            {
                "number": entry.number,
                "row": entry.row,
                "by": entry.by,
                "at": entry.at.isoformat(),
                "on": dict(entry.on),
                "version": entry.version,
                "verdict": encode(entry.verdict),
            }
            for entry in entries
        ],
        "work": None if work is None else asdict(work),
        "accounts": [
            {
                "title": section.title,
                "sentences": section.sentences,
                "tables": [asdict(table) for table in section.tables],
            }
            for section in (accounts.sections if accounts else ())
        ],
        "briefs": [asdict(each) for each in briefs],
        "comments": [vars(one) | {"at": one.at.isoformat()} for one in comments],
    }
    return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
