"""What small networks are measured on: text and pictures that installed packages bring along.

Three bodies of text are read from what `make install` puts on a machine: Python code of the
standard library, docstrings of scientific packages, and C++ headers of torch. Files are told apart
by a digest of their path: what is scored comes from files that nothing was learnt from.
"""

from __future__ import annotations

import ast
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from string import ascii_lowercase

import numpy as np
from matplotlib import get_data_path
from PIL import Image, ImageDraw, ImageFont
from sklearn.datasets import load_digits
from sources import SHARED, here

N_BYTES = 128
SPAN = 64
"""Bytes of text that a language model sees at once."""
LINE = 96
"""Bytes of a line that a classifier sees."""
_SCORED = 0.15
_SCORED_SPANS = 2000
_MOST_SPANS = 2**14
_MOST_LINES = 40_000
_SCORED_LINES = 5000
_SCORED_SMS = 1400
LETTER = 16
"""Pixels of a side of a letter."""
_FONTS = ("DejaVuSans", "DejaVuSerif", "STIXGeneral")
_MOST_LETTERS, _SCORED_LETTERS = 2**14, 3000
_NOISE = 0.12
_SHORTEST_LINE = 30
_SCIENCE = ("numpy", "scipy", "sklearn", "pandas")


@dataclass(frozen=True)
class Task:
    """Rows to learn from, in an order left to chance, and rows to score on.

    Parameters
    ----------
    x, y : ndarray
        Of text spans both of shape (n, SPAN), the bytes and those one later; else one answer a row.
    unit : int
        What a row counts for on the axis of sizes: the bytes of a span, else 1.
    """

    x: np.ndarray
    y: np.ndarray
    scored_x: np.ndarray
    scored_y: np.ndarray
    unit: int
    n_classes: int


def spans_of(texts: Callable[[], Iterator[tuple[Path, str]]]) -> Task:
    """Spans of a text to continue byte by byte, files in the order of their digests."""
    learnt, scored = bytearray(), bytearray()
    for path, text in sorted(texts(), key=lambda pair: _place(pair[0])):
        into = scored if _place(path) < _SCORED else learnt
        into += text.encode("ascii", errors="replace")
    x, y = _spans(bytes(learnt), _MOST_SPANS)
    scored_x, scored_y = _spans(bytes(scored), _SCORED_SPANS)
    return Task(x, y, scored_x, scored_y, SPAN, N_BYTES)


def packages_of(texts: Callable[[], Iterator[tuple[Path, str]]]) -> Task:
    """Lines of a text, and the package that each is from."""
    learnt: dict[str, int] = {}
    scored: dict[str, int] = {}
    names: list[str] = []
    for path, text in sorted(texts(), key=lambda pair: _place(pair[0])):
        package = path.relative_to(_site()).parts[0]
        if package not in names:
            names.append(package)
        for line in text.splitlines():
            bare = line.strip()
            if len(bare) >= _SHORTEST_LINE and bare not in learnt and bare not in scored:
                (scored if _place(path) < _SCORED else learnt)[bare] = names.index(package)
    x, y = _lines(learnt, _MOST_LINES)
    scored_x, scored_y = _lines(scored, _SCORED_LINES)
    return Task(x, y, scored_x, scored_y, 1, len(names))


