"""The Open Inference Protocol v2, as far as a table of rows needs it.

Each input is one column: its ``data`` holds one value a row, ``null`` where it is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

from leadline.errors import DataError
from leadline.serving.compiled.answers import Answers
from leadline.serving.http.request_schema import UnreadableError
from leadline.serving.releases.manifest import Manifest
from leadline.serving.releases.prediction_table import prediction_columns

_TYPES = {"number": "FP64", "category": "BYTES", "text": "BYTES", "date": "BYTES", "image": "BYTES"}
_NAMES = {pl.Float64: "FP64", pl.Boolean: "BOOL", pl.String: "BYTES"}


class UnknownModelError(DataError):
    """Another model was asked for."""


class Input(BaseModel):
    """One column."""

    model_config = ConfigDict(extra="forbid")
    name: str
    shape: list[int]
    datatype: Literal[
        "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64",
        "FP16", "FP32", "FP64", "BYTES",
    ]  # fmt: skip
    data: list[Any]
    parameters: dict[str, Any] = {}


class Inference(BaseModel):
    """One request."""

    id: str = ""
    inputs: list[Input]


def read(data: bytes) -> Inference:
    """A request.

    Raises
    ------
    UnreadableError
        If it is not JSON.
    DataError
        If it is not of the protocol.
    """
    try:
        return Inference.model_validate_json(data)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in fault["loc"]) or "The body"
        kind = UnreadableError if fault["type"] == "json_invalid" else DataError
        raise kind(
            f"{place}: {fault['msg']}.",
            "An inference request of the Open Inference Protocol v2 is needed.",
            "GET /v2/models/NAME lists the inputs.",
        ) from None


def columns(asked: Inference) -> dict[str, Sequence[Any]]:
    """Values by column.

    Raises
    ------
    DataError
        If an input does not have the shape it says, or more than one value a row.
    """
    for one in asked.inputs:
        n_rows = len(one.data)
        if one.shape not in ([n_rows], [n_rows, 1]):
            raise DataError(
                f"Input {one.name!r} has shape {one.shape} and {n_rows} values.",
                f"[{n_rows}] or [{n_rows}, 1] is needed: one value a row.",
                "Send each column as an input of its own.",
            )
    return {one.name: one.data for one in asked.inputs}


def written(asked: Inference, answers: Answers, manifest: Manifest) -> dict[str, Any]:
    """The answer to a request."""
    outputs = [
        {
            "name": name,
            "shape": [len(answers)],
            "datatype": _NAMES[dtype],
            "data": answers.columns[name],
        }
        for name, dtype in prediction_columns(
            manifest.task, may_abstain=manifest.may_abstain
        ).items()
    ]
    about = {"model_name": manifest.project, "model_version": manifest.release_id}
    return {**about, **({"id": asked.id} if asked.id else {}), "outputs": outputs}


def metadata(manifest: Manifest) -> dict[str, Any]:
    """Inputs and outputs of the model."""
    return {
        "name": manifest.project,
        "versions": [manifest.release_id],
        "platform": "leadline",
        "inputs": [
            {"name": name, "datatype": _TYPES[kind], "shape": [-1]}
            for name, kind in manifest.columns.items()
        ],
        "outputs": [
            {"name": name, "datatype": _NAMES[dtype], "shape": [-1]}
            for name, dtype in prediction_columns(
                manifest.task, may_abstain=manifest.may_abstain
            ).items()
        ],
    }


def refuse_other_name(name: str, manifest: Manifest) -> None:
    """Refuse a request for another model.

    Raises
    ------
    UnknownModelError
        If the name is not the project's.
    """
    if name != manifest.project:
        raise UnknownModelError(
            f"No model is called {name!r} here.",
            f"This server has {manifest.project!r}.",
            "Correct the name.",
        )
