from __future__ import annotations

import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from leadline.engines import installed
from leadline.engines.contract import Executor, Family
from leadline.engines.loading import KINDS, load, names
from leadline.errors import EngineError

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"


def test_the_built_in_engines_come_by_entry_points() -> None:
    """Whatever pyproject.toml names is installed; if not, the install is older than the file."""
    written = tomllib.loads(PYPROJECT.read_text())["project"]["entry-points"]
    assert {f"leadline.{kind}" for kind in KINDS} == set(written)
    for kind in KINDS:
        named = set(written[f"leadline.{kind}"])
        assert named <= set(names(kind)), f"run 'make install' for {named - set(names(kind))}"


@pytest.mark.parametrize("name", names("families"))
def test_every_built_in_family_has_the_face_of_one(name: str) -> None:
    family = load("families", name)()
    assert isinstance(family, Family)
    assert family.name == name


def test_no_family_is_as_simple_as_the_majority() -> None:
    ranks = {name: load("families", name).complexity for name in names("families")}
    assert ranks.pop("majority") == 0
    assert all(rank > 0 for rank in ranks.values()), ranks


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
    monkeypatch.setattr(installed, "entry_points", lambda **_: [broken])
    monkeypatch.syspath_prepend(tmp_path)  # what is installed is read anew for a new path
    with pytest.raises(EngineError, match=r"'broken' \(no_such_package:Broken\) cannot be loaded"):
        load("families", "broken")


def test_an_unknown_kind_is_a_programmers_mistake() -> None:
    with pytest.raises(ValueError, match="families, searchers, executors, servers"):
        names("gadgets")
