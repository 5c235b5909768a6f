"""Which open rows may go to a machine: checked on rows that people judged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leadline.labelling.handover import handover
from leadline.phases.delegation import Handover
from leadline.record import MachineVote

N = 200
JUDGED = {f"{n}": {"Ada": "a", "Bo": "a", "Cy": "a" if n % 4 else "b"} for n in range(N)}


def said(is_wrong: np.ndarray, confidence: list[float | None]) -> list[MachineVote]:
    return [
        MachineVote(
            item=f"{n}",
            machine="m",
            model="m",
            prompt="p",
            value="b" if is_wrong[n] else "a",
            confidence=confidence[n],
        )
        for n in range(N)
    ]


def found(is_wrong: np.ndarray, confidence: list[float | None]) -> Handover:
    given = handover(JUDGED, said(is_wrong, confidence), epsilon=0.1, n_open=1_000, price=0.001)
    assert given is not None
    return given


def test_a_machine_that_is_right_where_it_is_sure_gets_these_rows() -> None:
    confidence = np.linspace(0.5, 1.0, N)
    is_wrong = confidence < 0.75
    given = found(is_wrong, list(confidence))
    assert given.cut is not None
    assert 0.6 < given.cut < 0.75
    assert given.share == pytest.approx(np.mean(confidence >= given.cut))
    assert given.n_rows == round(1_000 * given.share)
    assert given.error is not None
    assert given.error.high <= given.most_error


def test_people_who_err_themselves_forgive_it_as_much() -> None:
    given = found(np.zeros(N, dtype=bool), [0.9] * N)
    # of the 50 rows with a "b", the one who said it differs from both others
    assert given.most_error == pytest.approx(0.1 + 50 / (3 * N - 2 * 50))
    assert (given.share, given.cut) == (1.0, None)


def test_two_people_who_differ_do_not_forgive_it_more() -> None:
    two = {item: {"Ada": "a", "Bo": "a" if int(item) % 3 else "b"} for item in JUDGED}
    votes = said(np.zeros(N, dtype=bool), [0.9] * N)
    given = handover(two, votes, epsilon=0.1, n_open=9, price=None)
    assert given is not None
    assert given.most_error == pytest.approx(0.1)


def test_one_that_is_wrong_too_often_gets_none() -> None:
    for confidence in ([0.9] * N, [None] * N):
        given = found(np.arange(N) % 2 == 0, list(confidence))
        assert (given.n_rows, given.error) == (0, None)
        assert given.n_checked == N


def test_without_a_confidence_it_gets_all_or_none() -> None:
    given = found(np.zeros(N, dtype=bool), [None] * N)
    assert (given.share, given.cut) == (1.0, None)


def test_rows_it_is_unsure_of_stay_with_people() -> None:
    votes = said(np.zeros(N, dtype=bool), [0.9] * N)
    half = [replace(vote, value=None) if n % 2 else vote for n, vote in enumerate(votes)]
    given = handover(JUDGED, half, epsilon=0.1, n_open=1_000, price=None)
    assert given is not None
    assert given.n_rows == 500
    assert (
        handover({"0": {"Ada": "a", "Bo": "b"}}, half[:1], epsilon=0.1, n_open=9, price=None)
        is None
    )
