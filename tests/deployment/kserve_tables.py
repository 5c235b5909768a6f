"""Strict reader of KServe's resources, from the tables that its own Python package carries.

Each class there lists the keys of one kind of object and their types. The classes are read, not
imported: their package wants forty others. Kubernetes' own types are left to its own schema.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import kubernetes_validate

KUBERNETES = "1.34"
_SCALARS: dict[str, type | tuple[type, ...]] = {
    "str": str, "int": int, "bool": bool, "float": (int, float), "object": object,
}  # fmt: skip


class UnknownKeyError(ValueError):
    """KServe does not know a key, or not with such a value."""


def check(value: Any, kind: str = "V1beta1InferenceService", place: str = "") -> None:
    """Refuse what KServe does not know."""
    if match := re.fullmatch(r"list\[(.+)\]", kind):
        _require(value, list, place)
        for index, each in enumerate(value):
            check(each, match[1], f"{place}[{index}]")
    elif match := re.fullmatch(r"dict\(str, (.+)\)", kind):
        _require(value, dict, place)
        for key, each in value.items():
            check(each, match[1], f"{place}.{key}")
    elif kind in _SCALARS:
        _require(value, _SCALARS[kind], place)
    elif keys := keys_of(kind):
        _require(value, dict, place)
        for key, each in value.items():
            if key not in keys:
                raise UnknownKeyError(f"{kind} knows no {key!r} ({place or 'at the top'})")
            check(each, keys[key], f"{place}.{key}")


def pod_of(predictor: dict[str, Any]) -> dict[str, Any]:
    """A pod of what a predictor says of its pods: all that is not KServe's own."""
    pods = {key for key, kind in keys_of("V1beta1PredictorSpec").items() if key not in _own()}
    spec = {key: value for key, value in predictor.items() if key in pods}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x"}, "spec": spec}


@cache
def keys_of(kind: str) -> dict[str, str]:
    """The keys of a class and their types; none if it is not one of KServe's."""
    path = _folder() / f"{_snake(kind)}.py"
    if not path.is_file():
        return {}
    tables = {
        statement.targets[0].id: ast.literal_eval(statement.value)
        for each in ast.parse(path.read_text()).body
        if isinstance(each, ast.ClassDef)
        for statement in each.body
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
        if isinstance(statement.value, ast.Dict)
    }
    return {tables["attribute_map"][name]: kind for name, kind in tables["openapi_types"].items()}


def _own() -> set[str]:
    return set(keys_of("V1beta1ComponentExtensionSpec")) | {"model", "workerSpec"}


def _require(value: Any, kind: type | tuple[type, ...], place: str) -> None:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise UnknownKeyError(f"{place} is {value!r}")


def _folder() -> Path:
    return Path(str(distribution("kserve").locate_file("kserve/models")))


def _snake(kind: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", kind).lower()


def validate(resource: dict[str, Any]) -> None:
    """Check a resource of Kubernetes, with no key that it does not know."""
    kubernetes_validate.validate(resource, KUBERNETES, strict=True)
