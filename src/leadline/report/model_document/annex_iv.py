"""Annex IV of the EU AI Act: the facts of the document in the order of its nine points.

The headings are in words of our own; what the points ask for is in the Regulation [1]_.

References
----------
.. [1] Regulation (EU) 2024/1689 (Artificial Intelligence Act), Annex IV, technical documentation
   referred to in Article 11(1).
"""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.data import Data
from leadline.phases.number_format import duration
from leadline.phases.performance.default_decision import LEAST_COST
from leadline.phases.problem import Problem
from leadline.phases.review import Review
from leadline.phases.scoring import Task, scoring_of
from leadline.phases.search import Search
from leadline.phases.tuning import Tuning
from leadline.phases.wording import day
from leadline.report.model_document import operation, ownership, provenance, since_release
from leadline.report.model_document.assumptions import assumptions, warnings
from leadline.report.model_document.release_summary import decides
from leadline.report.model_document.runbook import runbook
from leadline.report.model_document.section import (
    LineageReader,
    Section,
    Unknown,
    Writer,
    not_run,
)
from leadline.report.model_document.slice_section import whom_it_fails
from leadline.stats.metric import ResponseMethod

_BESIDE_IT = "Write it down beside this document; Leadline does not ask for it."


@dataclass(frozen=True)
class Point:
    """One point of the Annex.

    Attributes
    ----------
    title : str
        Its number, and what it asks for in words of our own.
    told_by : tuple of Writer
        Sections of the document that hold the facts; their sentences are told again.
    open : tuple of str
        What it asks for and no record of Leadline holds.
    """

    title: str
    told_by: tuple[Writer, ...] = ()
    open: tuple[str, ...] = ()

    def __call__(self, reader: LineageReader) -> Section:
        """Write the point from what the other sections tell."""
        told = [write(reader) for write in self.told_by]
        sentences = [said for each in told for said in (*map(_fact, each.facts), *each.sentences)]
        places = [each.title for each in told if each.tables or each.steps]
        missing = [unknown for each in told for unknown in each.unknowns]
        missing += [Unknown(what, _BESIDE_IT) for what in self.open]
        return Section(
            self.title,
            sentences=tuple(dict.fromkeys(sentences)),
            unknowns=tuple(dict.fromkeys(missing)),
            more=tuple(places),
        )


def _fact(fact: tuple[str, str]) -> str:
    return f"{fact[0]}: {fact[1]}"


def _purpose(reader: LineageReader) -> Section:
    problem = reader.get("problem", Problem)
    if problem is None:
        return Section("", unknowns=(not_run("problem", "What it is for"),))
    return Section("", sentences=(decides(problem),))


def _answers(reader: LineageReader) -> Section:
    """What a request, or a file, gets back."""
    problem = reader.get("problem", Problem)
    if problem is None:
        return Section("", unknowns=(not_run("problem", "What it answers"),))
    said = "a column 'score', the predicted number"
    if problem.task is Task.BINARY:
        said = (
            f"a column 'score', the probability of {problem.positive!r}, and a column 'flagged', "
            "yes or no by the threshold"
        )
    elif problem.task is Task.MULTICLASS:
        said = "a column 'label', the likeliest class, and a column 'score', its probability"
        review = reader.get("review", Review)
        if review is not None and review.chosen == LEAST_COST:
            said = (
                "a column 'label', the class whose cost is the least to expect at the prices "
                "stated for confusions, and a column 'score', its probability"
            )
        if review is not None and review.confidence:
            said += (
                f"; below a score of {review.confidence:.3g} 'label' is left empty, and the column "
                "'abstains' says so"
            )
    return Section("", sentences=(f"It answers each row with {said}.",))


def _interfaces(_: LineageReader) -> Section:
    said = (
        "Other software asks it over HTTP (JSON, or the Open Inference Protocol, version two), or "
        "has a file scored; it asks no other system itself."
    )
    return Section("", sentences=(said,))


def _forms(reader: LineageReader) -> Section:
    release = reader.release()
    if release is None:
        return Section("", unknowns=(not_run("release", "In which form it is put into service"),))
    size = f"{release.size_bytes:,} bytes"
    said = f"A signed folder of {size}, served over HTTP or applied to files."
    return Section("", sentences=(said,))


def _computing(reader: LineageReader) -> Section:
    """What was computed on, and for how long."""
    search, tuning = reader.get("search", Search), reader.get("tuning", Tuning)
    if search is None or tuning is None:
        return Section("", unknowns=(not_run("search", "What it was computed with"),))
    words = f"The search took {duration(search.spent_s)} of {duration(search.time_box_s)} granted"
    if search.n_processes:
        words += f", with {search.n_processes:,} processes at most"
    if search.cpu_s:
        words += f" and {duration(search.cpu_s)} of processors"
    fit = f"The final fit took {duration(tuning.fit_s)}."
    layers = (
        "One pipeline reads the columns by the reading schema, prepares them and scores them"
        f"{'; the threshold is applied to the score' if tuning.plain is None else ''}."
    )
    return Section("", sentences=(layers, f"{words}.", fit))


