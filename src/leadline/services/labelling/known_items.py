"""Index of the items of a project: found by their key, or by what is in their columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

from leadline.engines.annotation_format import ImportedAnnotation
from leadline.errors import NotReadyError
from leadline.phases.data import Data
from leadline.services.labelling.cells_of_answers import ReadValues, read_values, reading_of
from leadline.services.labelling.keyed_items import identity_of, keyed_items
from leadline.snapshot import content_hashes
from leadline.workspace import Workspace

_MOST_NAMED = 5
_OWN_KEY = "leadline_item"
_PNG_URI = "data:image/png;base64"


class KnownItems:
    """All items of the data.

    Parameters
    ----------
    workspace : Workspace
        The project.
    """

    def __init__(self, workspace: Workspace) -> None:
        data = workspace.record.latest_of(Data)
        if data is None:
            raise NotReadyError("There is no data verdict yet.", "", "Run 'leadline run data'.")
        digests = [digest for digest in (data.unlabelled, data.snapshot) if digest]
        tables = [keyed_items(workspace, digest, data) for digest in digests]
        self._data = data
        self._identity = identity_of(data)
        self._schema = {name: tables[0].schema[name] for name in self._identity}
        self._key = tables[0].columns[0]
        self._keys = {key for table in tables for key in table[self._key].to_list()}

    def named(self, annotations: Sequence[ImportedAnnotation]) -> list[str | ValueError]:
        """The key of each item, or why there is none."""
        found = [self._by_key(each) for each in annotations]
        rows = [row for row, key in enumerate(found) if key is None]
        contents = [_content(annotations[row], self._key) for row in rows]
        by_content = dict(zip(rows, self._by_content(contents), strict=True)) if rows else {}
        return [by_content[row] if key is None else key for row, key in enumerate(found)]

    def _by_key(self, imported: ImportedAnnotation) -> str | ValueError | None:
        """The item that a key names; None if it is to be found by content."""
        own = str(imported.content.get(_OWN_KEY, "") or "").strip()
        key = own or imported.answer.item.strip()
        if key in self._keys:
            return key
        if not key or (not own and self._key != "item"):
            # a column of the data is called item
            return None
        return ValueError(f"the item {key[:40]!r} is not among the data")

    def _by_content(self, contents: Sequence[dict[str, Any]]) -> list[str | ValueError]:
        found: list[str | ValueError | None] = [self._lacking(each) for each in contents]
        whole = [row for row, fault in enumerate(found) if fault is None]
        # as the files of the data are written; else as leadline itself writes values
        for plainly in (False, True):
            open_rows = [row for row in whole if not isinstance(found[row], str)]
            read = self._read([contents[row] for row in open_rows], plainly=plainly)
            for row, key in zip(open_rows, read, strict=True):
                if found[row] is None or isinstance(key, str):
                    found[row] = key
        return [key for key in found if key is not None]

    def _lacking(self, content: dict[str, Any]) -> ValueError | None:
        lacking = [name for name in self._identity if name not in content]
        if not lacking:
            return None
        return ValueError(
            f"nothing says which item it is: there is no 'item', and no {_named(lacking)}"
        )

    def _read(self, contents: Sequence[dict[str, Any]], *, plainly: bool) -> list[str | ValueError]:
        if not contents:
            return []
        columns = {
            name: self._column(name, [each[name] for each in contents], plainly=plainly)
            for name in self._identity
        }
        frame = pl.DataFrame([column.values.alias(name) for name, column in columns.items()])
        keys = [f"{key:016x}" for key in content_hashes(frame, self._identity).tolist()]
        return [self._found(key, row, columns) for row, key in enumerate(keys)]

    def _found(self, key: str, row: int, columns: dict[str, ReadValues]) -> str | ValueError:
        for name, column in columns.items():
            if row in column.faults:
                return ValueError(f"{name} is {column.faults[row]}")
        return key if key in self._keys else ValueError("no row of the data has this content")

    def _column(self, name: str, values: list[Any], *, plainly: bool) -> ReadValues:
        dtype = self._schema[name]
        if dtype == pl.Binary:
            return _images(values)
        known = None if plainly else self._data.reading.get(name)
        return read_values(values, known or reading_of(name, dtype), dtype)


def _content(imported: ImportedAnnotation, key: str) -> dict[str, Any]:
    content = dict(imported.content)
    if key != "item":
        content.setdefault("item", imported.answer.item)
    return content


def _named(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in list(names)[:_MOST_NAMED])


def _images(values: list[Any]) -> ReadValues:
    images: list[bytes | None] = []
    faults = {}
    for row, value in enumerate(values):
        try:
            images.append(_image(value))
        except ValueError:
            images.append(None)
            faults[row] = "no image in the file itself; name the item by its key"
    return ReadValues(pl.Series(images, dtype=pl.Binary), faults)


def _image(value: Any) -> bytes | None:
    from base64 import b64decode

    if isinstance(value, bytes) or value is None:
        return value
    head, _, encoded = str(value).partition(",")
    if not head:
        return None
    if not head.startswith(_PNG_URI):
        raise ValueError(head[:40])
    return b64decode(encoded)
