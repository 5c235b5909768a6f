"""Delegation: may this machine label here, and which rows may it be given?

No row of the life cycle: a project without machines has no such verdict, its "no" stands in the way
of nothing, and each machine has one of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from leadline.phases.data.number_gap import NumberGap
from leadline.phases.delegation.delegation_evidence import (
    FEWEST_EACH,
    FEWEST_PEOPLE,
    FEWEST_ROWS,
    Evidence,
)
from leadline.phases.number_format import percent, percent_range
from leadline.phases.project_accounts.token_price import MICROS, usd
from leadline.phases.verdict import Answer, Finding, Verdict, fault, note, warning
from leadline.phases.wording import counted_people, plural, signed_digits, three_digits

_LIKED = 3
_MOST_UNSURE = 0.1
_NAMED = 5


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
    judges = counted_people(evidence.n_people)
    if evidence.n_people > FEWEST_PEOPLE:
        judges = f"two or more of {judges}"
    told = f"{plural(evidence.n_rows, 'row')} that {judges} judged without seeing its answers"
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
                f"Where most people agree, it says what they say on "
                f"{percent_range(evidence.agreement)} of the rows; "
                f"{plural(evidence.n_wrong, 'row')} it labels otherwise."
            )
        )
    if evidence.gap is not None:
        findings.append(_of_numbers(evidence.gap, answer))
    if answer is not Answer.NO:
        findings += _parts(evidence)
    if answer is Answer.GO:
        findings += _unknown_classes(evidence)
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


def _of_numbers(gap: NumberGap, answer: Answer) -> Finding:
    """How far its numbers are from people's, the bias told apart."""
    span = f"{signed_digits(gap.bias.low)} to {signed_digits(gap.bias.high)}"
    rows = plural(gap.n_rows, "row")
    told = f"On {rows} its numbers are not shown to be too high or too low on average ({span})."
    if gap.is_biased:
        side = "above" if gap.bias.estimate > 0 else "below"
        size = three_digits(abs(gap.bias.estimate))
        off = " This is taken off before models learn from them." if answer is not Answer.NO else ""
        told = (
            f"On {rows} its numbers are {size} {side} the middle of people's on average ({span})."
            f"{off}"
        )
    off = three_digits(gap.variance**0.5)
    return note(f"{told} Beside that the two differ by {off} (one standard deviation).")


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
        n_more = max(_n_to_judge(evidence) - n_unasked, 0)
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
                    f"Let them label until each has {FEWEST_EACH}: rows that no verdict rests on, "
                    "as later votes on these do not count.",
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


def _n_to_judge(evidence: Evidence) -> int:
    """Further rows for people, if the machine is as often unsure of them as it was."""
    per_label = evidence.n_answered / evidence.n_rows if evidence.n_rows else 1.0
    return ceil(evidence.n_missing * per_label)


def _places(evidence: Evidence, answer: Answer) -> list[Finding]:
    """What the answer follows from."""
    if answer is Answer.NO:
        half = (len(evidence.duels) + 1) // 2
        return [
            fault(
                f"It can take the place of {_won(evidence)}; {half} "
                f"{'is' if half == 1 else 'are'} needed.",
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
            f"Of {part.name} ({plural(part.n_rows, 'row')}) it is not shown to be as good as "
            "people.",
            "Leave such rows to people.",
        )
        for part in failing
    ]


def _unknown_classes(evidence: Evidence) -> list[Finding]:
    """Classes of too few rows: who never says a rare class may agree with people all the same."""
    unknown = [part for part in evidence.classes if part.passes is None]
    if not unknown:
        return []
    told = [f"{part.name} ({plural(part.n_rows, 'row')})" for part in unknown[:_NAMED]]
    more = len(unknown) - len(told)
    return [
        warning(
            f"It is not known whether it is as good as people where most say "
            f"{', '.join(told)}{f' or one of {more:,} more classes' if more else ''}.",
            "Have more of such rows judged before you rely on it for them.",
        )
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
    micros = None if given.price is None else round(given.price * given.n_rows * MICROS)
    price = "" if micros is None else f", for about {usd(micros)}"
    return [
        note(
            f"About {given.n_rows:,} of {given.n_open:,} open rows may go to it{sure}{price}. "
            f"Expect about {n_wrong:,} labels among them that most people would not give, hardly "
            f"more than {most:,}, if they are like the judged ones.",
            ""
            if given.cut is None
            else "In the file of 'leadline export machine-labels FILE' they have a confidence of "
            f"{given.cut:.6g} or more; leave the others to people.",
        )
    ]


def _won(evidence: Evidence) -> str:
    """Of how many people it can take the place."""
    return f"{evidence.n_won or 'none'} of {counted_people(len(evidence.duels))}"


def _names(people: Sequence[str]) -> str:
    return people[0] if len(people) == 1 else f"{', '.join(people[:-1])} and {people[-1]}"
