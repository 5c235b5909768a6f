"""Request schema of a release over HTTP, checked by pydantic: strict, every column named."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

import msgspec
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    WithJsonSchema,
    create_model,
)

from leadline.errors import DataError
from leadline.serving.http.requests.refusals import UnreadableError
from leadline.serving.releases.manifest import Manifest

_STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
_LARGE_BYTES = 256 * 1024
_PIECE = 512  # rows that are checked before the event loop is freed
_KINDS = {
    "number": (float | None, "a number"),
    "category": (str | None, "text"),
    "text": (str | None, "text"),
    "date": (str | None, "a date as text"),
    "image": (str | None, "an image file as base64"),
}


class _Split(msgspec.Struct, forbid_unknown_fields=True):
    """A body whose rows are not looked at yet."""

    rows: list[msgspec.Raw]


_SPLIT = msgspec.json.Decoder(_Split)


class Requests:
    """Reads requests for one release.

    Parameters
    ----------
    manifest : Manifest
        Names the columns.
    max_rows : int
        Most rows of one request.
    day : str, default=""
        A further column that a row may have: when it was, in ISO 8601. The model is not given it.
        Nothing changes where it is empty or a column of the release.
    """

    def __init__(self, manifest: Manifest, *, max_rows: int, day: str = "") -> None:
        self._n_columns = len(manifest.columns)
        self._max_rows = max_rows
        # a column may have any name, a field may not: number them and use the name as alias
        columns: dict[str, Any] = {
            f"c{index}": (_type_of(kind, manifest.image_size), Field(alias=name))
            for index, (name, kind) in enumerate(manifest.columns.items())
        }
        if day and day not in manifest.columns:
            columns["day"] = (_DAY, Field(default=None, alias=day))
        row = create_model("Row", __config__=_STRICT, **columns)
        rows: Any = (Annotated[list[row], Field(min_length=1, max_length=max_rows)], ...)
        self._body: type[BaseModel] = create_model("Body", __config__=_STRICT, rows=rows)

    def schema(self) -> dict[str, Any]:
        """JSON Schema of the body."""
        return self._body.model_json_schema()

    def read(self, data: bytes) -> tuple[list[tuple[Any, ...]], list[str | None]]:
        """The rows of a body, values in the order of the columns, and when each was.

        There are no times where no row may have one.

        Raises
        ------
        UnreadableError
            If it is not JSON.
        DataError
            If a column is missing, unknown, or holds a value of another type.
        """
        try:
            body: Any = self._body.model_validate_json(data)
        except ValidationError as error:
            raise refusal(error) from None
        return self._split(body)

    async def read_soon(self, data: bytes) -> tuple[list[tuple[Any, ...]], list[str | None]]:
        """As `read`; where the body is large, other requests are served between its pieces.

        Raises
        ------
        UnreadableError, DataError
            As `read`.
        """
        if len(data) <= _LARGE_BYTES:
            return self.read(data)
        try:
            raw = _SPLIT.decode(data).rows
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            return self.read(data)  # which says in words what is wrong
        self._refuse_count(len(raw), "The body has")
        pieces = (raw[start : start + _PIECE] for start in range(0, len(raw), _PIECE))
        bodies = (b'{"rows":[' + b",".join(piece) + b"]}" for piece in pieces)
        return await self._in_pieces(map(self._body.model_validate_json, bodies))

    async def read_columns(
        self, columns: Mapping[str, Sequence[Any]]
    ) -> tuple[list[tuple[Any, ...]], list[str | None]]:
        """The rows of values that came column by column, and when each was, as `read_soon` does.

        Raises
        ------
        DataError
            If a column is missing, unknown, or holds a value of another type; or if one is longer
            than another, or there are too many rows or none.
        """
        lengths = {len(values) for values in columns.values()}
        if len(lengths) > 1:
            raise DataError(
                "The inputs have different lengths.", "One value a row is needed.", "Fill them up."
            )
        n_rows = max(lengths, default=0)
        self._refuse_count(n_rows, "Each input has")
        names = list(columns)

        def piece(start: int) -> Any:
            parts = (columns[name][start : start + _PIECE] for name in names)
            rows = [dict(zip(names, values, strict=True)) for values in zip(*parts, strict=True)]
            return self._body.model_validate({"rows": rows})

        return await self._in_pieces(map(piece, range(0, n_rows, _PIECE)))

    def _refuse_count(self, n_rows: int, what_has: str) -> None:
        """Refuse no rows or too many before any is looked at: that would keep others waiting."""
        if not 0 < n_rows <= self._max_rows:
            raise DataError(
                f"{what_has} {n_rows:,} rows.",
                f"1 to {self._max_rows:,} are taken at a time.",
                "Send them in parts, or score the file with 'leadline score'.",
            )

    async def _in_pieces(
        self, bodies: Iterator[Any]
    ) -> tuple[list[tuple[Any, ...]], list[str | None]]:
        """The rows of several bodies; the event loop is freed after each but the first."""
        rows: list[tuple[Any, ...]] = []
        days: list[str | None] = []
        while True:
            if rows:
                await asyncio.sleep(0)
            try:
                body = next(bodies, None)
            except ValidationError as error:
                raise refusal(error, first=len(rows)) from None
            if body is None:
                return rows, days
            more, more_days = self._split(body)
            rows += more
            days += more_days

    def _split(self, body: Any) -> tuple[list[tuple[Any, ...]], list[str | None]]:
        """Values of the columns, and the times."""
        # a model keeps its fields in the order of their declaration
        rows = [tuple(vars(row).values()) for row in body.rows]
        if len(rows[0]) == self._n_columns:
            return rows, []
        return [row[:-1] for row in rows], [row[-1] for row in rows]


def _type_of(kind: str, image_size: int) -> Any:
    """Annotation of one column."""
    base, words = _KINDS[kind]
    description = f"{kind}: {words}, or null where it is not known"
    if kind == "category":
        # a client may write 7 as it has it
        types = WithJsonSchema({"type": ["string", "number", "boolean", "null"]})
        return Annotated[base, BeforeValidator(_as_name), types, Field(description=description)]
    if kind == "image":
        read = AfterValidator(partial(_as_image, size=image_size))
        return Annotated[base, read, Field(description=description)]
    return Annotated[base, Field(description=description)]


def _as_image(value: str | None, size: int) -> bytes | None:
    """An image as the snapshot holds it."""
    if not value:
        return None
    # only a release of images brings the library for them
    from leadline.reading.images.image_files import png_of_base64

    try:
        return png_of_base64(value, size)
    except DataError as error:
        # pydantic gathers faults of this type
        raise ValueError(f"It is {error.found}. {error.needed} Send its bytes as base64") from error


def _as_name(value: object) -> object:
    """A category as the snapshot writes it: 7 and 7.0 are "7", true is "true"."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, int | float) else value


