"""Footer of a Parquet file: where its row groups lie, and how files are put behind one another.

The footer is a struct in Thrift's compact protocol [1]_. It is read and written here as far as
that needs it: numbers of fields to values, each with its type, so that what is not understood is
passed on as it was.

References
----------
.. [1] Apache Parquet, parquet.thrift; Apache Thrift, compact protocol.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MAGIC = b"PAR1"
_TAIL_BYTES = 8
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_SHORT, _LONG = 4, 6
_LONGEST = 14  # items that a list's first byte can count

# fields of FileMetaData, RowGroup, ColumnChunk and ColumnMetaData
_SCHEMA, _N_ROWS, _GROUPS = 2, 3, 4
_CHUNKS, _GROUP_ROWS, _GROUP_OFFSET, _GROUP_ORDINAL = 1, 3, 5, 7
_CHUNK_OFFSET, _META, _OFFSET_INDEX, _COLUMN_INDEX = 2, 3, 4, 6
_COMPRESSED, _DATA, _INDEX, _DICTIONARY, _BLOOM = 7, 9, 10, 11, 14

_Struct = dict[int, tuple[int, Any]]


@dataclass(frozen=True)
class RowGroup:
    """A part of a file that can be read alone.

    Attributes
    ----------
    n_rows : int
        Rows.
    start, stop : int
        Bytes of the file it lies in.
    """

    n_rows: int
    start: int
    stop: int


def tail_start(last: bytes, size: int) -> int:
    """Where the footer begins, from the last 8 bytes of a file of some size.

    Raises
    ------
    ValueError
        If they are not the end of a Parquet file.
    """
    if len(last) < _TAIL_BYTES or last[-4:] != MAGIC:
        raise ValueError("it does not end as a Parquet file does")
    start = size - _TAIL_BYTES - int.from_bytes(last[-8:-4], "little")
    if start < len(MAGIC):
        raise ValueError("its footer is longer than the file")
    return start


def row_groups(tail: bytes) -> list[RowGroup]:
    """The row groups that a file's tail names: the footer and the 8 bytes after it.

    Raises
    ------
    ValueError
        If it is no footer.
    """
    found = []
    for group in _groups(_decoded(tail)):
        metas = [chunk[_META][1] for chunk in group[_CHUNKS][1][1]]
        starts = [min(meta[at][1] for at in (_DICTIONARY, _DATA) if at in meta) for meta in metas]
        stops = [start + meta[_COMPRESSED][1] for start, meta in zip(starts, metas, strict=True)]
        found.append(RowGroup(group[_GROUP_ROWS][1], min(starts), max(stops)))
    return found


class JoinedFooter:
    """The footer of files of one schema put behind one another, without their own footers."""

    def __init__(self) -> None:
        self._whole: _Struct | None = None
        self._groups: list[_Struct] = []

    def add(self, tail: bytes, shift: int) -> None:
        """Take in a file whose row groups were moved by some bytes.

        Raises
        ------
        ValueError
            If its schema is another than that of the first.
        """
        footer = _decoded(tail)
        if self._whole is None:
            self._whole = footer
        elif _encoded_fields(footer, (_SCHEMA,)) != _encoded_fields(self._whole, (_SCHEMA,)):
            raise ValueError("the files have several schemas")
        for group in _groups(footer):
            # files without rows have an empty group
            if group[_GROUP_ROWS][1]:
                _shift_group(group, shift)
                group[_GROUP_ORDINAL] = (_SHORT, min(len(self._groups), 2**15 - 1))
                self._groups.append(dict(sorted(group.items())))

    def to_bytes(self) -> bytes:
        """The footer, its length and the mark that ends a file."""
        if self._whole is None:
            raise ValueError("There is no file; at least one is needed. Add it.")
        n_rows = sum(group[_GROUP_ROWS][1] for group in self._groups)
        whole = {
            **self._whole,
            _N_ROWS: (_LONG, n_rows),
            _GROUPS: (_LIST, (_STRUCT, self._groups)),
        }
        data = bytearray()
        _write_struct(data, whole)
        return bytes(data) + len(data).to_bytes(4, "little") + MAGIC


def _groups(footer: _Struct) -> list[_Struct]:
    groups: list[_Struct] = footer[_GROUPS][1][1]
    return groups


def _shift_group(group: _Struct, shift: int) -> None:
    _shift(group, (_GROUP_OFFSET,), shift)
    for chunk in group[_CHUNKS][1][1]:
        _shift(chunk, (_CHUNK_OFFSET, _OFFSET_INDEX, _COLUMN_INDEX), shift)
        _shift(chunk[_META][1], (_DATA, _INDEX, _DICTIONARY, _BLOOM), shift)


def _shift(struct: _Struct, fields: tuple[int, ...], shift: int) -> None:
    for field in fields:
        # 0 stands for an offset that a writer did not care to fill in
        if field in struct and struct[field][1]:
            kind, offset = struct[field]
            struct[field] = (kind, offset + shift)


def _encoded_fields(struct: _Struct, fields: tuple[int, ...]) -> bytes:
    data = bytearray()
    _write_struct(data, {field: struct[field] for field in fields})
    return bytes(data)


def _decoded(tail: bytes) -> _Struct:
    try:
        footer, _ = _read_struct(tail, 0)
        # the fields that every footer has
        footer[_SCHEMA], footer[_N_ROWS], footer[_GROUPS]
    except (IndexError, KeyError, TypeError) as error:
        raise ValueError("its footer is damaged") from error
    return footer


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _read_int(data: bytes, at: int) -> tuple[int, int]:
    value, at = _read_varint(data, at)
    return (value >> 1) ^ -(value & 1), at


def _read_struct(data: bytes, at: int) -> tuple[_Struct, int]:
    struct: _Struct = {}
    field = 0
    while head := data[at]:
        at += 1
        kind, step = head & 15, head >> 4
        if step:
            field += step
        else:
            field, at = _read_int(data, at)
        value, at = (kind == _TRUE, at) if kind in (_TRUE, _FALSE) else _read(data, at, kind)
        struct[field] = (kind, value)
    return struct, at + 1


def _read(data: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind == _STRUCT:
        return _read_struct(data, at)
    if kind == _BINARY:
        length, at = _read_varint(data, at)
        return data[at : at + length], at + length
    if kind in (_LIST, _SET):
        return _read_list(data, at)
    if kind in (_TRUE, _FALSE, _BYTE):
        return data[at], at + 1
    if kind == _DOUBLE:
        return data[at : at + 8], at + 8
    if kind == _MAP or kind > _STRUCT:
        raise KeyError(kind)
    return _read_int(data, at)


def _read_list(data: bytes, at: int) -> tuple[tuple[int, list[Any]], int]:
    kind, length = data[at] & 15, data[at] >> 4
    at += 1
    if length > _LONGEST:
        length, at = _read_varint(data, at)
    items = []
    for _ in range(length):
        item, at = _read(data, at, kind)
        items.append(item)
    return (kind, items), at


def _write_varint(data: bytearray, value: int) -> None:
    while value > 127:
        data.append(value & 127 | 128)
        value >>= 7
    data.append(value)


def _write_int(data: bytearray, value: int) -> None:
    _write_varint(data, value * 2 if value >= 0 else -value * 2 - 1)


def _write_struct(data: bytearray, struct: _Struct) -> None:
    before = 0
    for field, (kind, value) in struct.items():
        named = (_TRUE if value else _FALSE) if kind in (_TRUE, _FALSE) else kind
        step = field - before
        if 0 < step <= 15:
            data.append(step << 4 | named)
        else:
            data.append(named)
            _write_int(data, field)
        before = field
        if kind not in (_TRUE, _FALSE):
            _write(data, kind, value)
    data.append(0)


def _write(data: bytearray, kind: int, value: Any) -> None:
    if kind == _STRUCT:
        _write_struct(data, value)
    elif kind == _BINARY:
        _write_varint(data, len(value))
        data += value
    elif kind in (_LIST, _SET):
        _write_list(data, *value)
    elif kind in (_TRUE, _FALSE, _BYTE):
        data.append(value)
    elif kind == _DOUBLE:
        data += value
    else:
        _write_int(data, value)


def _write_list(data: bytearray, kind: int, items: list[Any]) -> None:
    if len(items) <= _LONGEST:
        data.append(len(items) << 4 | kind)
    else:
        data.append(15 << 4 | kind)
        _write_varint(data, len(items))
    for item in items:
        _write(data, kind, item)
