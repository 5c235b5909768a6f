"""Models as bytes: stored with skops, and loaded only if every type in them is on our own list.

A pickle runs whatever its author wrote. skops builds objects of types that the reader trusts,
and the reader is asked here: public scikit-learn types, and those that an installed family names.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import skops.io

from leadline.engines.loading import load, names
from leadline.errors import EngineError, ReleaseError


def dump_model(model: Any) -> bytes:
    """A fitted estimator as bytes.

    Parameters
    ----------
    model : scikit-learn estimator
        As a family built it, fitted.

    Returns
    -------
    bytes

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> data = dump_model(DummyClassifier().fit([[0], [1]], ["no", "no"]))
    >>> load_model(data).predict([[7]]).tolist()
    ['no']
    """
    data: bytes = skops.io.dumps(model)
    return data


def load_model(data: bytes, *, trusted: Sequence[str] | None = None) -> Any:
    """An estimator from bytes.

    Parameters
    ----------
    data : bytes
        What `dump_model` made.
    trusted : sequence of str, optional
        Types it may hold beside scikit-learn's public ones; `trusted_types` by default.

    Raises
    ------
    ReleaseError
        If the bytes are damaged, or hold a type that is not trusted.
    """
    allowed = list(trusted_types() if trusted is None else trusted)
    try:
        strangers = set(skops.io.get_untrusted_types(data=data)) - set(allowed)
        if not strangers:
            return skops.io.loads(data, trusted=allowed)
    except Exception as error:  # skops raises whatever zip, JSON or an estimator raise
        raise ReleaseError(
            f"The model cannot be read: {error}.",
            "Bytes that this version wrote are needed.",
            "Restore the file, or make the release again.",
        ) from error
    raise ReleaseError(
        f"The model holds types that are not trusted: {', '.join(sorted(strangers))}.",
        "Each must be a public scikit-learn type, or be named by an installed family.",
        "Install the package that brings the family, if you trust it.",
    )


def trusted_types() -> tuple[str, ...]:
    """Types, beside scikit-learn's public ones, that a stored model may hold.

    Returns
    -------
    tuple of str
        Sorted; what the installed families list in ``trusted``.
    """
    trusted: set[str] = set()
    for name in names("families"):
        try:
            trusted.update(getattr(load("families", name), "trusted", ()))
        except EngineError:
            # a guest that is broken here is trusted with nothing; others still load
            continue
    return tuple(sorted(trusted))
