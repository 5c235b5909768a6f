from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.challenges import example_challenge
from tests.examples import example_monitor
from tests.phases.again import again, notes, warnings

from leadline.phases.monitor import Alarm, AlarmStep, Block, ClassRate, Monitor, Positives, Target
from leadline.phases.monitor.class_rates import not_watched, recall_of
from leadline.phases.verdict import Answer, Bounds

MONITOR = example_monitor()
GOOD, _, BAD, BLIND = MONITOR.blocks
CLOSED = Alarm(
    block="2025-01-20",
    evidence=2_300.0,
    is_open=False,
    steps=(AlarmStep(act="closed", person="Ada", why="a strike", at="2025-02-01T08:00:00+00:00"),),
)


def verdict(*blocks: Block, **changes: object) -> Monitor:
    return again(MONITOR, **{"blocks": blocks, "alarms": (), **changes})


def test_a_block_like_the_reference_is_a_go() -> None:
    said = verdict(GOOD)
    assert said.answer is Answer.GO
    assert said.summary == (
        "No worse than at release. In 2025-01-06 16.7% are wrong (95% interval 10.7% to 23.7%), on "
        "the reference 17.4%. No alarm in 1 block with labels."
    )


def test_an_open_alarm_is_a_no_until_it_is_closed() -> None:
    assert MONITOR.answer is Answer.NO
    assert MONITOR.summary.startswith("Alarm since 2025-01-20: more is wrong")
    assert "Alarm of 2025-01-20: seen by Ada Ops." in warnings(MONITOR)
    # the carrier looks different, so that comes before a retraining
    due = replace(example_challenge(), price=40.0, due_since="2025-01-27")
    broken, steady = (
        [each.next for each in again(MONITOR, challenge=due, **changes).findings]
        for changes in (
            {},
            {"blocks": tuple(replace(block, shifts=()) for block in MONITOR.blocks)},
        )
    )
    assert sum(how.startswith("See first what looks different") for how in broken) == 2
    assert not any("See first" in how for how in steady)
    # which the newest block may no longer show
    mended = replace(BAD, name="2025-01-27", is_alarm=False, shifts=())
    earlier = replace(GOOD, shifts=(replace(BAD.shifts[0], column="other"),))
    raised = again(MONITOR, blocks=(earlier, *MONITOR.blocks[1:3], mended)).findings
    column = BAD.shifts[0].column
    assert any(f"looked different in 2025-01-20 ({column!r}" in each.next for each in raised)
    after = verdict(replace(BAD, is_closed=True), alarms=(CLOSED,))
    assert after.answer is Answer.UNCLEAR
    assert "The alarm is closed, and no block has come in since" in after.summary
    assert "The alarm of 2025-01-20 was closed by Ada: a strike." in notes(after)
    since = verdict(
        replace(BAD, is_closed=True), replace(GOOD, name="2025-02-03"), alarms=(CLOSED,)
    )
    assert since.answer is Answer.GO


def test_more_positive_rows_are_told_where_they_explain_the_rise() -> None:
    """A model that is as good as ever errs more where twice as many rows are to be found."""
    assert BAD.error is not None
    twice = Positives(reference=0.1, recent=0.2, error=BAD.error.estimate)
    told = "Of late 20% of the rows are positive, on the reference 10%: that alone makes"
    assert told in again(MONITOR, positives=twice).summary
    rise = BAD.error.estimate - MONITOR.reference_error
    assert rise > 0
    for share, is_told in ((0.55, True), (0.45, False)):
        part = replace(twice, error=MONITOR.reference_error + share * rise)
        assert ("that alone" in again(MONITOR, positives=part).summary) == is_told
    # nor of an alarm of other rates, or once less is wrong again
    rates = tuple(replace(alarm, worse=("recall",)) for alarm in MONITOR.alarms)
    assert "that alone" not in again(MONITOR, positives=twice, alarms=rates).summary
    better = replace(GOOD, name="2025-01-27", error=Bounds(estimate=0.1, low=0.05, high=0.17))
    fewer = replace(twice, error=0.16)
    later = again(MONITOR, positives=fewer, blocks=(*MONITOR.blocks, better))
    assert "In 2025-01-27 10.0% are wrong" in later.summary
    assert "that alone" not in later.summary


