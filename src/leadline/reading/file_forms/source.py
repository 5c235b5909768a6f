"""Source files: unpacking and detection of the format from the content."""

from __future__ import annotations

import gzip
import io
import os
import re
import resource
import zipfile
import zlib
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import IO

from leadline.errors import DataError

Note = Callable[[str], None]

_MOST_BYTES = 8 * 2**30
_PART_BYTES = 2**24
_FORMS = "CSV, TSV, JSON lines (plain, gzipped or alone in a zip), Parquet or xlsx is needed."
_SAVE_AS_CSV = "Open it in the program that wrote it and save the table as CSV (UTF-8)."
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "an old Excel or Office file", _SAVE_AS_CSV),
    (b"%PDF", "a PDF", _SAVE_AS_CSV),
    (b"SQLite format 3", "an SQLite database", "Export the table as CSV."),
    (b"BZh", "compressed with bzip2", "Unpack it first."),
    (b"\xfd7zXZ", "compressed with xz", "Unpack it first."),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "Unpack it first."),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it first."),
    (b"ARROW1", "an Arrow file", "Write it as Parquet."),
    (b"\x89HDF", "an HDF5 file", "Write the table as Parquet."),
    (b"<stata_dta>", "a Stata file", _SAVE_AS_CSV),
    (b"$FL2", "an SPSS file", _SAVE_AS_CSV),
    (b"RDX", "a file of R", "Write the table with write.csv(..., row.names = FALSE)."),
    (b"version https://git-lfs", "a Git LFS pointer, not the data", "Run 'git lfs pull'."),
    (b"<!doctype html", "a web page", "Download the data itself; a login page came instead?"),
    (b"<html", "a web page", "Download the data itself; a login page came instead?"),
    (b"<?xml", "XML", _SAVE_AS_CSV),
)


# its comments may go on for pages
_ARFF = re.compile(rb"(?:\s*%[^\n]*\n|\s*\n)*\s*@relation\s", re.IGNORECASE)


class Form(StrEnum):
    """How a table is written down."""

    DELIMITED = "delimited"
    PARQUET = "parquet"
    JSON = "json"
    SPREADSHEET = "spreadsheet"


def like_it(n_more: int) -> str:
    """Say how many more lines are refused with the one that is named.

    Examples
    --------
    >>> like_it(0), like_it(1)
    ('Nothing was imported.', '1 more line is like it; nothing was imported.')
    """
    if n_more == 0:
        return "Nothing was imported."
    lines = "1 more line is" if n_more == 1 else f"{n_more:,} more lines are"
    return f"{lines} like it; nothing was imported."


def open_source(path: Path, note: Note) -> tuple[bytes, Form]:
    """Read a file, unpack it, and recognise its form by what is in it, not by its name.

    Parameters
    ----------
    path : Path
        Of the file.
    note : callable
        Told what a person should know: another encoding was assumed, say.

    Returns
    -------
    bytes, Form
        Text is UTF-8 without a byte order mark, its lines end in a newline character.

    Raises
    ------
    DataError
        If there is no such file, or it is not a table.
    """
    data = _bytes_of(path)
    if _is_workbook(data):
        return data, Form.SPREADSHEET
    data = _unpacked(data, path.name)
    if not data.strip():
        raise DataError(f"{path.name} is empty.", _FORMS, "Check the path, or export it again.")
    if data.startswith(b"PAR1"):
        return data, Form.PARQUET
    _refuse_foreign(data, path.name)
    text = _with_newlines(_utf8(data, path.name, note))
    return text, form_of_text(text, path.name)


def form_of_text(text: bytes, name: str) -> Form:
    """Whether text is JSON or fields between delimiters."""
    is_json = name.removesuffix(".gz").endswith((".json", ".jsonl", ".ndjson"))
    return Form.JSON if is_json or text.lstrip().startswith((b'{"', b'[{"')) else Form.DELIMITED


def is_unpacked_text(path: Path, head: bytes) -> bool:
    """Whether a file is text as it stands, small enough to be read, as far as its head tells."""
    if head.startswith((b"PAR1", b"PK\x03\x04", b"\x1f\x8b")):
        return False
    try:
        _refuse_size(path.stat().st_size, path.name, "")
        _refuse_foreign(head, path.name)
    except DataError:
        return False
    return True


