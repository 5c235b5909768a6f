"""May a machine label here: yes, no, or what is missing to know."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leadline.phases.data import NumberGap
from leadline.phases.delegation import Delegation, Duel, Evidence, Handover, Part, assess
from leadline.phases.verdict import Answer, Bounds


def duel(name: str, *, p: float, machine: float = 0.9, person: float = 0.9) -> Duel:
    shares = [
        Bounds(estimate=each, low=each - 0.05, high=each + 0.05) for each in (machine, person)
    ]
    return Duel(name=name, n_rows=60, machine=shares[0], person=shares[1], p_value=p, won=p < 0.01)


WON, LOST, OPEN = duel("Ada", p=0.001), duel("Bo", p=0.99, machine=0.6), duel("Cy", p=0.3)
EVIDENCE = Evidence(
    machine="small",
    model="smol",
    prompt="p1",
    people="skilled",
    epsilon=0.15,
    n_blind=60,
    n_answered=60,
    n_rows=60,
    n_people=3,
    agreement=Bounds(estimate=0.9, low=0.82, high=0.95),
    passes=True,
    duels=(WON, WON, LOST),
)


def told(verdict: Delegation) -> str:
    return " ".join(f"{finding.what} {finding.next}" for finding in verdict.findings)


def test_a_machine_that_wins_against_half_of_the_people_may_label() -> None:
    verdict = assess(EVIDENCE)
    assert (verdict.answer, verdict.badge) == (Answer.GO, "may label")
    assert verdict.summary == (
        "'small' (smol) may label here: on 60 rows that two or more of 3 people judged without "
        "seeing its answers, it can take the place of 2 of 3 people."
    )


def test_a_machine_that_does_not_may_not_and_it_is_said_how_many_it_lacks() -> None:
    verdict = assess(replace(EVIDENCE, passes=False, duels=(WON, LOST, OPEN)))
    assert (verdict.answer, verdict.badge) == (Answer.NO, "may not label")
    assert "It can take the place of 1 of 3 people; 2 are needed." in told(verdict)


@pytest.mark.parametrize(
    ("duels", "answer"),
    [((WON, WON, WON), Answer.UNCLEAR), ((LOST, LOST, OPEN), Answer.NO)],
)
def test_with_few_rows_nobody_is_let_in_and_only_who_is_surely_behind_is_shut_out(
    duels: tuple[Duel, ...], answer: Answer
) -> None:
    few = replace(EVIDENCE, n_blind=40, n_answered=40, n_rows=40, duels=duels)
    verdict = assess(replace(few, passes=duels[0].won))
    assert verdict.answer is answer
    if answer is Answer.UNCLEAR:
        assert "Let the same people label 10 more rows, each alone." in told(verdict)


def test_without_two_people_or_enough_rows_of_each_it_is_not_known() -> None:
    nobody = replace(EVIDENCE, passes=None, duels=(), n_blind=0, n_answered=0, n_rows=0)
    alone = assess(replace(nobody, n_people=0, agreement=None))
    assert alone.answer is Answer.UNCLEAR
    assert "No row was judged by two people." in told(alone)
    few = assess(replace(EVIDENCE, passes=None, duels=(), skipped=("Ada", "Bo"), n_people=2))
    assert few.answer is Answer.UNCLEAR
    assert "Ada and Bo judged fewer than 30 of the rows" in told(few)


def test_what_it_was_not_asked_is_told() -> None:
    verdict = assess(replace(EVIDENCE, n_blind=100, n_answered=40, n_rows=40))
    assert "not been asked about 60 of the 100 rows" in told(verdict)
    assert "more rows, each alone" not in told(verdict), "the machine lacks rows, people do not"
    unsure = told(assess(replace(EVIDENCE, n_rows=40)))
    assert "gave no label on 20 of 60" in unsure
    assert "Let the same people label 15 more rows" in unsure, "it is unsure of a third of them"


def test_classes_and_slices_where_it_is_worse_are_named() -> None:
    part = Part(name="'yes'", n_rows=20, machine=0.6, passes=False)
    good = Part(name="plan = plus", n_rows=20, machine=0.9, passes=True)
    verdict = assess(replace(EVIDENCE, classes=(part,), slices=(good,)))
    assert "Of 'yes' (20 rows) it is not shown to be as good as people." in told(verdict)
    assert "plan = plus" not in told(verdict)


def test_one_that_passes_behind_everybody_is_told_apart() -> None:
    behind = replace(WON, machine=replace(WON.machine, estimate=0.85))
    verdict = assess(replace(EVIDENCE, duels=(behind, behind, behind)))
    assert "Each person is closer to the others" in told(verdict)
    assert "Each person is closer to the others" not in told(assess(EVIDENCE))


def test_what_may_go_to_it_is_told_with_price_and_errors() -> None:
    given = Handover(
        n_open=1_000,
        n_checked=60,
        most_error=0.1,
        share=0.8,
        cut=0.7,
        error=Bounds(estimate=0.02, low=0.0, high=0.09),
        price=0.001,
    )
    assert (
        "About 800 of 1,000 open rows may go to it, those of which it is at least 70% sure, for "
        "about 0.80 USD. Expect about 16 labels among them that most people would not give, hardly "
        "more than 72, if they are like the judged ones. In the file of 'leadline export "
        "machine-labels FILE' they have a confidence of 0.7 or more; leave the others to people."
    ) in told(assess(replace(EVIDENCE, handover=given)))
    cheap = told(assess(replace(EVIDENCE, handover=replace(given, price=1e-6))))
    assert "for about 0.0008 USD" in cheap, "little is not nothing"
    none = replace(given, share=0.0, cut=None, error=None)
    assert "no open row should go to it yet" in told(assess(replace(EVIDENCE, handover=none)))
    refused = replace(EVIDENCE, passes=False, handover=given)
    assert "open rows may go" not in told(assess(refused)), "a machine that may not gets none"


def test_what_is_taken_off_is_said_of_a_machine_that_may_label_only() -> None:
    bias = Bounds(estimate=2.0, low=1.5, high=2.5)
    gap = NumberGap(n_rows=60, bias=bias, variance=4.0, freedom=59, people_variance=9.0)
    known = replace(EVIDENCE, gap=gap)
    may = told(assess(known))
    may_not = told(assess(replace(known, passes=False, duels=(WON, LOST, LOST))))
    above = "its numbers are 2 above the middle of people's on average (+1.5 to +2.5)."
    assert above in may
    assert above in may_not
    assert "This is taken off before models learn from them." in may
    assert "taken off" not in may_not
