"""Fixtures of the tests of a release in service."""

from __future__ import annotations

from tests.projects import released_folder

__all__ = ["released_folder"]
