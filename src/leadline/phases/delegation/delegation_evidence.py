"""Evidence of a delegation: what people and a machine said of the same rows, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadline.phases.data.number_gap import NumberGap
from leadline.phases.verdict import Bounds

FEWEST_ROWS = 50
"""Rows that at least two people judged, below which no machine is let in."""

FEWEST_PEOPLE = 2
FEWEST_EACH = 30
"""Rows of a person, below which the machine is not compared with them."""

# a p-value counts the outcome itself among those as good; seen from the other side it is one too
# many, so half of the usual level is asked for
_SURELY_BEHIND = 0.975


@dataclass(frozen=True, kw_only=True)
class Duel:
    """The machine beside one person, both held against the other people.

    Attributes
    ----------
    name : str
        The person who was left out.
    n_rows : int
        Rows that this person, another person and the machine labelled.
    machine, person : Bounds
        Share of the rows on which the one is at least as close to the others as the other is; 90 %
        interval.
    p_value : float in [0, 1]
        Of a machine that is behind by what is forgiven, or more.
    won : bool
        Whether it is shown to be less than that behind, all people looked at together.
    """

    name: str
    n_rows: int
    machine: Bounds
    person: Bounds
    p_value: float
    won: bool


@dataclass(frozen=True, kw_only=True)
class Part:
    """The machine on the rows of one class, or of one slice.

    Attributes
    ----------
    name : str
        Which rows.
    n_rows : int
        How many.
    machine : float or None
        Mean share of rows on which it is at least as close to the others as a person; None where
        nobody has enough rows.
    passes : bool or None
        Whether it is shown to be as good as people, but for what is forgiven; None: too few rows to
        know.
    """

    name: str
    n_rows: int
    machine: float | None = None
    passes: bool | None = None


@dataclass(frozen=True, kw_only=True)
class WrongRow:
    """A row that the machine labels other than most people.

    Attributes
    ----------
    item : str
        Its key.
    shown : str
        The row in a line of words.
    people : tuple of (str, int)
        What people said and how many did, the most frequent first.
    machine : str
        What the machine said.
    confidence : float or None
        How sure it was; None where it does not say.
    """

    item: str
    shown: str
    people: tuple[tuple[str, int], ...]
    machine: str
    confidence: float | None = None

    @property
    def said(self) -> str:
        """What people said, in words.

        Examples
        --------
        >>> WrongRow(item="a", shown="", people=(("yes", 2), ("no", 1)), machine="no").said
        'yes (2), no (1)'
        """
        return ", ".join(f"{label} ({n})" for label, n in self.people)


@dataclass(frozen=True, kw_only=True)
class Handover:
    """The open rows that may go to the machine.

    Attributes
    ----------
    n_open : int
        Rows without a label.
    share : float in [0, 1]
        Part of them that goes to the machine, as far as judged rows tell; 0: none is proven.
    cut : float or None
        It keeps rows of which it is at least so sure; None: all that it answers.
    n_checked : int
        Judged rows that this was checked on.
    error : Bounds or None
        Share of these rows that it labels other than most people; 95 % interval. None where none is
        proven.
    most_error : float in (0, 1)
        What the upper end of `error` must not pass: how often one person says other than most of
        the others do, and what is forgiven.
    price : float or None
        US dollars that a row has cost on average; None before one was paid.
    counts : tuple of tuple of int
        Of the judged rows of which it is as sure as that, how many are of which class by what most
        people say (first) and by what it says; classes in alphabetical order.
    """

    n_open: int
    n_checked: int
    most_error: float
    share: float = 0.0
    cut: float | None = None
    error: Bounds | None = None
    price: float | None = None
    counts: tuple[tuple[int, ...], ...] = ()

    @property
    def n_rows(self) -> int:
        """Open rows for the machine."""
        return round(self.share * self.n_open)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What people and the machine said of the same rows, and how the two compare.

    Attributes
    ----------
    machine : str
        The name under which the settings declare it.
    model : str
        What answered.
    prompt : str
        Digest of all that the model was told beside the row, where, and of which columns.
    guidelines : int or None
        Version of the people's guidelines that it was told; None: none.
    address : str
        Where it was asked; empty in verdicts from before that was kept.
    columns : tuple of str
        What it was told of a row; empty likewise.
    people : str
        Who the people are: experts, skilled or crowd.
    epsilon : float in [0, 1)
        How far the machine may be behind a person, in the share of rows on which it is beaten less
        the share on which it beats, as it costs less.
    n_blind : int
        Rows that at least two people judged.
    n_answered : int
        Of those, rows that the machine was asked about.
    n_rows : int
        Of those, rows that it labelled.
    n_people : int
        People who judged them.
    agreement : Bounds or None
        Of the rows on which most people say one thing, the share on which the machine says it, too;
        90 % interval; None without any.
    passes : bool or None
        Whether it won against half of the people; None: nobody has enough rows.
    duels : tuple of Duel
        One a person with enough rows, by name.
    skipped : tuple of str
        People with too few rows.
    classes, slices : tuple of Part
        The same test on parts of the rows.
    n_wrong : int
        Rows on which most people say something else.
    wrong : tuple of WrongRow
        Some of them, those first on which people agree most.
    handover : Handover or None
        Which open rows may go to it; None where that cannot be said.
    gap : NumberGap or None
        How far its numbers are from the middle of people's; None for classes, where fewer than 20
        rows tell, and in verdicts from before that was kept.
    """

    machine: str
    model: str
    prompt: str
    guidelines: int | None = None
    address: str = ""
    columns: tuple[str, ...] = ()
    people: str
    epsilon: float
    n_blind: int
    n_answered: int
    n_rows: int
    n_people: int
    agreement: Bounds | None = None
    passes: bool | None = None
    duels: tuple[Duel, ...] = ()
    skipped: tuple[str, ...] = ()
    classes: tuple[Part, ...] = ()
    slices: tuple[Part, ...] = ()
    n_wrong: int = 0
    wrong: tuple[WrongRow, ...] = ()
    handover: Handover | None = None
    gap: NumberGap | None = None

    @property
    def n_won(self) -> int:
        """People the machine won against."""
        return sum(duel.won for duel in self.duels)

    @property
    def is_of_numbers(self) -> bool:
        """Whether rows have numbers for labels: no two need be alike, so nothing agrees."""
        return self.gap is not None or (self.agreement is None and bool(self.wrong))

    @property
    def n_unsure(self) -> int:
        """Rows on which the machine gave no label."""
        return self.n_answered - self.n_rows

    @property
    def n_missing(self) -> int:
        """Further rows that the verdict needs: judged by people, and by the machine."""
        return max(FEWEST_ROWS - self.n_rows, 0)

    @property
    def is_surely_behind(self) -> bool:
        """Whether it is shown to be further behind most people than is forgiven."""
        return surely_behind([duel.p_value for duel in self.duels])


def surely_behind(p_values: Sequence[float]) -> bool:
    """Whether a machine is shown to be further behind most people than is forgiven.

    Parameters
    ----------
    p_values : sequence of float
        Beside each person, of a machine that is behind by what is forgiven, or more.

    Examples
    --------
    >>> surely_behind([0.99, 0.98, 0.4]), surely_behind([0.99, 0.4])
    (True, False)
    """
    n_behind = sum(p >= _SURELY_BEHIND for p in p_values)
    return 2 * n_behind > len(p_values)
