"""Default decision on the real stream, from judgments: of several classes, and of numbers."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.verdict import Bounds


@dataclass(frozen=True, kw_only=True)
class StreamClass:
    """One class on the real stream.

    Attributes
    ----------
    name : str
        The class.
    precision, recall : Bounds
        Each with its 90 % interval, for itself.
    n_predicted : int
        Rows of the stream predicted to be of it.
    n_true : Bounds
        Rows of the stream that are of it.
    """

    name: str
    precision: Bounds
    recall: Bounds
    n_predicted: int
    n_true: Bounds


@dataclass(frozen=True, kw_only=True)
class Silence:
    """The rows answered where nothing is said below a confidence.

    Attributes
    ----------
    confidence : float in [0, 1]
        Answered are rows whose likeliest class has at least this score; 0: all.
    answered : float in [0, 1]
        Share of rows.
    right : Bounds
        Share of these that are right. On the stream the intervals of all confidences hold at once.
    cost : Bounds or None
        What mistakes cost, on average of one of these; likewise. None where no confusion is priced.
    """

    confidence: float
    answered: float
    right: Bounds
    cost: Bounds | None = None


@dataclass(frozen=True, kw_only=True)
class Confusion:
    """A class taken for another.

    Attributes
    ----------
    said, truth : str
        What is predicted, and what it is.
    n_rows : float
        Rows to expect: of the stream, or those of the test set.
    rows : tuple of int
        A few that were judged so.
    cost : float or None
        What they cost together; None where no confusion is priced.
    """

    said: str
    truth: str
    n_rows: float
    rows: tuple[int, ...] = ()
    cost: float | None = None


@dataclass(frozen=True, kw_only=True)
class StreamNumbers:
    """How far predicted numbers are off on the real stream.

    Attributes
    ----------
    error : Bounds or None
        Mean distance of truth and prediction; None with fewer than two numbers judged.
    bias : Bounds or None
        Mean of truth minus prediction; None likewise.
    n_shown : int
        Rows of which a judge said only whether the prediction is near enough: it was shown.
    """

    error: Bounds | None
    bias: Bounds | None
    n_shown: int = 0


@dataclass(frozen=True, kw_only=True)
class StreamDecision:
    """The default decision on the real stream.

    Attributes
    ----------
    right : Bounds
        Share of the stream that is right: of the likeliest class, or off by at most the tolerance.
    classes : tuple of StreamClass
        In the order of the test set; empty for numbers.
    silences : tuple of Silence
        All rows first, then by rising confidence; empty for numbers.
    confusions : tuple of Confusion
        The most frequent first; where confusions are priced, those that cost most.
    numbers : StreamNumbers or None
        None for classes.
    cost : Bounds or None
        What mistakes cost, on average of a row; None where no confusion is priced.
    """

    right: Bounds
    classes: tuple[StreamClass, ...] = ()
    silences: tuple[Silence, ...] = ()
    confusions: tuple[Confusion, ...] = ()
    numbers: StreamNumbers | None = None
    cost: Bounds | None = None