def test_one_bad_block_without_an_alarm_colours_nothing() -> None:
    once = replace(BAD, is_alarm=False, evidence=40.0)
    assert verdict(once, replace(GOOD, name="2025-02-03")).answer is Answer.GO


def test_a_block_that_is_worse_is_not_called_good_enough() -> None:
    """Which proves no rise yet; with the rise that is accepted it is good enough."""
    worse = Bounds(estimate=0.74, low=0.7, high=0.8)
    block = replace(GOOD, error=worse)
    said = verdict(block)
    assert said.answer is Answer.GO
    assert said.summary == (
        "No alarm so far, though the newest block is worse than the reference. In 2025-01-06 74.0% "
        "are wrong (95% interval 70.0% to 80.0%), on the reference 17.4%. No alarm in 1 block with "
        "labels."
    )
    assert verdict(block, accepted_rise=0.6).summary.startswith("No worse than at release.")


def test_a_block_that_is_labelled_whole_is_worse_beyond_chance_only() -> None:
    """Its interval has no width: half of all quiet weeks are above the reference."""
    leads = [
        verdict(
            replace(GOOD, error=Bounds(estimate=error, low=error, high=error)), **changes
        ).summary.split(".")[0]
        for error, changes in (
            (0.2, {}),
            (0.3, {}),
            (0.3, {"usual_reach": 0.15}),
            (0.35, {"usual_reach": 0.15}),
        )
    ]
    worse = "No alarm so far, though the newest block is worse than the reference"
    assert leads == ["No worse than at release", worse, "No worse than at release", worse]


def test_the_answer_is_about_the_newest_block() -> None:
    said = verdict(GOOD, BLIND)
    assert said.answer is Answer.UNCLEAR
    assert "Of 2025-01-27 it is not known: none of its 301 rows has a label." in said.summary
    # labels may come weeks late, and then always be lacking of the newest block
    assert said.summary.endswith(
        " Up to 2025-01-06, in which 16.7% are wrong (95% interval 10.7% to 23.7%), there was no "
        "alarm in 1 block with labels."
    )
    (wanted,) = [f for f in said.findings if "want a label" in f.what]
    assert wanted.what == "50 rows of week 2025-01-27 want a label."
    assert wanted.next.endswith("leadline watch --ask rows.csv")
    undated = verdict(GOOD, replace(BLIND, name="june.csv"))
    assert "50 rows of block june.csv want a label." in [f.what for f in undated.findings]


@pytest.mark.parametrize("n_labelled", [1, 5, 9])
def test_few_labels_never_say_go_nor_no(n_labelled: int) -> None:
    for n_wrong in (0, n_labelled):
        error = Bounds(estimate=0.2, low=0.1, high=0.3)
        said = verdict(replace(GOOD, n_labelled=n_labelled, n_wrong=n_wrong, error=error))
        assert said.answer is Answer.UNCLEAR
        assert "too few to say" in said.summary
        assert (f"{n_wrong} of them wrong" in said.summary) == bool(n_wrong)
        assert "10 are needed and 50 wanted." in said.summary


def test_fewer_are_not_wanted_than_are_needed() -> None:
    """A block of few rows, or of few that a release which abstains has answered."""
    error = Bounds(estimate=0.4, low=0.1, high=0.8)
    said = verdict(replace(GOOD, n_rows=8, n_labelled=5, n_wrong=2, error=error))
    assert "too few to say, 10 are needed." in said.summary


def test_all_rows_are_labelled_where_they_are_and_not_where_very_many_are() -> None:
    close = Bounds(estimate=0.1, low=0.0997, high=0.1003)
    whole, half = (
        verdict(replace(GOOD, n_rows=1_000_000, n_labelled=n, error=close)).summary
        for n in (1_000_000, 500_000)
    )
    assert "(all 1,000,000 rows labelled)" in whole
    assert "labelled)" not in half
    # of all that have an answer
    told = replace(GOOD, n_rows=1_000_000, n_labelled=700_000, share_abstained=0.3, error=close)
    assert "(all 700,000 rows with an answer labelled)" in verdict(told).summary


