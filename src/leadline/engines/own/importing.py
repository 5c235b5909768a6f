"""Import of a person's own model, from what is installed or from the project's folder.

The folder goes to the end of ``sys.path``: a module of a person's own never hides another one. If
another one hides it, that is said.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
import traceback
from contextlib import suppress
from difflib import get_close_matches
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from pathlib import Path
from types import ModuleType
from typing import Any

from leadline.engines.own.import_path import ImportPath
from leadline.errors import EngineError


def make_importable(folder: Path | str) -> None:
    """Let modules of a folder be imported in this process, after all others.

    Parameters
    ----------
    folder : Path or str
        Where ``leadline.toml`` lies; empty for none.
    """
    place = str(Path(folder).resolve()) if str(folder) else ""
    if place and place not in sys.path:
        sys.path.append(place)
    # a file that was written a moment ago is seen too
    importlib.invalidate_caches()


def imported(named: ImportPath, folder: Path | str) -> ModuleType:
    """The module of a name.

    Parameters
    ----------
    named : ImportPath
        The name.
    folder : Path or str
        Where ``leadline.toml`` lies; empty for what is installed only.

    Raises
    ------
    EngineError
        If it cannot be found, raises, or is another one than lies in the folder.
    """
    make_importable(folder)
    try:
        module = importlib.import_module(named.module)
    except ModuleNotFoundError as error:
        if error.name and f"{named.module}.".startswith(f"{error.name}."):
            raise _not_found(named, folder) from error
        raise EngineError(
            f"{named.name!r} needs the module {error.name!r}, which is not installed.",
            "Whatever it imports must be there.",
            "Install the package that brings it.",
        ) from error
    except (Exception, SystemExit) as error:  # a person's module may raise anything
        what = f"{type(error).__name__}: {error}{_place(error, folder)}"
        raise EngineError(
            f"{named.name!r} cannot be imported: {what}.",
            "An import that raises nothing is needed.",
            f"Mend it; python -c 'import {named.module}' shows where.",
        ) from error
    _refuse_another(named, folder)
    return module


def attribute_of(module: ModuleType, named: ImportPath) -> Any:
    """What a name takes from its module.

    Raises
    ------
    EngineError
        If the module has no such thing.
    """
    found: Any = module
    for part in named.attribute.split("."):
        if not hasattr(found, part):
            raise EngineError(
                f"{named.name!r}: {named.module} has no {named.attribute!r}.",
                "A class or an object of that module is needed.",
                _suggestion(part, [one for one in dir(found) if one[0] != "_"], named),
            )
        found = getattr(found, part)
    return found


def source_version(named: ImportPath, folder: Path | str) -> str:
    """What changes when the code behind a name changes; nothing is imported.

    Returns
    -------
    str
        SHA-256 of the sources, if they lie in the folder; else the versions of its package.
    """
    sources = _sources(named, folder)
    if sources:
        return hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()
    versions = []
    for distribution in sorted(set(packages_distributions().get(named.package, ()))):
        with suppress(PackageNotFoundError):
            versions.append(f"{distribution} {version(distribution)}")
    return ", ".join(versions)


def _sources(named: ImportPath, folder: Path | str) -> list[Path]:
    """Files of the package of a name, where it lies in the folder."""
    if not str(folder):
        return []
    lone, package = Path(folder) / f"{named.package}.py", Path(folder) / named.package
    if (package / "__init__.py").is_file():
        return sorted(package.rglob("*.py"))
    return [lone] if lone.is_file() else []


def _not_found(named: ImportPath, folder: Path | str) -> EngineError:
    near = [path.stem for path in Path(folder).glob("*.py")] if str(folder) else []
    where = f" in {Path(folder).resolve()}" if str(folder) else ""
    return EngineError(
        f"{named.name!r}: there is no module {named.module!r}.",
        f"It must be installed, or lie beside leadline.toml{where}.",
        _suggestion(named.module, near, named),
    )


def _suggestion(word: str, known: list[str], named: ImportPath) -> str:
    near = get_close_matches(word, known, n=1)
    if near:
        return f"Did you mean {near[0]!r}?"
    if ":" not in named.name:
        return f"Correct the path; a module with fit and predict is named '{named.name}:'."
    return "Correct the path, or write the module."


def _place(error: BaseException, folder: Path | str) -> str:
    """Where a person's module raised; a syntax error says so itself."""
    frames = traceback.extract_tb(error.__traceback__)
    if isinstance(error, SyntaxError) or not frames:
        return ""
    mine = [one for one in frames if str(folder) and Path(one.filename).is_relative_to(folder)]
    last = (mine or frames)[-1]
    return f" ({Path(last.filename).name} line {last.lineno})"


def _refuse_another(named: ImportPath, folder: Path | str) -> None:
    """Refuse a module that only has the name of one in the folder."""
    mine = _sources(named, folder)
    theirs = getattr(sys.modules[named.package], "__file__", None)
    if mine and theirs is not None and Path(theirs).resolve() not in {p.resolve() for p in mine}:
        raise EngineError(
            f"{named.name!r}: Python takes {named.package!r} from {theirs}.",
            f"The one beside leadline.toml, {mine[0].resolve()}, must have a name of its own.",
            "Rename it, and name it so under [find] families.",
        )
