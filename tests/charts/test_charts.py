"""Every verdict has its picture, and the picture stands alone."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
import vl_convert
from PIL import Image
from playwright.sync_api import Page
from tests.challenges import example_challenge
from tests.examples import (
    example_data,
    example_decay,
    example_labelling,
    example_monitor,
    example_release,
    example_search,
    example_tuning,
    example_verdicts,
)

from leadline.charts import NARROW, WIDE, chart_of, description, picture_css, png, svg
from leadline.charts.dispatch import pictures_of
from leadline.charts.drawing.palette import VERMILION
from leadline.charts.neural_network import architecture_chart
from leadline.phases.lifecycle import ROWS, is_decision
from leadline.phases.monitor import ClassRate, Target
from leadline.phases.search.trial import TrialState
from leadline.phases.verdict import Answer, Verdict

DRAWN = [row for row in ROWS if row != "problem" and not is_decision(row)]
WIDEST = 1_000
WIDEST_ON_A_PHONE = 440
CUT = """
[...document.querySelectorAll("svg text")].filter(text => {
  const word = text.getBoundingClientRect(), whole = text.ownerSVGElement.getBoundingClientRect();
  return word.left + 0.5 < whole.left || word.right > whole.right + 0.5
    || word.top + 0.5 < whole.top || word.bottom > whole.bottom + 0.5;
}).map(text => text.closest("div").id + ": " + text.textContent)
"""


def drawing(verdict: Verdict) -> str:
    chart = chart_of(verdict)
    assert chart is not None
    return svg(chart)


@pytest.fixture(scope="module")
def drawings() -> dict[str, str]:
    return {row: drawing(example_verdicts()[row]) for row in DRAWN}


@pytest.fixture(scope="module")
def narrow() -> dict[str, str]:
    verdicts = example_verdicts()
    return {
        f"{row} {name}": svg(chart)
        for row in DRAWN
        for name, chart in pictures_of(verdicts[row], NARROW).items()
    }


@pytest.mark.parametrize("row", [row for row in ROWS if row not in DRAWN])
def test_what_people_said_has_no_picture(row: str) -> None:
    assert chart_of(example_verdicts()[row]) is None


@pytest.mark.parametrize("row", DRAWN)
def test_a_picture_is_one_svg_of_a_width_that_can_be_read(
    row: str, drawings: dict[str, str]
) -> None:
    root = ElementTree.fromstring(drawings[row])
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert 300 < float(root.attrib["width"]) <= WIDEST


def test_a_picture_for_a_phone_is_no_wider_than_it_can_show(narrow: dict[str, str]) -> None:
    widths = {
        name: float(ElementTree.fromstring(drawn).attrib["width"]) for name, drawn in narrow.items()
    }
    assert {name: width for name, width in widths.items() if width > WIDEST_ON_A_PHONE} == {}


def test_no_word_of_a_picture_is_cut_where_arial_is_missing(
    page: Page, drawings: dict[str, str], narrow: dict[str, str]
) -> None:
    every = drawings | narrow
    body = "".join(f'<div id="{name}">{drawn}</div>' for name, drawn in every.items())
    page.set_content(f"<style>{picture_css()}</style>{body}")
    page.evaluate("document.fonts.ready")
    assert page.evaluate("[...document.fonts].map(font => font.status)") == ["loaded", "loaded"]
    assert page.evaluate(CUT) == []


@pytest.mark.parametrize("row", DRAWN)
def test_no_axis_says_the_same_twice(row: str) -> None:
    for sheet in (WIDE, NARROW):
        chart = chart_of(example_verdicts()[row], sheet)
        assert chart is not None
        raw = vl_convert.vegalite_to_svg(chart.to_dict())
        axes = raw.split('role-axis-label"')[1:]
        assert axes
        for axis in axes:
            said = re.findall(r">([^<]+)</text>", axis.split("</g>")[0])
            assert len(said) == len(set(said)), said


@pytest.mark.parametrize("row", DRAWN)
def test_a_picture_asks_for_nothing_from_elsewhere(row: str, drawings: dict[str, str]) -> None:
    links = set(re.findall(r"https?://[^\s\"']+", drawings[row]))
    assert links <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert "<script" not in drawings[row]
    assert "NaN" not in drawings[row]


@pytest.mark.parametrize("row", DRAWN)
def test_a_picture_can_be_told_in_words(row: str) -> None:
    chart = chart_of(example_verdicts()[row])
    assert chart is not None
    assert len(description(chart).split()) >= 8


def test_no_colour_of_a_picture_stays_as_it_is_by_night(
    drawings: dict[str, str], narrow: dict[str, str]
) -> None:
    network = architecture_chart([{"layer": "attention", "n_out": 8}], "Own")
    assert network is not None
    for drawn in (*drawings.values(), *narrow.values(), svg(network)):
        assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', drawn)) <= {
            "none",
            "transparent",
            *re.findall(r'"(var\([^"]+\)|url\([^"]+\))"', drawn),
        }


def test_pictures_share_no_ids(drawings: dict[str, str]) -> None:
    seen: set[str] = set()
    for drawn in drawings.values():
        ids = set(re.findall(r'\bid="([^"]+)"', drawn))
        assert not ids & seen
        assert set(re.findall(r"url\(#([^)]+)\)", drawn)) <= ids
        seen |= ids
    assert seen


def test_the_same_verdict_is_drawn_the_same_twice() -> None:
    assert drawing(example_tuning()) == drawing(example_tuning())


def test_png_is_an_image() -> None:
    chart = chart_of(example_tuning())
    assert chart is not None
    drawn = png(chart, scale=1)
    assert drawn.startswith(b"\x89PNG\r\n")
    heading = np.asarray(Image.open(BytesIO(drawn)).convert("L"))[:30]
    assert (heading < 100).mean() > 0.01, "words, also on a machine that lacks Arial"


def test_names_are_shown_as_text() -> None:
    hostile = "<script>alert(1)</script> & 'co'"
    data = example_data()
    columns = tuple(replace(c, name=hostile) if c.n_missing else c for c in data.columns)
    drawn = drawing(replace(data, columns=columns))
    assert "<script" not in drawn
    text = "".join(ElementTree.fromstring(drawn).itertext())
    assert hostile in text


def test_data_without_missing_values_shows_kinds() -> None:
    data = example_data()
    whole = replace(data, columns=tuple(replace(c, n_missing=0) for c in data.columns))
    assert "no value is missing" in drawing(whole)
    assert "no value is missing" not in drawing(data)


def test_a_monitor_draws_what_the_release_has_cost_more_than_its_challenger() -> None:
    words = "What the release has cost more than its challenger"
    assert words not in drawing(example_monitor())
    due = replace(example_challenge(), price=40.0, due_since="2025-01-27")
    drawn = drawing(replace(example_monitor(), challenge=due))
    assert words in drawn
    assert "a retraining 40" in drawn
    # of three blocks the last one is due: a triangle, and not the line's colour
    calm = drawing(replace(example_monitor(), challenge=replace(due, due_since="")))
    assert drawn.count(VERMILION) == calm.count(VERMILION) + 1


def test_a_monitor_draws_what_was_found_and_names_what_became_worse() -> None:
    seen = example_monitor()
    rate = ClassRate(name="recall", reference=0.6, n_reference=90, is_watched=True)
    raised = replace(seen.alarms[0], worse=("recall",))
    drawn = drawing(replace(seen, rates=(rate,), alarms=(raised,)))
    assert "Positive rows that were found" in drawn
    assert "Alarm since 2025-01-20: fewer of the positive rows are found" in drawn
    assert "Positive rows that were found" not in drawing(seen)
    assert "Found of what is late" in drawing(replace(seen, rates=(rate,), positive="late"))


def test_decay_draws_where_one_model_will_lie() -> None:
    decay = example_decay()
    dashed = 'stroke-dasharray="3,3"'
    assert drawing(decay).count(dashed) == 2
    assert dashed not in drawing(replace(decay, forecast=()))


def test_nothing_measured_means_no_picture() -> None:
    release = replace(example_release(), champion_score=None, challenger_score=None)
    search = example_search()
    cut = tuple(
        replace(t, state=TrialState.NOT_STARTED, mean=None, scores=()) for t in search.trials
    )
    nothing: list[Verdict] = [
        release,
        replace(search, trials=cut, chosen=""),
        replace(example_decay(), staleness=()),
        replace(example_labelling(), n_voted=0),
        replace(example_monitor(), blocks=()),
        replace(example_tuning(), points=()),
    ]
    assert [chart_of(verdict) for verdict in nothing] == [None] * len(nothing)


def test_a_search_has_a_panel_a_family_and_the_chosen_leads() -> None:
    search = example_search()
    best = search.ranked[0]
    drawn = drawing(search)
    assert f"{search.chosen}, chosen: {best.mean:.3f}" in drawn
    assert "linear-2: 0.743" in drawn
    assert "majority-1: " not in drawn, "the baseline is a line in every panel"
    assert "neighbours-4" not in drawn, "it failed"


def test_two_panels_are_as_wide_as_the_words_above_them() -> None:
    drawn = ElementTree.fromstring(drawing(example_search()))
    assert float(drawn.attrib["width"]) > 850, "755 cut them off"


def test_a_score_that_rounds_to_zero_has_no_sign() -> None:
    search = example_search()
    trials = tuple(
        replace(each, mean=-0.0002) if each.name == "majority-1" else each for each in search.trials
    )
    assert "the baseline 0.000" in drawing(replace(search, trials=trials))


def test_the_best_of_a_search_that_goes_back_is_not_carried_on_with() -> None:
    search = replace(example_search(), answer=Answer.UNCLEAR)
    assert "The best was boosting-3" in drawing(search)


def test_curves_that_change_places_are_marked() -> None:
    search = example_search()
    crossed = drawing(search)
    assert "cross at" in crossed
    assert "change places" in crossed
    linear = search.trial("linear-2")
    behind = tuple(
        replace(point, errors=tuple(error + 0.3 for error in point.errors))
        for point in linear.points
    )
    trials = tuple(
        replace(linear, points=behind) if each.name == "linear-2" else each
        for each in search.trials
    )
    apart = drawing(replace(search, trials=trials))
    assert "cross at" not in apart
    assert "change places" not in apart


def test_a_search_that_found_nothing_better_shows_what_it_tried() -> None:
    search = example_search()
    drawn = drawing(replace(search, chosen="majority-1"))
    assert "No candidate is worth more than the baseline majority-1" in drawn


def test_levels_of_the_error_are_told_apart_however_near_they_are() -> None:
    near = Target(scoring="accuracy", words="accuracy", target=0.825)
    drawn = drawing(replace(example_monitor(), target=near, accepted_rise=0.002))
    heights = [
        float(re.search(rf'translate\([^,]*,([0-9.]+)\)"[^>]*>{words} ', drawn)[1])  # type: ignore[index]
        for words in ("reference", "accepted", "target")
    ]
    gaps = np.diff(sorted(heights))
    assert np.all(gaps >= 16)


def test_an_alarm_that_was_closed_is_history() -> None:
    monitor = example_monitor()
    assert "Alarm since 2025-01-20" in drawing(monitor)
    closed = replace(monitor, alarms=(replace(monitor.alarms[0], is_open=False),))
    assert "No open alarm: 3 of 4 blocks have labels, 1 closed alarm" in drawing(closed)


def test_blocks_without_labels_say_so() -> None:
    monitor = example_monitor()
    silent = tuple(
        replace(b, error=None, n_labelled=0, evidence=None, is_alarm=False) for b in monitor.blocks
    )
    drawn = drawing(replace(monitor, blocks=silent))
    assert "No labels have arrived" in drawn
    assert "Predictions that were wrong" not in drawn


@pytest.mark.parametrize(("challenger", "side"), [(0.9, "better"), (0.1, "worse")])
def test_a_release_is_compared_in_words(challenger: float, side: str) -> None:
    release = replace(example_release(), champion_score=0.5, challenger_score=challenger)
    assert f"The new release is {side}" in drawing(release)


def test_a_loss_is_better_when_it_is_smaller() -> None:
    release = replace(
        example_release(),
        scoring="mean_absolute_error",
        champion_score=5.0,
        challenger_score=4.0,
    )
    assert "The new release is better" in drawing(release)
