"""Answers of a language model: a label or "unsure", and the tokens they took."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Usage:
    """Tokens that a request took, or takes at most.

    Attributes
    ----------
    input_tokens : int
        Those of the prompt, cached ones among them.
    cached_tokens : int
        Those of the prompt that the server had read before, and may bill for less.
    output_tokens : int
        Those of the answer.
    """

    input_tokens: int
    cached_tokens: int
    output_tokens: int


NOTHING = Usage(0, 0, 0)


@dataclass(frozen=True)
class ModelAnswer:
    """What a model said of one row.

    Attributes
    ----------
    row : str
        Key of the row.
    label : str or None
        One of the classes, or a number written out; None for "unsure".
    confidence : float in [0, 1] or None
        Probability of the label as the model has it, which nothing makes true; None where the
        server tells none.
    usage : Usage
        What it took; nothing where the row was answered together with another of the same cells,
        or where the server did not answer.
    problem : str
        Why the model is unsure; empty where there is a label.
    is_lost : bool, default=False
        Whether nothing came back: nobody knows what the model would have said, and the row is
        asked about again next time.
    is_refused : bool, default=False
        Whether nothing came back because the server does not take the row, such as a text that is
        too long.
    """

    row: str
    label: str | None
    confidence: float | None
    usage: Usage
    problem: str
    is_lost: bool = False
    is_refused: bool = False
