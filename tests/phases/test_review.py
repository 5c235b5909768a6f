from __future__ import annotations

from dataclasses import replace

import pytest
from tests.examples import example_review
from tests.phases.again import again, notes, warnings

from leadline.phases.number_format import percent_range
from leadline.phases.performance.slice_report import UNKNOWN, WORSE
from leadline.phases.performance.stream_point import StreamPoint
from leadline.phases.performance.stream_slices import StreamSlice, StreamSlices
from leadline.phases.review import UNLIKE_SCORES, Review
from leadline.phases.verdict import Answer, Bounds

SAME = Bounds(estimate=0.7, low=0.6, high=0.8)
POINT = replace(
    example_review().points[0], precision=SAME, recall=SAME, test_precision=SAME, test_recall=SAME
)
CHEAP = replace(POINT, name="cheap", p_cheapest=0.95)
DEAR = replace(POINT, name="dear", p_cheapest=0.05)


def reviewed(*points: StreamPoint, chosen: str = "cheap", n_judged: int = 30) -> Review:
    counts = {"n_judged": n_judged, "n_unsure": 0}
    return again(example_review(), points=points, chosen=chosen, **counts)


def test_a_clear_choice_is_a_go() -> None:
    verdict = reviewed(CHEAP, DEAR)
    assert verdict.answer is Answer.GO
    assert warnings(verdict) == []
    assert notes(verdict)[0].startswith("Reason given: ")
    assert "60% to 80% of what it flags is late" in verdict.summary


def test_one_point_alone_is_clear() -> None:
    assert reviewed(replace(CHEAP, p_cheapest=0.3)).answer is Answer.GO


def test_few_judgments_are_unclear() -> None:
    verdict = reviewed(CHEAP, DEAR, n_judged=29)
    assert verdict.answer is Answer.UNCLEAR
    assert warnings(verdict) == ["Only 29 judgments."]


def test_judgments_of_rows_that_the_model_learnt_from_settle_nothing() -> None:
    known = again(reviewed(CHEAP, DEAR), n_stream=200, n_stream_learnt=150)
    assert known.answer is Answer.UNCLEAR
    assert warnings(known)[0].startswith("150 of 200 rows of the stream are rows that the model ")
    assert warnings(again(known, n_judged=0))[0] == "Only 0 judgments."


def test_points_too_close_to_call_are_unclear() -> None:
    close = replace(CHEAP, p_cheapest=0.6), replace(DEAR, p_cheapest=0.4)
    verdict = reviewed(*close)
    assert verdict.answer is Answer.UNCLEAR
    assert warnings(verdict)[0].startswith("Too close to call")


def test_choosing_the_dearer_one_is_told() -> None:
    verdict = reviewed(CHEAP, DEAR, chosen="dear")
    assert verdict.answer is Answer.UNCLEAR
    assert warnings(verdict) == ["cheap is cheaper at the costs stated (probability 0.95)."]


@pytest.mark.parametrize("side", ["lower", "higher"])
def test_a_stream_unlike_the_test_set_is_told(side: str) -> None:
    far = Bounds(estimate=0.3, low=0.2, high=0.4)
    real, test = (far, SAME) if side == "lower" else (SAME, far)
    verdict = reviewed(replace(CHEAP, recall=real, test_recall=test))
    (what,) = warnings(verdict)
    assert what.startswith(f"cheap: recall is {side} on the stream")
    assert verdict.answer is (Answer.UNCLEAR if side == "lower" else Answer.GO)


def test_a_warning_of_the_stream_gives_the_range_that_the_verdict_gives() -> None:
    known = Bounds(
        estimate=0.3, low=0.29, high=0.31
    )  # another stream of this size may differ by more
    point = replace(CHEAP, recall=known, test_recall=Bounds(estimate=0.9, low=0.85, high=0.95))
    verdict = reviewed(point, DEAR)
    assert percent_range(known) in verdict.summary
    assert percent_range(known) in warnings(verdict)[0]


def test_a_point_that_is_not_on_offer_is_a_programmers_mistake() -> None:
    with pytest.raises(ValueError, match="'reckless' is not on offer"):
        reviewed(CHEAP, chosen="reckless")


def test_judgments_that_contradict_the_scores_are_told() -> None:
    assert UNLIKE_SCORES not in warnings(reviewed(CHEAP, DEAR))
    verdict = again(example_review(), points=(CHEAP, DEAR), chosen="cheap", follows_scores=False)
    assert UNLIKE_SCORES in warnings(verdict)


