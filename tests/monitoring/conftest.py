"""A released project, for what is observed of new rows."""

from tests.projects import released_folder

__all__ = ["released_folder"]
