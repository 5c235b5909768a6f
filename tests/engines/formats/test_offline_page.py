"""The bundle for agencies: what is in it, and its page in a real browser."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Page
from tests.engines.formats.batches import PNG, said_in, small_batch
from tests.web.test_browser import serious

from leadline.engines.annotation_format import LabellingBatch, Question
from leadline.engines.loading import load
from leadline.errors import DataError

SCRIPT = "<script>document.title='owned'</script>"


def opened(page: Page, folder: Path, batch: LabellingBatch, name: str = "Ada") -> None:
    """The page of a bundle, from the disk, begun by somebody."""
    load("formats", "bundle")().write(batch, folder / "b.zip")
    with zipfile.ZipFile(folder / "b.zip") as bundle:
        bundle.extractall(folder / "b")
    page.goto((folder / "b" / "index.html").as_uri())
    page.keyboard.type(name)
    page.keyboard.press("Enter")


def saved(page: Page, folder: Path) -> Path:
    """The file of answers."""
    with page.expect_download() as download:
        page.keyboard.press("w")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_an_agency_finds_all_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    load("formats", "bundle")().write(small_batch(), path)
    with zipfile.ZipFile(path) as bundle:
        task = json.loads(bundle.read("task.json"))
        items = [json.loads(line) for line in bundle.read("items.jsonl").splitlines()]
        assert bundle.read("images/a-2.png") == PNG
        everything = b"".join(bundle.read(name) for name in bundle.namelist())
    assert (task["labels"], task["reward"], task["currency"]) == (["no", "yes"], 5, "USD")
    assert items[0] == {"item": "a", "content": {"n": 1.5, "picture": "images/a-2.png"}}
    assert items[1]["content"] == {"n": None, "picture": None}
    # what others said would sway whoever labels
    assert b"Ada" not in everything.replace(b"answers-Ada", b"")
    first = path.read_bytes()
    load("formats", "bundle")().write(small_batch(), path)
    assert path.read_bytes() == first


def test_answers_come_back_one_by_one_or_in_a_zip(tmp_path: Path) -> None:
    line = {"item": "a", "judge": "Ada", "value": "yes", "seconds": 1}
    with zipfile.ZipFile(tmp_path / "back.zip", "w") as back:
        back.writestr("x/answers-Ada.jsonl", json.dumps(line))
        back.writestr("x/answers-Bo.jsonl", json.dumps(line | {"judge": "Bo"}) + '\n{"item"')
    import_result = load("formats", "bundle")().read(tmp_path / "back.zip", small_batch().question)
    assert [imported.answer.judge for imported in import_result.annotations] == ["Ada", "Bo"]
    assert [fault.where for fault in import_result.faults] == ["x/answers-Bo.jsonl line 2"]


def test_what_holds_no_answers_is_refused(tmp_path: Path) -> None:
    engine, path = load("formats", "bundle")(), tmp_path / "b.zip"
    engine.write(small_batch(), path)
    with pytest.raises(DataError, match="has no answers in it"):
        engine.read(path, small_batch().question)
    with zipfile.ZipFile(path, "w") as torn:
        torn.writestr("answers-Ada.jsonl", "{}")
    bad = bytearray(path.read_bytes())
    bad[bad.index(b"{}")] = ord("[")
    path.write_bytes(bad)
    with pytest.raises(DataError, match="cannot be unpacked"):
        engine.read(path, small_batch().question)
    path.write_bytes(b"PK nothing")
    with pytest.raises(DataError, match="is no zip"):
        engine.read(path, small_batch().question)


def test_thirty_items_by_keyboard_alone(page: Page, tmp_path: Path) -> None:
    keys = [f"{number:016x}" for number in range(30)]
    items = pl.DataFrame({"item": keys, "text": [f"{SCRIPT} {key}" for key in keys]})
    question = Question(
        text=f"Is it late? {SCRIPT}",
        label="late",
        classes=("yes", "no </script>"),
        columns={"text": "text"},
        guidelines=f"Late is late. {SCRIPT}",
    )
    opened(page, tmp_path, LabellingBatch(question=question, key="item", items=items))
    for number in range(30):
        page.keyboard.press("?" if number % 10 == 0 else "12"[number % 2])
    page.keyboard.press("u")
    page.keyboard.press("c")
    page.keyboard.type("12 hm")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    assert page.get_by_text("Thank you").is_visible()
    assert page.title() != "owned"
    path = saved(page, tmp_path)
    assert path.name == "answers-Ada.jsonl"
    answers = said_in(load("formats", "jsonl")().read(path, question))
    assert sorted(answer.item for answer in answers) == keys
    assert [answer.item for answer in answers] != keys
    assert [answer.value for answer in answers[:3]] == [None, "no </script>", "yes"]
    assert (answers[-1].value, answers[-1].comment) == ("no </script>", "12 hm")
    assert {answer.judge for answer in answers} == {"Ada"}
    assert len({answer.guidelines for answer in answers}) == 1
    assert all(answer.at and answer.at.tzinfo for answer in answers)


def test_a_number_is_asked_for_and_the_page_is_left_and_found_again(
    page: Page, tmp_path: Path
) -> None:
    items = pl.DataFrame({"item": ["a", "b"], "n": [1.5, None]})
    question = Question(text="How many?", label="y", columns={"n": "number"})
    batch = LabellingBatch(question=question, key="item", items=items)
    opened(page, tmp_path, batch)
    for strange in ("many", "1,234", "0x10"):
        page.locator("#value").fill(strange)
        page.keyboard.press("Enter")
        assert page.get_by_text("A number is needed").is_visible()
        assert page.locator("#progress").inner_text().startswith("0 of 2")
    page.locator("#value").fill("12,5")
    page.keyboard.press("Enter")
    assert page.locator("#progress").inner_text().startswith("1 of 2")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.keyboard.type("Ada")
    page.keyboard.press("Enter")
    assert page.locator("#progress").inner_text().startswith("1 of 2")
    page.keyboard.press("Escape")
    (answer,) = said_in(load("formats", "jsonl")().read(saved(page, tmp_path), question))
    assert answer.value == "12.5"


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_is_cut_off_on_any_screen(page: Page, tmp_path: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, tmp_path, small_batch())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious(page) == []
    policy = page.locator("meta[http-equiv]").get_attribute("content") or ""
    assert re.match(r"default-src 'none'; img-src data:; style-src 'sha256-", policy)
    assert page.get_by_alt_text("The image to label").count() in (0, 1)
    page.keyboard.press("y")
    assert page.locator("#progress").inner_text().startswith("1 of 2")
