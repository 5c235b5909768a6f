from __future__ import annotations

from dataclasses import replace

from tests.examples import example_tuning
from tests.phases.again import again, notes, warnings
from tests.slice_reports import BALANCED, CAUTIOUS, NUMBERS, OPEN, PAIR, REPORTS, UA, bounds

from leadline.phases.performance.slice_report import GroupLine, RateGap, slice_findings
from leadline.phases.tuning import Tuning
from leadline.record.codec import decode, encode


def test_where_nobody_has_looked_nothing_is_said() -> None:
    assert slice_findings(()) == []
    assert slice_findings([replace(BALANCED, n_tested=0, lines=())]) == []


def test_a_slice_that_fares_worse_is_told_with_its_bound() -> None:
    verdict = again(example_tuning(), slices=REPORTS)
    first, second, *_ = [what for what in warnings(verdict) if what.startswith("Fares worse")]
    assert first == (
        "Fares worse: carrier = UA (balanced). 34.0% of 160 test rows are wrong, 17.0% of the "
        "rest; the difference is at least 4.0%."
    )
    assert "its two parts explain 19.0%" in second
    (finding, *_) = slice_findings(REPORTS)
    assert finding.columns == ("carrier",)
    assert finding.next


def test_a_slice_is_told_once_at_the_point_where_most_is_shown() -> None:
    less = replace(UA, at_least=0.01)
    reports = [replace(CAUTIOUS, lines=(less,)), replace(BALANCED, lines=(UA,))]
    (what,) = [each.what for each in slice_findings(reports) if "Fares worse" in each.what]
    assert "(cautious, balanced)" in what
    assert "at least 4.0%" in what


def test_many_slices_are_told_by_the_first_five() -> None:
    lines = tuple(replace(UA, name=f"carrier = {place}") for place in range(7))
    whats = [each.what for each in slice_findings([replace(BALANCED, lines=lines, groups=())])]
    assert sum("Fares worse" in what for what in whats) == 5
    assert "2 further slices fare worse too: the table names them." in whats


def test_numbers_are_told_by_how_far_they_are_off() -> None:
    (finding,) = slice_findings([NUMBERS])
    assert finding.what == (
        "Fares worse: bmi of at least 30 (as-predicted). 120 test rows are off by 31.2 on "
        "average, the rest by 18.4; the difference is at least 4.2."
    )


def test_none_worse_is_told_with_what_was_looked_at() -> None:
    whats = [each.what for each in slice_findings([CAUTIOUS])]
    assert whats[0] == (
        "No slice is shown to fare worse than the rest, of 24 slices and 180 pairs looked at. "
        "1 further slice has too few test rows to be looked at."
    )


def test_groups_with_too_few_rows_and_groups_that_differ_are_told() -> None:
    verdict = again(example_tuning(), slices=REPORTS)
    assert any("whether it fails these groups: origin = LGA." in what for what in notes(verdict))
    (what,) = [each for each in warnings(verdict) if each.startswith("origin = EWR")]
    assert what == (
        "origin = EWR is flagged more often at 'cautious': 36.0% flagged, of all rows, 22.0% in "
        "the rest; the difference is 5.0% to 23.0%."
    )


def test_of_two_groups_the_one_with_the_higher_rate_is_told() -> None:
    low = GroupLine(
        name="sex = f",
        n_rows=500,
        selection=RateGap(rate=0.2, rest=0.3, gap=bounds(-0.1, -0.15, -0.05)),
        miss=OPEN,
        false_alarm=OPEN,
    )
    high = replace(
        low, name="sex = m", selection=RateGap(rate=0.3, rest=0.2, gap=bounds(0.1, 0.05, 0.15))
    )
    both = [each.what for each in slice_findings([replace(CAUTIOUS, groups=(low, high))])]
    assert [what[:7] for what in both if "often" in what] == ["sex = m"]
    alone = [each.what for each in slice_findings([replace(CAUTIOUS, groups=(low,))])]
    assert any(what.startswith("sex = f is flagged less often") for what in alone)


def test_rows_that_are_alike_are_told_where_a_difference_is_named() -> None:
    named = [replace(report, alike_by="crew") for report in REPORTS]
    assert slice_findings(named)[-1].what.startswith("Rows of one 'crew' are alike")
    by_time = [replace(report, alike_by="at", is_by_time=True) for report in REPORTS]
    assert slice_findings(by_time)[-1].what.startswith("Rows near each other by 'at' may be alike")
    shown = slice_findings([replace(CAUTIOUS, alike_by="crew")])
    assert shown[-1].what.endswith("and the intervals of named groups are too narrow.")
    unnamed = replace(CAUTIOUS, alike_by="crew", groups=())
    assert not any("alike" in each.what for each in slice_findings([unnamed]))


def test_slices_survive_the_record_and_old_entries_have_none() -> None:
    verdict = again(example_tuning(), slices=REPORTS)
    kept = encode(verdict)
    assert decode(Tuning, kept, Tuning.VERSION) == verdict
    del kept["slices"]
    assert decode(Tuning, kept, Tuning.VERSION).slices == ()


def test_worse_lines_are_those_that_are_shown() -> None:
    assert BALANCED.worse == (UA, PAIR)
    assert CAUTIOUS.worse == ()
