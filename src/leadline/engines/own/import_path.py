"""Import paths of a person's own models, parsed without importing anything."""

from __future__ import annotations

import re
from dataclasses import dataclass

from leadline.errors import EngineError

FRAME, NUMBERS = "frame", "numbers"

_FORM = re.compile(r"(?P<path>[\w.:]+)(?:\[(?P<given>\w*)\])?")
_FORMS = (
    "'package.module.Class', 'module:object', or 'module:' for a module with fit and predict; "
    f"behind it [{FRAME}] or [{NUMBERS}], if need be"
)


@dataclass(frozen=True)
class ImportPath:
    """What a name says.

    Attributes
    ----------
    name : str
        As it is written.
    module : str
        To be imported.
    attribute : str
        What to take from it, dots between; empty for the module itself.
    given : {"", "frame", "numbers"}
        What the model is given as X; empty for what is usual.
    """

    name: str
    module: str
    attribute: str
    given: str = ""

    @property
    def short(self) -> str:
        """The last part: what people call it.

        Examples
        --------
        >>> parse_import_path("sklearn.svm.SVC").short, parse_import_path("my_model:").short
        ('SVC', 'my_model')
        """
        return (self.attribute or self.module).rpartition(".")[2]

    @property
    def package(self) -> str:
        """The first part of the module."""
        return self.module.partition(".")[0]


def is_import_path(name: str) -> bool:
    """Whether a name is meant as an import path, not as that of an installed engine.

    Examples
    --------
    >>> is_import_path("linear"), is_import_path("my_model:"), is_import_path("sklearn.svm.SVC")
    (False, True, True)
    """
    return "." in name or ":" in name


def parse_import_path(name: str) -> ImportPath:
    """Take a name apart.

    Raises
    ------
    EngineError
        If it has none of the forms.

    Examples
    --------
    >>> parse_import_path("sklearn.svm.SVC")
    ImportPath(name='sklearn.svm.SVC', module='sklearn.svm', attribute='SVC', given='')
    >>> parse_import_path("my_models:pipeline[frame]").given
    'frame'
    """
    form = _FORM.fullmatch(name)
    path, given = (form["path"], form["given"]) if form else ("", None)
    if ":" in path:
        module, _, attribute = path.partition(":")
    else:
        module, _, attribute = path.rpartition(".")
    parts = [*module.split("."), *(attribute.split(".") if attribute else [])]
    if not all(part.isidentifier() for part in parts):
        raise EngineError(
            f"{name!r} is not an import path.", f"The forms are {_FORMS}.", "Correct the name."
        )
    if given not in (None, FRAME, NUMBERS):
        raise EngineError(
            f"{name!r} asks to be given {given!r}.",
            f"[{FRAME}] (the polars frame) or [{NUMBERS}] (columns turned into numbers) is needed.",
            "Correct what stands in brackets, or leave it out.",
        )
    return ImportPath(name, module, attribute, given or "")