def test_an_interval_too_wide_says_not_known() -> None:
    wide = replace(GOOD, error=Bounds(estimate=0.2, low=0.05, high=0.45))
    said = verdict(wide)
    assert said.answer is Answer.UNCLEAR
    assert "leave between 5% and 45% wrong, which is too wide" in said.summary
    # of a model that is hardly ever wrong, much less is too wide
    assert not verdict(GOOD, reference_error=0.01).is_known(GOOD)


def test_the_target_stays_in_sight() -> None:
    accuracy = Target(scoring="accuracy", words="accuracy", target=0.72, released=0.83)
    low = replace(GOOD, error=Bounds(estimate=0.32, low=0.29, high=0.36))
    said = verdict(low, target=accuracy)
    assert said.answer is Answer.UNCLEAR
    assert said.summary == (
        "No alarm, but the target is missed. Measured accuracy of 0.68 (95% interval 0.64 to 0.71) "
        "on 60 labelled rows of 2025-01-06; target at least 0.72: missed."
    )
    met = verdict(GOOD, target=accuracy)
    assert met.answer is Answer.GO
    told = [what for what in notes(met) if "target at least 0.72: met, at release 0.83." in what]
    assert len(told) == 1
    assert any("they measure the share that is wrong, held" in what for what in notes(MONITOR))
    rate = Target(scoring="error_rate", words="error rate", target=0.28)
    assert verdict(low, target=rate).answer is Answer.UNCLEAR


def test_the_metric_of_the_target_is_measured_on_the_blocks_of_late_together() -> None:
    aim = Target(scoring="roc_auc", words="ROC AUC", target=0.8, released=0.84, is_told=True)
    few = notes(verdict(GOOD, target=aim))
    assert any("at release 0.84. In service it is not known yet: that takes" in w for w in few)
    low = Bounds(estimate=0.7, low=0.62, high=0.77)
    known = replace(aim, service=low, n_labels=240, n_blocks=6)
    said = verdict(GOOD, target=known)
    assert said.answer is Answer.UNCLEAR
    assert said.summary == (
        "No alarm, but the target is missed. Measured ranking quality (ROC AUC) of 0.7 (95% "
        "interval 0.62 to 0.77) on 240 labelled rows of the last 6 blocks; target at least 0.8: "
        "missed."
    )
    near = verdict(GOOD, target=replace(known, service=replace(low, high=0.83)))
    assert near.answer is Answer.GO
    assert any("not shown to be met, at release 0.84." in what for what in notes(near))


def test_what_broke_and_was_mended_within_a_delivery_is_told() -> None:
    """The newest of several weeks that came at once is like those before."""
    broken = [replace(GOOD, name=f"2025-01-{day}", shifts=BAD.shifts) for day in (13, 20)]
    newest = replace(GOOD, name="2025-01-27")
    told = notes(verdict(*broken, newest))
    column = BAD.shifts[0].column
    assert any(
        what.startswith("In 2 blocks that came with 2025-01-27 columns looked different")
        and f"{column!r} (in 2)" in what
        for what in told
    )
    # those of the newest are told by themselves, and of many only some by name
    many = tuple(replace(BAD.shifts[0], column=name) for name in "abcde")
    told = notes(verdict(replace(broken[0], shifts=many), replace(newest, shifts=BAD.shifts)))
    assert any(
        what.startswith("In 1 block that came with") and "and 2 other columns; 2025-01-13" in what
        for what in told
    )
    old = [replace(block, is_newest=False) for block in broken]
    assert not any("that came with" in what for what in notes(verdict(*old, newest)))


def test_a_shift_of_the_inputs_is_information_only() -> None:
    said = verdict(replace(GOOD, shifts=BAD.shifts))
    assert said.answer is Answer.GO
    assert any("That is information, never an alarm" in what for what in notes(said))


def test_the_self_test_tells_the_rate_of_a_run() -> None:
    words = "of 300 runs of 10 of the reference's own blocks, shuffled, with 60 labels each, 1.0%"
    assert any(words in what for what in notes(MONITOR))
    assert any("one false alarm in 10 years" in what for what in notes(MONITOR))
    assert not any("Self-test" in what for what in notes(again(MONITOR, self_test=None)))


def test_without_a_reference_it_says_what_was_measured_and_what_cannot_be_said() -> None:
    said = verdict(replace(GOOD, evidence=None), n_reference_blocks=2)
    assert said.answer is Answer.UNCLEAR
    assert "16.7% are wrong" in said.summary
    assert "Whether that is a rise cannot be said: the reference has 2 blocks." in said.summary
    assert any("cannot be judged by that" in what for what in warnings(said))


