"""A picture is drawn once, and never shown as it was."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.examples import example_problem, example_release

from leadline.charts import NARROW, WIDE, Sheet, picture_cache
from leadline.charts.picture_cache import Drawing, PictureCache
from leadline.phases.verdict import Verdict

RELEASE = example_release()


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Verdict]:
    """What has been drawn; a drawing of 1,000 letters."""
    seen: list[Verdict] = []

    def draw(verdict: Verdict) -> dict[str, Drawing]:
        seen.append(verdict)
        return {"": Drawing("<svg>" + "w" * 1_000, "<svg>n", verdict.summary)}

    monkeypatch.setattr(picture_cache, "drawings_of", draw)
    return seen


def test_a_picture_is_drawn_once(tmp_path: Path, drawn: list[Verdict]) -> None:
    first = PictureCache(tmp_path / "pictures").drawings(RELEASE)
    again = PictureCache(tmp_path / "pictures")
    assert again.has(RELEASE)
    assert again.drawings(RELEASE) == first
    assert drawn == [RELEASE]


def test_another_verdict_is_another_picture(tmp_path: Path, drawn: list[Verdict]) -> None:
    pictures = PictureCache(tmp_path)
    other = replace(RELEASE, challenger_score=0.814)
    assert pictures.drawings(RELEASE) == pictures.drawings(other)
    assert drawn == [RELEASE, other]


def test_what_other_code_drew_is_not_shown(
    tmp_path: Path, drawn: list[Verdict], monkeypatch: pytest.MonkeyPatch
) -> None:
    code = tmp_path / "package" / "charts"
    code.mkdir(parents=True)
    (code / "decay.py").write_text("WIDTH = 1")
    monkeypatch.setattr(picture_cache, "_PACKAGE", code.parent)
    picture_cache._drawn_by.cache_clear()
    PictureCache(tmp_path / "kept").drawings(RELEASE)
    assert PictureCache(tmp_path / "kept").has(RELEASE)
    (code / "decay.py").write_text("WIDTH = 2")
    picture_cache._drawn_by.cache_clear()
    assert not PictureCache(tmp_path / "kept").has(RELEASE)
    picture_cache._drawn_by.cache_clear()


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"": {"wide": "x"}}'])
def test_a_damaged_picture_is_drawn_again(
    tmp_path: Path, drawn: list[Verdict], damage: bytes
) -> None:
    pictures = PictureCache(tmp_path)
    first = pictures.drawings(RELEASE)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(damage)
    assert pictures.drawings(RELEASE) == first
    assert len(drawn) == 2
    assert json.loads(kept.read_bytes())


def test_what_was_read_longest_ago_goes_first(tmp_path: Path, drawn: list[Verdict]) -> None:
    pictures = PictureCache(tmp_path, most_bytes=3_800)
    old, read, new = (replace(RELEASE, challenger_score=score) for score in (0.1, 0.2, 0.3))
    for age, verdict in enumerate((read, old)):
        pictures.drawings(verdict)
        for path in tmp_path.iterdir():
            stat = path.stat()
            os.utime(path, (stat.st_mtime - 100 * (age + 1),) * 2)
    pictures.drawings(read)
    pictures.drawings(new)
    pictures.drawings(replace(RELEASE, challenger_score=0.4))
    assert [pictures.has(each) for each in (old, read, new)] == [False, True, True]


def test_a_folder_that_cannot_be_written_shows_pictures_all_the_same(
    tmp_path: Path, drawn: list[Verdict]
) -> None:
    (tmp_path / "file").write_text("no folder")
    pictures = PictureCache(tmp_path / "file")
    assert pictures.drawings(RELEASE)[""].alt == RELEASE.summary
    assert not pictures.has(RELEASE)


def test_a_verdict_without_a_picture_is_known_to_have_none(tmp_path: Path) -> None:
    pictures = PictureCache(tmp_path)
    assert pictures.drawings(example_problem()) == {}
    assert pictures.has(example_problem())


def test_what_is_no_verdict_is_drawn_once_for_its_key(tmp_path: Path) -> None:
    asked: list[Sheet] = []

    def nothing(sheet: Sheet) -> None:
        asked.append(sheet)

    pictures = PictureCache(tmp_path)
    assert pictures.drawing("money: none", nothing) is None
    assert pictures.drawing("money: none", nothing) is None
    assert asked == [WIDE, NARROW]
    pictures.drawing("money: 3 EUR", nothing)
    assert asked == [WIDE, NARROW] * 2
