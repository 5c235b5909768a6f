"""Files here or in an object store, read by range and written whole."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from leadline.errors import DataError, LeadlineError, first_line

_BLOCK = 2**22


class UnreachableError(DataError):
    """A file cannot be reached or used for now; the rows are not at fault."""


@dataclass(frozen=True)
class Location:
    """The place of a file or a folder.

    Attributes
    ----------
    url : str
        A path, or an address that fsspec knows: ``s3://bucket/folder/rows.csv``.
    """

    url: str

    @property
    def is_here(self) -> bool:
        """Whether it is a path of this machine."""
        return "://" not in self.url

    @property
    def name(self) -> str:
        """Of the file or folder, without what leads there."""
        return self.url.rstrip("/").rpartition("/")[2] or self.url

    @property
    def suffix(self) -> str:
        """Of the name, in lower case: ``.csv``."""
        return Path(self.name).suffix.lower()

    @property
    def parent(self) -> Location:
        """Where it lies."""
        if self.is_here:
            return Location(str(Path(self.url).parent))
        return Location(self.url.rstrip("/").rpartition("/")[0])

    @property
    def path(self) -> Path:
        """The path of a file that is here."""
        if not self.is_here:
            raise ValueError(f"{self.url} is no path of this machine.")
        return Path(self.url)

    def child(self, name: str) -> Location:
        """What lies in a folder."""
        return Location(f"{self.url.rstrip('/')}/{name}")

    def size(self) -> int:
        """Bytes.

        Raises
        ------
        DataError
            If there is no such file, or it cannot be reached.
        """
        return int(self._info()["size"])

    def stamp(self) -> str:
        """What an object store says of a file, that changes with its content: its tag, or time."""
        info = self._info()
        told = info.get("ETag") or info.get("etag") or info.get("md5Hash")
        when = info.get("LastModified") or info.get("mtime") or info.get("created")
        return f"{info['size']} {told or when}"

    def is_folder(self) -> bool:
        """Whether it is a folder, or what object stores have for one."""
        with self._told() as (files, path):
            return bool(files.isdir(path))

    def exists(self) -> bool:
        """Whether there is a file or folder."""
        with self._told() as (files, path):
            return bool(files.exists(path))

    def blocks(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """The bytes of a range, a few megabytes at a time."""
        left = (self.size() if stop is None else stop) - start
        with self._told() as (files, path), files.open(path, "rb", block_size=_BLOCK) as file:
            file.seek(start)
            while left > 0 and (block := file.read(min(_BLOCK, left))):
                left -= len(block)
                yield block

    def read(self, start: int, stop: int) -> bytes:
        """The bytes of a range."""
        with self._told() as (files, path):
            data: bytes = files.cat_file(path, start=start, end=stop)
            return data

    def read_whole(self) -> bytes:
        """All bytes."""
        with self._told() as (files, path):
            data: bytes = files.cat_file(path)
            return data

    def write(self, data: bytes) -> None:
        """Write all bytes; the file is there whole or as it was."""
        with self._told() as (files, path):
            if not self.is_here:
                files.pipe_file(path, data)
                return
            self.path.parent.mkdir(parents=True, exist_ok=True)
            partial = self.path.with_name(f"{self.name}.{os.getpid()}.partial")
            try:
                partial.write_bytes(data)
                partial.replace(self.path)
            except OSError:
                with suppress(OSError):
                    partial.unlink()
                raise

    @contextmanager
    def open_to_write(self) -> Iterator[Any]:
        """A file to write to piece by piece; nobody reads it before it is whole."""
        with self._told() as (files, path):
            if self.is_here:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            with files.open(path, "wb") as file:
                yield file

    def move(self, target: Location) -> None:
        """Take the place of another file, or of nothing."""
        if self.is_here:
            target.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.replace(target.path)
            return
        with self._told() as (files, path):
            files.mv(path, target._opened()[1])

    def remove(self) -> None:
        """Remove a file, or a folder with all that is in it."""
        with self._told() as (files, path), suppress(FileNotFoundError):
            files.rm(path, recursive=True)

    def children(self) -> tuple[Location, ...]:
        """What lies in a folder, by name; nothing if there is none."""
        with self._told() as (files, path):
            files.invalidate_cache()
            try:
                found = files.ls(path, detail=False)
            except (FileNotFoundError, NotADirectoryError):
                return ()
        names = {each.rstrip("/").rpartition("/")[2] for each in found}
        return tuple(self.child(name) for name in sorted(names) if name)

    def matches(self) -> tuple[Location, ...]:
        """Files that fit the pattern in this place's own name, by name."""
        with self._told() as (files, path):
            found = files.glob(path, detail=True)
        paths = sorted(each for each, info in found.items() if info["type"] == "file")
        prefix = "" if self.is_here else f"{self.url.partition('://')[0]}://"
        return tuple(Location(prefix + each) for each in paths)

    def files_below(self) -> tuple[str, ...]:
        """Paths of all files in a folder and below, from the folder on."""
        with self._told() as (files, path):
            root = path.rstrip("/") + "/"
            return tuple(sorted(each.removeprefix(root) for each in files.find(path)))

    @contextmanager
    def copy_here(self) -> Iterator[Path]:
        """A path of this machine with the same bytes, as long as the block lasts."""
        if self.is_here:
            yield self.path
            return
        with tempfile.TemporaryDirectory(prefix="leadline-") as folder:
            path = Path(folder) / self.name
            with path.open("wb") as file:
                for block in self.blocks():
                    file.write(block)
            yield path

    def _info(self) -> dict[str, Any]:
        with self._told() as (files, path):
            info: dict[str, Any] = files.info(path)
            return info

    def _opened(self) -> tuple[Any, str]:
        if self.is_here:
            return LocalFileSystem(), os.path.abspath(self.url)  # noqa: PTH100 - links stay links
        # others write there too
        files, path = fsspec.core.url_to_fs(self.url, use_listings_cache=False)
        return files, path

    @contextmanager
    def _told(self) -> Iterator[tuple[Any, str]]:
        """The file system and the path in it; what it raises is told as a refusal."""
        try:
            files, path = self._opened()
        except (ValueError, ImportError) as error:
            raise DataError(
                f"{self.url} cannot be opened: {first_line(error)}.",
                "A path is needed, or an address that fsspec knows.",
                "Correct it; S3 needs the extra 'leadline[s3]'.",
            ) from error
        try:
            yield files, path
        except FileNotFoundError:
            raise DataError(
                f"There is no file {self.url}.", "A table is needed.", "Check the path."
            ) from None
        except PermissionError as error:
            raise UnreachableError(
                f"{self.url} may not be used: {error.strerror or first_line(error)}.",
                "The right to read and write there is needed.",
                "Check permissions, or the credentials of the object store.",
            ) from error
        except (OSError, ValueError):
            raise
        except Exception as error:
            # an object store raises whatever its client's author thought of
            if self.is_here or isinstance(error, LeadlineError):
                raise
            raise UnreachableError(
                f"{self.url} cannot be reached: {first_line(error)}.",
                "An object store that answers is needed.",
                "Check the address, the network, and AWS_ENDPOINT_URL if it is not Amazon's.",
            ) from error