@pytest.mark.parametrize(("block", "advice"), [("day", "from more days"), ("week", "shorter one")])
def test_a_reference_of_too_few_blocks_is_the_reason_and_not_its_rows(
    block: str, advice: str
) -> None:
    rates = (ClassRate(name="recall", reference=1.0, n_reference=16, is_watched=False),)
    said = verdict(GOOD, n_reference_blocks=1, rates=rates, block=block)
    assert not any("too few to hold" in what for what in warnings(said))
    (told,) = (each for each in said.findings if "cannot be judged by that" in each.what)
    assert "no alarm is raised of anything." in told.what
    assert advice in told.next
    for is_told, end in ((False, "anything."), (True, "anything but the target.")):
        aim = Target(scoring="roc_auc", words="ROC AUC", target=0.8, is_told=is_told)
        held = verdict(GOOD, n_reference_blocks=1, rates=rates, block=block, target=aim)
        assert any(what.endswith(f"no alarm is raised of {end}") for what in warnings(held))
    assert any("too few to hold" in what for what in warnings(verdict(GOOD, rates=rates)))


def test_rows_learnt_from_do_not_count() -> None:
    learnt = replace(GOOD, n_learnt=310, is_learnt=True, n_labelled=0, error=None)
    said = verdict(learnt)
    assert said.answer is Answer.UNCLEAR
    assert "without a row that the release did not know" in said.summary
    assert any("310 of 310 rows of 2025-01-06 are rows" in what for what in warnings(said))
    assert verdict(learnt, replace(GOOD, name="2025-01-13")).answer is Answer.GO
    few = replace(GOOD, n_learnt=3)
    assert not any("learnt" in what for what in warnings(verdict(few)))


def test_blocks_of_before_are_known_by_their_counts() -> None:
    said = verdict(replace(GOOD, evidence=None, is_counted_only=True))
    assert said.answer is Answer.UNCLEAR
    assert said.summary.startswith("Of 2025-01-06 only counts of it were kept")
    assert "16.7% are wrong" in said.summary


def test_three_blocks_are_a_reference() -> None:
    said = verdict(GOOD, n_reference_blocks=3)
    assert said.answer is Answer.GO
    assert not any("cannot be judged by that" in what for what in warnings(said))


def test_a_block_is_worse_where_its_whole_interval_is() -> None:
    block = replace(GOOD, error=Bounds(estimate=0.23, low=0.17, high=0.29))
    assert verdict(block).summary.startswith("No worse than at release.")


def test_an_alarm_tells_of_the_newest_block_that_is_known() -> None:
    assert " In 2025-01-20 35.0% are wrong" in MONITOR.summary


def test_one_label_is_too_few() -> None:
    said = verdict(replace(GOOD, n_labelled=1, n_wrong=0))
    assert "it is not known: 1 label is too few to say" in said.summary


@pytest.mark.parametrize(("scoring", "target"), [("accuracy", 0.72), ("error_rate", 0.28)])
def test_a_target_is_missed_where_the_whole_interval_misses_it(scoring: str, target: float) -> None:
    aim = Target(scoring=scoring, words=scoring, target=target)
    near = replace(GOOD, error=Bounds(estimate=0.3, low=0.27, high=0.36))
    assert verdict(near, target=aim).answer is Answer.GO
    missed = replace(GOOD, error=Bounds(estimate=0.3, low=0.29, high=0.36))
    assert verdict(missed, target=aim).answer is Answer.UNCLEAR


def test_blocks_of_a_closed_alarm_are_told_of_no_more() -> None:
    accuracy = Target(scoring="accuracy", words="accuracy", target=0.72)
    block = replace(GOOD, n_differ=2)
    differ = "2 rows of 2025-01-06 have one label from a file and another from the page"
    measured = "labelled rows of 2025-01-06; target at least 0.72"
    said = notes(verdict(block, target=accuracy))
    assert any(differ in what for what in said)
    assert any(measured in what for what in said)
    closed = verdict(replace(block, is_closed=True), alarms=(CLOSED,), target=accuracy)
    assert not any(differ in what or measured in what for what in notes(closed))
    assert any("no block is known well enough to compare" in what for what in notes(closed))


