"""Delegation: may this machine label here, and which rows may it be given?

No row of the life cycle: a project without machines has no such verdict, its "no" stands in the way
of nothing, and each machine has one of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadline.phases.number_format import percent, percent_range
from leadline.phases.verdict import Answer, Bounds, Finding, Verdict, fault, note, warning
from leadline.phases.wording import counted_people, plural

FEWEST_ROWS = 50
"""Rows that at least two people judged, below which no machine is let in."""

FEWEST_PEOPLE = 2
FEWEST_EACH = 30
"""Rows of a person, below which the machine is not compared with them."""

_SURELY_BEHIND = 0.95
_LIKED = 3
_MOST_UNSURE = 0.1


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
        Whether it may label them; None: too few rows to know.
    """

    name: str
    n_rows: int
    machine: float | None
    passes: bool | None


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
    """

    n_open: int
    n_checked: int
    most_error: float
    share: float = 0.0
    cut: float | None = None
    error: Bounds | None = None
    price: float | None = None

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
        Digest of all that the model was told beside the row.
    guidelines : int or None
        Version of the people's guidelines that it was told; None: none.
    currency : str
        Of prices.
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
        Share of the rows on which most people agree with the machine; 90 % interval; None without
        any.
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
    """

    machine: str
    model: str
    prompt: str
    guidelines: int | None = None
    currency: str
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

    @property
    def n_won(self) -> int:
        """People the machine won against."""
        return sum(duel.won for duel in self.duels)

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
        n_behind = sum(duel.p_value >= _SURELY_BEHIND for duel in self.duels)
        return 2 * n_behind > len(self.duels)


@dataclass(frozen=True, kw_only=True)
class Delegation(Verdict, Evidence):
    """Whether a machine may label here."""

    @property
    def badge(self) -> str:
        """What is recommended, in two words."""
        return {
            Answer.GO: "may label",
            Answer.NO: "may not label",
            Answer.UNCLEAR: "not known yet",
        }[self.answer]


def assess(evidence: Evidence) -> Delegation:
    """Say whether the machine may label here.

    With 50 rows or more the answer is that of the alternative annotator test. With fewer it is "no"
    where the machine is shown to be too far behind most people, and else not known.
    """
    answer = _answer(evidence)
    return Delegation(
        answer=answer,
        summary=_summary(evidence, answer),
        findings=tuple(_findings(evidence, answer)),
        **vars(evidence),
    )


def _answer(evidence: Evidence) -> Answer:
    if evidence.passes is None:
        return Answer.UNCLEAR
    if not evidence.n_missing:
        return Answer.GO if evidence.passes else Answer.NO
    return Answer.NO if evidence.is_surely_behind else Answer.UNCLEAR


def _summary(evidence: Evidence, answer: Answer) -> str:
    told = (
        f"{plural(evidence.n_rows, 'row')} that {counted_people(evidence.n_people)} judged without "
        "seeing its answers"
    )
    who = f"{evidence.machine!r} ({evidence.model})"
    if answer is Answer.GO:
        return f"{who} may label here: on {told}, it can take the place of {_won(evidence)}."
    if answer is Answer.NO:
        return f"{who} may not label here: on {told}, it can take the place of {_won(evidence)}."
    return f"It is not known yet whether {who} may label here: there are {told}."


def _findings(evidence: Evidence, answer: Answer) -> list[Finding]:
    findings = [*_missing(evidence, answer), *_places(evidence, answer)]
    if evidence.agreement is not None:
        findings.append(
            note(
                f"It says what most people say on {percent_range(evidence.agreement)} of the rows; "
                f"{plural(evidence.n_wrong, 'row')} it labels otherwise."
            )
        )
    if answer is not Answer.NO:
        findings += _parts(evidence)
    if evidence.n_answered and evidence.n_unsure > _MOST_UNSURE * evidence.n_answered:
        findings.append(
            warning(
                f"It gave no label on {evidence.n_unsure:,} of {evidence.n_answered:,} rows.",
                "Those stay with people; look whether the prompt says all classes.",
            )
        )
    if answer is Answer.GO:
        findings += _handover(evidence)
    return findings


