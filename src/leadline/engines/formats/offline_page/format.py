"""Zip with an offline labelling page, and the answers that come back from it."""

from __future__ import annotations

import json
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from leadline.engines.annotation_format import Fault, ImportResult, LabellingBatch, Question
from leadline.engines.formats.cells import plain
from leadline.engines.formats.offline_page.page import page, version_of
from leadline.engines.formats.text_rows import Row, json_rows
from leadline.engines.formats.vote_tables import import_result_of
from leadline.errors import DataError

_MOST_BYTES = 2**28
_MOST_FILES = 1_000
# the same batch gives the same bytes
_TIME = (1980, 1, 1, 0, 0, 0)
_README = """\
Open index.html in a browser. It needs no network and sends nothing.
Give a name, answer, and press 'Save answers'. Send back the file that is saved.

task.json       what is asked, the labels, and what one answer is paid (in the smallest unit)
items.jsonl     the items, one a line; images lie in images/
guidelines.md   how to decide

Who uses tools of their own sends back one JSON mapping a line:
{"item": "...", "judge": "who", "value": "label, or null if unsure", "seconds": 3.2,
 "at": "2026-03-01T08:30:00Z", "guidelines": "version in task.json", "reason": "", "comment": ""}
"""


class OfflinePage:
    """A zip that any agency can use; no votes are in it.

    Comes back as the files ``answers-NAME.jsonl`` that its page saves, one by one or in a zip.
    """

    name = "bundle"
    suffixes = (".zip",)

    def write(self, batch: LabellingBatch, path: Path) -> None:
        """As `leadline.engines.annotation_format.Format.write`."""
        question = batch.question
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
            _put(bundle, "README.txt", _README)
            _put(bundle, "index.html", page(batch))
            _put(bundle, "task.json", json.dumps(_task(question), indent=1, ensure_ascii=False))
            _put(bundle, "guidelines.md", question.guidelines)
            lines = []
            for row in batch.items.iter_rows(named=True):
                line, images = _item(row, batch)
                lines.append(json.dumps(line, ensure_ascii=False) + "\n")
                for name, data in images.items():
                    _put(bundle, name, data)
            _put(bundle, "items.jsonl", "".join(lines))

    def read(self, path: Path, question: Question) -> ImportResult:
        """As `leadline.engines.annotation_format.Format.read`."""
        try:
            with zipfile.ZipFile(path) as bundle:
                return import_result_of(path.name, _rows(bundle, path.name), question)
        except zipfile.BadZipFile as error:
            raise DataError(
                f"{path.name} is no zip: {error}.",
                "The files that the page saves are needed.",
                "Bring them in one by one, or zip them again.",
            ) from error


def _task(question: Question) -> dict[str, Any]:
    return {
        "question": question.text,
        "label": question.label,
        "unit": question.unit,
        "labels": list(question.classes) or "a number",
        "columns": dict(question.columns),
        "reward": question.reward,
        "currency": question.currency,
        "guidelines": version_of(question.guidelines),
    }


def _item(row: dict[str, Any], batch: LabellingBatch) -> tuple[dict[str, Any], dict[str, bytes]]:
    line: dict[str, Any] = {"item": row[batch.key]}
    images = {}
    for number, name in enumerate(batch.question.columns, 1):
        value = row[name]
        if isinstance(value, bytes):
            file = f"images/{row[batch.key]}-{number}.png"
            images[file], value = value, file
        line.setdefault("content", {})[name] = plain(value)
    return line, images


def _put(bundle: zipfile.ZipFile, name: str, content: str | bytes) -> None:
    info = zipfile.ZipInfo(name, _TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    bundle.writestr(info, content)


def _rows(bundle: zipfile.ZipFile, name: str) -> Iterator[Row]:
    """Lines of every file of answers, with the file each is in."""
    answers = [info for info in bundle.infolist() if _is_answers(info)]
    if not answers:
        raise DataError(
            f"{name} has no answers in it.",
            "Files such as answers-Ada.jsonl are needed, as the page of the bundle saves them.",
            "Ask for them.",
        )
    n_bytes = sum(info.file_size for info in answers)
    if n_bytes > _MOST_BYTES or len(answers) > _MOST_FILES:
        raise DataError(
            f"{name} has {len(answers):,} files of answers with {n_bytes:,} bytes.",
            f"At most {_MOST_FILES:,} files and {_MOST_BYTES:,} bytes are read at once.",
            "Bring them in part by part.",
        )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "answers.jsonl"
        for info in answers:
            file.write_bytes(_content(bundle, info, name))
            for row in json_rows(file):
                if isinstance(row, Fault):
                    yield Fault(f"{info.filename} {row.where}", row.found)
                else:
                    yield f"{info.filename} {row[0]}", row[1]


def _content(bundle: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> bytes:
    try:
        return bundle.read(info)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error) as error:
        raise DataError(
            f"{info.filename} in {name} cannot be unpacked: {error}.",
            "A zip without a password is needed.",
            "Pack the files anew, or bring them in one by one.",
        ) from error


def _is_answers(info: zipfile.ZipInfo) -> bool:
    last = info.filename.rpartition("/")[2]
    return last.startswith("answers") and last.endswith(".jsonl")
