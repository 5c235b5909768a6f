"""Answers as Label Studio's annotations, and back.

Label Studio notes its own user and its own time for what it imports. So that nothing is lost, who
said it, when and how long it took also stand under ``meta`` of the first region, which it keeps
as it is. They count only as long as the label beside them is the one they were said of.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leadline.engines.annotation_format import Answer, Question, time_of
from leadline.engines.formats.cells import seconds_of
from leadline.engines.formats.label_studio.task_data import COMMENT, LABEL, OURS
from leadline.engines.formats.label_studio.tasks import Annotation

_KEPT = ("judge", "value", "seconds", "guidelines", "reason", "comment")


def annotation_of(answer: Answer, to: str, *, is_number: bool) -> Annotation:
    """An answer as an annotation; who is unsure has skipped the task."""
    stamp = {name: getattr(answer, name) for name in _KEPT}
    stamp["at"] = answer.at.isoformat() if answer.at else None
    regions = [] if answer.value is None else [_said(answer.value, is_number=is_number)]
    if answer.comment or not regions:
        texts = [answer.comment] if answer.comment else []
        regions.append({"from_name": COMMENT, "type": "textarea", "value": {"text": texts}})
    result = [{"to_name": to, **region} for region in regions]
    result[0]["meta"] = {OURS: stamp}
    return Annotation(
        result=result,
        lead_time=answer.seconds,
        created_at=stamp["at"],
        was_cancelled=answer.value is None,
        # a user of this name need not exist there, and a name that does not is refused
        absent=frozenset({"completed_by"}),
    )


def answer_of(annotation: Annotation, item: str, question: Question) -> Answer:
    """An annotation as an answer.

    Parameters
    ----------
    annotation : Annotation
        As Label Studio holds it.
    item : str
        Key of the item; empty if it is not known.
    question : Question
        What is asked; a foreign configuration may use the name of its label.

    Raises
    ------
    ValueError
        If it does not say one label.
    """
    regions = [each for each in annotation.result or [] if isinstance(each, dict)]
    value = None if annotation.was_cancelled else _value(regions, question.label)
    comment = _comment(regions)
    stamp = _stamp(regions)
    is_number = not question.classes
    if stamp is not None and _is_same(stamp, value, comment, is_number=is_number):
        at = stamp.get("at")
        told = {name: stamp[name] for name in _KEPT if name in stamp}
        return Answer(item=item, at=time_of(at) if at else None, **told)
    return Answer(
        item=item,
        judge=_judge(annotation),
        value=value,
        seconds=seconds_of(annotation.lead_time),
        at=time_of(_when(annotation, is_changed=stamp is not None)),
        comment=comment,
    )


def _said(value: str, *, is_number: bool) -> dict[str, Any]:
    if is_number:
        return {"from_name": LABEL, "type": "number", "value": {"number": float(value)}}
    return {"from_name": LABEL, "type": "choices", "value": {"choices": [value]}}


def _value(regions: list[dict[str, Any]], label: str) -> str | None:
    asked = [each for each in regions if each.get("type") in {"choices", "number"}]
    if len(asked) > 1:
        # several questions in a foreign configuration: ours is told by its name
        asked = [each for each in asked if each.get("from_name") in {LABEL, label}]
    if not asked:
        kinds = sorted({str(each.get("type")) for each in regions} - {"textarea"})
        if kinds:
            raise ValueError(f"it holds {', '.join(kinds)} and no choice; one label is needed")
        return None
    said = asked[0].get("value", {})
    if "number" in said:
        return f"{said['number']:g}" if isinstance(said["number"], int) else str(said["number"])
    choices = said.get("choices", [])
    if len(asked) > 1 or len(choices) != 1:
        raise ValueError(f"it says {len(choices)} labels; one is needed")
    return str(choices[0])


def _comment(regions: list[dict[str, Any]]) -> str:
    for region in regions:
        if region.get("type") == "textarea":
            texts = region.get("value", {}).get("text", [])
            texts = [texts] if isinstance(texts, str) else texts
            return "\n".join(map(str, texts))
    return ""


def _stamp(regions: list[dict[str, Any]]) -> Mapping[str, Any] | None:
    for region in regions:
        meta = region.get("meta")
        if isinstance(meta, dict) and isinstance(meta.get(OURS), dict):
            stamp: Mapping[str, Any] = meta[OURS]
            return stamp
    return None


def _is_same(stamp: Mapping[str, Any], value: str | None, comment: str, *, is_number: bool) -> bool:
    if stamp.get("comment", "") != comment:
        return False
    said = stamp.get("value")
    if said is None or value is None:
        return said is value
    try:
        # a number comes back in another spelling
        return said == value or (is_number and float(said) == float(value))
    except ValueError:
        return False


def _judge(annotation: Annotation) -> str:
    who = annotation.completed_by
    if isinstance(who, dict):
        who = who.get("email") or who.get("id")
    if who is None:
        return ""
    return who if isinstance(who, str) else f"label-studio {who}"


def _when(annotation: Annotation, *, is_changed: bool) -> str:
    updated = annotation.rest.get("updated_at")
    at = (updated if is_changed else None) or annotation.created_at or updated
    if not isinstance(at, str):
        raise ValueError("it does not say when it was made: created_at is needed")
    return at
