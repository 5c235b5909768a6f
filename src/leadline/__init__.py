"""Run a data-science project through its whole life: define, find, train, apply, ship, watch.

In a notebook::

    import leadline as ll

    project = ll.init(frame, label="churned", folder="my-project")
    project = ll.open("my-project")  # ever after
    project.run("curve").plot()
"""

from __future__ import annotations

from typing import Any

__all__ = ["Project", "Result", "init", "open"]


def __getattr__(name: str) -> Any:
    """The notebook's names, imported when they are asked for: most users of the package are not."""
    if name in __all__:
        from importlib import import_module

        return getattr(import_module("leadline.notebook"), name)
    raise AttributeError(f"module 'leadline' has no attribute {name!r}")