def sms() -> Task:
    """Short messages, and whether each is spam."""
    rows = here(SHARED.parent / "text" / "sms_spam.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [row.split("\t", 1) for row in rows]
    x, y = _lines({text: int(kind == "spam") for kind, text in pairs}, len(pairs))
    order = np.random.default_rng(1).permutation(y.size)
    learnt, scored = order[_SCORED_SMS:], order[:_SCORED_SMS]
    return Task(x[learnt], y[learnt], x[scored], y[scored], 1, 2)


def digits() -> Task:
    """Pictures of 8 by 8 pixels, of scikit-learn."""
    x, y = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(y.size)
    x, y = (x / 16).astype(np.float32)[order], y[order]
    return Task(x[500:], y[500:], x[:500], y[:500], 1, 10)


def letters() -> Task:
    """Small letters of the fonts that matplotlib brings along: turned, moved, scaled and noisy.

    Every fourth font is scored on and not learnt from.
    """
    rng = np.random.default_rng(0)
    fonts = Path(get_data_path()) / "fonts" / "ttf"
    paths = sorted(path for name in _FONTS for path in fonts.glob(f"{name}*.ttf"))
    parts = []
    for n_rows, used in ((_MOST_LETTERS, 0), (_SCORED_LETTERS, 1)):
        own = [path for place, path in enumerate(paths) if (place % 4 == 3) == bool(used)]
        drawn = [[_letter(path, name) for name in ascii_lowercase] for path in own]
        answers = rng.integers(len(ascii_lowercase), size=n_rows)
        pictures = np.empty((n_rows, LETTER, LETTER), dtype=np.float32)
        for row, answer in enumerate(answers):
            turn, side = rng.normal(0, 15), int(rng.integers(LETTER - 4, LETTER + 5))
            turned = drawn[rng.integers(len(own))][answer].rotate(turn)
            small = np.asarray(turned.resize((side, side))) / 255
            centred = np.pad(small, LETTER)
            top, left = (int(rng.integers(-2, 3)) + (side + LETTER) // 2 for _ in range(2))
            pictures[row] = centred[top : top + LETTER, left : left + LETTER]
        pictures += rng.normal(0, _NOISE, pictures.shape).astype(np.float32)
        parts += [pictures.reshape(n_rows, -1), answers]
    return Task(*parts, 1, len(ascii_lowercase))


def _letter(font: Path, name: str) -> Image.Image:
    picture = Image.new("L", (48, 48))
    ImageDraw.Draw(picture).text((24, 24), name, 255, ImageFont.truetype(font, 36), anchor="mm")
    return picture


def code() -> Iterator[tuple[Path, str]]:
    """Files of the standard library, without its tests."""
    root = Path(sysconfig.get_paths()["stdlib"])
    for path in root.rglob("*.py"):
        if not {"test", "tests", "idle_test", "site-packages"} & set(path.parts):
            yield path, path.read_text(encoding="utf-8", errors="replace")


def docstrings() -> Iterator[tuple[Path, str]]:
    """Docstrings of scientific packages, a text a file."""
    for path in _science():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
        found = [ast.get_docstring(n) or "" for n in ast.walk(tree) if isinstance(n, documented)]
        yield path, "\n".join(text for text in found if text)


def science() -> Iterator[tuple[Path, str]]:
    """Code of scientific packages."""
    for path in _science():
        yield path, path.read_text(encoding="utf-8")


def headers() -> Iterator[tuple[Path, str]]:
    """C++ headers of torch."""
    for path in (_site() / "torch" / "include").rglob("*.h"):
        yield path, path.read_text(encoding="utf-8", errors="replace")


def _science() -> list[Path]:
    paths = [path for name in _SCIENCE for path in (_site() / name).rglob("*.py")]
    return [path for path in paths if "tests" not in path.parts]


def _site() -> Path:
    return Path(sysconfig.get_paths()["purelib"])


def _place(path: Path) -> float:
    """A file's place in [0, 1), by a digest of its last names."""
    return int(sha256("/".join(path.parts[-3:]).encode()).hexdigest()[:12], 16) / 16**12


def _spans(text: bytes, most: int) -> tuple[np.ndarray, np.ndarray]:
    values = np.frombuffer(text, dtype=np.uint8)[: most * SPAN + 1] % N_BYTES
    n_spans = (values.size - 1) // SPAN
    x, y = values[: n_spans * SPAN], values[1 : n_spans * SPAN + 1]
    return x.reshape(-1, SPAN).astype(np.int64), y.reshape(-1, SPAN).astype(np.int64)


def _lines(lines: dict[str, int], most: int) -> tuple[np.ndarray, np.ndarray]:
    order = np.random.default_rng(0).permutation(len(lines))[:most]
    texts, answers = list(lines), np.array(list(lines.values()))
    x = np.zeros((order.size, LINE), dtype=np.int64)
    for row, place in enumerate(order):
        raw = texts[place].encode("ascii", errors="replace")[:LINE]
        x[row, : len(raw)] = np.frombuffer(raw, dtype=np.uint8)
    return x, answers[order]


TASKS: dict[str, Callable[[], Task]] = {
    "digits": digits,
    "letters": letters,
    "sms": sms,
    "package of a line of code": lambda: packages_of(science),
    "package of a line of a docstring": lambda: packages_of(docstrings),
    "code": lambda: spans_of(code),
    "docstrings": lambda: spans_of(docstrings),
    "headers": lambda: spans_of(headers),
}


@cache
def task_of(name: str) -> Task:
    return TASKS[name]()
