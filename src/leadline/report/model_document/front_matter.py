"""Front matter for model hubs: YAML at the head of the Markdown."""

from __future__ import annotations

import json
from typing import Any

from leadline.phases.data import Data, Kind, Role
from leadline.phases.problem import Problem
from leadline.phases.scoring import Task
from leadline.phases.tuning import Tuning
from leadline.report.model_document.section import LineageReader


def front_matter(reader: LineageReader) -> str:
    """The model-card header of the Hugging Face Hub, with what is known of the release [1]_.

    Parameters
    ----------
    reader : LineageReader
        Of one release.

    Returns
    -------
    str
        YAML between two lines of three dashes; a key nothing is known for is left out.

    References
    ----------
    .. [1] Hugging Face, Model card metadata specification,
       https://github.com/huggingface/hub-docs/blob/main/modelcard.md
    """
    task = _pipeline(reader)
    lines = ["---", "library_name: sklearn"]
    if task:
        lines.append(f"pipeline_tag: {task}")
    lines += ["tags:", *(f"- {tag}" for tag in ("leadline", "skops", *([task] if task else [])))]
    lines += _metrics(reader, task)
    return "\n".join([*lines, "---"])


def _pipeline(reader: LineageReader) -> str:
    problem, data = reader.get("problem", Problem), reader.get("data", Data)
    if problem is None:
        return ""
    if problem.task is Task.REGRESSION:
        return "tabular-regression"
    columns = data.columns if data else ()
    kinds = {column.kind for column in columns if column.role is Role.FEATURE}
    if kinds == {Kind.IMAGE}:
        return "image-classification"
    return "text-classification" if kinds == {Kind.TEXT} else "tabular-classification"


def _metrics(reader: LineageReader, task: str) -> list[str]:
    tuning, data = reader.get("tuning", Tuning), reader.get("data", Data)
    release = reader.release()
    if tuning is None or data is None or not task:
        return []
    name = release.release_id if release else tuning.candidate
    return [
        "model-index:",
        f"- name: {_quoted(name)}",
        "  results:",
        f"  - task: {{type: {task}}}",
        "    dataset:",
        f"      name: {_quoted(', '.join(data.files))}",
        f"      type: {_quoted('sha256:' + data.snapshot)}",
        "      split: test",
        "    metrics:",
        f"    - type: {tuning.scoring}",
        f"      value: {tuning.test_score:.6g}",
    ]


def _quoted(value: Any) -> str:
    """A double-quoted YAML scalar: JSON's are a subset."""
    return json.dumps(str(value))
