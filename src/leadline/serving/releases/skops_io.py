"""skops, imported without torch.

For its list of trusted types skops asks scikit-learn for all estimators, which imports each package
below scikit-learn, one of which imports torch where it is installed: three seconds of each start of
a server or of a release, without need.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_IMPORTS_TORCH = "sklearn.externals.array_api_compat.torch"


@contextmanager
def _hidden(name: str) -> Iterator[None]:
    """Let an import fail: who walks over packages passes it by."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]


with _hidden(_IMPORTS_TORCH):
    import skops.io as skops_io

__all__ = ["skops_io"]
