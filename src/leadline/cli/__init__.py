"""The command line: parse, call a service, print.

Every verb is a module of its own, imported when it is called: ``leadline --help`` imports Click
and nothing else.
"""

from leadline.cli.group import main

__all__ = ["main"]
