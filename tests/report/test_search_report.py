"""The demo report says what was asked, tried and found; failure as finished as success."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.examples import example_search
from tests.report.entries import example_entries

from leadline.errors import NotReadyError
from leadline.phases.search import Advice, Search, assess
from leadline.phases.search.trial import Example, Reason, TrialState
from leadline.record import Entry
from leadline.report import demo_report

PICTURE = "data:image/png;base64,iVBORw0KGgo="


def with_search(search: Search) -> list[Entry]:
    return [
        replace(entry, verdict=search) if entry.row == "search" else entry
        for entry in example_entries()
    ]


def nothing_found() -> Search:
    search = example_search()
    cut = tuple(
        replace(
            t,
            state=TrialState.NOT_STARTED,
            mean=None,
            points=(),
            expected=(),
            error_at_largest=None,
        )
        for t in search.trials
    )
    known = {k: v for k, v in vars(search).items() if k not in ("answer", "summary", "findings")}
    known.pop("advice")
    evidence = {**known, "trials": cut, "chosen": "", "examples": (), "chance_target": None}
    from leadline.phases.search import Evidence

    return assess(Evidence(**evidence))


def test_it_says_what_was_asked_tried_and_found() -> None:
    text = demo_report(with_search(example_search()), title="Late flights", form="markdown")
    for words in (
        "# Late flights: the demo",
        "**Go on.**",
        "- **Good enough:** ",
        "- **Best candidate:** boosting-3: 0.811 on 3,840 rows",
        "- **Expected with the 6,400 rows that can be afforded:** 0.821",
        "- **Cost:** under 0.01 USD",
        "boosting-3 (chosen)",
        "failed: Expected n",
        "out of time",
    ):
        assert words in text, words


def test_html_has_the_curves_and_the_examples_with_their_reasons() -> None:
    example = Example(
        values={"face": PICTURE, "said": "<b>free</b>"},
        truth="yes",
        guess="no",
        score=0.2,
        is_right=False,
        reasons=(Reason(what="“free”", effect=-0.31),),
    )
    search = replace(example_search(), examples=(example,))
    page = demo_report(with_search(search), title="Late flights", form="html")
    assert page.count("<svg") == 2
    assert f'<img src="{PICTURE}" alt="face (an image)"' in page
    assert "“free” (-0.31)" in page
    assert "&lt;b&gt;free&lt;/b&gt;" in page
    assert "<script" not in page


def test_json_holds_the_verdict_whole() -> None:
    whole = json.loads(demo_report(with_search(example_search()), title="F", form="json"))
    assert whole["advice"] == "go"
    assert len(whole["search"]["trials"]) == len(example_search().trials)
    assert whole["problem"]["label"]


@pytest.mark.parametrize("form", ["html", "markdown"])
def test_failure_looks_as_finished_as_success(form: str) -> None:
    failed = nothing_found()
    assert failed.advice is Advice.BACK
    text = demo_report(with_search(failed), title="Late flights", form=form)  # type: ignore[arg-type]
    good = demo_report(with_search(example_search()), title="Late flights", form=form)  # type: ignore[arg-type]
    assert "Go back" in text
    assert "There are no examples" in text
    for heading in ("What was tried", "Right and wrong", "What to know"):
        assert heading in text
        assert heading in good


def test_without_a_search_it_says_what_to_run() -> None:
    entries = [entry for entry in example_entries() if entry.row != "search"]
    with pytest.raises(NotReadyError, match="leadline run search"):
        demo_report(entries, title="F", form="html")
