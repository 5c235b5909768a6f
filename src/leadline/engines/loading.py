"""Lookup of engines by name: entry points of installed packages, import paths for families."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from leadline.engines.installed import KINDS, load, names
from leadline.engines.own.import_path import is_import_path

if TYPE_CHECKING:
    from leadline.engines.contract import Family

__all__ = ["KINDS", "load", "load_family", "names"]


def load_family(name: str, folder: Path | str = "") -> Family:
    """The family of a name, or of an import path.

    Parameters
    ----------
    name : str
        The name of an entry point, or an import path as in `leadline.engines.own`.
    folder : Path or str, default=""
        Where ``leadline.toml`` lies: modules beside it can be named. Empty for none.

    Raises
    ------
    EngineError
        If there is none, it cannot be imported, or it is not a model.

    Examples
    --------
    >>> load_family("majority").name, load_family("sklearn.svm.SVC").name
    ('majority', 'SVC')
    """
    if name in names("families") or not is_import_path(name):
        family: Family = load("families", name)()
        return family
    # scikit-learn, which it needs, is not for those who only look for names
    from leadline.engines.own.finding import own_family

    return own_family(name, folder)
