"""Codec: frozen dataclasses to JSON and back, strictly.

What a dataclass may hold is what JSON can say: text, whole and finite numbers, booleans, None,
enumerations of text, tuples, mappings from text, and further dataclasses. A value that is not a
number is refused rather than written: "never reached" is None.
"""

from __future__ import annotations

import json
import math
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from leadline.errors import RecordError

T = TypeVar("T")
Decoder = Callable[[Any], Any]


class _MisfitError(Exception):
    """A stored value does not have the type that the field declares."""


def to_json(value: Any) -> str:
    """Write a value that JSON can say.

    Raises
    ------
    ValueError
        If a number is not finite.

    Examples
    --------
    >>> to_json({"score": 0.5})
    '{"score":0.5}'
    """
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


def encode(value: Any) -> dict[str, Any]:
    """Turn a dataclass into what JSON can say.

    Parameters
    ----------
    value : dataclass instance
        With fields as the module describes.

    Returns
    -------
    dict of str to object
        Field name to value.

    Raises
    ------
    ValueError
        If a number is not finite.
    TypeError
        If a value is of a type that JSON cannot say.

    Examples
    --------
    >>> from leadline.phases.verdict import Bounds
    >>> encode(Bounds(estimate=0.5, low=0.25, high=0.75))
    {'estimate': 0.5, 'low': 0.25, 'high': 0.75}
    """
    if not is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"a dataclass instance is needed, not {value!r}")
    return {
        field.name: _encode(getattr(value, field.name), f"{type(value).__name__}.{field.name}")
        for field in fields(value)
    }


def _encode(value: Any, path: str) -> Any:
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{path} is {value}: the record holds finite numbers only, or None")
        return float(value)
    if isinstance(value, tuple):
        return [_encode(item, f"{path}[{i}]") for i, item in enumerate(value)]
    if isinstance(value, Mapping):
        return {_key(key, path): _encode(item, f"{path}[{key!r}]") for key, item in value.items()}
    if is_dataclass(value):
        return encode(value)
    raise TypeError(f"{path} is of type {type(value).__name__}, which the record cannot hold")


def _key(key: Any, path: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"{path} has the key {key!r}: keys on the record are text")
    return str(key)


def decode(cls: type[T], payload: Mapping[str, Any], version: int) -> T:
    """Build a dataclass from what `encode` made of it, now or in an earlier version.

    Fields it no longer has are dropped; fields it did not have yet take their defaults. A class
    that needs more defines ``upgrade(payload, version)``, which gets the payload of any version
    before its own ``VERSION``.

    Parameters
    ----------
    cls : type
        The dataclass.
    payload : mapping of str to object
        As stored.
    version : int
        The ``VERSION`` of the class when it was stored.

    Returns
    -------
    instance of cls
        Equal to what was encoded.

    Raises
    ------
    RecordError
        If the payload is of a later version, or does not fit the class.

    Examples
    --------
    >>> from leadline.phases.verdict import Bounds
    >>> decode(Bounds, {"estimate": 0.5, "low": 0.25, "high": 0.75, "width": 0.5}, 1)
    Bounds(estimate=0.5, low=0.25, high=0.75)
    """
    read: Callable[[Any], T] = _dataclass_decoder(cast("Any", cls))
    return _read(read, cls, payload, version)


def decode_part(part: type[T], whole: type, payload: Mapping[str, Any], version: int) -> T:
    """Build a dataclass that has some fields of another, from what `encode` made of that other.

    What is not asked for is not looked at, which saves most of the time where much is stored.

    Parameters
    ----------
    part : type
        The dataclass with the fields that are wanted, under their names.
    whole : type
        The dataclass that was stored: its versions and its ``upgrade`` hold.
    payload : mapping of str to object
        As stored.
    version : int
        The ``VERSION`` of the whole when it was stored.

    Returns
    -------
    instance of part
        With the values of the whole.

    Raises
    ------
    RecordError
        As of `decode`.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> from leadline.phases.verdict import Bounds
    >>> @dataclass(frozen=True)
    ... class Middle:
    ...     estimate: float
    >>> decode_part(Middle, Bounds, {"estimate": 0.5, "low": 0.25, "high": 0.75}, 1)
    Middle(estimate=0.5)
    """
    read: Callable[[Any], T] = _dataclass_decoder(cast("Any", part))
    return _read(read, whole, payload, version)


