"""The project report: title page, one section a row, decisions; as HTML, Markdown or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Literal, get_args

from leadline.phases.lifecycle import Standing
from leadline.record import Entry
from leadline.record.codec import encode
from leadline.report import template_rendering as templates
from leadline.report.row_sections import chapters, decisions, history, words_of
from leadline.report.title_page import title_page
from leadline.report.work_section import WorkSection

Form = Literal["html", "markdown", "json"]


def write_report(
    entries: Sequence[Entry],
    standing: Mapping[str, Standing],
    *,
    title: str,
    form: Form,
    work: WorkSection | None = None,
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
        return _json(entries, standing, title, work)
    told = chapters(entries, standing, with_drawings=form == "html")
    values: dict[str, Any] = {
        "title": title,
        "title_page": title_page(entries, standing),
        "chapters": told,
        "words": words_of(told),
        "decisions": decisions(entries),
        "work": work,
        "history": history(entries),
    }
    if form == "html":
        return templates.html("report.html", **values)
    return templates.markdown("report.md", **values)


def _json(
    entries: Sequence[Entry],
    standing: Mapping[str, Standing],
    title: str,
    work: WorkSection | None,
) -> str:
    whole = {
        "title": title,
        "at_a_glance": asdict(title_page(entries, standing)),
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
    }
    return json.dumps(whole, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
