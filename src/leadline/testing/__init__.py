"""Contract tests that an engine's author runs against it.

In a test of the package that brings the engine::

    from leadline.testing import check_family


    def test_forest():
        check_family(Forest())

Every check raises `EngineError`, saying what was found, what is needed and what to do next.
"""

from __future__ import annotations

from leadline.testing.executors import check_executor
from leadline.testing.families import check_family
from leadline.testing.model_clients import check_client

__all__ = ["check_client", "check_executor", "check_family"]
