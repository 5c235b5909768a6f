"""Second reader of the stream: what a machine's reading makes of the judgments, beside people's."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.number_format import percent_range
from leadline.phases.verdict import Bounds, Finding, note
from leadline.phases.wording import plural

_UNUSED = {
    "few": "it has read fewer than 30 of the judged rows",
    "gaps": "it has read less than nine in ten of the judged rows",
    "nothing further": "it has read no row that people did not judge",
    "tells nothing": "of rows that score alike it does not say yes to the real ones more often",
    "unlike scores": "what people say does not rise with the score, so that nothing can be carried "
    "from one range of scores to the next",
    "unlike people": "what it says of further rows does not fit what people say of theirs",
}
# what asking it again mends
_MENDED = {"gaps", "nothing further"}


@dataclass(frozen=True, kw_only=True)
class ReadPoint:
    """An operating point on the stream, by people alone and with the machine's reading.

    Attributes
    ----------
    name : str
        As on offer.
    precision, recall : Bounds
        By people alone.
    read_precision, read_recall : Bounds
        With the machine's reading.
    """

    name: str
    precision: Bounds
    recall: Bounds
    read_precision: Bounds
    read_recall: Bounds


@dataclass(frozen=True, kw_only=True)
class StreamReader:
    """A machine that has read rows of the stream, and what follows.

    Attributes
    ----------
    machine, model : str
        Its name, and what answers.
    by : str
        Who asked it to read.
    is_declared_first : bool
        Whether that was before anybody judged a row.
    n_judged_read, n_agreed : int
        Rows judged that it has read, and of these the ones on which it says what people say.
    n_further : int
        Rows it has read that nobody judged.
    unused : str, default=""
        Why its reading is left aside, as a key; empty where it is not.
    points : tuple of ReadPoint
        Both sides at each point; empty where the reading is left aside.
    """

    machine: str
    model: str
    by: str
    is_declared_first: bool
    n_judged_read: int
    n_agreed: int
    n_further: int
    unused: str = ""
    points: tuple[ReadPoint, ...] = ()

    @property
    def is_headline(self) -> bool:
        """Whether the figures that are published are those with its reading."""
        return self.is_declared_first and not self.unused

    @property
    def sentence(self) -> str:
        """What it read, and how far it agrees with people."""
        agreed = f"; of {self.n_judged_read:,} that people judged it agrees on {self.n_agreed:,}"
        return (
            f"The machine {self.machine} has read "
            f"{plural(self.n_judged_read + self.n_further, 'row')} of the stream"
            f"{agreed if self.n_judged_read else ''}."
        )

    @property
    def headline(self) -> str:
        """Which figures are published, and why."""
        if self.unused:
            aside = f"Its reading is left aside: {_UNUSED[self.unused]}. The figures are people's."
            again = f" Have it read the others: leadline machine label {self.machine} --stream"
            return aside + again if self.unused in _MENDED else aside
        if self.is_declared_first:
            return (
                "The figures are those with its reading, as "
                f"{self.by} asked for it before anybody judged a row; of slices they are people's "
                "alone."
            )
        return (
            "The figures are those of people alone: it was asked to read after judging had begun, "
            "and whoever chose between the two by what they say would choose the better one."
        )

    @property
    def findings(self) -> list[Finding]:
        """For a verdict that has both sides."""
        found = [note(f"{self.sentence} {self.headline}")]
        for point in self.points:
            sides = (point.precision, point.recall), (point.read_precision, point.read_recall)
            people, read = (
                f"precision {percent_range(precision)}, recall {percent_range(recall)}"
                for precision, recall in sides
            )
            found.append(note(f"{point.name}: people alone {people}; with its reading {read}."))
        return found
