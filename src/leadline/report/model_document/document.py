"""The passages in order, as HTML or Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, get_args

from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.record import Entry
from leadline.report import pages
from leadline.report.model_document import origins, service, upkeep
from leadline.report.model_document.front_matter import front_matter
from leadline.report.model_document.section import Passage, Shelf
from leadline.report.row_sections import moment

DocumentForm = Literal["html", "markdown"]

_PASSAGES: tuple[Callable[[Shelf], Passage], ...] = (
    origins.purpose,
    origins.ethics,
    origins.costs,
    origins.data,
    origins.labels,
    origins.candidates,
    origins.outlook,
    service.threshold,
    service.release,
    service.performance,
    service.ageing,
    service.watching,
    upkeep.assumptions,
    upkeep.runbook,
    upkeep.logs,
)


def model_document(entries: Sequence[Entry], form: DocumentForm) -> str:
    """Write the model document from the record.

    Parameters
    ----------
    entries : sequence of Entry
        Every entry of the project, newest last.
    form : {"html", "markdown"}
        Markdown begins with the model-card header of the Hugging Face Hub.

    Returns
    -------
    str
        The text of one self-contained file. What the record does not know is said to be unknown,
        with how to find out.

    Raises
    ------
    ValueError
        If the form is not known.

    Examples
    --------
    >>> print(model_document([], "markdown").splitlines()[1])
    library_name: sklearn
    """
    if form not in get_args(DocumentForm):
        raise ValueError(f"form must be one of {', '.join(get_args(DocumentForm))}; got {form!r}")
    shelf = Shelf(entries)
    problem, release = shelf.get("problem", Problem), shelf.get("release", Release)
    label = problem.label if problem else "a problem not yet stated"
    title = f"Model document: {label}"
    if release is not None:
        title += f", release {release.release_id}"
    passages = tuple(write(shelf) for write in _PASSAGES)
    written = "The record is empty."
    if entries:
        written = f"Written from {len(entries)} entries, the last of {moment(entries[-1].at)}."
    if form == "html":
        return pages.html("card.html", title=title, written=written, passages=passages)
    header = pages.Ready(front_matter(shelf))
    return pages.markdown("card.md", header=header, title=title, written=written, passages=passages)
