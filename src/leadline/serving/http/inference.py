"""The Open Inference Protocol v2, as far as a table of rows needs it.

Each input is one column: its ``data`` holds one value a row, ``null`` where it is not known. A row
without an answer has ``abstains`` true and an empty ``label``: a tensor has no null.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from leadline.errors import DataError
from leadline.serving.compiled.answers import Answers
from leadline.serving.http.requests.refusals import RefusedError, UnreadableError
from leadline.serving.releases.manifest import Card, Manifest

_TYPES = {"number": "FP64", "category": "BYTES", "text": "BYTES", "date": "BYTES", "image": "BYTES"}
_OUTPUTS = {"score": "FP64", "flagged": "BOOL", "label": "BYTES", "abstains": "BOOL"}
_BESIDE = {"binary": ("flagged",), "multiclass": ("label",), "regression": ()}
_MOST = {"FP16": 65504.0, "FP32": 3.4028234663852886e38}
_NEXT = "GET /v2/models/NAME lists the inputs."


class UnknownModelError(RefusedError):
    """Another model was asked for."""

    status = 404
    cause = "model"


class Tensor(msgspec.Struct, forbid_unknown_fields=True):
    """One column."""

    name: str
    shape: list[int]
    datatype: Literal[
        "BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64",
        "FP16", "FP32", "FP64", "BYTES",
    ]  # fmt: skip
    data: list[Any]
    parameters: dict[str, Any] = {}


class AskedOutput(msgspec.Struct, forbid_unknown_fields=True):
    """One output that is wanted."""

    name: str
    parameters: dict[str, Any] = {}


class Inference(msgspec.Struct, forbid_unknown_fields=True):
    """One request."""

    inputs: list[Tensor]
    id: str = ""
    outputs: list[AskedOutput] = []
    parameters: dict[str, Any] = {}


_DECODER = msgspec.json.Decoder(Inference)


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
        return _DECODER.decode(data)
    except msgspec.ValidationError as error:
        raise DataError(
            f"The body does not fit: {_sentence(error)}",
            "An inference request of the Open Inference Protocol v2 is needed.",
            _NEXT,
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadableError(
            f"The body is not JSON: {_sentence(error)}",
            "A JSON object is needed.",
            "Check quotes, commas and brackets.",
        ) from None


def _sentence(error: Exception) -> str:
    return f"{str(error).removesuffix('.')}."


def columns(asked: Inference) -> dict[str, Sequence[Any]]:
    """Values by column.

    Raises
    ------
    DataError
        If an input comes twice, does not have the shape that it says, or holds a value that is not
        of its datatype.
    """
    found: dict[str, Sequence[Any]] = {}
    for one in asked.inputs:
        if one.name in found:
            raise DataError(f"Input {one.name!r} comes twice.", "Each column is sent once.", _NEXT)
        data = _flat(one)
        if fault := _type_fault(one.datatype, data):
            raise DataError(
                f"Input {one.name!r} is of datatype {one.datatype}, and {fault}.",
                "Every value must be of the datatype, or null.",
                "Name the datatype that the values have.",
            )
        found[one.name] = data
    return found


def _flat(one: Tensor) -> list[Any]:
    """The values, one a row."""
    data, n_rows = one.data, len(one.data)
    if one.shape == [n_rows]:
        return data
    if one.shape == [n_rows, 1]:
        if all(isinstance(value, list) and len(value) == 1 for value in data):
            return [value[0] for value in data]
        return data
    raise DataError(
        f"Input {one.name!r} has shape {one.shape} and {n_rows} values.",
        f"[{n_rows}] or [{n_rows}, 1] is needed: one value a row.",
        "Send each column as an input of its own.",
    )


def _type_fault(datatype: str, data: list[Any]) -> str:
    """Why some values are not of a datatype; empty if all are."""
    kinds: set[type] = {int}
    if datatype in {"BOOL", "BYTES"}:
        kinds = {bool if datatype == "BOOL" else str}
    elif datatype.startswith("FP"):
        kinds = {float, int}
    strange = set(map(type, data)) - kinds - {type(None)}
    if strange:
        shown = next(value for value in data if type(value) in strange)
        return f"one of its values is {msgspec.json.encode(shown).decode()[:60]}"
    low, high = _range(datatype)
    if low < high:
        for value in data:
            if value is not None and not low <= value <= high:
                return f"{value} is out of its range"
    return ""


def _range(datatype: str) -> tuple[float, float]:
    """Smallest and largest number of a datatype; (0, 0) where it is not bounded."""
    if datatype in _MOST:
        return -_MOST[datatype], _MOST[datatype]
    name, _, bits = datatype.partition("INT")
    if not bits:
        return 0, 0
    n_bits = int(bits)
    return (0, 2**n_bits - 1) if name == "U" else (-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1)


def outputs_of(card: Card) -> dict[str, str]:
    """Outputs of a release and their datatypes.

    Parameters
    ----------
    card : Card
        Names the task.
    """
    silence = ("abstains",) if card.may_abstain else ()
    return {name: _OUTPUTS[name] for name in ("score", *_BESIDE[card.task], *silence)}


def asked_outputs(asked: Inference, card: Card) -> Mapping[str, str]:
    """The outputs that are wanted, in the order of the request; all if it names none.

    Raises
    ------
    DataError
        If the release has no such output, or one is asked for twice.
    """
    known = outputs_of(card)
    names = [one.name for one in asked.outputs]
    strange = [name for name in names if name not in known]
    if strange or len(set(names)) < len(names):
        raise DataError(
            f"Output {strange[0]!r} is not known."
            if strange
            else f"The outputs are {', '.join(names)}: one of them twice.",
            f"This release has {', '.join(known)}.",
            "Name each once, or none to be given all.",
        )
    return {name: known[name] for name in names} if names else known


def written(
    wanted: Mapping[str, str], answers: Answers, manifest: Manifest, name: str
) -> dict[str, Any]:
    """The answer to a request.

    Parameters
    ----------
    wanted : mapping of str to str
        Outputs and their datatypes.
    answers : Answers
        To its rows.
    manifest : Manifest
        Of the release that answered.
    name : str
        Id of the request.
    """
    outputs = [
        {
            "name": output,
            "shape": [len(answers)],
            "datatype": datatype,
            "data": _told(answers.columns[output], datatype),
        }
        for output, datatype in wanted.items()
    ]
    return {
        "model_name": manifest.project,
        "model_version": manifest.release_id,
        "id": name,
        "outputs": outputs,
    }


def _told(values: list[Any], datatype: str) -> list[Any]:
    """Values of a tensor: it has no null, so a label that is none is empty."""
    if datatype == "BYTES" and None in values:
        return ["" if value is None else value for value in values]
    return values


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
            {"name": name, "datatype": datatype, "shape": [-1]}
            for name, datatype in outputs_of(manifest).items()
        ],
    }


def refuse_other_model(manifest: Manifest, name: str, version: str = "") -> None:
    """Refuse a request for another model, or another version of it.

    Raises
    ------
    UnknownModelError
        If the name is not the project's, or the version not the release's.
    """
    if name != manifest.project:
        raise UnknownModelError(
            f"No model is called {name[:60]!r} here.",
            f"This server has {manifest.project!r}.",
            "Correct the name.",
        )
    if version and version != manifest.release_id:
        raise UnknownModelError(
            f"Version {version[:60]!r} of {name!r} is not in service here.",
            f"This server has {manifest.release_id!r}.",
            "Leave the version out to be answered by the release in service.",
        )
