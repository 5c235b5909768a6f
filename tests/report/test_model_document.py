"""The model document: nothing left out in silence."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.examples import example_monitor, example_problem, example_verdicts
from tests.report.entries import entries_of, example_entries

from leadline.phases.problem import Ethics
from leadline.report import model_document
from leadline.report.model_document.document import _SECTIONS
from leadline.report.model_document.section import LatestVerdicts


def text_of(page: str) -> str:
    """Markdown as it reads."""
    return page.replace("\\", "").replace("&lt;", "<").replace("&gt;", ">")


def test_an_empty_record_leaves_no_heading_without_a_word() -> None:
    for write in _SECTIONS:
        passage = write(LatestVerdicts([]))
        assert passage.sentences or passage.steps or passage.unknowns, passage.title
        assert all(unknown.how for unknown in passage.unknowns)


def test_what_is_not_known_comes_with_how_to_find_out() -> None:
    page = text_of(model_document([], "markdown"))
    assert page.count("**Not known.**") >= 10
    for row in ("data", "search", "tuning", "release", "decay", "monitor"):
        assert f"Run 'leadline run {row}'." in page


@pytest.mark.parametrize(
    "said",
    [
        "Owner: Ada Ops.",
        "Which flights will land more than 15 minutes late",
        "Digest of the snapshot",
        "Columns left out",
        "was chosen because",
        "Seed of the split",
        "Reason given",
        "Retraining at least cost (T\\*)",
        "Measured false-alarm rate",
        "How to retrain",
        "Decisions by people",
        "manifest.json",
    ],
)
def test_the_whole_story_is_told(said: str) -> None:
    assert re.search(re.escape(said).replace(r"\\", ""), whole_document())


def whole_document() -> str:
    return text_of(model_document(example_entries(), "markdown"))


def test_every_candidate_is_listed() -> None:
    search = example_verdicts()["search"]
    page = whole_document()
    for trial in search.trials:  # type: ignore[attr-defined]
        assert f"| {trial.name}" in page


def test_alarms_are_logged_once_however_often_they_are_seen() -> None:
    monitor = example_monitor()
    alarm = next(block.name for block in monitor.blocks if block.is_alarm)
    entries = entries_of([("monitor", monitor), ("monitor", monitor)])
    log = text_of(model_document(entries, "markdown")).split("**Alarms**")[1]
    assert log.count(f"| {alarm} |") == 1
    assert "seen by Ada Ops on 2025-01-28" in log


def test_a_reference_too_short_is_said() -> None:
    monitor = replace(example_monitor(), self_test=None, n_reference_blocks=2)
    page = text_of(model_document(entries_of([("monitor", monitor)]), "markdown"))
    assert "How often the monitor alarms for nothing is not known" in page
    assert "Whether the error has risen is not known: the reference is too short." in page


def test_unanswered_ethics_are_not_passed_over() -> None:
    problem = replace(example_problem(), ethics=Ethics(answered_by="Ada"), owner="")
    page = text_of(model_document(entries_of([("problem", problem)]), "markdown"))
    assert "The ethics checklist is not answered." in page
    assert "Who owns the model is not known." in page


def test_unconfirmed_costs_are_named() -> None:
    problem = replace(example_problem(), assumed=("cost_miss", "budget"))
    page = text_of(model_document(entries_of([("problem", problem)]), "markdown"))
    assert "Nobody has confirmed cost_miss." in page


def test_the_header_is_a_model_card() -> None:
    page = model_document(example_entries(), "markdown")
    header = page.split("---\n")[1]
    assert page.startswith("---\n")
    assert "pipeline_tag: tabular-classification\n" in header
    assert "library_name: sklearn\n" in header
    assert "    - type: roc_auc\n      value: 0.813\n" in header


def test_html_is_the_same_document() -> None:
    entries = example_entries()
    page = model_document(entries, "html")
    for write in _SECTIONS:
        assert f"<h2>{write(LatestVerdicts(entries)).title}</h2>" in page
    assert "<script" not in page
    assert '<html lang="en">' in page


def test_foreign_text_is_text() -> None:
    problem = replace(example_problem(), label="<script>", owner="a\n---\nb: c")
    entries = entries_of([("problem", problem)])
    assert "<script>" not in model_document(entries, "html")
    assert "<script>" not in model_document(entries, "markdown")


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ValueError, match="form must be one of html, markdown"):
        model_document([], "pdf")  # type: ignore[arg-type]
