"""Outcomes over HTTP: what turned out of the rows that a server answered.

``POST /outcomes`` takes ``{"outcomes": [{"request": ID, "row": 0, "label": "yes"}]}``. To send the
same again changes nothing; another label for a row takes the place of the one before. Of a body
with a fault nothing is kept, unless it says ``"keep_good": true``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
)

from leadline.errors import DataError
from leadline.serving.http.prediction_log import PredictionLog
from leadline.serving.http.request_schema import refusal
from leadline.serving.http.requests.refusals import BusyError
from leadline.serving.logs.dated_lines import today
from leadline.serving.logs.label_rule import label_as_text, label_fault
from leadline.serving.logs.outcome_store import Change, Outcome, OutcomeStore
from leadline.serving.logs.request_index import RequestIndex
from leadline.serving.releases.manifest import Manifest

_STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
_NEXT = "GET /schema says what is needed."
_COUNTED = ("kept", "unchanged", "replaced", "unknown", "refused")


class NotKeptError(BusyError):
    """The disk does not take the outcomes."""

    cause = "disk"


def _as_label(value: object) -> object:
    """Whatever may be a class or a number; the release says whether it is one."""
    if not isinstance(value, str | bool | int | float):
        raise ValueError("A class or a number is needed")
    return value


_Label = Annotated[
    Any,
    AfterValidator(_as_label),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
    Field(description="what turned out, written as in the training data"),
]


class OneOutcome(BaseModel):
    """What turned out of one row."""

    model_config = _STRICT
    request: Annotated[
        str,
        Field(
            min_length=1, max_length=200, description="the id that came back with the prediction"
        ),
    ]
    row: Annotated[int, Field(ge=0, description="which row of that request, from 0")] = 0
    label: _Label


class OutcomesBody(BaseModel):
    """Body of ``POST /outcomes``."""

    model_config = _STRICT
    outcomes: Annotated[list[OneOutcome], Field(min_length=1)]
    keep_good: Annotated[
        bool, Field(description="keep the others where one is at fault; else none is kept")
    ] = False


class _Body(BaseModel):
    """The same, with outcomes that are looked at one by one."""

    model_config = _STRICT
    outcomes: Annotated[list[Any], Field(min_length=1)]
    keep_good: bool = False


@dataclass(frozen=True)
class _Fault:
    """Why an outcome cannot be kept."""

    index: int
    error: DataError


class Outcomes:
    """Takes outcomes of rows that this server or another of the same workspace has answered.

    Parameters
    ----------
    log : PredictionLog
        Of this server.
    max_rows : int
        Most outcomes of one request.
    """

    def __init__(self, log: PredictionLog, *, max_rows: int) -> None:
        self._log = log
        self._max_rows = max_rows
        self._turn = asyncio.Lock()
        self._open()

    def _open(self) -> None:
        """Begin to read anew: what is no longer kept takes no memory either."""
        self._opened_on = today()
        self._index = RequestIndex(self._log.place.folder)
        self._store = OutcomeStore(self._log.place.outcomes)

    def schema(self, manifest: Manifest) -> dict[str, Any]:
        """JSON Schema of the body."""
        schema = OutcomesBody.model_json_schema()
        label = schema["$defs"]["OneOutcome"]["properties"]["label"]
        if manifest.task == "regression":
            label["type"] = "number"
        elif manifest.task == "multiclass" or len(manifest.classes) == 2:
            del label["type"]
            label["enum"] = _spellings(manifest.classes)
        schema["properties"]["outcomes"]["maxItems"] = self._max_rows
        return schema

    async def answer(self, data: bytes, manifest: Manifest) -> dict[str, Any]:
        """Keep the outcomes of a body; they are on the disk when this returns.

        Parameters
        ----------
        data : bytes
            The body.
        manifest : Manifest
            Of the release in service: what a label may be.

        Returns
        -------
        dict
            How many were kept, unchanged, replaced, unknown and refused; and ``items`` that tells,
            in words, of each that was replaced, unknown or refused.

        Raises
        ------
        UnreadableError
            If the body is not JSON.
        DataError
            If one of them is at fault, and the others are not to be kept.
        NotKeptError
            If they cannot be written; none of them is kept.
        """
        body = self._body(data)
        # what this server has answered just now is known as well
        await self._log.flush()
        async with self._turn:
            return await asyncio.to_thread(self._keep, body, manifest)

    def _body(self, data: bytes) -> _Body:
        try:
            body = _Body.model_validate_json(data)
        except ValidationError as error:
            raise refusal(error, unknown="a key of the body") from None
        if len(body.outcomes) > self._max_rows:
            raise DataError(
                f"The body has {len(body.outcomes):,} outcomes.",
                f"At most {self._max_rows:,} are taken at a time.",
                "Send them in parts.",
            )
        return body

    def _keep(self, body: _Body, manifest: Manifest) -> dict[str, Any]:
        if self._opened_on != today():
            self._open()
        good, faults = self._sorted_out(body.outcomes, manifest)
        if faults and not body.keep_good:
            raise _refused(faults)
        try:
            changes = self._store.put([outcome for _, outcome, _ in good])
        except OSError as error:
            raise NotKeptError(
                f"The outcomes cannot be written: {error.strerror}.",
                "Nothing was kept.",
                "Send them again later, and tell the owner of the server.",
                retry_after_s=10,
            ) from error
        counts = dict.fromkeys(_COUNTED, 0) | {"refused": len(faults)}
        items = [_told(fault) for fault in faults]
        for (index, outcome, is_known), (change, before) in zip(good, changes, strict=True):
            status = change.value if is_known else "unknown"
            counts[status] += 1
            if status not in ("kept", "unchanged"):
                items.append(_item(index, outcome, status, change, before))
        return {**counts, "items": sorted(items, key=lambda item: item["index"])}

    def _sorted_out(
        self, sent: Sequence[Any], manifest: Manifest
    ) -> tuple[list[tuple[int, Outcome, bool]], list[_Fault]]:
        """Outcomes that can be kept, whether their request is known; and faults."""
        good: list[tuple[int, Outcome]] = []
        faults: list[_Fault] = []
        for index, value in enumerate(sent):
            try:
                good.append((index, _outcome(value, manifest, f"outcomes[{index}]")))
            except DataError as error:
                faults.append(_Fault(index, error))
        self._index.refresh()
        sizes = self._index.n_rows([outcome.request for _, outcome in good]).tolist()
        kept = []
        for (index, outcome), n_rows in zip(good, sizes, strict=True):
            if n_rows and outcome.row >= n_rows:
                rows = "1 row" if n_rows == 1 else f"{n_rows:,} rows"
                no_row = DataError(
                    f"outcomes[{index}].row is {outcome.row}.",
                    f"Request {outcome.request!r} had {rows}, counted from 0.",
                    "Correct it.",
                )
                faults.append(_Fault(index, no_row))
            else:
                kept.append((index, outcome, n_rows > 0))
        return kept, sorted(faults, key=lambda fault: fault.index)


def _outcome(value: Any, manifest: Manifest, place: str) -> Outcome:
    """One outcome, checked."""
    if not isinstance(value, dict):
        raise DataError(f"{place} is no object.", 'Its "request" and "label" are needed.', _NEXT)
    try:
        one = OneOutcome.model_validate(value)
    except ValidationError as error:
        raise refusal(error, place, "a key of an outcome") from None
    if needed := label_fault(one.label, manifest):
        shown = f'"{one.label}"' if isinstance(one.label, str) else label_as_text(one.label)
        raise DataError(
            f"{place}.label is {shown if len(shown) <= 60 else shown[:57] + '...'}.",
            needed,
            "Write labels as the training data have them.",
        )
    is_number = manifest.task == "regression"
    return Outcome(
        one.request, one.row, float(one.label) if is_number else label_as_text(one.label)
    )


def _spellings(classes: Sequence[str]) -> list[Any]:
    """Classes as text, and as the numbers and truth values that a client may have for them."""
    found: list[Any] = list(classes)
    for one in classes:
        with suppress(ValueError):
            value = json.loads(one)
            if isinstance(value, bool | int | float) and label_as_text(value) == one:
                found.append(value)
    return found


def _refused(faults: Sequence[_Fault]) -> DataError:
    """The refusal of a whole body, for its first fault."""
    first, n_more = faults[0].error, len(faults) - 1
    more = f" {n_more:,} more {'is' if n_more == 1 else 'are'} at fault." if n_more else ""
    return DataError(
        first.found,
        f"{first.needed}{more} Nothing was kept.",
        f'{first.next} With "keep_good": true the others are kept, and each fault is told.',
    )


def _told(fault: _Fault) -> dict[str, Any]:
    error = fault.error
    words = {"found": error.found, "needed": error.needed, "next": error.next}
    return {"index": fault.index, "status": "refused", **words}


def _item(
    index: int, outcome: Outcome, status: str, change: Change, before: object
) -> dict[str, Any]:
    """What is told of an outcome that is not plainly kept."""
    where = {"index": index, "request": outcome.request, "row": outcome.row, "status": status}
    replaced = f"The label was {before!r} before." if change is Change.REPLACED else ""
    if status == "replaced":
        return {**where, "found": replaced, "needed": "", "next": ""}
    found = f"The log holds no request {outcome.request[:60]!r}."
    return {
        **where,
        "found": f"{found} {replaced}".strip(),
        "needed": "A request of another process is in the log a second after its answer.",
        "next": "The label is kept, and counts once the request is there. Check the id if it was "
        "answered earlier.",
    }
