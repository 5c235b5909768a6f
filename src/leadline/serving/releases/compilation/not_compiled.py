"""The refusal to compile a release."""

from __future__ import annotations


class NotCompiledError(Exception):
    """There is no compiled form; the message says why, in a clause: "its texts are embedded"."""
