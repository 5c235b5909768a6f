from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from leadline.engines import loading
from leadline.engines.contract import Executor, Family
from leadline.engines.loading import load, names
from leadline.errors import EngineError


def test_the_built_in_engines_come_by_entry_points() -> None:
    assert names("families") == (
        "bayes",
        "boosting",
        "embeddings",
        "forest",
        "image-network",
        "linear",
        "majority",
        "neighbours",
        "network",
        "text-network",
    )
    assert names("executors") == ("loky", "ray", "sequential")
    assert names("servers") == ("batch", "http")
    assert names("registries") == ("mlflow",)


@pytest.mark.parametrize("name", names("families"))
def test_every_built_in_family_has_the_face_of_one(name: str) -> None:
    family = load("families", name)()
    assert isinstance(family, Family)
    assert family.name == name


def test_the_built_in_families_go_from_simple_to_rich() -> None:
    ranks = {name: load("families", name).complexity for name in names("families")}
    assert ranks == {
        "majority": 0,
        "bayes": 1,
        "linear": 2,
        "neighbours": 3,
        "embeddings": 3,
        "forest": 4,
        "boosting": 5,
        "network": 6,
        "text-network": 6,
        "image-network": 7,
    }


@pytest.mark.parametrize("name", names("executors"))
def test_every_built_in_executor_has_the_face_of_one(name: str) -> None:
    assert isinstance(load("executors", name)(1), Executor)


def test_an_unknown_name_is_told_which_there_are() -> None:
    with pytest.raises(EngineError, match=r"'swamp'.*bayes, boosting, .*, neighbours"):
        load("families", "swamp")


def test_an_engine_that_cannot_be_imported_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = EntryPoint("broken", "no_such_package:Broken", "leadline.families")
    monkeypatch.setattr(loading, "entry_points", lambda **_: [broken])
    monkeypatch.syspath_prepend(tmp_path)  # what is installed is read anew for a new path
    with pytest.raises(EngineError, match=r"'broken' \(no_such_package:Broken\) cannot be loaded"):
        load("families", "broken")


def test_an_unknown_kind_is_a_programmers_mistake() -> None:
    with pytest.raises(ValueError, match="families, searchers, executors, servers"):
        names("gadgets")
