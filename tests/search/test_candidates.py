from __future__ import annotations

from typing import Any

import pytest
from tests.search.simulated import Model

from leadline.engines.contract import Choice, Range
from leadline.search.candidates import CandidateSource, candidate_sources


def model(*proposals: dict[str, Any], **space: Any) -> CandidateSource:
    source = CandidateSource("tuned", Model("tuned", 2, lambda *_: 0.1, proposals, searched=space))
    assert source.open("binary", {}, 100) is bool(proposals)
    return source


def test_a_familys_own_proposals_come_first_and_in_their_order() -> None:
    source = model({"x": 1.0}, {"x": 2.0}, x=Range(0.0, 1.0))
    assert source.next_params((), "random", 0) == ({"x": 1.0}, False)
    assert source.next_params((), "random", 0) == ({"x": 2.0}, False)
    params, is_tuned = source.next_params((), "random", 0)
    assert is_tuned
    assert 0 <= float(params["x"] or 0) <= 1


def test_a_searcher_keeps_what_it_does_not_search_and_rounds_the_rest() -> None:
    source = model({"x": 0.5, "kind": "plain"}, x=Range(0.0, 1.0))
    source.next_params((), "random", 0)
    params, _ = source.next_params((), "random", 0)
    assert params["kind"] == "plain"
    assert params["x"] == float(f"{params['x']:.4g}")


def test_a_searcher_is_asked_again_where_it_repeats_itself() -> None:
    source = model({"x": "a"}, x=Choice(("a", "b")))
    source.next_params((), "random", 0)
    for seed in range(5):
        params, _ = source.next_params((), "random", seed, [{"x": "a"}])
        assert params == {"x": "b"}
    both = [{"x": each} for each in "ab"]
    params, _ = source.next_params((), "random", 0, both)
    assert params in [{"x": "a"}, {"x": "b"}], "there is no other: asking comes to an end"


def test_a_searcher_is_told_the_errors() -> None:
    source = model({"x": 0.5}, x=Range(0.0, 1.0))
    source.next_params((), "optuna", 0)
    observed = [({"x": n / 40}, (n / 40 - 0.25) ** 2) for n in range(40)]
    drawn = [float(source.next_params(observed, "optuna", seed)[0]["x"] or 0) for seed in range(9)]
    assert sorted(drawn)[4] == pytest.approx(0.25, abs=0.15), "where the errors are small"


def test_a_source_is_exhausted_without_proposals_and_space() -> None:
    source = model({"x": 1.0})
    assert not source.is_exhausted
    source.next_params((), "none", 0)
    assert source.is_exhausted
    assert not model({"x": 1.0}, x=Range(0.0, 1.0)).is_exhausted
    assert model().is_exhausted


def test_sources_are_sorted_by_complexity_each_name_once_and_own_models_last() -> None:
    names = ["no_such_module:Family", "boosting", "majority", "no such family", "boosting"]
    found = list(candidate_sources(names, "."))
    assert [source.name for source in found] == [
        "majority",
        "no such family",
        "boosting",
        "no_such_module:Family",
    ]
    assert isinstance(found[1].family, Exception)
    with pytest.raises(Exception, match="no such family"):
        found[1].open("binary", {}, 100)
