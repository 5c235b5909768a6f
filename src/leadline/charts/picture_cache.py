"""Kept pictures: what was drawn of a verdict once is read from then on.

A picture is kept under the digest of all that it is made of: the verdict, and the code and the
letters that draw. So a changed chart is never shown as it was, and nothing need be cleared.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from leadline.phases.verdict import Verdict
from leadline.record.codec import encode, to_json

if TYPE_CHECKING:
    from leadline.charts.drawing.sheet import Sheet
    from leadline.charts.drawing.theme import Picture

_PACKAGE = Path(__file__).parents[1]
_DRAWN_BY = ("charts", "phases", "stats/metric")
"""Folders whose code decides what a picture shows."""

MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Drawing:
    """A picture and what it says.

    Attributes
    ----------
    wide, narrow : str
        One ``<svg>`` element each: for a page, and for a phone.
    alt : str
        Text alternative.
    """

    wide: str
    narrow: str
    alt: str


class PictureCache:
    """Pictures of verdicts, drawn once.

    Parameters
    ----------
    folder : Path
        Where they are kept; it is made when it is needed.
    most_bytes : int, default=64 MiB
        Bytes that are kept; those read longest ago go first.
    """

    def __init__(self, folder: Path, *, most_bytes: int = MOST_BYTES) -> None:
        self._folder, self._most_bytes = folder, most_bytes

    def drawings(self, verdict: Verdict) -> dict[str, Drawing]:
        """Every picture of a verdict: its own under ``""``, further ones by name.

        Parameters
        ----------
        verdict : Verdict
            Of any row of the life cycle.

        Returns
        -------
        dict of str to Drawing
            Empty where there is nothing to draw.
        """
        return self._kept(self._digest(verdict), lambda: drawings_of(verdict))

    def drawing(self, key: str, draw: Callable[[Sheet], Picture | None]) -> Drawing | None:
        """The picture of what is no verdict; None where there is nothing to draw.

        Parameters
        ----------
        key : str
            All that the picture is made of, in any form; the same for the same picture.
        draw : callable
            From the room to the picture; called where none is kept.
        """
        digest = hashlib.sha256(f"{_drawn_by()}:{key}".encode()).hexdigest()
        return self._kept(digest, lambda: _drawing_of(draw)).get("")

    def _kept(self, digest: str, draw: Callable[[], dict[str, Drawing]]) -> dict[str, Drawing]:
        path = self._folder / f"{digest}.json"
        kept = _read(path)
        if kept is None:
            kept = draw()
            self._keep(path, kept)
        return kept

    def has(self, verdict: Verdict) -> bool:
        """Whether nothing would have to be drawn."""
        return (self._folder / f"{self._digest(verdict)}.json").exists()

    def _digest(self, verdict: Verdict) -> str:
        whole = f"{_drawn_by()}:{type(verdict).__qualname__}:{to_json(encode(verdict))}"
        return hashlib.sha256(whole.encode()).hexdigest()

    def _keep(self, path: Path, drawings: dict[str, Drawing]) -> None:
        """Keep pictures where that can be done: they can be drawn again."""
        temporary = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            temporary.write_text(
                json.dumps({name: asdict(each) for name, each in drawings.items()}), "utf-8"
            )
            temporary.replace(path)
            self._prune()

    def _prune(self) -> None:
        kept = sorted(
            ((each.stat().st_mtime, each.stat().st_size, each) for each in self._folder.iterdir()),
            reverse=True,
        )
        total = 0
        for _, size, path in kept:
            total += size
            if total > self._most_bytes:
                path.unlink(missing_ok=True)


@cache
def _drawn_by() -> str:
    """Digest of the code and the letters that draw, as they were when this process began."""
    digest = hashlib.sha256()
    for folder in _DRAWN_BY:
        for path in sorted((_PACKAGE / folder).rglob("*")):
            if path.suffix in {".py", ".woff2"}:
                digest.update(path.read_bytes())
    return digest.hexdigest()


def drawings_of(verdict: Verdict) -> dict[str, Drawing]:
    """Draw every picture of a verdict, now.

    Parameters
    ----------
    verdict : Verdict
        Of any row of the life cycle.
    """
    # not at the head: who finds a picture kept must not wait for Altair
    from leadline.charts.dispatch import pictures_of
    from leadline.charts.drawing.rendering import description, svg
    from leadline.charts.drawing.sheet import NARROW, WIDE

    wide, narrow = pictures_of(verdict, WIDE), pictures_of(verdict, NARROW)
    return {
        name: Drawing(svg(chart), svg(narrow[name]), description(chart))
        for name, chart in wide.items()
    }


def _drawing_of(draw: Callable[[Sheet], Picture | None]) -> dict[str, Drawing]:
    from leadline.charts.drawing.rendering import description, svg
    from leadline.charts.drawing.sheet import NARROW, WIDE

    wide, narrow = draw(WIDE), draw(NARROW)
    if wide is None or narrow is None:
        return {}
    return {"": Drawing(svg(wide), svg(narrow), description(wide))}


def _read(path: Path) -> dict[str, Drawing] | None:
    """What is kept there; None if that is nothing, or no longer whole."""
    try:
        kept = {name: Drawing(**each) for name, each in json.loads(path.read_bytes()).items()}
        os.utime(path)
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    return kept
