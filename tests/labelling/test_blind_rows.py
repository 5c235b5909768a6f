"""A machine held against people who judged the same rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.delegations import ASKED, example_delegation, human_votes, machine_votes

from leadline.labelling.blind_rows import RowFacts, blind_votes, delegation_evidence
from leadline.phases.delegation import Delegation, assess
from leadline.phases.verdict import Answer
from leadline.record import MachineVote, Vote
from leadline.record.codec import decode, encode
from leadline.stats.machine_votes import alternative_test

NO_FACTS = RowFacts({}, {})


def test_a_good_machine_is_let_in_and_one_that_guesses_is_not() -> None:
    good, guessing = example_delegation(), example_delegation(accuracy=0.5)
    assert (good.answer, guessing.answer) == (Answer.GO, Answer.NO)
    assert good.agreement is not None
    assert guessing.agreement is not None
    assert guessing.agreement.high < good.agreement.low
    assert decode(Delegation, encode(good), Delegation.VERSION) == good


def test_the_verdict_is_that_of_the_test_on_the_same_votes() -> None:
    items = [f"{n}" for n in range(70)]
    votes, truth = human_votes(items)
    said = machine_votes(items, truth, 0.85)
    evidence = delegation_evidence(ASKED, blind_votes(votes), said, NO_FACTS)
    code = {"no": 0, "yes": 1}
    expected = alternative_test(
        [items.index(vote.item) for vote in votes],
        [("Ada", "Bo", "Cy").index(vote.annotator) for vote in votes],
        [code[str(vote.value)] for vote in votes],
        [code[str(vote.value)] for vote in said],
        epsilon=0.15,
    )
    assert evidence.passes == expected.passes
    assert [duel.p_value for duel in evidence.duels] == [one.p_value for one in expected.against]
    assert [duel.name for duel in evidence.duels] == ["Ada", "Bo", "Cy"]


def test_only_rows_that_two_people_gave_a_label_count() -> None:
    votes = [
        Vote("a", "Ada", "yes", 1.0),
        Vote("a", "Bo", "yes", 1.0),
        Vote("b", "Ada", "yes", 1.0),
        Vote("c", "Ada", "no", 1.0),
        Vote("c", "Bo", None, 1.0),
    ]
    judged = blind_votes(votes)
    assert set(judged) == {"a"}
    said = machine_votes(["a", "b", "c"], ["no", "no", "no"], 1.0)
    evidence = delegation_evidence(ASKED, judged, said, NO_FACTS)
    assert (evidence.n_blind, evidence.n_answered, evidence.n_rows) == (1, 1, 1)
    assert evidence.passes is None
    assert evidence.skipped == ("Ada", "Bo")


def test_rows_it_gets_wrong_stand_beside_what_people_said() -> None:
    votes = [
        Vote(item, who, label, 1.0)
        for item, labels in {"split": "yny", "clear": "yyy", "tied": "yn", "right": "nn"}.items()
        for who, label in zip(("Ada", "Bo", "Cy"), labels, strict=False)
    ]
    asked = replace(ASKED, classes=("n", "y"))
    said = [
        MachineVote(item=item, machine="small", model="smol", prompt="p1", value="n")
        for item in ("split", "clear", "tied", "right")
    ]
    facts = RowFacts({"clear": "text: plain"}, {})
    evidence = delegation_evidence(asked, blind_votes(votes), said, facts)
    assert [row.item for row in evidence.wrong] == ["clear", "split"], "first where people agree"
    assert evidence.wrong[0].shown == "text: plain"
    assert evidence.wrong[1].people == (("y", 2), ("n", 1))
    assert evidence.agreement is not None
    assert evidence.agreement.estimate == pytest.approx(1 / 3), "a tied row tells nothing"


def test_an_unsure_machine_is_left_out_and_counted() -> None:
    items = [f"{n}" for n in range(60)]
    votes, truth = human_votes(items)
    said = [
        replace(vote, value=None) if n < 20 else vote
        for n, vote in enumerate(machine_votes(items, truth, 0.9))
    ]
    evidence = delegation_evidence(ASKED, blind_votes(votes), said, NO_FACTS)
    assert (evidence.n_answered, evidence.n_rows, evidence.n_unsure) == (60, 40, 20)
    assert {duel.n_rows for duel in evidence.duels} == {40}


def test_classes_and_slices_are_tested_on_their_own() -> None:
    items = [f"{n}" for n in range(200)]
    votes, truth = human_votes(items, 0.95)
    always_yes = [replace(vote, value="yes") for vote in machine_votes(items, truth, 1.0)]
    slices = {"true": dict(zip(items, truth, strict=True)), "same": dict.fromkeys(items, "x")}
    evidence = delegation_evidence(ASKED, blind_votes(votes), always_yes, RowFacts({}, slices))
    assert {part.name: part.passes for part in evidence.classes} == {"'no'": False, "'yes'": True}
    assert {part.name: part.passes for part in evidence.slices} == {
        "true = no": False,
        "true = yes": True,
    }


@pytest.mark.parametrize(("accuracy", "passes"), [(1.0, None), (0.2, False)])
def test_on_few_rows_of_a_class_only_what_is_shown_to_be_worse_is_said_to_be(
    accuracy: float, passes: bool | None
) -> None:
    items = [f"{n}" for n in range(36)]
    votes, truth = human_votes(items, 1.0)
    said = machine_votes(items, truth, accuracy)
    evidence = delegation_evidence(ASKED, blind_votes(votes), said, NO_FACTS)
    assert {part.passes for part in evidence.classes} == {passes}


def test_one_that_never_says_a_rare_class_is_not_let_in_without_a_word() -> None:
    items = [f"{n}" for n in range(80)]
    truth = ["yes" if n < 5 else "no" for n in range(80)]
    votes = [
        Vote(item, who, true, 1.0)
        for who in ("Ada", "Bo", "Cy")
        for item, true in zip(items, truth, strict=True)
    ]
    said = machine_votes(items, ["no"] * 80, 1.0)
    asked = replace(ASKED, classes=("no", "yes", "maybe"))
    verdict = assess(delegation_evidence(asked, blind_votes(votes), said, NO_FACTS))
    assert verdict.answer is Answer.GO
    told = " ".join(finding.what for finding in verdict.findings)
    assert "where most say 'yes' (5 rows), 'maybe' (0 rows)." in told


def test_numbers_are_compared_by_how_near_they_are() -> None:
    rng = np.random.default_rng(0)
    truth = rng.normal(size=60)
    votes = [
        Vote(f"{n}", who, repr(float(true + rng.normal(scale=0.3))), 1.0)
        for n, true in enumerate(truth)
        for who in ("Ada", "Bo", "Cy")
    ]

    def answer(scale: float) -> Answer | bool | None:
        said = [
            MachineVote(
                item=f"{n}",
                machine="small",
                model="smol",
                prompt="p1",
                value=repr(float(true + rng.normal(scale=scale))),
            )
            for n, true in enumerate(truth)
        ]
        asked = replace(ASKED, classes=())
        found = delegation_evidence(asked, blind_votes(votes), said, NO_FACTS)
        assert found.classes == ()
        assert found.agreement is None
        assert found.is_of_numbers
        assert all(row.machine == f"{float(row.machine):.10g}" for row in found.wrong)
        return found.passes

    assert answer(0.2) is True
    assert answer(3.0) is False


@pytest.mark.parametrize("bias", [0.0, 5.0])
def test_how_far_numbers_are_off_is_told_and_a_bias_apart(bias: float) -> None:
    rng = np.random.default_rng(1)
    truth = rng.normal(20, 4, size=60)
    votes = [
        Vote(f"{n}", who, repr(float(true + error)), 1.0)
        for n, true in enumerate(truth)
        # the middle one is right
        for who, error in (("Ada", -1.0), ("Bo", 0.0), ("Cy", 30.0))
    ]
    said = [
        MachineVote(item=f"{n}", machine="m", model="m", prompt="p", value=repr(float(number)))
        for n, number in enumerate(truth + bias + rng.normal(0, 2, size=60))
    ]
    asked = replace(ASKED, classes=())
    verdict = assess(delegation_evidence(asked, blind_votes(votes), said, NO_FACTS))
    gap = verdict.gap
    assert gap is not None
    assert gap.n_rows == 60
    assert gap.bias.low < bias < gap.bias.high
    assert gap.is_biased is (bias > 0)
    assert gap.variance == pytest.approx(4, rel=0.4)
    assert gap.people_variance == pytest.approx(16, rel=0.4)
    told = " ".join(finding.what for finding in verdict.findings)
    assert ("above the middle of people's" in told) is (bias > 0)
    assert ("not shown to be too high or too low" in told) is (bias == 0)
    few = delegation_evidence(asked, blind_votes(votes[:57]), said, NO_FACTS)
    assert (few.n_rows, few.gap) == (19, None)
