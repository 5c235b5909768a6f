"""Renamed classes: names that older releases hold, and what they are called now.

A stored model names each class by its module. A class that is moved or renamed is entered here, so
that releases made before still open. An entry is never removed; where a class moves again, its
entries are given the newest name.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

_SCHEMA = "schema.json"
_FAMILIES = "leadline.engines.families"

RENAMED: Mapping[str, str] = {
    f"{_FAMILIES}.{old}": f"{_FAMILIES}.{new}"
    for old, new in {
        "columns.Categories": "inputs.encoders.Categories",
        "columns.Columns": "inputs.encoders.Columns",
        "columns.Numbers": "inputs.encoders.Numbers",
        "columns.Words": "inputs.encoders.Words",
        "embeddings.Meanings": "embeddings.TextEmbeddings",
        "likelihoods.Bells": "likelihoods.GaussianLikelihood",
        "likelihoods.Tables": "likelihoods.CategoricalLikelihood",
        "likelihoods.Terms": "likelihoods.TermLikelihood",
        "network.inputs.Inputs": "network.input_arrays.Inputs",
        "pixels.Pixels": "inputs.flat_images.Pixels",
    }.items()
}
"""Old ``module.Class`` to the new one."""


def with_new_names(data: bytes) -> bytes:
    """A stored model in which every class has the name that it has now.

    Parameters
    ----------
    data : bytes
        As skops wrote it: a zip with a schema in JSON.

    Returns
    -------
    bytes
        The same bytes if no old name is in them. Nothing but the names in the schema differs.

    Raises
    ------
    zipfile.BadZipFile, KeyError, ValueError
        If it is no zip, or has no schema that can be read.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as stored:
        schema = json.loads(stored.read(_SCHEMA))
        if not _rename(schema):
            return data
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as renamed:
            for info in stored.infolist():
                is_schema = info.filename == _SCHEMA
                renamed.writestr(info, json.dumps(schema) if is_schema else stored.read(info))
    return buffer.getvalue()


def _rename(node: Any) -> bool:
    """Enter new names in a part of a schema; whether there were old ones."""
    parts = list(node.values() if isinstance(node, dict) else node)
    found = [_rename(part) for part in parts if isinstance(part, dict | list)]
    if isinstance(node, dict):
        new = RENAMED.get(f"{node.get('__module__')}.{node.get('__class__')}")
        if new is not None:
            node["__module__"], _, node["__class__"] = new.rpartition(".")
            return True
    return any(found)