def _inputs(reader: LineageReader) -> Section:
    data = reader.get("data", Data)
    if data is None:
        return Section("", unknowns=(not_run("data", "Which columns it needs"),))
    named = ", ".join(f"{name} ({kind})" for name, kind in data.features.items())
    return Section("", sentences=(f"Columns that each row must have: {named}.",))


def _oversight(reader: LineageReader) -> Section:
    """What people decided, and what they can see."""
    review, entry, release = reader.get("review", Review), reader.entry("review"), reader.release()
    if review is None or entry is None:
        return Section("", unknowns=(not_run("review", "Who oversees it"),))
    said = [f"{review.person} chose the operating point {review.chosen} on {day(entry.at)}."]
    if release is not None and reader.lineage.root is not None:
        said.append(
            f"The release of {day(reader.lineage.root.at)} carries the approval of "
            f"{release.approved_by}."
        )
    return Section("", sentences=tuple(said))


def _metric(reader: LineageReader) -> Section:
    """The metric, and what it is weighed with."""
    problem = reader.get("problem", Problem)
    if problem is None:
        return Section("", unknowns=(not_run("problem", "In which metric its target is stated"),))
    metric = scoring_of(problem.scoring)
    said = (
        f"The target is stated in {metric.words}: {'at most' if metric.is_loss else 'at least'} "
        f"{problem.target_score:g}."
    )
    more: tuple[str, ...] = ()
    if problem.task is Task.BINARY:
        more = ("The threshold is weighed with the costs of both errors.",)
        if metric.response is ResponseMethod.DECISION_FUNCTION:
            more = (
                "It tells how well scores order rows; the threshold is weighed with the costs.",
            )
    return Section("", sentences=(said, *more))


def _security(reader: LineageReader) -> Section:
    release = reader.release()
    if release is None:
        return Section("", unknowns=(not_run("release", "How it is protected"),))
    said = (
        f"The bundle is signed by key {release.signer}; whoever opens it checks the signature, the "
        "digest of each file, and that stored rows get the scores they had. The model is read as "
        "skops, and only of types that are trusted. The server listens on its own machine unless "
        "told otherwise, and then wants a token of who asks, unless it was started without. It "
        "speaks no TLS, and belongs behind a proxy."
    )
    return Section("", sentences=(said,))


POINTS: tuple[Point, ...] = (
    Point("1. General description", (_purpose,)),
    Point(
        "1(a) Purpose, provider and version",
        (ownership.ownership, operation.bundle),
        ("The name of the provider in the sense of the Regulation.",),
    ),
    Point("1(b) Other systems it works with", (_interfaces,), ("Which systems use its answers.",)),
    Point("1(c) Versions of software, and what updates require", (provenance.split,)),
    Point("1(d) Forms in which it is put into service", (_forms,)),
    Point("1(e) Hardware it is meant for", (since_release.capacity,)),
    Point(
        "1(f) Pictures of the product it is part of",
        (),
        ("Whether it is part of a product, and how that looks.",),
    ),
    Point(
        "1(g) What its users see",
        (_answers,),
        ("The screens on which its answers are shown.",),
    ),
    Point("1(h) Instructions for use", (_answers, runbook)),
    Point("2. Elements and development", (provenance.fitting,)),
    Point(
        "2(a) Methods, steps, and what others made before",
        (provenance.candidates, provenance.fitting),
        ("Whether parts of it were trained by others before (see the family of the candidate).",),
    ),
    Point(
        "2(b) Design: logic, choices and trade-offs",
        (_purpose, _answers, ownership.costs, operation.threshold, assumptions),
    ),
    Point("2(c) Architecture and computing", (_computing,)),
    Point(
        "2(d) Data: origin, selection, labelling, cleaning",
        (provenance.data, provenance.labels, ownership.ethics),
        ("How the data were obtained, beyond which may be used.",),
    ),
    Point(
        "2(e) Human oversight",
        (_oversight,),
        ("Who may overrule a single answer, and how.",),
    ),
    Point("2(f) Changes planned beforehand", (since_release.ageing, runbook)),
    Point(
        "2(g) Validation and tests",
        (provenance.split, operation.performance, operation.calibration, whom_it_fails, _oversight),
    ),
    Point("2(h) Cybersecurity", (_security,), ("Measures beyond the bundle and its server.",)),
    Point(
        "3. Monitoring, functioning and control",
        (operation.performance, whom_it_fails, ownership.ethics, _inputs, _oversight, warnings),
    ),
    Point(
        "4. Fitness of the metrics",
        (_metric, ownership.costs),
        ("Why this metric suits the decision, in words of its owner.",),
    ),
    Point(
        "5. Risk management",
        (ownership.ethics, assumptions, warnings),
        ("The risk management system that Article 9 asks for.",),
    ),
    Point(
        "6. Changes through the lifecycle",
        (operation.bundle, since_release.place, since_release.logs),
    ),
    Point(
        "7. Standards applied", (), ("Which harmonised standards, or other ones, were applied.",)
    ),
    Point("8. EU declaration of conformity", (), ("A copy of the declaration of Article 47.",)),
    Point(
        "9. Monitoring after it is in service",
        (since_release.watching, since_release.ageing, since_release.logs),
        ("The post-market monitoring plan of Article 72(3), as far as it goes beyond this.",),
    ),
)
"""The nine points, and the sub-points of the first two."""
