"""Section on whom the model fails: slices of the test rows, and named groups."""

from __future__ import annotations

from leadline.phases.performance.slice_report import PointSlices, slice_findings
from leadline.phases.problem import Problem
from leadline.phases.tuning import Tuning
from leadline.report.model_document.section import LineageReader, Section, not_run
from leadline.report.slice_tables import slice_tables

_NOT_LOOKED = (
    "How good it is for parts of the rows is not known: nobody has looked.",
    "Run 'leadline run tuning'.",
)
_NO_GROUPS = (
    "Whether groups of people are treated differently is not known: none are named.",
    "Name their columns under [ethics] groups in leadline.toml, then 'leadline run tuning'.",
)


def whom_it_fails(reader: LineageReader) -> Section:
    """Whom it fails: parts of the rows on which it is worse, and named groups."""
    title = "Whom it fails: performance by slice"
    tuning, problem = reader.get("tuning", Tuning), reader.get("problem", Problem)
    if tuning is None:
        return Section(title, unknowns=(not_run("tuning", "For whom it is worse"),))
    if not tuning.slices:
        return Section(title, unknowns=(reader.unknown(*_NOT_LOOKED, row="tuning"),))
    findings = slice_findings(tuning.slices)
    sentences = (_looked(tuning.slices), *(finding.what for finding in findings))
    named = any(line.is_group for report in tuning.slices for line in report.lines)
    unknowns = () if named else (reader.unknown(*_NO_GROUPS, row="problem"),)
    if problem is not None and problem.ethics.groups:
        sentences += (f"Groups to be told apart: {', '.join(problem.ethics.groups)}.",)
    return Section(title, sentences=sentences, tables=slice_tables(tuning), unknowns=unknowns)


def _looked(slices: tuple[PointSlices, ...]) -> str:
    first = slices[0]
    return (
        f"Looked at on the test rows, at every operating point: {first.n_tested:,} slices of one "
        f"column and {first.n_pairs:,} pairs. Worse is said only where all of the looking together "
        "brings a wrong name in at most one project of twenty; rows are taken as independent."
    )
