"""OpenAPI document of a server, made from the schema and the golden rows of its release.

References
----------
OpenAPI 3.1, https://spec.openapis.org/oas/v3.1.1
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from leadline.serving.http.description.openapi_schemas import (
    error_schemas,
    inference_examples,
    inference_schemas,
    own_schemas,
    ready_schema,
)
from leadline.serving.releases.manifest import Manifest

_ID = {"type": "string", "pattern": r"^[!#-\[\]-~]{0,200}$"}
_ID_WORDS = "Id of the request: at most 200 signs of ASCII without blanks, quotes and backslashes."
_ERRORS = {
    "400": "The body is not JSON, or the Host is not one of this server.",
    "401": "No token was sent, or it does not count.",
    "404": "There is no such model or version here.",
    "413": "The body has too many bytes, or its rows would take too long.",
    "415": "The body is not said to be application/json.",
    "422": "The body does not fit the schema.",
    "431": "The headers are too many or too large.",
    "500": "A fault of the server.",
    "503": "Too much waits; ask again after the seconds of Retry-After.",
}


@dataclass(frozen=True)
class Described:
    """What a document is made of.

    Attributes
    ----------
    manifest : Manifest
        Of the release.
    body : mapping
        JSON Schema of the body of ``/predict``.
    outcomes : mapping or None
        JSON Schema of the body of ``/outcomes``; None if none are taken.
    examples : sequence of dict
        Rows.
    needs_token : bool
        Whether a token is needed.
    """

    manifest: Manifest
    body: Mapping[str, Any]
    outcomes: Mapping[str, Any] | None
    examples: Sequence[Mapping[str, Any]]
    needs_token: bool


def openapi(described: Described) -> dict[str, Any]:
    """The document, as it stands at ``/openapi.json``."""
    manifest = described.manifest
    parts = _Parts(described.needs_token)
    body = {"rows": list(described.examples)}
    schemas = {
        **own_schemas(manifest),
        **error_schemas(),
        **inference_schemas(manifest, _ID),
        "Ready": ready_schema(has_log=described.outcomes is not None),
        **_named("PredictRequest", described.body),
    }
    paths = {
        "/predict": {
            "post": parts.post("predict", "Answer some rows", "Predict", body, "The answers")
        },
        "/schema": {"get": parts.get("schema", "What a body must hold", "Schema")},
        "/health/live": {"get": parts.open("live", "Whether the process answers", "Live")},
        "/health/ready": {"get": parts.open("ready", "Whether to send requests here", "Ready")},
        "/metrics": {"get": parts.metrics()},
        "/openapi.json": {"get": parts.get("openapi", "This document", "Document")},
        **_inference_paths(parts, described),
    }
    if described.outcomes is not None:
        schemas |= _named("OutcomesRequest", described.outcomes)
        example = {"outcomes": [{"request": "ID", "row": 0, "label": _label(manifest)}]}
        words = "Say what turned out of rows that were answered"
        paths["/outcomes"] = {
            "post": parts.post("outcomes", words, "Outcomes", example, "How many were kept")
        }
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {
            "title": manifest.project,
            "version": manifest.release_id,
            "description": f"Predicts {manifest.label!r} ({manifest.task}). Release "
            f"{manifest.release_id}, made at {manifest.made_at}; Leadline {version('leadline')}.",
        },
        "paths": paths,
        "components": {"schemas": schemas},
    }
    if described.needs_token:
        scheme = {"type": "http", "scheme": "bearer"}
        document["components"]["securitySchemes"] = {"token": scheme}
    return document


class _Parts:
    """Operations of a document."""

    def __init__(self, needs_token: bool) -> None:
        self._security: list[dict[str, list[str]]] = [{"token": []}] if needs_token else []

    def get(self, name: str, summary: str, schema: str, *, errors: str = "") -> dict[str, Any]:
        """One that takes no body."""
        return self._operation(name, summary, _content(schema), errors.split())

    def open(self, name: str, summary: str, schema: str) -> dict[str, Any]:
        """One that needs no token."""
        told = self._operation(name, summary, _content(schema), [])
        del told["responses"]["503"]
        if schema == "Ready":
            told["responses"]["503"] = {
                "description": "The server is about to end.",
                "content": _content(schema),
            }
        told["responses"].pop("401", None)
        told.pop("security", None)
        return told

    def metrics(self) -> dict[str, Any]:
        """The metrics, which are text."""
        content = {"text/plain": {"schema": {"type": "string"}}}
        return self._operation("metrics", "Counts for Prometheus", content, [])

    def post(
        self,
        name: str,
        summary: str,
        schema: str,
        example: Mapping[str, Any],
        answer: str,
        errors: str = "",
        kind: str = "Error",
    ) -> dict[str, Any]:
        """One that takes JSON."""
        codes = ["413", "415", "422", *errors.split()]
        if name == "outcomes":
            codes.append("404")
        told = self._operation(name, summary, _content(f"{schema}Response"), codes, kind)
        told["responses"]["200"]["description"] = f"{answer}."
        content = _content(f"{schema}Request")
        content["application/json"]["example"] = dict(example)
        told["requestBody"] = {"required": True, "content": content}
        return told

    def _operation(
        self,
        name: str,
        summary: str,
        content: Mapping[str, Any],
        errors: Sequence[str],
        kind: str = "Error",
    ) -> dict[str, Any]:
        codes = sorted({"400", "422", "431", "500", "503", *errors})
        if self._security:
            codes.append("401")
        header = {"X-Request-ID": {"description": _ID_WORDS, "schema": {"type": "string"}}}
        responses: dict[str, Any] = {
            "200": {"description": f"{summary}.", "headers": header, "content": dict(content)}
        }
        for code in codes:
            responses[code] = {"description": _ERRORS[code], "content": _content(kind)}
            if code == "503":
                seconds = {"description": "Seconds.", "schema": {"type": "integer"}}
                responses[code]["headers"] = {"Retry-After": seconds}
        told = {
            "operationId": name,
            "summary": f"{summary}.",
            "parameters": [
                {"name": "X-Request-ID", "in": "header", "description": _ID_WORDS, "schema": _ID}
            ],
            "responses": responses,
        }
        return {**told, "security": self._security} if self._security else told


def _inference_paths(parts: _Parts, described: Described) -> dict[str, Any]:
    """Paths of the Open Inference Protocol."""
    manifest = described.manifest
    example = inference_examples(manifest, described.examples)
    paths: dict[str, Any] = {
        "/v2": {"get": parts.get("server", "Name and version of the server", "Server")},
        "/v2/health/live": {"get": parts.open("v2_live", "Whether the process answers", "Live")},
        "/v2/health/ready": {
            "get": parts.open("v2_ready", "Whether to send requests here", "Ready")
        },
    }
    for prefix, places in (
        ("", {"name": manifest.project}),
        ("version_", {"name": manifest.project, "version": manifest.release_id}),
    ):
        path = "/v2/models/{name}" + ("/versions/{version}" if prefix else "")
        about = parts.get(f"{prefix}model", "Inputs and outputs", "Model", errors="404")
        ready = parts.get(f"{prefix}model_ready", "Whether the model answers", "ModelReady")
        infer = parts.post(
            f"{prefix}infer", "Answer some rows", "Inference", example, "The answers", "404", "Text"
        )
        ready["responses"]["404"] = {"description": _ERRORS["404"], "content": _content("Text")}
        for tail, method, told in (
            ("", "get", about),
            ("/ready", "get", ready),
            ("/infer", "post", infer),
        ):
            told["parameters"] += [
                {
                    "name": place,
                    "in": "path",
                    "required": True,
                    "schema": {"type": "string", "enum": [value]},
                }
                for place, value in places.items()
            ]
            paths[path + tail] = {method: told}
    for path in paths.values():
        for told in path.values():
            for code, response in told["responses"].items():
                if code != "200" and _is_error(response):
                    response["content"] = _content("Text")
    ready_paths = [path for path in paths if path.endswith("/ready") and "models" in path]
    for path in ready_paths:
        paths[path]["get"]["responses"]["503"] = {
            "description": "The server is about to end.",
            "content": _content("ModelReady"),
        }
    return paths


def _is_error(response: Mapping[str, Any]) -> bool:
    return bool(response["content"] == _content("Error"))


def _content(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _named(name: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A schema and those that it refers to, as components."""
    # a generated client names its classes by the titles
    found = {name: {**{key: schema[key] for key in schema if key != "$defs"}, "title": name}}
    found |= schema.get("$defs", {})
    moved: dict[str, Any] = _moved(found)
    return moved


def _moved(value: Any) -> Any:
    """The same, its references to where components are."""
    if isinstance(value, dict):
        return {
            key: inner.replace("#/$defs/", "#/components/schemas/")
            if key == "$ref" and isinstance(inner, str)
            else _moved(inner)
            for key, inner in value.items()
        }
    return [_moved(one) for one in value] if isinstance(value, list) else value


def _label(manifest: Manifest) -> str | float:
    return manifest.classes[0] if manifest.classes else 1.0