def rates(recall: float, *, n_recent: float = 300.0, **changes: Any) -> tuple[ClassRate, ...]:
    """Recall and precision of late: eight points wide by what labels leave open."""
    now = Bounds(estimate=recall, low=recall - 0.04, high=recall + 0.04)
    both = (("recall", 0.6, 90), ("precision", 0.5, 110))
    return tuple(
        ClassRate(
            name=name,
            reference=reference,
            n_reference=n,
            **{"is_watched": True, "recent": now, "n_recent": n_recent, **changes},
        )
        for name, reference, n in both
    )


def test_a_rare_class_that_is_found_less_is_not_called_no_worse() -> None:
    """Although no more is wrong than at release."""
    recent = {"n_recent": 8, "n_recent_labels": 400}
    good = verdict(GOOD, rates=rates(0.58), **recent)
    assert good.summary.startswith("No worse than at release.")
    told = "Over the last 8 blocks with 400 labels: recall 54% to 62%, on the reference 60%; "
    assert told in good.summary
    found_less = verdict(GOOD, rates=rates(0.3), **recent)
    assert found_less.summary.startswith(
        "No alarm so far, though recall and precision of late lie below the reference."
    )
    # all labelled, but of few positive rows half may be missed by chance
    exact = Bounds(estimate=0.5, low=0.5, high=0.5)
    few = verdict(GOOD, rates=rates(0.5, n_recent=30.0, recent=exact), **recent)
    assert few.summary.startswith("No worse than at release.")
    vague = verdict(GOOD, rates=rates(0.5, n_recent=5.0, recent=exact), **recent)
    assert "recall and precision of late are hardly known" in vague.summary
    raised = Alarm(block="2025-01-20", evidence=300.0, is_open=True, worse=("recall",))
    said = verdict(GOOD, rates=rates(0.3), alarms=(raised,), **recent)
    assert said.answer is Answer.NO
    assert "Alarm since 2025-01-20: fewer of the positive rows are found than on" in said.summary
    named = again(said, positive="late")
    assert "Alarm since 2025-01-20: less of what is late is found than on" in named.summary


def test_labels_of_flagged_rows_only_are_unclear() -> None:
    said = verdict(replace(GOOD, untold=("recall",)))
    assert said.answer is Answer.UNCLEAR
    assert "labels came of flagged rows only" in said.summary
    assert any("and raises no alarm" in what for what in warnings(said))
    # each block by what its own labels lack
    other = replace(GOOD, name="2025-01-13", untold=("precision",))
    both = [w for w in warnings(verdict(replace(GOOD, untold=("recall",)), other)) if "Of 2" in w]
    assert [what.split(":")[0] for what in both] == [
        "Of 2025-01-06 labels came of flagged rows only",
        "Of 2025-01-13 no flagged row has a label",
    ]


def test_what_is_not_watched_is_said() -> None:
    few = verdict(GOOD, rates=rates(0.58, is_watched=False))
    assert any("of recall (the reference has 90 positive rows) and" in w for w in warnings(few))
    named = verdict(GOOD, rates=rates(0.58, is_watched=False), positive="late")
    assert any(
        "of recall (the reference has 90 rows that are late) and" in w for w in warnings(named)
    )
    several = verdict(GOOD, reference_alert_share=None)
    assert any("no alarm of recall of any class" in what for what in notes(several))
    target = Target(scoring="roc_auc", words="ROC AUC", target=0.8)
    watched = verdict(GOOD, rates=rates(0.58), target=target)
    words = "they measure the share that is wrong, recall and precision at the threshold in service"
    assert any(words in what for what in notes(watched))


@pytest.mark.parametrize(
    ("block", "names", "gone"),
    [
        ("week", ("2025-01-06", "2025-01-20"), "1 week in between: 2025-01-13."),
        ("month", ("2024-11-01", "2025-02-01"), "2 months in between: 2024-12-01, 2025-01-01."),
        ("week", ("2024-12-30", "2025-01-06"), ""),
        ("day", ("2025-01-03", "2025-01-06"), ""),
    ],
)
def test_weeks_without_a_row_are_told(block: str, names: tuple[str, str], gone: str) -> None:
    first, second = (replace(GOOD, name=name) for name in names)
    said = warnings(verdict(first, second, block=block))
    assert [what for what in said if "No row has come" in what] == (
        [f"No row has come of {gone}"] if gone else []
    )
    old = warnings(verdict(first, replace(second, is_newest=False), block=block))
    assert not any("No row has come" in what for what in old)


