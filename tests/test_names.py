"""Names of modules: one name for one thing, the field's words, first lines that say what it is."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

import leadline
from leadline.cli.group import VERBS
from leadline.phases.lifecycle import ROWS, is_decision

ROOT = Path(leadline.__file__).parent
TESTS = Path(__file__).parent

ROW_NAMES = {name for name in ROWS if not is_decision(name)} | {"decision"}
"""A row has a module of its name on several floors: phase, job, chart, command, page."""

TOPICS = {
    "adjudicate",  # a form: its command, its query and its page
    "agents",  # what the record knows of them, what they may do, their server
    "annotators",  # their statistics, and what votes say of them
    "default_decision",
    "delegation",  # a verdict beside the table: its phase, record, command, query, chart and page
    "embeddings",  # the vectors, and the family of models on them
    "executors",  # what there is, and what each must do
    "families",
    "format",  # the entry of a format that is a folder
    "guidelines",
    "invitations",
    "jobs",  # what a machine computes, and the requests for it
    "labels",  # on the record, and their statistics
    "machines",  # their prices, and their statistics
    "monitoring",
    "observations",  # made, and on the record
    "posterior",  # of a curve, and its picture
    "project",  # its query, and its page
    "stream_estimate",  # of any judgments, and of a tuning's
    "verification",
    "words",  # a demo of texts, and their statistics
    "worklist",
}
"""Other things that several floors deal with, each in a module of one name.

A verb of the command line may bear the name of what it calls, too.
"""

EQUALS = {
    "charts": "one a picture",
    "cli": "one a verb",
    "engines/families": "one a family of models",
    "jobs": "one a row",
}
"""Folders whose files stand side by side because none is above another."""

MOST_FILES = 15
FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "base", "misc", "manager", "core"}
QUESTIONS = {"who", "whom", "whose", "what", "how", "which", "where", "whether"}


def modules() -> list[Path]:
    """Every file of the package but the migrations, whose names are numbers."""
    return [path for path in sorted(ROOT.rglob("*.py")) if "migrations" not in path.parts]


def dotted(path: Path) -> str:
    """The name by which a file is imported, without the package's own."""
    inside = path.relative_to(ROOT).with_suffix("")
    return ".".join(inside.parts).removesuffix(".__init__")


def first_line(path: Path) -> str:
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def is_row_of_phases(path: Path) -> bool:
    return path.parts[len(ROOT.parts)] == "phases" and path.stem in ROW_NAMES


def opens_with_a_question(line: str) -> bool:
    return (line.split() or [""])[0].strip("`'\"*.,:;?").lower() in QUESTIONS


def told(found: list[str]) -> str:
    return "\n".join(["", *found])


def test_no_module_opens_with_a_question() -> None:
    wrong = [
        f"{dotted(path)}: {first_line(path)}"
        for path in modules()
        if opens_with_a_question(first_line(path)) and not is_row_of_phases(path)
    ]
    assert not wrong, told(wrong)


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        ("How good the people are who label.", True),
        ("Whether two candidates differ.", True),
        ("What a model says.", True),
        ("Annotator quality: agreement, spammers, copying.", False),
        ("Whole files or none.", False),
        ("", False),
    ],
)
def test_a_question_is_known_by_its_first_word(line: str, is_one: bool) -> None:
    assert opens_with_a_question(line) == is_one


def test_every_module_says_what_it_is() -> None:
    wrong = [dotted(path) for path in modules() if not first_line(path)]
    assert not wrong, told(wrong)


def test_a_phase_opens_with_its_stage_and_its_row() -> None:
    phases = {path.stem: path for path in modules() if is_row_of_phases(path)}
    assert set(phases) == ROW_NAMES
    wrong = [
        f"{dotted(path)}: {first_line(path)}"
        for name, path in phases.items()
        if name in ROWS and not first_line(path).startswith(f"{ROWS[name].stage} / {name}: ")
    ]
    assert not wrong, told(wrong)


def names() -> dict[str, list[str]]:
    """Where each name stands: files, and folders that are packages."""
    found = defaultdict(list)
    for path in modules():
        if path.name != "__init__.py":
            found[path.stem].append(dotted(path))
        elif path.parent != ROOT:
            found[path.parent.name].append(f"{dotted(path)} (a folder)")
    return found


def test_no_two_modules_share_a_name() -> None:
    allowed = ROW_NAMES | set(VERBS) | TOPICS
    wrong = [
        f"{name}: {', '.join(places)}"
        for name, places in sorted(names().items())
        if len(places) > 1 and name not in allowed
    ]
    assert not wrong, told(wrong)


def test_the_list_of_topics_is_true() -> None:
    found = names()
    alone = sorted(name for name in TOPICS if len(found[name]) < 2)
    assert not alone, f"no longer shared, so take them out of TOPICS: {', '.join(alone)}"
    twice = sorted(TOPICS & (ROW_NAMES | set(VERBS)))
    assert not twice, f"allowed already, as rows or verbs: {', '.join(twice)}"


def test_no_name_says_nothing() -> None:
    files = [*modules(), *sorted(TESTS.rglob("*.py"))]
    wrong = [
        str(path) for path in files if FORBIDDEN & {path.stem.removeprefix("test_"), *path.parts}
    ]
    assert not wrong, told(wrong)


def side_by_side() -> dict[str, int]:
    """Files in each folder, its own __init__ and the rows of the life cycle apart."""
    counts: dict[str, int] = defaultdict(int)
    for path in modules():
        if path.name != "__init__.py" and not is_row_of_phases(path):
            counts[path.parent.relative_to(ROOT).as_posix()] += 1
    return counts


def test_no_folder_is_a_heap() -> None:
    counts = side_by_side()
    wrong = [
        f"{folder}: {n} files"
        for folder, n in counts.items()
        if n > MOST_FILES and folder not in EQUALS
    ]
    assert not wrong, told(wrong)
    gone = sorted(set(EQUALS) - set(counts))
    assert not gone, f"these folders are no more: {', '.join(gone)}"
