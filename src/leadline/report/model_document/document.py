"""The whole document: its sections in order, as HTML or Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, get_args

from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.wording import moment
from leadline.record import Entry
from leadline.report import template_rendering as templates
from leadline.report.model_document import maintenance, operation, provenance, slice_section
from leadline.report.model_document.front_matter import front_matter
from leadline.report.model_document.section import LatestVerdicts, Section

DocumentForm = Literal["html", "markdown"]

_SECTIONS: tuple[Callable[[LatestVerdicts], Section], ...] = (
    provenance.purpose,
    provenance.ethics,
    provenance.costs,
    provenance.data,
    provenance.labels,
    provenance.candidates,
    provenance.more_data,
    operation.threshold,
    operation.release,
    operation.performance,
    slice_section.whom_it_fails,
    operation.ageing,
    operation.watching,
    maintenance.assumptions,
    maintenance.runbook,
    maintenance.logs,
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
    latest = LatestVerdicts(entries)
    problem, release = latest.get("problem", Problem), latest.get("release", Release)
    label = problem.label if problem else "a problem not yet stated"
    title = f"Model document: {label}"
    if release is not None:
        title += f", release {release.release_id}"
    sections = tuple(write(latest) for write in _SECTIONS)
    written = "The record is empty."
    if entries:
        written = f"Written from {len(entries)} entries, the last of {moment(entries[-1].at)}."
    if form == "html":
        return templates.html(
            "model_document.html", title=title, written=written, sections=sections
        )
    header = templates.Ready(front_matter(latest))
    return templates.markdown(
        "model_document.md", header=header, title=title, written=written, sections=sections
    )