def test_a_date_that_stands_for_none_is_no_gap() -> None:
    blocks = [replace(GOOD, name=name) for name in ("2025-01-06", "9999-12-27")]
    said = warnings(verdict(*blocks, block="week"))
    assert not any("No row has come" in what for what in said)
    assert any(what.startswith("2025-01-06 and 9999-12-27 lie 7,974 years") for what in said)


def test_a_week_of_far_fewer_rows_than_others_is_told() -> None:
    names = ("2025-01-06", "2025-01-13", "2025-01-20", "2025-01-27")
    sizes = (310, 2, 310, 3)  # the first and the last may be cut short
    blocks = [replace(GOOD, name=n, n_rows=rows) for n, rows in zip(names, sizes, strict=True)]
    said = [what for what in warnings(verdict(*blocks)) if " only of " in what]
    assert said == ["2 rows only of 2025-01-13, where 156 are usual."]
    begun = [replace(block, n_rows=n) for block, n in zip(blocks, (40, 310, 310, 310), strict=True)]
    assert not any(" only of " in what for what in warnings(verdict(*begun)))


@pytest.mark.parametrize(
    ("reference", "n_reference", "recent", "is_below"),
    [(0.6, 90, 0.41, False), (0.6, 90, 0.38, True), (1.0, 10, 0.9, False), (1.0, 10, 0.8, True)],
)
def test_few_rows_of_the_reference_leave_a_rate_open_too(
    reference: float, n_reference: int, recent: float, is_below: bool
) -> None:
    rate = ClassRate(
        name="recall",
        reference=reference,
        n_reference=n_reference,
        is_watched=True,
        recent=Bounds(estimate=recent, low=recent, high=recent),
        n_recent=30.0,
    )
    assert rate.is_below == is_below


def test_one_row_of_the_reference_is_told_as_one() -> None:
    rate = ClassRate(name="recall", reference=1.0, n_reference=1, is_watched=False)
    assert not_watched([rate], "late") == "recall (the reference has 1 row that is late)"


def test_classes_that_are_found_less_are_named_and_those_that_are_not_watched() -> None:
    def rate(name: str, low: float, high: float, *, is_watched: bool = True) -> ClassRate:
        recent = Bounds(estimate=(low + high) / 2, low=low, high=high)
        of = recall_of(name)
        return ClassRate(
            name=of,
            reference=0.8,
            n_reference=90,
            is_watched=is_watched,
            recent=recent,
            n_recent=60,
        )

    recalls = (
        rate("cat", 0.7, 0.86),
        rate("dog", 0.2, 0.4),
        rate("emu", 0.5, 0.9, is_watched=False),
    )
    seen = verdict(GOOD, reference_alert_share=None, class_recalls=recalls)
    (below,) = [what for what in warnings(seen) if what.startswith("Recall of 1 of 3 classes")]
    assert "recall of 'dog' 20% to 40%, on the reference 80%" in below
    assert any(
        what.startswith("A loss raises no alarm of recall of 'emu':") for what in notes(seen)
    )
    # one of many by chance only
    near = (rate("cat", 0.5, 0.74), *(rate(str(each), 0.7, 0.9) for each in range(30)))
    assert near[0].is_below is not near[0].is_below_among(len(near))


def test_labels_that_a_rule_chose_are_told_and_what_to_do() -> None:
    aside = replace(GOOD, n_labelled=0, n_aside=60, error=None, chosen_by=("'region'", "the score"))
    said = verdict(GOOD, aside)
    assert said.answer is Answer.UNCLEAR
    assert "labels came of rows chosen by 'region' and the score, it seems" in said.summary
    assert any("and raises no alarm" in what for what in warnings(said))
    kept = verdict(GOOD, replace(GOOD, n_aside=20, chosen_by=("'region'",)))
    assert kept.answer is Answer.GO
    assert any("20 labels left aside, as all rows that were asked" in what for what in notes(kept))
