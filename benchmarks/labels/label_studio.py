"""Items and votes into a real Label Studio, labelled there, and back: what was lost.

Label Studio is heavy, so it has an environment of its own, made once in the cache; its server runs
for this script only, on a data base of its own. The items are awkward on purpose. Votes of three
people go in; a fourth answers through its API, as its page does, and skips some. What it exports is
read back, and everything that went in is looked for.

    python benchmarks/labels/label_studio.py [--items 60]
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from leadline.engines.annotation_format import Answer, ImportResult, LabellingBatch, Question
from leadline.engines.loading import load
from leadline.reading.images.image_files import png_of_numbers

_CACHE = Path.home() / ".cache" / "leadline-benchmarks" / "label-studio" / "venv"
_PACKAGE = "label-studio==1.23.2"
_START_S = 600.0
_TEXTS = [
    "plain words",
    "Grüße, 漢字, 🙂, \u202ereversed",
    "<script>alert('late')</script> & \"quotes\"",
    "$text costs $5,00\nand a second line\ttabbed",
    "",
    None,
    "  spaces around  ",
    "x" * 5_000,
]
_CLASSES = ("yes", 'no "never" & <b>', "$5 or more", "vielleicht später")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=60)
    n_items = parser.parse_args().items
    engine = load("formats", "label-studio")()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sent = batch(n_items)
        engine.write(sent, folder / "tasks.json")
        with running(folder) as studio:
            project = studio.make_project((folder / "tasks.xml").read_text())
            studio.send_tasks(project, (folder / "tasks.json").read_bytes(), n_items)
            said = studio.label(project)
            (folder / "back.json").write_text(json.dumps(studio.exported(project)))
        back = engine.read(folder / "back.json", sent.question)
        engine.write(returned(sent, back), folder / "again.json")
        again = engine.read(folder / "again.json", sent.question)
        report(sent, said, back, again)


def batch(n_items: int) -> LabellingBatch:
    """Awkward items, and votes of three people on two thirds of them."""
    rng = np.random.default_rng(0)
    began = datetime(2026, 3, 1, 8, 30, 0, 123456, tzinfo=UTC)
    keys = [f"{int(key):016x}" for key in rng.integers(0, 2**62, n_items)]
    items = pl.DataFrame(
        {
            "item": keys,
            "text": [_TEXTS[row % len(_TEXTS)] for row in range(n_items)],
            "a text: with a $name": [_TEXTS[(row + 3) % len(_TEXTS)] for row in range(n_items)],
            "picture": [png_of_numbers(rng.integers(0, 255, (4, 4)).tolist()) for _ in keys],
            "amount": [None if row % 7 == 0 else float(rng.normal()) for row in range(n_items)],
            "row": rng.integers(-(2**53), 2**53, n_items),
            "day": [began.replace(tzinfo=None) + timedelta(days=row) for row in range(n_items)],
        }
    )
    kinds = ("text", "text", "image", "number", "number", "date")
    question = Question(
        text="Is it worth $5 or more?",
        label="worth",
        classes=_CLASSES,
        columns=dict(zip(items.columns[1:], kinds, strict=True)),
        guidelines="# When to say yes\n\nIf it costs $5, or <more>.\n\nElse no.",
    )
    answers = [
        Answer(
            item=key,
            judge=judge,
            value=None if rng.random() < 0.2 else _CLASSES[rng.integers(len(_CLASSES))],
            seconds=round(float(rng.exponential(8)), 3),
            at=began + timedelta(seconds=row * 10 + number),
            guidelines="v2",
            reason="too blurred" if row % 5 == 0 else "",
            comment="Ünklar\n<i>why?</i>" if row % 4 == 0 else "",
        )
        for row, key in enumerate(keys)
        for number, judge in enumerate(("Ada", "ben@example.org", "Łukasz 3"))
        if row % 3
    ]
    return LabellingBatch(question=question, key="item", items=items, answers=tuple(answers))


def returned(sent: LabellingBatch, back: ImportResult) -> LabellingBatch:
    """What came back, packed once more."""
    answers = tuple(imported.answer for imported in back.annotations)
    return LabellingBatch(question=sent.question, key=sent.key, items=sent.items, answers=answers)


class Studio:
    """A Label Studio that runs, by its API."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url, token

    def call(self, method: str, path: str, body: bytes | None = None) -> Any:
        request = urllib.request.Request(
            self._url + path,
            data=body,
            method=method,
            headers={"Authorization": f"Token {self._token}", "Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise SystemExit(
                f"{method} {path}: {error.code} {error.read().decode()[:2000]}"
            ) from None

    def make_project(self, config: str) -> int:
        body = json.dumps({"title": "Leadline", "label_config": config}).encode()
        return int(self.call("POST", "/api/projects", body)["id"])

    def send_tasks(self, project: int, tasks: bytes, n_items: int) -> None:
        done = self.call("POST", f"/api/projects/{project}/import?commit_to_project=true", tasks)
        assert done["task_count"] == n_items, done

    def label(self, project: int) -> list[dict[str, Any]]:
        """Answer every task as the page does; every sixth is skipped."""
        rng = np.random.default_rng(1)
        said = []
        for number, task in enumerate(self.exported(project)):
            value = _CLASSES[rng.integers(len(_CLASSES))]
            is_skipped = number % 6 == 0
            region = {
                "from_name": "label",
                "to_name": "row",
                "type": "choices",
                "value": {"choices": [value]},
            }
            seconds = round(float(rng.exponential(5)), 3)
            body = {
                "result": [] if is_skipped else [region],
                "was_cancelled": is_skipped,
                "lead_time": seconds,
            }
            made = self.call(
                "POST", f"/api/tasks/{task['id']}/annotations/", json.dumps(body).encode()
            )
            said.append(
                {
                    "item": task["meta"]["leadline"]["item"],
                    "value": None if is_skipped else value,
                    "seconds": seconds,
                    "judge": f"label-studio {made['completed_by']}",
                    "at": datetime.fromisoformat(made["created_at"]),
                }
            )
        return said

    def exported(self, project: int) -> list[dict[str, Any]]:
        path = f"/api/projects/{project}/export?exportType=JSON&download_all_tasks=true"
        tasks: list[dict[str, Any]] = self.call("GET", path)
        return tasks


@contextmanager
def running(folder: Path) -> Iterator[Studio]:
    """Start a server with nothing in it."""
    if not (_CACHE / "bin" / "label-studio").exists():
        print(f"Installing {_PACKAGE} into {_CACHE} (once) ...", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", _CACHE], check=True)
        subprocess.run(
            [_CACHE / "bin" / "python", "-m", "pip", "install", "-q", _PACKAGE], check=True
        )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(20)
    settings = {
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder / "studio"),
        "LABEL_STUDIO_USERNAME": "dora@example.org",
        "LABEL_STUDIO_PASSWORD": secrets.token_hex(8),
        "LABEL_STUDIO_USER_TOKEN": token,
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "COLLECT_ANALYTICS": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "LATEST_VERSION_CHECK": "false",
    }
    command = [_CACHE / "bin" / "label-studio", "start", "--no-browser", "--port", str(port)]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            command, env=os.environ | settings, stdout=log, stderr=log, cwd=folder
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/health", server, folder / "log")
            yield Studio(f"http://127.0.0.1:{port}", token)
        finally:
            server.terminate()
            server.wait(30)


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a server answers."""
    started = time.monotonic()
    while time.monotonic() - started < _START_S and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (OSError, urllib.error.URLError):
            time.sleep(0.5)
    raise SystemExit(f"Label Studio did not start:\n{log.read_text()[-3000:]}")


def report(
    sent: LabellingBatch, said: list[dict[str, Any]], back: ImportResult, again: ImportResult
) -> None:
    """Print what went in, what came back, and what of it is not the same."""
    for fault in back.faults:
        print(f"fault: {fault.where}: {fault.found}", file=sys.stderr)
    contents = {imported.answer.item: imported.content for imported in back.annotations}
    items = {row["item"]: row for row in sent.items.iter_rows(named=True)}
    answers = {
        (imported.answer.item, imported.answer.judge): imported.answer
        for imported in back.annotations
    }
    ours = [each for each in sent.answers if answers.get((each.item, each.judge)) != each]
    theirs = [each for each in said if not is_there(each, answers)]
    lost_items = [key for key, row in items.items() if not is_same(row, contents.get(key))]
    once_more = {(each.answer.item, each.answer.judge): each.answer for each in again.annotations}
    print("| what | went in | came back | lost or changed |")
    print("|---|---:|---:|---:|")
    print(f"| items | {len(items)} | {len(contents)} | {len(lost_items)} |")
    print(
        f"| votes sent | {len(sent.answers)} | {len(back.annotations) - len(said)} | {len(ours)} |"
    )
    n_there = len(back.annotations) - len(sent.answers)
    print(f"| votes given there | {len(said)} | {n_there} | {len(theirs)} |")
    changed = sum(once_more.get(key) != answer for key, answer in answers.items())
    print(
        f"| all votes, written and read once more | {len(answers)} | {len(once_more)} | {changed} |"
    )
    for each in (*ours[:3], *theirs[:3], *lost_items[:3]):
        print(f"lost or changed: {each}", file=sys.stderr)
    sys.exit(bool(back.faults or ours or theirs or lost_items or changed))


def is_there(said: dict[str, Any], answers: dict[tuple[str, str], Answer]) -> bool:
    answer = answers.get((said["item"], said["judge"]))
    if answer is None or answer.at is None:
        return False
    return all(getattr(answer, name) == said[name] for name in ("value", "seconds", "at"))


def is_same(row: dict[str, Any], content: Any) -> bool:
    """Whether an item came back as it was: a time as ISO, an image as a data: URI."""
    from base64 import b64decode

    if content is None:
        return False
    for name, value in row.items():
        came = content.get(name, row["item"] if name == "item" else KeyError)
        if isinstance(value, bytes):
            came = b64decode(came.partition(",")[2])
        elif isinstance(value, datetime):
            came = datetime.fromisoformat(came)
        if came != value or type(came) is not type(value):
            return False
    return True


if __name__ == "__main__":
    main()
