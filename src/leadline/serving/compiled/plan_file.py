"""Plan of a compiled release as bytes: JSON and arrays in one zip, and no code.

::

    plan.json      mappings, lists, texts and numbers; {"array": "0"} stands for an array
    0.npy, ...     the arrays, in NumPy's own format, without pickle
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leadline.errors import ReleaseError

Plan: TypeAlias = dict[str, Any]
"""What `to_bytes` takes: keys are texts, values JSON's or arrays of numbers, at any depth."""

FORMAT = 1
_PLAN = "plan.json"
_ARRAY = "array"


def to_bytes(plan: Mapping[str, Any]) -> bytes:
    """Write a plan; the same bytes for the same plan.

    Parameters
    ----------
    plan : mapping
        No key of its own is ``array``.

    Examples
    --------
    >>> from_bytes(to_bytes({"coef": np.array([0.1, -0.0]), "name": "linear"}))
    {'coef': array([ 0.1, -0. ]), 'name': 'linear'}
    """
    arrays: list[NDArray[Any]] = []
    body = json.dumps({"format": FORMAT, "plan": _without_arrays(plan, arrays)}, allow_nan=False)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as stored:
        stored.writestr(zipfile.ZipInfo(_PLAN), body)
        for index, array in enumerate(arrays):
            part = io.BytesIO()
            np.lib.format.write_array(part, array, allow_pickle=False)
            stored.writestr(zipfile.ZipInfo(f"{index}.npy"), part.getvalue())
    return buffer.getvalue()


def from_bytes(data: bytes) -> Plan:
    """Read what `to_bytes` wrote.

    Raises
    ------
    ReleaseError
        If it is of another format, or damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as stored:
            body = json.loads(stored.read(_PLAN))
            if body["format"] != FORMAT:
                raise ValueError(f"format {body['format']!r}")
            arrays = {
                name.removesuffix(".npy"): np.lib.format.read_array(
                    io.BytesIO(stored.read(name)), allow_pickle=False
                )
                for name in stored.namelist()
                if name != _PLAN
            }
            plan: Plan = _with_arrays(body["plan"], arrays)
            return plan
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, EOFError) as error:
        raise ReleaseError(
            f"The compiled form of the release cannot be read: {error}.",
            f"A plan of format {FORMAT} is needed.",
            "Restore the release, or make it again.",
        ) from error


def _without_arrays(part: Any, arrays: list[NDArray[Any]]) -> Any:
    if isinstance(part, np.ndarray):
        arrays.append(part)
        return {_ARRAY: str(len(arrays) - 1)}
    if isinstance(part, Mapping):
        return {key: _without_arrays(value, arrays) for key, value in part.items()}
    if isinstance(part, list | tuple) and not all(isinstance(one, str) for one in part):
        return [_without_arrays(one, arrays) for one in part]
    return part


def _with_arrays(part: Any, arrays: Mapping[str, NDArray[Any]]) -> Any:
    if isinstance(part, dict):
        if part.keys() == {_ARRAY}:
            return arrays[part[_ARRAY]]
        return {key: _with_arrays(value, arrays) for key, value in part.items()}
    if isinstance(part, list) and part and not isinstance(part[0], str):
        return [_with_arrays(one, arrays) for one in part]
    return part