def _read(read: Callable[[Any], T], cls: Any, payload: Mapping[str, Any], version: int) -> T:
    latest: int = getattr(cls, "VERSION", 1)
    if version > latest:
        raise RecordError(
            f"A stored {cls.__name__} is of version {version}.",
            f"This Leadline knows versions up to {latest}.",
            "Upgrade Leadline.",
        )
    upgrade = getattr(cls, "upgrade", None)
    if upgrade is not None and version < latest:
        payload = upgrade(payload, version)
    try:
        return read(payload)
    except _MisfitError as misfit:
        raise RecordError(
            f"A stored {cls.__name__} cannot be read: {misfit}.",
            "It must fit the class it was made from.",
            "Read it with the Leadline that wrote it, or run its row again.",
        ) from misfit


@cache
def _dataclass_decoder(cls: Any) -> Decoder:
    hints = get_type_hints(cls)
    decoders = {field.name: _decoder(hints[field.name]) for field in fields(cls)}
    required = [
        field.name
        for field in fields(cls)
        if field.default is MISSING and field.default_factory is MISSING
    ]

    def read(payload: Any) -> Any:
        if not isinstance(payload, Mapping):
            raise _MisfitError(f"{cls.__name__} is {payload!r}")
        for name in required:
            if name not in payload:
                raise _MisfitError(f"{cls.__name__} has no {name!r}")
        known = {name: each(payload[name]) for name, each in decoders.items() if name in payload}
        return cls(**known)

    return read


@cache
def _decoder(hint: Any) -> Decoder:
    """What reads a value of a declared type."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _union_decoder(tuple(_decoder(argument) for argument in arguments))
    if origin is tuple:
        return _tuple_decoder(arguments)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping_decoder(_decoder(arguments[1]))
    if isinstance(hint, type):
        if is_dataclass(hint):
            return _dataclass_decoder(hint)
        if issubclass(hint, StrEnum):
            return _enum_decoder(hint)
        if hint in _SCALARS:
            return _SCALARS[hint]
    raise TypeError(f"the record cannot hold a field declared as {hint!r}")


def _scalar_decoder(*accepted: type, convert: Callable[[Any], Any] | None = None) -> Decoder:
    def read(value: Any) -> Any:
        if type(value) not in accepted:
            raise _MisfitError(f"{value!r} is no {accepted[0].__name__}")
        return value if convert is None else convert(value)

    return read


_SCALARS: dict[type, Decoder] = {
    bool: _scalar_decoder(bool),
    int: _scalar_decoder(int),
    float: _scalar_decoder(float, int, convert=float),
    str: _scalar_decoder(str),
    type(None): _scalar_decoder(type(None)),
}


def _union_decoder(choices: tuple[Decoder, ...]) -> Decoder:
    def read(value: Any) -> Any:
        for choice in choices:
            try:
                return choice(value)
            except _MisfitError:
                continue
        raise _MisfitError(f"{value!r} is none of the declared types")

    return read


def _tuple_decoder(arguments: tuple[Any, ...]) -> Decoder:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        each = _decoder(arguments[0])
        return lambda value: tuple(each(item) for item in _items(value))
    decoders = tuple(_decoder(argument) for argument in arguments)

    def read(value: Any) -> Any:
        items = _items(value)
        if len(items) != len(decoders):
            raise _MisfitError(f"{value!r} does not have {len(decoders)} items")
        return tuple(each(item) for each, item in zip(decoders, items, strict=True))

    return read


def _items(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _MisfitError(f"{value!r} is no list")
    return value


def _mapping_decoder(each: Decoder) -> Decoder:
    def read(value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise _MisfitError(f"{value!r} is no mapping")
        return {key: each(item) for key, item in value.items()}

    return read


def _enum_decoder(enum: type[StrEnum]) -> Decoder:
    def read(value: Any) -> Any:
        try:
            return enum(value)
        except ValueError:
            raise _MisfitError(f"{value!r} is no {enum.__name__}") from None

    return read
