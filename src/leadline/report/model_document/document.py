"""The whole document of a release: its three parts, as HTML or Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, get_args

from leadline.phases.problem import Problem
from leadline.phases.wording import day, moment
from leadline.record import Entry, Promotion
from leadline.report import template_rendering as templates
from leadline.report.model_document import (
    assumptions,
    operation,
    ownership,
    provenance,
    since_release,
)
from leadline.report.model_document.annex_iv import POINTS
from leadline.report.model_document.front_matter import front_matter
from leadline.report.model_document.lineage import Lineage, lineage_of
from leadline.report.model_document.release_summary import summary
from leadline.report.model_document.runbook import runbook
from leadline.report.model_document.section import LineageReader, Part, Writer, sections_of
from leadline.report.model_document.slice_section import whom_it_fails
from leadline.report.text_table import Table, tabled, words_table

DocumentForm = Literal["html", "markdown"]

OF_THE_RELEASE: tuple[Writer, ...] = (
    summary,
    ownership.ownership,
    ownership.ethics,
    ownership.costs,
    provenance.data,
    provenance.labels,
    provenance.candidates,
    provenance.split,
    provenance.fitting,
    provenance.more_data,
    operation.calibration,
    operation.threshold,
    operation.performance,
    whom_it_fails,
    operation.bundle,
    assumptions.assumptions,
    assumptions.warnings,
    runbook,
    ownership.choices,
)
"""Sections of what a release stood on."""

SINCE_THE_RELEASE: tuple[Writer, ...] = (
    since_release.place,
    since_release.by_block,
    since_release.ageing,
    since_release.watching,
    since_release.capacity,
    since_release.logs,
)
"""Sections of what came after it."""


def model_document(
    entries: Sequence[Entry],
    form: DocumentForm,
    *,
    release: int | None = None,
    moves: Sequence[Promotion] = (),
) -> str:
    """Write the model document of a release.

    Its first part tells what the release stood on, and stays the same whatever is put on the record
    later; the second what came since; the third orders the same facts as Annex IV of the EU AI Act
    does.

    Parameters
    ----------
    entries : sequence of Entry
        Every entry of the project, newest last.
    form : {"html", "markdown"}
        Markdown begins with the model-card header of the Hugging Face Hub.
    release : int, optional
        Number of the release's entry; without it the newest one, and before there is any a draft
        of what would be released.
    moves : sequence of Promotion, default=()
        How the release in service changed, the newest last; without them the document does not
        tell when it was in service.

    Returns
    -------
    str
        The text of one self-contained file. What is not known is said to be, with whom it was asked
        of and how to find out.

    Raises
    ------
    ValueError
        If the form is not known, or the entry is no release.

    Examples
    --------
    >>> print(model_document([], "markdown").splitlines()[1])
    library_name: sklearn
    """
    if form not in get_args(DocumentForm):
        raise ValueError(f"form must be one of {', '.join(get_args(DocumentForm))}; got {form!r}")
    lineage = lineage_of(entries, release, moves)
    title, lead, parts = _title(lineage), _lead(lineage), parts_of(lineage)
    stood_on, words = _stood_on(lineage), words_table(_texts(parts))
    if form == "html":
        return templates.html(
            "model_document.html",
            title=title,
            lead=lead,
            parts=parts,
            stood_on=stood_on,
            words=words,
            anchors=_anchors(parts),
        )
    header = templates.Ready(front_matter(LineageReader(lineage)))
    return templates.markdown(
        "model_document.md",
        header=header,
        title=title,
        lead=lead,
        parts=parts,
        stood_on=stood_on,
        words=words,
    )


def _texts(parts: Iterable[Part]) -> Iterator[str]:
    """What the sections say, but for the cells of their tables."""
    for section in (section for part in parts for section in part.sections):
        yield from section.sentences
        yield from (name for name, _ in section.facts)
        yield from (text for table in section.tables for text in (table.caption, *table.head))


def parts_of(lineage: Lineage) -> tuple[Part, Part, Part]:
    """The three parts: of the release, since the release, in the order of Annex IV."""
    return (
        Part(
            "Part 1: The release",
            "What it stood on when it was made. Nothing here changes any more, but for how long it "
            "is expected to hold, which is measured once it is released.",
            sections_of(OF_THE_RELEASE, lineage),
        ),
        Part(
            "Part 2: Since the release",
            _read_up_to(lineage),
            sections_of(SINCE_THE_RELEASE, lineage),
        ),
        Part(
            "Part 3: In the order of Annex IV",
            "The same facts as Annex IV of Regulation (EU) 2024/1689 (the AI Act) orders the "
            "technical documentation of Article 11. It applies to high-risk systems; whether this "
            "is one is for its provider to say.",
            sections_of(POINTS, lineage),
        ),
    )


def _anchors(parts: Sequence[Part]) -> dict[str, str]:
    """Title to the name by which a link finds its section."""
    return {
        section.title: f"s{number}-{place}"
        for number, part in enumerate(parts, 1)
        for place, section in enumerate(part.sections, 1)
    }


def _title(lineage: Lineage) -> str:
    problem = LineageReader(lineage).get("problem", Problem)
    title = f"Model document: {problem.label if problem else 'a problem not yet stated'}"
    release = lineage.release
    return f"{title}, release {release.release_id}" if release else f"{title}, a draft"


def _lead(lineage: Lineage) -> str:
    if lineage.root is None:
        return "The record is empty."
    if lineage.release is None:
        return f"Nothing is released yet: a draft from what entry {lineage.root.number} stood on."
    return f"Released on {day(lineage.root.at)}, entry {lineage.root.number} of the record."


def _read_up_to(lineage: Lineage) -> str:
    if lineage.release is None:
        return "Nothing is released yet, so nothing has come since."
    last = lineage.entries[-1]
    return (
        "What was measured, decided and released after it, by the record up to entry "
        f"{last.number} of {moment(last.at)}."
    )


def _stood_on(lineage: Lineage) -> Table | None:
    """The entries behind the first part."""
    entries = sorted(lineage.stood_on.values(), key=lambda entry: entry.number)
    if not entries:
        return None
    rows = [
        (f"{each.number}", each.row, each.verdict.answer.value, each.by, moment(each.at))
        for each in entries
    ]
    return tabled("What it stood on", ("Entry", "Row", "Answer", "By", "When"), rows)
