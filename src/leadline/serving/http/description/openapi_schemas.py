"""Schemas of what a server takes and answers, apart from the rows themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args, get_type_hints

from leadline.serving.http.inference import Tensor, metadata, outputs_of
from leadline.serving.releases.manifest import Card, Manifest

_STRING: dict[str, Any] = {"type": "string"}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_VALUE: dict[str, Any] = {"type": ["string", "number", "boolean", "null"]}
_NEVER_SEEN = {"description": "Categories of the rows that training never saw, if there are any."}
_SCORES = {
    "binary": "Probability of the positive class.",
    "multiclass": "Probability of the likeliest class.",
    "regression": "The predicted number.",
}


def own_schemas(manifest: Manifest) -> dict[str, Any]:
    """Answers of the paths that are not of the protocol."""
    prediction = _object(_predictions(manifest))
    return {
        "Prediction": prediction,
        "PredictResponse": _object(
            {
                "request": {**_STRING, "description": "Id of the request."},
                "release": {**_STRING, "description": "The release that answered."},
                "predictions": {
                    "type": "array",
                    "description": "One a row, in the order of the rows.",
                    "items": {"$ref": "#/components/schemas/Prediction"},
                },
            },
            {"unseen_categories": _unseen()},
        ),
        "Schema": {
            "type": "object",
            "required": ["release", "columns", "task", "body"],
            "properties": {
                "release": _STRING,
                "columns": {"type": "object", "additionalProperties": _STRING},
                "task": _STRING,
                "classes": {"type": "array", "items": _STRING},
                "threshold": {"type": ["number", "null"]},
                "confidence": {"type": ["number", "null"]},
                "body": {"type": "object"},
                "outcomes": {"type": "object"},
            },
        },
        "Document": {"type": "object", "required": ["openapi", "info", "paths"]},
        "Live": _object({"live": {"type": "boolean"}}),
        "OutcomesResponse": _object(
            {
                **dict.fromkeys(("kept", "unchanged", "replaced", "unknown", "refused"), _COUNT),
                "items": {"type": "array", "items": {"type": "object"}},
            }
        ),
    }


def error_schemas() -> dict[str, Any]:
    """Refusals: in three parts, and as one text by the protocol."""
    said = {
        "found": {**_STRING, "description": "What was found."},
        "needed": {**_STRING, "description": "What is needed."},
        "next": {**_STRING, "description": "What to do next."},
    }
    return {
        "Error": _object({"error": {"$ref": "#/components/schemas/Refusal"}}),
        "Refusal": _object(said),
        "Text": _object({"error": {**_STRING, "description": "Found, needed and next."}}),
    }


def ready_schema(*, has_log: bool) -> dict[str, Any]:
    """Readiness."""
    told: dict[str, Any] = {"ready": {"type": "boolean"}, "release": _STRING}
    schema = _object({**told, "log": {"type": "object"}} if has_log else told)
    schema["properties"]["refused"] = {
        **_STRING,
        "description": "Why a later release is not taken.",
    }
    schema["additionalProperties"] = True
    return schema


def inference_schemas(manifest: Manifest, request_id: Mapping[str, Any]) -> dict[str, Any]:
    """Requests and answers of the Open Inference Protocol."""
    datatypes = list(get_args(get_type_hints(Tensor)["datatype"]))
    outputs = outputs_of(manifest)
    more = {"parameters": {"type": "object"}}
    tensor = {
        "name": {**_STRING, "enum": list(manifest.columns)},
        "shape": {"type": "array", "items": _COUNT, "minItems": 1, "maxItems": 2},
        "datatype": {**_STRING, "enum": datatypes},
        "data": {"type": "array", "minItems": 1, "items": _one_value()},
    }
    wanted = {"name": {**_STRING, "enum": list(outputs)}}
    described = {
        "name": _STRING,
        "datatype": _STRING,
        "shape": {"type": "array", "items": {"type": "integer"}},
    }
    return {
        "InferenceInput": _object(tensor, more),
        "InferenceWanted": _object(wanted, more),
        "InferenceRequest": _object(
            {"inputs": {"type": "array", "minItems": 1, "items": _ref("InferenceInput")}},
            {
                "id": dict(request_id),
                "outputs": {"type": "array", "items": _ref("InferenceWanted")},
                **more,
            },
        ),
        "InferenceOutput": _object(
            {
                "name": {**_STRING, "enum": list(outputs)},
                "shape": {"type": "array", "items": _COUNT},
                "datatype": {**_STRING, "enum": sorted(set(outputs.values()))},
                "data": {
                    "type": "array",
                    "description": "One value a row; an empty label where the row abstains.",
                    "items": {"type": ["string", "number", "boolean"]},
                },
            }
        ),
        "InferenceResponse": _object(
            {
                "model_name": _STRING,
                "model_version": _STRING,
                "id": _STRING,
                "outputs": {"type": "array", "items": _ref("InferenceOutput")},
            },
            {"parameters": _object({}, {"unseen_categories": {**_STRING, **_NEVER_SEEN}})},
        ),
        "TensorMetadata": _object(described),
        "Model": _object(
            {
                "name": _STRING,
                "versions": {"type": "array", "items": _STRING},
                "platform": _STRING,
                "inputs": {"type": "array", "items": _ref("TensorMetadata")},
                "outputs": {"type": "array", "items": _ref("TensorMetadata")},
            }
        ),
        "ModelReady": _object({"name": _STRING, "ready": {"type": "boolean"}}),
        "Server": _object(
            {"name": _STRING, "version": _STRING, "extensions": {"type": "array", "items": _STRING}}
        ),
    }


def inference_examples(manifest: Manifest, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A request of the protocol with some rows."""
    inputs = [
        {
            **one,
            "shape": [len(rows)],
            "data": [_as(one["datatype"], row[one["name"]]) for row in rows],
        }
        for one in metadata(manifest)["inputs"]
    ]
    return {"id": "example-1", "inputs": inputs}


def _as(datatype: str, value: Any) -> Any:
    return value if value is None or datatype != "BYTES" else str(value)


def _one_value() -> dict[str, Any]:
    """A value, or, in a tensor of shape [n, 1], a list of one."""
    return {"anyOf": [_VALUE, {"type": "array", "minItems": 1, "maxItems": 1, "items": _VALUE}]}


def _predictions(card: Card) -> dict[str, Any]:
    """Columns of an answer."""
    kinds: dict[str, dict[str, Any]] = {
        "score": {"type": "number", "description": _SCORES[card.task]},
        "flagged": {
            "type": "boolean",
            "description": f"Whether the score is at least the threshold, {card.threshold}.",
        },
        "label": {
            "type": ["string", "null"] if card.may_abstain else "string",
            "description": f"The likeliest of {', '.join(card.classes)[:500]}.",
        },
        "abstains": {"type": "boolean", "description": "Whether the row has no answer."},
    }
    return {name: kinds[name] for name in outputs_of(card)}


def _unseen() -> dict[str, Any]:
    """Column to its rows with such a category, and the most frequent of these."""
    most = {"type": "object", "additionalProperties": _COUNT}
    column = _object({"rows": _COUNT, "most": most})
    return {"type": "object", "additionalProperties": column, **_NEVER_SEEN}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(
    required: Mapping[str, Any], optional: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """An object with these keys and no other."""
    return {
        "type": "object",
        "required": list(required),
        "properties": {**required, **(optional or {})},
        "additionalProperties": False,
    }
