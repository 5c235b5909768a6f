"""Labels typed at the terminal: by name or by number."""

from __future__ import annotations


def choices(classes: tuple[str, ...], more: str) -> str:
    """What may be typed, in a line.

    Examples
    --------
    >>> choices(("no", "yes"), "q quit")
    '1 no  2 yes  q quit'
    """
    numbered = [f"{number} {name}" for number, name in enumerate(classes, 1)]
    return "  ".join([*(numbered or ["a number"]), more])


def value_of(typed: str, classes: tuple[str, ...]) -> str:
    """The label that was typed, or the one whose number was.

    Examples
    --------
    >>> value_of("2", ("no", "yes")), value_of("no", ("no", "yes")), value_of("2", ())
    ('yes', 'no', '2')
    """
    if typed not in classes and typed.isdigit() and 1 <= int(typed) <= len(classes):
        return classes[int(typed) - 1]
    return typed