def _with_newlines(text: bytes) -> bytes:
    """Lines that end in one character, be it that one file was written by several programs."""
    n_newlines = text.count(b"\n")
    if n_newlines and text.count(b"\r\r\n") == n_newlines:
        return text.replace(b"\r\r\n", b"\n")
    if text.count(b"\r") - text.count(b"\r\n") > n_newlines:
        return text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return text


def _is_workbook(data: bytes) -> bool:
    if not data.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(each.startswith(("xl/", "content.xml")) for each in archive.namelist())
    except zipfile.BadZipFile:
        return False


def _bytes_of(path: Path) -> bytes:
    if path.is_dir():
        raise DataError(f"{path} is a folder.", "A file is needed.", "Name the files in it.")
    try:
        _refuse_size(path.stat().st_size, path.name, "")
        return path.read_bytes()
    except FileNotFoundError:
        raise DataError(
            f"There is no file {path}.",
            "A file of data is needed.",
            "Check the path.",
        ) from None
    except OSError as error:
        raise DataError(
            f"{path.name} cannot be read: {error.strerror}.",
            "A file you may read is needed.",
            "Check its permissions.",
        ) from None


def _unpacked(data: bytes, name: str) -> bytes:
    try:
        if data.startswith(b"\x1f\x8b"):
            return _gunzipped(data, name)
        if data.startswith(b"PK\x03\x04"):
            return _only_member(data, name)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError) as error:
        raise DataError(
            f"{name} cannot be unpacked: {error}.", "A whole archive is needed.", "Fetch it again."
        ) from None
    return data


def _only_member(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [
            member
            for member in archive.namelist()
            if not member.endswith("/") and not member.startswith("__MACOSX")
        ]
        if len(members) != 1:
            raise DataError(
                f"{name} is a zip of {len(members)} files.",
                "One table is needed.",
                "Unpack it and name the files wanted.",
            )
        _refuse_size(archive.getinfo(members[0]).file_size, name, "unpacked ")
        with archive.open(members[0]) as member:
            return _limited(member, name)


def _gunzipped(data: bytes, name: str) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
        return _limited(stream, name)


def _limited(stream: IO[bytes] | gzip.GzipFile, name: str) -> bytes:
    """Unpack part by part, so that a small file cannot fill the memory."""
    parts, n_bytes = [], 0
    most = _most_bytes()
    while part := stream.read(_PART_BYTES):
        n_bytes += len(part)
        if n_bytes > most:
            _refuse_size(n_bytes, name, "more than ", most)
        parts.append(part)
    return b"".join(parts)


def _most_bytes() -> int:
    """What may be read: 8 GiB, but no more than a third of the memory there is."""
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    granted = memory if soft == resource.RLIM_INFINITY else min(memory, soft)
    return min(_MOST_BYTES, granted // 3)


def _refuse_size(n_bytes: int, name: str, how: str, most: int = 0) -> None:
    most = most or _most_bytes()
    if n_bytes > most:
        raise DataError(
            f"{name} has {how}{n_bytes / 2**30:.1f} GiB.",
            f"A table that fits into memory is needed, at most {most / 2**30:.1f} GiB.",
            "Draw a sample of its rows.",
        )


def _refuse_foreign(data: bytes, name: str) -> None:
    if _ARFF.match(data[:_PART_BYTES]):
        raise DataError(f"{name} is an ARFF file of Weka.", _FORMS, _SAVE_AS_CSV)
    start = data[:64].lstrip().lower()
    for mark, what, remedy in _FOREIGN:
        if data.startswith(mark) or start.startswith(mark.lower()):
            raise DataError(f"{name} is {what}.", _FORMS, remedy)


def _utf8(data: bytes, name: str, note: Note) -> bytes:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        note(f"{name} is UTF-16 and was read as such.")
        try:
            return data.decode("utf-16").removeprefix("\ufeff").encode()
        except UnicodeDecodeError:
            raise DataError(f"{name} is broken UTF-16.", _FORMS, "Export it again.") from None
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\x00" in data:
        raise DataError(f"{name} is a binary file.", _FORMS, _SAVE_AS_CSV)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        note(
            f"{name} is not UTF-8 (line {line:,}) and was read as Windows Latin-1; "
            "if letters look wrong, save it as UTF-8."
        )
        return _from_windows(data)
    return data


def _from_windows(data: bytes) -> bytes:
    try:
        return data.decode("cp1252").encode()
    except UnicodeDecodeError:
        # five bytes mean nothing in Windows' table; Latin-1 itself takes them all
        return data.decode("latin-1").encode()
