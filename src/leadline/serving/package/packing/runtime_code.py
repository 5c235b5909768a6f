"""Code in a package: the modules of ours that serve, and the names by which engines are found."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import EntryPoint, distribution, entry_points
from importlib.util import find_spec
from pathlib import Path

from leadline.engines.loading import names
from leadline.engines.own.import_path import is_import_path
from leadline.errors import ReleaseError
from leadline.serving.package import leadline_serve
from leadline.serving.package.about import RUNTIME
from leadline.serving.package.packing.import_closure import Closure, closure_of, source_of

ENTRY = "leadline_serve.py"
_SERVER = "leadline.serving.http.server"
_COMMANDS = "leadline.serving.package.command_line"
_MODEL = ("leadline.serving.batch.score_file", "leadline.serving.releases.bundle")
# what reads, computes and draws where a release is made: the compiled form needs none of it
_HEAVY = frozenset(
    {"PIL", "fastexcel", "fsspec", "joblib", "polars", "scipy", "sklearn", "skops", "torch"}
)
# uvicorn imports them by name where they are
_FASTER = ("httptools", "uvloop")
# of families that need more than is locked; nothing of them goes into a package
_EXTRAS = frozenset({"mlflow", "optuna", "pandas", "pyarrow", "ray", "skorch", "torch"})
# no lock names the libraries and weights that they need
_NOT_LOCKED = frozenset({"embeddings", "image-network", "network", "text-network"})


@dataclass(frozen=True)
class RuntimeCode:
    """What is run of ours, and what of others it imports.

    Attributes
    ----------
    closure : Closure
        Modules and packages.
    points : tuple of EntryPoint
        Families and servers that can be found by name.
    """

    closure: Closure
    points: tuple[EntryPoint, ...]

    @classmethod
    def of_compiled(cls) -> RuntimeCode:
        """The code that answers by the compiled form alone."""
        return cls._of((_SERVER, _COMMANDS), without=_HEAVY)

    @classmethod
    def of_model(cls, family: str) -> RuntimeCode:
        """The code that answers by the model of a family.

        Raises
        ------
        ReleaseError
            If the family needs more than can be packaged.
        """
        if is_import_path(family) and family not in names("families"):
            raise _not_packaged(f"is of your own ({family}), and its code is not Leadline's")
        plain = {
            point.name: point.module
            for point in entry_points(group="leadline.families")
            if source_of(point.module) and point.name not in _NOT_LOCKED
        }
        if family and family not in plain:
            raise _not_packaged(f"is of the family {family!r}: not all it needs is locked")
        # models that ask language models find what they speak by name
        clients = [
            point.module
            for point in entry_points(group="leadline.clients")
            if source_of(point.module)
        ]
        return cls._of((_SERVER, _COMMANDS, *_MODEL, *plain.values(), *clients), without=_EXTRAS)

    @classmethod
    def _of(cls, roots: Sequence[str], without: Collection[str]) -> RuntimeCode:
        closure = closure_of(roots, without=without)
        faster = frozenset(name for name in _FASTER if find_spec(name))
        return cls(replace(closure, packages=closure.packages | faster), _points(closure))

    def write(self, folder: Path) -> None:
        """Put the code and the entry into a package."""
        for name in sorted(self.closure.modules):
            source = source_of(name)
            assert source is not None
            inside = Path(*name.split("."))
            target = inside / "__init__.py" if source.name == "__init__.py" else inside
            path = folder / RUNTIME / target.with_suffix(".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, path)
        ours = distribution("leadline")
        about = folder / RUNTIME / f"leadline-{ours.version}.dist-info"
        about.mkdir()
        # who looks for a version or an engine finds it as where Leadline is installed
        about.joinpath("METADATA").write_text(
            f"Metadata-Version: 2.4\nName: leadline\nVersion: {ours.version}\n", encoding="utf-8"
        )
        about.joinpath("entry_points.txt").write_text(_sections(self.points), encoding="utf-8")
        shutil.copyfile(Path(leadline_serve.__file__), folder / ENTRY)


def _points(closure: Closure) -> tuple[EntryPoint, ...]:
    """Entry points of what is in the package."""
    return tuple(
        point
        for kind in ("families", "servers", "clients")
        for point in sorted(entry_points(group=f"leadline.{kind}"))
        if point.module in closure.modules
    )


def _sections(points: Sequence[EntryPoint]) -> str:
    lines: list[str] = []
    for point in points:
        if f"[{point.group}]" not in lines:
            lines.append(f"[{point.group}]")
        lines.append(f"{point.name} = {point.value}")
    return "\n".join(lines) + "\n"


def _not_packaged(why: str) -> ReleaseError:
    return ReleaseError(
        f"The model {why}.",
        "A package holds code and names libraries that are known to the last byte.",
        "Let 'leadline serve' answer with it where Leadline and its libraries are installed.",
    )
