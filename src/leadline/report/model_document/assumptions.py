"""Assumptions of a release, each with its check and what that said; warnings that were open."""

from __future__ import annotations

from collections.abc import Callable

from leadline.phases.data import Data
from leadline.phases.feasibility import Feasibility
from leadline.phases.labelling import Labelling
from leadline.phases.performance.slice_report import slice_findings
from leadline.phases.performance.stream_point import UNLIKE_STREAM
from leadline.phases.problem import Problem
from leadline.phases.review import Review
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Severity
from leadline.phases.wording import plural, share_words
from leadline.report.model_document.operation import SIGNIFICANT
from leadline.report.model_document.section import LineageReader, Section, not_run
from leadline.report.text_table import number, share, tabled

NOT_CHECKED = "not checked"

_Row = tuple[str, str, str]


def assumptions(reader: LineageReader) -> Section:
    """What was taken for granted, how each was checked, and what that said."""
    title = "Assumptions, each with its check"
    if reader.get("problem", Problem) is None:
        return Section(title, unknowns=(not_run("problem", "What was assumed"),))
    table = tabled(
        "What was taken for granted",
        ("Assumption", "Checked by", "Result"),
        (check(reader) for check in _CHECKS),
    )
    return Section(title, tables=(table,))


def warnings(reader: LineageReader) -> Section:
    """Every warning that was open when it was released."""
    rows = [
        (entry.row, finding.what, finding.next or "–")
        for entry in reader.lineage.stood_on.values()
        for finding in reader.show(entry).verdict.findings
        if finding.severity is not Severity.NOTE
    ]
    title = "Warnings it was released with"
    if not rows:
        return Section(title, sentences=("There were none.",))
    return Section(title, tables=(tabled("Warnings", ("Row", "What", "What to do"), rows),))


def _stated(reader: LineageReader) -> _Row:
    problem, entry = reader.get("problem", Problem), reader.entry("problem")
    assert problem is not None
    assert entry is not None
    said = f"All confirmed, by {entry.by}."
    if problem.assumed:
        said = f"Nobody has confirmed: {', '.join(problem.assumed)}."
    what = "The problem is stated as its owner means it."
    return what, "Settings that nobody has said are listed when the problem is stated.", said


def _worth(reader: LineageReader) -> _Row:
    what, how = "Errors cost what was stated.", "People are asked what a miss is worth."
    review = reader.get("review", Review)
    if review is None or not review.answered:
        return what, how, NOT_CHECKED
    told = ", ".join(f"{each.person} {each.ratio:g}" for each in review.answered)
    return what, how, f"In false alarms a miss: {told}."


def _signal(reader: LineageReader) -> _Row:
    feasibility = reader.get("feasibility", Feasibility)
    what, how = "The columns tell something of the label.", "A quick model against shuffled labels."
    if feasibility is None:
        return what, how, NOT_CHECKED
    its = feasibility
    return (
        what,
        how,
        (
            f"{its.score:.3f} against {its.chance_score:.3f}; p = {its.p_value:.3f} "
            f"({its.n_permutations:,} shuffles)."
        ),
    )


def _right_labels(reader: LineageReader) -> _Row:
    labelling = reader.get("labelling", Labelling)
    what, how = "The labels are right.", "Several people label the same rows."
    if labelling is None or labelling.agreement is None:
        return what, how, NOT_CHECKED
    return (
        what,
        how,
        (
            f"Two people agree in {share(labelling.agreement)}; Krippendorff's alpha "
            f"{number(labelling.alpha, '.2f')}."
        ),
    )


def _no_leak(reader: LineageReader) -> _Row:
    data, feasibility = reader.get("data", Data), reader.get("feasibility", Feasibility)
    what = "No column tells what is known only afterwards."
    how = "Each column alone, and columns and words together, are asked for the label."
    if data is None:
        return what, how, NOT_CHECKED
    if feasibility is not None and feasibility.giveaways:
        named = ", ".join(map(repr, feasibility.giveaways))
        return what, how, f"Tell the label almost perfectly: {named}."
    if not data.leaks:
        return what, how, "No column tells the label."
    best = data.leaks[0]
    return what, how, f"None does; the best single one, {best.column!r}, reaches {best.score:.3f}."


