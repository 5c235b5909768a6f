"""What the pages name exists: verbs and their options, links, files, modules, settings."""

from __future__ import annotations

import importlib
import re
import shlex
import sys
import tomllib
import types
from collections.abc import Iterator
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
from tests.docs.pages import PAGES, REPOSITORY, blocks, name_of, prose

from leadline.cli import main
from leadline.phases.lifecycle import ROWS, is_decision
from leadline.settings.sections import NAMED_SECTIONS, SECTIONS

SHELLS = {"console", "sh"}
STANDS_FOR_ANYTHING = {"POINT", "REASON", "FILE", "COLUMN", "FOLDER", "STAGE", "ROW"}
FOLDERS = ("src", "tests", "docs", "benchmarks", ".ci")
_LINK = re.compile(r"(?<!\\)\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(rf"(?:{'|'.join(map(re.escape, FOLDERS))})/[\w./-]+")
_MODULE = re.compile(r"leadline(?:\.\w+)+")
_ASSIGNED = re.compile(r"^\w+=\S+$")


def texts() -> Iterator[tuple[str, Path, str]]:
    """Name, path and text of every page."""
    for page in PAGES:
        yield name_of(page), page, page.read_text(encoding="utf-8")


def command_lines(text: str) -> Iterator[str]:
    """Every `leadline ...` that a page shows, in a block or within a sentence."""
    for block in blocks(text):
        if block.language in SHELLS:
            for line in block.text.replace("\\\n", " ").splitlines():
                if block.language == "sh" or line.startswith("$ "):
                    yield from _of_leadline(line.removeprefix("$ "))
    for code in _CODE.findall(prose(text)):
        yield from _of_leadline(code)


def _of_leadline(line: str) -> Iterator[str]:
    """The parts of a shell line that call leadline."""
    for part in re.split(r"&&|\||;", line):
        words = shlex.split(part, comments=True)
        while words and (_ASSIGNED.match(words[0]) or words[0] == "export"):
            words = words[1:]
        if words and Path(words[0]).name == "leadline":
            yield shlex.join(words[1:])


def complaint(line: str) -> str:
    """What Click has against a command line; empty if it parses."""
    name, *arguments = [*shlex.split(line), ""]
    arguments = [argument for argument in arguments if argument]
    if name in {"", "--help", "--version", "-h"}:
        return ""
    verb = main.get_command(click.Context(main), name)
    if verb is None:
        return f"no verb {name!r}"
    try:
        # a verb alone may be named without what it needs
        verb.make_context(name, list(arguments), resilient_parsing=not arguments)
    except click.exceptions.Exit:
        return ""
    except click.UsageError as error:
        is_open = STANDS_FOR_ANYTHING & set(arguments)
        return "" if is_open else error.format_message()
    return ""


def test_every_command_line_parses() -> None:
    lines = [(name, line) for name, _, text in texts() for line in command_lines(text)]
    assert len(lines) > 50
    wrong = [
        f"{name}: leadline {line}: {said}" for name, line in lines if (said := complaint(line))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("line", ["fly", "run --loudly", "decide find perhaps --why x", "watch -x"])
def test_a_wrong_command_line_is_seen(line: str) -> None:
    assert complaint(line)


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", prose(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in headings}


def test_every_internal_link_resolves() -> None:
    lost = []
    for name, page, text in texts():
        for link in _LINK.findall(prose(text)):
            if re.match(r"[a-z]+:", link):
                continue
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            is_generated = path.removeprefix("docs/").startswith("reference/")
            if is_generated:
                room = Path(path).stem
                if room != "index" and find_spec(f"leadline.{room}") is None:
                    lost.append(f"{name}: {link}")
            elif not target.exists() or (
                anchor and anchor not in anchors(target.read_text(encoding="utf-8"))
            ):
                lost.append(f"{name}: {link}")
    assert not lost, "\n".join(lost)


def test_the_list_at_the_head_of_the_how_to_names_every_task_in_order() -> None:
    text = (REPOSITORY / "docs" / "how-to.md").read_text(encoding="utf-8")
    tasks = re.findall(r"^### (.+)$", prose(text), re.MULTILINE)
    head = text.partition("\n## ")[0]
    lines = re.findall(r"^\* \*\*(.+)\*\*: (.+)$", head, re.MULTILINE)
    listed = [name for _, line in lines for name in re.findall(r"\[([^\]]+)\]", line)]
    assert len(tasks) > 40
    assert listed == tasks
    assert [topic for topic, _ in lines] == re.findall(r"^## (.+)$", prose(text), re.MULTILINE)


def test_every_file_and_module_named_exists() -> None:
    lost = []
    for name, _, text in texts():
        for code in _CODE.findall(prose(text)):
            if _PATH.fullmatch(code) and not any(mark in code for mark in "<*X"):
                if not (REPOSITORY / code).exists():
                    lost.append(f"{name}: {code}")
            elif _MODULE.fullmatch(code) and not is_importable(code):
                lost.append(f"{name}: {code}")
    assert not lost, "\n".join(lost)


def is_importable(dotted: str) -> bool:
    """Whether a dotted name is a module, a name in one, or a group of entry points."""
    if dotted in ("leadline.toml", "leadline.db", *_entry_point_groups()):
        return True
    module, _, attribute = dotted.rpartition(".")
    try:
        if find_spec(dotted) is not None:
            return True
    except ModuleNotFoundError:
        pass
    try:
        return hasattr(__import__(module, fromlist=[attribute]), attribute)
    except ModuleNotFoundError:
        return False


def _entry_point_groups() -> list[str]:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return list(project["entry-points"])


def test_every_toml_block_sets_keys_that_are_known() -> None:
    seen = 0
    for name, _, text in texts():
        for block in blocks(text):
            if block.language != "toml":
                continue
            for section, content in tomllib.loads(block.text).items():
                if section in {"project", "tool"}:
                    continue
                known = {field.name for field in fields((SECTIONS | NAMED_SECTIONS)[section])}
                for table in content.values() if section in NAMED_SECTIONS else [content]:
                    assert set(table) <= known, f"{name}:{block.line}: [{section}]"
                seen += 1
    assert seen > 5


def test_the_readme_shows_the_table_of_the_life_cycle() -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    shown = dict(re.findall(r"^\| \w+ \| `(\w+)` \| .* \| [\w +]+ \| (.+) \|$", text, re.MULTILINE))
    expected = {
        row.name: ", ".join(f"`{name}`" for name in row.stands_on) or "–"
        for row in ROWS.values()
        if not is_decision(row.name)
    }
    assert shown == expected


def test_every_row_has_its_section_in_the_methods() -> None:
    text = (REPOSITORY / "docs" / "methods.md").read_text(encoding="utf-8")
    sections = set(re.findall(r"^### (\w+)", text, re.MULTILINE))
    assert {name for name in ROWS if not is_decision(name)} <= sections


def test_the_family_of_the_how_to_passes_its_own_check(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (REPOSITORY / "docs" / "how-to.md").read_text(encoding="utf-8")
    python = [block.text for block in blocks(text) if block.language == "python"]
    family, check = (next(part for part in python if word in part) for word in ("class ", "check_"))
    guest = types.ModuleType("guest_of_the_how_to")
    monkeypatch.setitem(sys.modules, guest.__name__, guest)
    exec(family + check, guest.__dict__)
    assert guest.Constants().candidates("binary", {}, 0) == [{}]


def test_the_glossary_page_is_the_table_of_the_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(REPOSITORY / "docs")
    write_glossary = importlib.import_module("write_glossary")
    written = write_glossary.TARGET.read_text(encoding="utf-8")
    assert written == write_glossary.page(), "run docs/write_glossary.py"


def test_every_question_of_a_manager_has_its_picture() -> None:
    text = (REPOSITORY / "docs" / "managers.md").read_text(encoding="utf-8")
    questions = re.split(r"^## \d+\. ", text, flags=re.MULTILINE)[1:]
    shown = [re.findall(r"!\[[^\]]{20,}\]\(pictures/(\w+)\.png\)", each) for each in questions]
    assert [len(each) for each in shown] == [1] * 10
    sizes = {file.stem: file.stat().st_size for file in (REPOSITORY / "docs/pictures").iterdir()}
    assert all(sizes[name] < 64_000 for (name,) in shown)


def test_every_picture_is_drawn_by_the_script_and_shown_somewhere() -> None:
    drawn = set(re.findall(r'Shot\("(\w+)"', (REPOSITORY / "docs/pictures.py").read_text()))
    there = {file.stem for file in (REPOSITORY / "docs/pictures").iterdir()}
    assert there == drawn | {"forecast", "project"}
    text = "".join(text for _, _, text in texts())
    assert not [name for name in there if f"pictures/{name}.png" not in text]
