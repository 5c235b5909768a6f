"""Rule for labels that come in over HTTP: a class that is known, or a number."""

from __future__ import annotations

import math

from leadline.serving.releases.manifest import Card

_MOST_NAMED = 20


def label_as_text(value: object) -> str:
    """A class as the snapshot writes it: 7 and 7.0 are "7", true is "true".

    Examples
    --------
    >>> label_as_text(7.0), label_as_text(True), label_as_text(" yes ")
    ('7', 'true', 'yes')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def label_fault(value: object, card: Card) -> str:
    """Why a value is no label of a release: what is needed; empty if it is one.

    As where a file is watched: of one class against all others, any other value is a no, unless it
    is the class misspelt.

    Parameters
    ----------
    value : object
        From JSON.
    card : Card
        Of the release.

    Examples
    --------
    >>> card = Card(
    ...     project="p",
    ...     label="left",
    ...     task="multiclass",
    ...     columns={"x": "number"},
    ...     classes=("no", "yes"),
    ... )
    >>> label_fault("yes", card), label_fault("perhaps", card)
    ('', 'One of no, yes is needed.')
    """
    if card.task == "regression":
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return ""
        return "A finite number is needed."
    text = label_as_text(value) if isinstance(value, str | int | float) else ""
    if text in card.classes:
        return ""
    if card.task == "binary" and len(card.classes) > 2 and text:
        is_misspelt = text.lower() == card.positive.lower()
        return f"{card.positive!r} is needed, if that is meant." if is_misspelt else ""
    named = ", ".join(card.classes[:_MOST_NAMED])
    n_more = len(card.classes) - _MOST_NAMED
    return f"One of {named}{f' and {n_more:,} more' if n_more > 0 else ''} is needed."
