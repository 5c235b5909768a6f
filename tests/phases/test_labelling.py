from __future__ import annotations

from tests.examples import example_labelling
from tests.phases.again import again, faults, notes, warnings

from leadline.phases.verdict import Answer

LABELLING = example_labelling()


def test_people_who_agree_are_a_go() -> None:
    verdict = again(LABELLING, alpha=0.4, n_undecided=0)
    assert verdict.answer is Answer.GO
    assert notes(verdict) == ["People agree: Krippendorff's alpha 0.40."]
    assert warnings(verdict) == []


def test_people_who_do_not_agree_are_a_no() -> None:
    verdict = again(LABELLING, alpha=0.39)
    assert verdict.answer is Answer.NO
    assert faults(verdict)[0] == "People do not agree (Krippendorff's alpha 0.39)."


def test_without_repeats_agreement_is_not_known() -> None:
    verdict = again(LABELLING, alpha=None, agreement=None, n_undecided=0)
    assert verdict.answer is Answer.GO
    assert "it is not known whether people agree" in notes(verdict)[0]


def test_ties_are_told() -> None:
    assert "The votes on 3 rows are tied." in warnings(again(LABELLING, alpha=0.9, n_undecided=3))
