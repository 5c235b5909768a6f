"""Import closure: every module of ours that some modules need, and every package of others.

Imports are read, not run. What stands at the head of a module is needed to import it. What stands
in a function is needed only when it is called: it goes along too, unless that would bring a package
that is to be left out.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import leadline

_OURS = "leadline"
_ROOT = Path(leadline.__file__).parent


@dataclass(frozen=True)
class Closure:
    """What some modules need.

    Attributes
    ----------
    modules : frozenset of str
        Of ours, dotted.
    packages : frozenset of str
        Of others: top-level names that are imported; those of the standard library are not among
        them.
    """

    modules: frozenset[str] = frozenset()
    packages: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Imports:
    """What one module imports: at its head, and within its functions."""

    head: set[str] = field(default_factory=set)
    inside: set[str] = field(default_factory=set)


def closure_of(roots: Collection[str], *, without: Collection[str] = ()) -> Closure:
    """What some modules need to be imported and to run.

    Parameters
    ----------
    roots : collection of str
        Modules of ours, dotted.
    without : collection of str
        Packages of others that are left out, with everything that needs them and is imported
        within a function.

    Returns
    -------
    Closure
        May hold packages of `without`, where a root needs one at its head.

    Raises
    ------
    ValueError
        If a root is no module of ours.

    Examples
    --------
    >>> found = closure_of(["leadline.serving.package.packing.import_closure"])
    >>> sorted(found.modules)[:2], sorted(found.packages)
    (['leadline', 'leadline.serving'], [])
    """
    read: dict[str, _Imports] = {}
    unknown = [name for name in roots if source_of(name) is None]
    if unknown:
        raise ValueError(f"{unknown[0]!r} is no module of {_OURS}. Correct the name.")
    needed = _heads(roots, read)
    waiting, looked_at = set(needed), set[str]()
    while waiting:
        name = waiting.pop()
        for target in sorted(_imports(name, read).inside - needed - looked_at):
            looked_at.add(target)
            brought = _heads([target], read)
            if not {_top(one) for one in brought} & set(without):
                waiting |= {one for one in brought - needed if _top(one) == _OURS}
                needed |= brought
    ours = frozenset(name for name in needed if _top(name) == _OURS)
    return Closure(ours, frozenset(_top(name) for name in needed - ours))


def source_of(name: str) -> Path | None:
    """The file of a module of ours; None if there is none."""
    path = _ROOT.joinpath(*name.split(".")[1:])
    for file in (path / "__init__.py", path.with_suffix(".py")):
        if _top(name) == _OURS and file.is_file():
            return file
    return None


def _heads(names: Collection[str], read: dict[str, _Imports]) -> set[str]:
    """Some modules, and all that are imported with them."""
    found: set[str] = set()
    waiting = {each for name in names for each in _with_parents(name)}
    while waiting:
        name = waiting.pop()
        found.add(name)
        if _top(name) == _OURS:
            waiting |= _imports(name, read).head - found
    return found


def _imports(name: str, read: dict[str, _Imports]) -> _Imports:
    """What a module imports, read once."""
    if name not in read:
        read[name] = found = _Imports()
        path = source_of(name) if _top(name) == _OURS else None
        tree = ast.parse(path.read_text(encoding="utf-8")) if path else ast.Module([], [])
        for is_inside, node in _statements(tree, is_inside=False):
            targets = {each for target in _targets(node) for each in _with_parents(target)}
            (found.inside if is_inside else found.head).update(targets)
    return read[name]


def _statements(node: ast.AST, *, is_inside: bool) -> Iterator[tuple[bool, ast.AST]]:
    """Imports of a tree that run, and whether they stand in a function."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield is_inside, child
        elif isinstance(child, ast.If) and _is_for_types(child.test):
            for one in child.orelse:
                yield from _statements(one, is_inside=is_inside)
        else:
            is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            yield from _statements(child, is_inside=is_inside or is_function)


def _is_for_types(test: ast.expr) -> bool:
    return "TYPE_CHECKING" in ast.unparse(test)


def _targets(node: ast.AST) -> Iterator[str]:
    """Modules that an import names."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module
        # "from package import module" names a module, too
        yield from (
            name
            for alias in node.names
            if source_of(name := f"{node.module}.{alias.name}") is not None
        )


def _with_parents(name: str) -> Iterator[str]:
    """A module of ours and the packages it lies in; the top of one of others."""
    top = _top(name)
    if top != _OURS:
        if top not in sys.stdlib_module_names:
            yield top
        return
    parts = name.split(".")
    yield from (".".join(parts[:n]) for n in range(1, len(parts) + 1))


def _top(name: str) -> str:
    return name.partition(".")[0]
