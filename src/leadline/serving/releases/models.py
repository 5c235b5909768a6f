"""Models as bytes: stored with skops, and loaded only if every type in them is on our own list.

A pickle runs whatever its author wrote. skops builds objects of trusted types only: here public
scikit-learn types, those that an installed family names, and those of the family that made the
model, if it is one of a person's own. Classes that have been renamed since are found by `renamed`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from leadline.engines.loading import load, load_family, names
from leadline.engines.own.import_path import is_import_path
from leadline.errors import EngineError, LeadlineError, ReleaseError
from leadline.serving.releases.renamed import with_new_names
from leadline.serving.releases.skops_io import is_public_estimator, skops_io


def dump_model(model: Any) -> bytes:
    """A fitted estimator as bytes.

    Parameters
    ----------
    model : scikit-learn estimator
        As a family built it, fitted.

    Returns
    -------
    bytes

    Raises
    ------
    ReleaseError
        If it holds something that cannot be stored.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> data = dump_model(DummyClassifier().fit([[0], [1]], ["no", "no"]))
    >>> load_model(data).predict([[7]]).tolist()
    ['no']
    """
    try:
        data: bytes = skops_io.dumps(model)
    except LeadlineError:
        raise
    except Exception as error:  # skops raises whatever the parts of an estimator raise
        raise ReleaseError(
            f"The model cannot be stored: {type(error).__name__}: {error}.",
            "It must consist of plain data, arrays, and objects of classes that can be imported.",
            "Keep nothing else in its attributes; a module with fit and predict may bring to_bytes "
            "and from_bytes.",
        ) from error
    return data


def load_model(data: bytes, *, trusted: Iterable[str] | None = None) -> Any:
    """An estimator from bytes.

    Parameters
    ----------
    data : bytes
        What `dump_model` made, in this version or in one with older names of classes.
    trusted : iterable of str, optional
        Types it may hold beside scikit-learn's public ones, ``package.*`` for all of a package;
        asked no further than needed; `trusted_types` by default.

    Raises
    ------
    ReleaseError
        If the bytes are damaged, or hold a type that is not trusted.
    """
    try:
        data = with_new_names(data)
        asked = skops_io.get_untrusted_types(data=data)
        untrusted = {kind for kind in asked if not is_public_estimator(kind)}
        for each in trusted_in_turn() if trusted is None else trusted:
            if not untrusted:
                break
            untrusted = {kind for kind in untrusted if not _is_in(kind, each)}
        if not untrusted:
            return skops_io.loads(data, trusted=asked)
    except LeadlineError:
        raise
    except Exception as error:  # skops raises whatever zip, JSON or an estimator raise
        raise ReleaseError(
            f"The model cannot be read: {error}.",
            "Bytes that this version wrote are needed.",
            "Restore the file, or make the release again.",
        ) from error
    raise ReleaseError(
        f"The model holds types that are not trusted: {', '.join(sorted(untrusted))}.",
        "Each must be a public scikit-learn type, or be listed in 'trusted' of a family, or of "
        "the module of your own model.",
        "Install the package that brings the family, or list them there, if you trust them.",
    )


def refuse_unstorable(model: Any, family: str, folder: Path | str = "") -> None:
    """Store and restore a fitted estimator of a person's own, to see that a release can hold it.

    Parameters
    ----------
    model : scikit-learn estimator
        Fitted.
    family : str
        The import path that it was made from.
    folder : Path or str, default=""
        Where ``leadline.toml`` lies.

    Raises
    ------
    EngineError
        If no release could hold it.
    """
    try:
        load_model(dump_model(model), trusted=trusted_types(family, folder))
    except ReleaseError as error:
        raise EngineError(
            f"It learns, but no release can hold it: {error.found}",
            "It must consist of plain data, arrays, and objects of classes that can be imported.",
            "List types of other packages in 'trusted' of its module, or let a module with fit and "
            "predict bring to_bytes and from_bytes.",
        ) from error


def trusted_types(family: str = "", folder: Path | str = "") -> tuple[str, ...]:
    """Types, beside scikit-learn's public ones, that a stored model may hold.

    Parameters
    ----------
    family : str, default=""
        Of the model. One that is named by import path is asked too, with its whole package.
    folder : Path or str, default=""
        Where ``leadline.toml`` lies, for a module beside it.

    Returns
    -------
    tuple of str
        Sorted; what the installed families list in ``trusted``, ``package.*`` for all of one.

    Raises
    ------
    EngineError
        If the family is named by import path and cannot be imported.
    """
    return tuple(sorted(set(trusted_in_turn(family, folder))))


def trusted_in_turn(family: str = "", folder: Path | str = "") -> Iterator[str]:
    """As `trusted_types`, those of the model's own family first: others need not be imported.

    Raises
    ------
    EngineError
        If the family is named by import path and cannot be imported.
    """
    installed = names("families")
    if is_import_path(family) and family not in installed:
        from leadline.engines.own.finding import own_trusted

        yield from own_trusted(family, load_family(family, folder))
    for name in sorted(installed, key=lambda name: name != family):
        try:
            yield from getattr(load("families", name), "trusted", ())
        except EngineError:
            # a family that cannot be imported here adds nothing; models of others still load
            continue


def _is_in(kind: str, trusted: str) -> bool:
    """Whether a type is the one that is trusted, or of the package that is."""
    return kind.startswith(trusted[:-1]) if trusted.endswith(".*") else kind == trusted