def _new_rows(reader: LineageReader) -> _Row:
    data = reader.get("data", Data)
    what = "Test rows are new to the model."
    how = "Test rows that equal, or nearly equal, a train row are counted."
    if data is None:
        return what, how, NOT_CHECKED
    return (
        what,
        how,
        (
            f"{data.n_crossing:,} of {data.split.n_test:,} equal one; "
            f"{share_words(data.near_repeats, 1)} nearly do, beyond chance."
        ),
    )


def _used_once(reader: LineageReader) -> _Row:
    tuning = reader.get("tuning", Tuning)
    what, how = "The test score does not flatter.", "Uses of the test set are counted."
    if tuning is None:
        return what, how, NOT_CHECKED
    return what, how, f"Used {plural(tuning.n_touches, 'time')}."


def _enough(reader: LineageReader) -> _Row:
    its = reader.get("feasibility", Feasibility)
    what = "There are enough test rows to show that the target is met."
    how = "Test rows that would show it are computed from the score hoped for."
    if its is None:
        return what, how, NOT_CHECKED
    needed = "not known for this metric and target"
    if its.n_test_needed is not None:
        needed = f"{its.n_test_needed:,} are needed"
    return what, how, f"{needed[0].upper()}{needed[1:]}; there are {its.n_test:,}."


def _like_the_stream(reader: LineageReader) -> _Row:
    review = reader.get("review", Review)
    what = "The test rows are like those the model meets."
    how = "People judge rows of the real stream blind; both intervals are compared."
    if review is None or not review.n_judged:
        return what, how, NOT_CHECKED
    found = [each.what for each in review.findings if each.next == UNLIKE_STREAM]
    said = " ".join(found) if found else "No difference beyond chance."
    return what, how, f"{plural(review.n_judged, 'judgment')}. {said}"


def _calibrated(reader: LineageReader) -> _Row:
    tuning = reader.get("tuning", Tuning)
    what, how = "A score means what it says.", "Spiegelhalter's test on the test rows."
    if tuning is None or tuning.p_calibrated is None:
        return what, how, NOT_CHECKED
    p = tuning.p_calibrated
    said = "nothing speaks against it" if p >= SIGNIFICANT else "it does not"
    return what, how, f"p = {p:.2g}: {said}."


def _serves_all(reader: LineageReader) -> _Row:
    tuning = reader.get("tuning", Tuning)
    what = "It fails no part of the rows more than the rest."
    how = "Slices of one and two columns are tested, all of the looking together."
    if tuning is None or not tuning.slices:
        return what, how, NOT_CHECKED
    return what, how, " ".join(each.what for each in slice_findings(tuning.slices)[:2])


def _groups(reader: LineageReader) -> _Row:
    problem, tuning = reader.get("problem", Problem), reader.get("tuning", Tuning)
    what = "It treats groups of people alike."
    how = "Rates of groups named under [ethics] are compared."
    told = [group for report in tuning.slices for group in report.groups] if tuning else []
    if problem is None or not problem.ethics.groups or not told:
        return what, how, NOT_CHECKED
    n_apart = sum(
        gap.is_shown for each in told for gap in (each.selection, each.miss, each.false_alarm)
    )
    return what, how, f"{n_apart:,} of {3 * len(told):,} rates differ: see performance by slice."


def _same_model(reader: LineageReader) -> _Row:
    release = reader.release()
    what = "The model that answers is the one that was tested."
    how = "Stored rows are scored anew whenever the bundle is opened."
    if release is None:
        return what, how, NOT_CHECKED
    return what, how, f"{plural(release.n_golden, 'row')} gave their scores when it was sealed."


def _world(_: LineageReader) -> _Row:
    what, how = "The world stays as it was.", "Only after the release: see part 2."
    return what, how, NOT_CHECKED


_CHECKS: tuple[Callable[[LineageReader], _Row], ...] = (
    _stated, _worth, _signal, _right_labels, _no_leak, _new_rows, _used_once, _enough,
    _like_the_stream, _calibrated, _serves_all, _groups, _same_model, _world,
)  # fmt: skip
