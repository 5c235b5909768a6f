"""Items as Label Studio's tasks, and the labelling configuration that shows them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import quoteattr

from leadline.engines.annotation_format import Question
from leadline.engines.formats.cells import plain

OURS = "leadline"
LABEL, COMMENT = "label", "comment"
_ROW = "row"
_SHOWN_ALONE = ("text", "image")
# characters that XML 1.0 cannot hold, however they are written
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SIMPLE = re.compile(r"[A-Za-z]\w*\Z", re.ASCII)


def places(question: Question) -> dict[str, str]:
    """Where in a task's data a column stands by itself: texts and images; others share a table.

    Examples
    --------
    >>> question = Question(
    ...     text="?", label="y", columns={"text": "text", "my cat": "image", "n": "number"}
    ... )
    >>> places(question)
    {'text': 'text', 'my cat': 'column_2'}
    """
    alone = {}
    for number, (name, kind) in enumerate(question.columns.items(), 1):
        if kind in _SHOWN_ALONE:
            is_simple = _SIMPLE.match(name) and name != _ROW and not name.startswith("column_")
            alone[name] = name if is_simple else f"column_{number}"
    return alone


def task_data(row: Mapping[str, Any], question: Question) -> dict[str, Any]:
    """An item as the data of a task."""
    alone = places(question)
    # a text that is not there would be refused, so it is shown empty; meta says that it is missing
    data = {place: plain(row[name]) or "" for name, place in alone.items()}
    table = {name: plain(row[name]) for name in question.columns if name not in alone}
    return data | ({_ROW: table} if table else {})


def task_meta(row: Mapping[str, Any], question: Question, key: str) -> dict[str, Any]:
    """What goes with a task so that nothing of the item is lost."""
    alone = places(question)
    missing = [name for name in alone if row[name] is None]
    moved = {place: name for name, place in alone.items() if place != name}
    ours: dict[str, Any] = {"item": key}
    if missing:
        ours["missing"] = missing
    if moved:
        ours["columns"] = moved
    return {OURS: ours}


def content_of(data: Mapping[str, Any], meta: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an item, from its task."""
    columns, missing = meta.get("columns", {}), set(meta.get("missing", ()))
    table = data.get(_ROW)
    table = table if isinstance(table, dict) else {}
    flat = {columns.get(place, place): each for place, each in data.items() if each is not table}
    return {name: None if name in missing else each for name, each in (flat | table).items()}


def configuration(question: Question) -> str:
    """The labelling configuration that shows these tasks and asks the question [1]_.

    References
    ----------
    .. [1] Label Studio, Set up your labeling project. https://labelstud.io/guide/setup
    """
    alone = places(question)
    lines = ["<View>", f"  <Header value={_words(question.text)}/>"]
    if question.guidelines:
        lines += ['  <Collapse><Panel value="Guidelines">', *_guidelines(question)]
        lines.append("  </Panel></Collapse>")
    if len(alone) < len(question.columns):
        lines.append(f'  <Table name="{_ROW}" value="${_ROW}"/>')
    for name, place in alone.items():
        tag = "Image" if question.columns[name] == "image" else "Text"
        lines.append(f'  <Header value={_words(name)} size="5"/>')
        lines += [f'  <{tag} name="{place}" value="${place}"/>']
    lines += [*_asked(question), "</View>"]
    return "\n".join(lines) + "\n"


def shown_first(question: Question) -> str:
    """What an answer is tied to: the first thing shown."""
    alone = places(question)
    return _ROW if len(alone) < len(question.columns) else next(iter(alone.values()))


def _asked(question: Question) -> list[str]:
    to = shown_first(question)
    comment = f'  <TextArea name="{COMMENT}" toName="{to}" placeholder="Comment" rows="1"/>'
    if not question.classes:
        return [f'  <Number name="{LABEL}" toName="{to}" required="true"/>', comment]
    choices = [
        f"    <Choice value={_words(name)}{_key(number)}{_exactly(name)}/>"
        for number, name in enumerate(question.classes, 1)
    ]
    opening = f'  <Choices name="{LABEL}" toName="{to}" choice="single" required="true">'
    return [opening, *choices, "  </Choices>", comment]


def _key(number: int) -> str:
    return f' hotkey="{number}"' if number < 10 else ""


def _exactly(name: str) -> str:
    return f" alias={quoteattr(name)}" if "$" in name else ""


def _guidelines(question: Question) -> list[str]:
    paragraphs = re.split(r"\n\s*\n", question.guidelines.strip())
    return [f'    <Header value={_words(" ".join(each.split()))} size="6"/>' for each in paragraphs]


def _words(text: str) -> str:
    """Words as an attribute; a dollar would be taken for the name of something in the data."""
    shown = _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)
    return quoteattr(shown.replace("$", "\N{FULLWIDTH DOLLAR SIGN}"))