def _as_day(value: str | None) -> str | None:
    """A time without a zone, in UTC."""
    if not value:
        return None
    try:
        time = datetime.fromisoformat(value)
        if time.tzinfo is not None:
            time = time.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise ValueError("A date such as 2024-05-31 or 2024-05-31T14:30 is needed") from error
    return time.isoformat(timespec="microseconds")


_DAY = Annotated[
    str | None,
    AfterValidator(_as_day),
    Field(description="when the row was, in ISO 8601, or null; the model is not given it"),
]


def refusal(
    error: ValidationError,
    place: str = "",
    unknown: str = "a column of this release",
    first: int = 0,
) -> DataError:
    """The first fault of a request in three parts.

    Parameters
    ----------
    error : ValidationError
        Of its body, or of a part of it.
    place : str, default=""
        Of that part.
    unknown : str
        What a key is not that is too many.
    first : int, default=0
        Row with which the part begins.
    """
    fault, n_more = error.errors(include_url=False)[0], error.error_count() - 1
    if fault["type"] == "json_invalid":
        return UnreadableError(
            f"The body is not JSON: {fault['msg']}.",
            "A JSON object is needed.",
            "Check quotes, commas and brackets.",
        )
    loc = fault["loc"]
    if first and loc[:1] == ("rows",):
        loc = ("rows", *(first + p if isinstance(p, int) else p for p in loc[1:2]), *loc[2:])
    parts = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in loc)
    place = f"{place}{parts}".lstrip(".")
    found = {
        "missing": f"{place} is missing.",
        "extra_forbidden": f"{place} is not {unknown}.",
    }.get(fault["type"], f"{place or 'The body'} is {_shown(fault.get('input'))}.")
    more = f" {n_more:,} more fault{' was' if n_more == 1 else 's were'} found." if n_more else ""
    needed = fault["msg"].removeprefix("Value error, ")
    return DataError(found, f"{needed}.{more}", "GET /schema says what is needed.")


def _shown(value: object) -> str:
    """A value, shortened."""
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