def test_an_end_that_nothing_speaks_against_is_no_figure() -> None:
    sure = replace(CHEAP, precision=Bounds(estimate=0.9, low=0.7, high=1.0))
    rare = replace(sure, recall=Bounds(estimate=0.1, low=0.0, high=0.3))
    summary = reviewed(rare, DEAR).summary
    assert "at least 70% of what it flags is late" in summary
    assert "finds at most 30%" in summary


def test_how_many_more_judgments_would_do_is_said() -> None:
    wide = replace(CHEAP, recall=Bounds(estimate=0.5, low=0.15, high=0.85))
    assert wide.n_to_state(100) == 300
    assert CHEAP.n_to_state(100) == 0
    verdict = reviewed(wide, DEAR, n_judged=100)
    assert any("About 300 more judgments" in (each.next or "") for each in verdict.findings)


def test_whom_it_fails_on_the_stream_is_told() -> None:
    wrong = Bounds(estimate=0.4, low=0.28, high=0.53)
    north = StreamSlice(
        name="region = north",
        n_rows=607,
        n_judged=19,
        wrong=wrong,
        rest=0.1,
        at_least=0.06,
        state=WORSE,
    )
    east = replace(north, name="region = east", wrong=None, at_least=None, state=UNKNOWN)
    slices = StreamSlices(
        point="cheap", n_tested=4, lines=(north, replace(east, is_group=True)), lacking=("sex",)
    )
    verdict = again(example_review(), points=(CHEAP, DEAR), chosen="cheap", slices=slices)
    told = [each.what for each in verdict.findings]
    assert (
        "Fares worse on the stream: region = north. 28% to 53% of its 607 rows are wrong, about "
        "10% of the rest; the difference is at least 6.0% (19 judged)." in told
    )
    assert any(what.endswith("these groups on the stream: region = east.") for what in told)
    assert any("The stream has no column 'sex'" in what for what in told)
    assert verdict.answer is Answer.GO, "people decide what it means"


def test_that_no_slice_is_shown_to_be_worse_is_told_where_some_were_looked_at() -> None:
    looked = StreamSlices(point="cheap", n_tested=4, n_unknown=2)
    verdict = again(example_review(), points=(CHEAP, DEAR), chosen="cheap", slices=looked)
    assert any("of 4 slices with enough judged rows" in what for what in notes(verdict))
    nothing = StreamSlices(point="cheap", n_tested=0)
    verdict = again(example_review(), points=(CHEAP, DEAR), chosen="cheap", slices=nothing)
    assert not any("slice" in what for what in notes(verdict))


def test_a_range_without_width_is_one_figure() -> None:
    """Where every row of the stream was judged, there is nothing between two ends."""
    assert percent_range(Bounds(estimate=0.78, low=0.78, high=0.78)) == "78%"
    assert percent_range(Bounds(estimate=1.0, low=1.0, high=1.0)) == "100%"
    assert percent_range(Bounds(estimate=0.0, low=0.0, high=0.0)) == "0%"
    assert percent_range(Bounds(estimate=0.9, low=0.7, high=1.0)) == "at least 70%"


def test_whether_errors_of_judges_are_in_the_ranges_is_told() -> None:
    def told(n_twice: int) -> list[str]:
        verdict = again(reviewed(CHEAP, DEAR), n_judged_twice=n_twice, n_agreed=n_twice // 2)
        return [what for what in notes(verdict) if "judges" in what.lower()]

    assert told(0)[0].startswith("Each row rests on one answer, which is taken as true")
    assert told(20)[0].startswith(
        "Judges agree on 10 of 20 rows that two or more judged. The ranges hold errors of judges"
    )
    nobody = again(reviewed(CHEAP, DEAR), n_judged=0, n_judged_twice=0)
    assert not [what for what in notes(nobody) if "judges" in what.lower()]


def test_many_rows_without_a_clear_answer_settle_nothing() -> None:
    few = again(example_review(), n_judged=180, n_unsure=20)
    assert few.answer is Answer.GO
    many = again(few, n_judged=179, n_unsure=21)
    assert many.answer is Answer.UNCLEAR
    assert "21 of 200 rows that were judged have no clear answer" in warnings(many)[0]
    none = again(few, n_judged=0, n_judged_twice=0, n_unsure=21)
    assert "none of 21 rows judged of the real stream has an answer" in none.summary
