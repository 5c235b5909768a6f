"""Bearer tokens of a server: a file of names and hashes that is read again when it changes.

::

    # name      SHA-256 of the token      made at
    billing     9f86d081884c7d65...       2026-11-29T10:00:00+00:00

A token is 256 random bits, so a plain hash cannot be turned round; it is shown once and kept
nowhere.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import re
import secrets
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from leadline.errors import DataError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
_HASH = re.compile(r"[0-9a-f]{64}")
_HEAD = "# name, SHA-256 of the token, made at; written by 'leadline token'\n"
_LOOK_S = 1.0
_PREFIX = "lead-"  # so that a token that has leaked is found by a search
_LOG = logging.getLogger("leadline.serve")


@dataclass(frozen=True)
class Token:
    """A token that counts.

    Attributes
    ----------
    name : str
        Whose it is.
    sha256 : str
        Hash of the token, hexadecimal.
    made_at : str
        ISO 8601, UTC.
    """

    name: str
    sha256: str
    made_at: str


def read_tokens(path: Path) -> dict[str, Token]:
    """The tokens of a file by name.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    DataError
        If it cannot be read, or a line is not one of a token.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise DataError(
            f"The file of tokens {path} cannot be read: {why}.",
            "It says who may ask.",
            f"Make it with 'leadline token add NAME --tokens {path}'.",
        ) from error
    found: dict[str, Token] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        token = _parsed(line)
        if token is None or token.name in found:
            raise DataError(
                f"{path} line {number} is not a token, or its name is there twice.",
                "A name, the SHA-256 of the token and a time are needed.",
                "Delete the line, and make a new token with 'leadline token add NAME'.",
            )
        found[token.name] = token
    return found


def add_token(path: Path, name: str) -> str:
    """Make a token; this is the only time it is known.

    Parameters
    ----------
    path : Path
        The file; made, for its owner alone, if there is none.
    name : str
        Whose token it is: letters, digits, dots, hyphens and underlines.

    Returns
    -------
    str
        What the client sends.

    Raises
    ------
    DataError
        If the name cannot be one or has a token, or the file cannot be read or written.
    """
    if not _NAME.fullmatch(name):
        raise DataError(
            f"{name!r} cannot be the name of a token.",
            "At most 60 letters, digits, dots, hyphens and underlines of ASCII are needed.",
            "Name whoever will use it, for example 'billing'.",
        )
    with _alone(path):
        known = read_tokens(path) if path.exists() else {}
        if name in known:
            raise DataError(
                f"{name!r} has a token since {known[name].made_at}.",
                "One token a name is kept.",
                f"Choose another name, or 'leadline token revoke {name}' first.",
            )
        text = _PREFIX + secrets.token_urlsafe(32)
        made_at = datetime.now(UTC).isoformat(timespec="seconds")
        _write(path, {**known, name: Token(name, _hash(text), made_at)})
    return text


def revoke_token(path: Path, name: str) -> None:
    """Delete a token; running servers refuse it within a second or two.

    Raises
    ------
    DataError
        If there is no such token, or the file cannot be read or written.
    """
    read_tokens(path)  # where there is none, nothing is made
    with _alone(path):
        known = read_tokens(path)
        if name not in known:
            raise DataError(
                f"{path} has no token of {name!r}.",
                f"It has {', '.join(sorted(known)) or 'none'}.",
                "'leadline token list' names them.",
            )
        _write(path, {other: token for other, token in known.items() if other != name})


class TokenCheck:
    """The tokens of a file, read again when it changes; looked at once a second at most.

    A file that is gone or damaged lets nobody in: what cannot be read may have been revoked.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    DataError
        If it cannot be read now.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sign = self._seen()
        self._names = _by_hash(read_tokens(path))
        self._look_at = time.monotonic() + _LOOK_S

    def name_of(self, token: str) -> str | None:
        """Whose token it is; None if it is nobody's."""
        if time.monotonic() >= self._look_at:
            self._refresh()
        return self._names.get(_hash(token))

    def _refresh(self) -> None:
        self._look_at = time.monotonic() + _LOOK_S
        sign = self._seen()
        if sign == self._sign:
            return
        self._sign = sign
        try:
            self._names = _by_hash(read_tokens(self._path))
        except DataError as error:
            self._names = {}
            _LOG.error("nobody is let in: %s", error)
            return
        _LOG.warning("%s tokens count now", f"{len(self._names):,}")

    def _seen(self) -> tuple[int, int, int] | None:
        """Something that changes when the file does."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size


def _parsed(line: str) -> Token | None:
    parts = line.split()
    if len(parts) != 3 or not _NAME.fullmatch(parts[0]) or not _HASH.fullmatch(parts[1]):
        return None
    return Token(*parts)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def _by_hash(tokens: Mapping[str, Token]) -> dict[str, str]:
    return {token.sha256: name for name, token in tokens.items()}


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Of those who change the file, one at a time: who comes second reads what the first wrote."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(path.parent, os.O_RDONLY)
    except OSError as error:
        raise _not_written(path, error) from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _write(path: Path, tokens: Mapping[str, Token]) -> None:
    """Put a file in the place of the one before, whole or not at all."""
    lines = [f"{one.name} {one.sha256} {one.made_at}\n" for one in tokens.values()]
    try:
        handle, temporary = tempfile.mkstemp(prefix=".tokens-", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(_HEAD + "".join(lines))
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise _not_written(path, error) from error


def _not_written(path: Path, error: OSError) -> DataError:
    return DataError(
        f"The file of tokens {path} cannot be written: {error.strerror}.",
        "Nothing was changed.",
        "Let this user write to its folder.",
    )
