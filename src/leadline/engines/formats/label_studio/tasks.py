"""Label Studio's task and annotation [1]_, with whatever else a file holds of them.

References
----------
.. [1] Label Studio, Label Studio JSON format of annotated tasks.
   https://labelstud.io/guide/task_format
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_OF_ANNOTATION = ("result", "completed_by", "lead_time", "created_at", "was_cancelled")
_OF_TASK = ("data", "meta", "annotations")


@dataclass(frozen=True, kw_only=True)
class Annotation:
    """What one person said of a task.

    Attributes
    ----------
    result : list of mapping
        Regions: ``from_name``, ``to_name``, ``type``, ``value``.
    completed_by : int, mapping or None
        Number of a user, or a mapping with ``email``.
    lead_time : float or None
        Seconds it took.
    created_at : str or None
        ISO 8601.
    was_cancelled : bool or None
        Whether the task was skipped.
    rest : mapping of str to object
        All other keys, as they came.
    absent : frozenset of str
        Keys of the above that the file does not have.
    """

    result: list[Any] = field(default_factory=list)
    completed_by: Any = None
    lead_time: Any = None
    created_at: Any = None
    was_cancelled: Any = None
    rest: Mapping[str, Any] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing to label, and what people said of it.

    Attributes
    ----------
    data : mapping of str to object
        What the labelling configuration shows.
    meta : mapping of str to object
        What goes with it, unseen.
    annotations : tuple of Annotation
        What people said.
    rest : mapping of str to object
        All other keys, as they came.
    absent : frozenset of str
        Keys of the above that the file does not have.
    """

    data: Any = field(default_factory=dict)
    meta: Any = field(default_factory=dict)
    annotations: tuple[Annotation, ...] = ()
    rest: Mapping[str, Any] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()


def task_of(written: Mapping[str, Any]) -> Task:
    """A task as a file holds it.

    Raises
    ------
    ValueError
        If an annotation is no mapping.
    """
    known, rest, absent = _split(written, _OF_TASK)
    if "annotations" in known:
        known["annotations"] = tuple(_annotation_of(each) for each in known["annotations"])
    return Task(**known, rest=rest, absent=absent)


def written_task(task: Task) -> dict[str, Any]:
    """A task as a file holds it: the same as was read, key by key."""
    known = {name: getattr(task, name) for name in _OF_TASK}
    known["annotations"] = [_written_annotation(each) for each in task.annotations]
    return {name: known[name] for name in _OF_TASK if name not in task.absent} | dict(task.rest)


def _annotation_of(written: Any) -> Annotation:
    if not isinstance(written, dict):
        raise ValueError(f"an annotation is {str(written)[:40]!r}; a mapping is needed")
    known, rest, absent = _split(written, _OF_ANNOTATION)
    return Annotation(**known, rest=rest, absent=absent)


def _written_annotation(annotation: Annotation) -> dict[str, Any]:
    known = {
        name: getattr(annotation, name) for name in _OF_ANNOTATION if name not in annotation.absent
    }
    return known | dict(annotation.rest)


def _split(
    written: Mapping[str, Any], names: tuple[str, ...]
) -> tuple[dict[str, Any], dict[str, Any], frozenset[str]]:
    known = {name: written[name] for name in names if name in written}
    rest = {name: each for name, each in written.items() if name not in names}
    return known, rest, frozenset(names) - known.keys()