def _missing(evidence: Evidence, answer: Answer) -> list[Finding]:
    """What the verdict lacks."""
    findings = []
    n_unasked = evidence.n_blind - evidence.n_answered
    if n_unasked:
        findings.append(
            warning(
                f"It has not been asked about {n_unasked:,} of the {evidence.n_blind:,} rows that "
                "two people judged.",
                f"Run 'leadline machine label {evidence.machine} --blind-rows'.",
            )
        )
    if answer is Answer.UNCLEAR and evidence.n_people < FEWEST_PEOPLE:
        findings.append(
            warning(
                "No row was judged by two people.",
                f"Let two or three people label the same {FEWEST_ROWS} rows, each alone.",
            )
        )
    elif answer is Answer.UNCLEAR:
        n_more = max(evidence.n_missing - n_unasked, 0)
        if n_more:
            findings.append(
                warning(
                    f"{plural(evidence.n_rows, 'row')} are too few to let a machine in; "
                    f"{FEWEST_ROWS} are needed.",
                    f"Let the same people label {n_more} more rows, each alone.",
                )
            )
        if evidence.skipped:
            findings.append(
                warning(
                    f"{_names(evidence.skipped)} judged fewer than {FEWEST_EACH} of the rows, too "
                    "few to compare the machine with.",
                    f"Let them label until each has {FEWEST_EACH}.",
                )
            )
    if evidence.n_people == FEWEST_PEOPLE:
        findings.append(
            note(
                "Only two people judged: each is held against the other alone.",
                f"{_LIKED} people tell more.",
            )
        )
    return findings


def _places(evidence: Evidence, answer: Answer) -> list[Finding]:
    """What the answer follows from."""
    if answer is Answer.NO:
        half = (len(evidence.duels) + 1) // 2
        return [
            fault(
                f"It can take the place of {_won(evidence)}; {half} are needed.",
                "Look at the rows it gets wrong, sharpen the guidelines or take another model, "
                "and ask it again.",
            )
        ]
    is_behind = all(one.machine.estimate < one.person.estimate for one in evidence.duels)
    if answer is Answer.GO and is_behind:
        return [
            warning(
                "Each person is closer to the others than the machine is: it passes because "
                f"{percent(evidence.epsilon)} are forgiven for its price.",
                "Whether that is right for this project is for you to say.",
            )
        ]
    return []


def _parts(evidence: Evidence) -> list[Finding]:
    """Classes and slices that it must not be given."""
    failing = [part for part in (*evidence.classes, *evidence.slices) if part.passes is False]
    return [
        warning(
            f"Of {part.name} ({plural(part.n_rows, 'row')}) it is not as good as people.",
            "Leave such rows to people.",
        )
        for part in failing
    ]


def _handover(evidence: Evidence) -> list[Finding]:
    """What may go to it, at what price, and how often it will be wrong."""
    given = evidence.handover
    if given is None or not given.n_open:
        return []
    if given.error is None:
        return [
            warning(
                f"On {plural(given.n_checked, 'judged row')} it is not shown that at most "
                f"{percent(given.most_error)} of its labels are wrong, one person's share and what "
                "is forgiven: no open row should go to it yet.",
                "Have more rows judged, or let people check what it labels.",
            )
        ]
    sure = "" if given.cut is None else f", those of which it is at least {percent(given.cut)} sure"
    n_wrong = round(given.error.estimate * given.n_rows)
    most = round(given.error.high * given.n_rows)
    price = "" if given.price is None else f", for about {given.price * given.n_rows:,.2f} USD"
    return [
        note(
            f"About {given.n_rows:,} of {given.n_open:,} open rows may go to it{sure}{price}. "
            f"Expect {n_wrong:,} wrong labels among them, at most {most:,}."
        )
    ]


def _won(evidence: Evidence) -> str:
    """Of how many people it can take the place."""
    return f"{evidence.n_won or 'none'} of {counted_people(len(evidence.duels))}"


def _names(people: Sequence[str]) -> str:
    return people[0] if len(people) == 1 else f"{', '.join(people[:-1])} and {people[-1]}"
