"""Label Studio's JSON, written and read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from leadline.engines.annotation_format import (
    Answer,
    Fault,
    ImportedAnnotation,
    ImportResult,
    LabellingBatch,
    Question,
)
from leadline.engines.formats.label_studio.annotations import annotation_of, answer_of
from leadline.engines.formats.label_studio.task_data import (
    OURS,
    configuration,
    content_of,
    shown_first,
    task_data,
    task_meta,
)
from leadline.engines.formats.label_studio.tasks import Task, task_of, written_task
from leadline.errors import DataError


class LabelStudio:
    """Tasks with annotations, and the labelling configuration beside them as ``.xml``."""

    name = "label-studio"
    suffixes = (".json",)

    def write(self, batch: LabellingBatch, path: Path) -> None:
        """As `leadline.engines.annotation_format.Format.write`."""
        tasks = [written_task(task) for task in _tasks(batch)]
        path.write_text(json.dumps(tasks, indent=1, ensure_ascii=False), encoding="utf-8")
        shown = configuration(batch.question)
        path.with_suffix(".xml").write_text(shown, encoding="utf-8")

    def read(self, path: Path, question: Question) -> ImportResult:
        """As `leadline.engines.annotation_format.Format.read`."""
        annotations: list[ImportedAnnotation] = []
        faults: list[Fault] = []
        for number, written in enumerate(_tasks_in(path), 1):
            try:
                task = task_of(written)
                ours = _ours(task)
            except (TypeError, ValueError, AttributeError) as error:
                faults.append(Fault(f"task {number}", f"it is no task: {error}"))
                continue
            for place, annotation in enumerate(task.annotations, 1):
                where = f"task {number}, annotation {place}"
                try:
                    answer = answer_of(annotation, str(ours.get("item", "")), question)
                except (TypeError, ValueError, AttributeError) as error:
                    faults.append(Fault(where, str(error)))
                else:
                    content = content_of(task.data, ours)
                    annotations.append(
                        ImportedAnnotation(
                            where=where, answer=answer, content=content, is_plain=True
                        )
                    )
        return ImportResult(annotations=tuple(annotations), faults=tuple(faults))


def _tasks(batch: LabellingBatch) -> Iterator[Task]:
    question = batch.question
    to, is_number = shown_first(question), not question.classes
    answers: dict[str, list[Answer]] = {}
    for answer in batch.answers:
        answers.setdefault(answer.item, []).append(answer)
    for row in batch.items.iter_rows(named=True):
        key = row[batch.key]
        said = answers.get(key, [])
        yield Task(
            data=task_data(row, question),
            meta=task_meta(row, question, key),
            annotations=tuple(annotation_of(each, to, is_number=is_number) for each in said),
        )


def _tasks_in(path: Path) -> list[Any]:
    try:
        tasks = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        line = f" line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise DataError(
            f"{path.name}{line} is no JSON: {error}.",
            "A list of tasks is needed, as Label Studio exports it under 'JSON'.",
            "Export it again.",
        ) from error
    tasks = [tasks] if isinstance(tasks, dict) else tasks
    if not isinstance(tasks, list) or not all(
        isinstance(task, dict) and "data" in task for task in tasks
    ):
        raise DataError(
            f"{path.name} holds something else than a list of tasks with 'data'.",
            "Label Studio's form 'JSON' is needed; 'JSON-MIN' leaves out who said what.",
            "Export it again as JSON.",
        )
    return tasks


def _ours(task: Task) -> dict[str, Any]:
    meta = task.meta if isinstance(task.meta, dict) else {}
    ours = meta.get(OURS, {})
    if not isinstance(ours, dict) or not isinstance(task.data, dict):
        raise TypeError("'data' and 'meta' must be mappings")
    return ours
