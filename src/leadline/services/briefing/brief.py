"""Page model of a brief: all that a decision on a stage needs, on one page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from leadline.monitoring.release_in_service import in_service, put_into_service
from leadline.phases.decision import sentence
from leadline.phases.lifecycle import ROWS, Badge, Stage, State, decision_of, is_decision, rows_of
from leadline.phases.number_format import money
from leadline.phases.permissions import Action
from leadline.phases.problem import Problem
from leadline.phases.project_accounts.ledger import Ledger
from leadline.phases.target.measured_target import target_now
from leadline.phases.verdict import Answer, Severity, Verdict
from leadline.phases.wording import day
from leadline.record import Entry, Record
from leadline.record.sql_types import utc
from leadline.report.beside_verdicts.brief_section import BriefSection
from leadline.report.text_table import tabled
from leadline.services.accounting import project_ledger
from leadline.services.briefing.certainty import how_sure
from leadline.services.briefing.choices import ChoiceLine, Standpoint, choices
from leadline.services.briefing.time_so_far import days_words, time_box_words
from leadline.services.identity.permission import require
from leadline.services.parsing import parse_stage
from leadline.services.queries.project_state import ProjectState, title_of
from leadline.services.queries.row import picture_of
from leadline.services.queries.success_chance_now import success_chance
from leadline.workspace import Workspace

QUESTIONS: Mapping[Stage, str] = {
    Stage.DEFINE: "Is this worth a try: can it be predicted from these data, and well enough?",
    Stage.FIND: "Which model is worth carrying on with?",
    Stage.TRAIN: "Do more labels or more time pay, is it good enough, or is it out of reach?",
    Stage.APPLY: "Which operating point serves people best on the real stream?",
    Stage.SHIP: "May this release go into service, and what does running it take?",
    Stage.WATCH: "Is what is in service no worse than at release?",
}

# the first one that is drawn is the picture of the stage
_PICTURES: Mapping[Stage, tuple[str, ...]] = {
    Stage.DEFINE: ("feasibility", "data"),
    Stage.FIND: ("search",),
    Stage.TRAIN: ("forecast", "curve", "labelling"),
    Stage.APPLY: ("review", "tuning"),
    Stage.SHIP: ("release", "capacity"),
    Stage.WATCH: ("monitor", "decay"),
}
_FORETELLS = (Stage.FIND, Stage.TRAIN)
_AFTER_TRAIN = (Stage.APPLY, Stage.SHIP, Stage.WATCH)
# what a verdict says that says no more than its answer
_ANSWERS = {"go": "go on", "no": "go back, or stop", "unclear": "a person must weigh it"}

Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Warned:
    """A finding that somebody should look at.

    Attributes
    ----------
    row, title : str
        Where it was found, by name and as a heading.
    severity : Severity
        Fault or warning.
    what, next : str
        What was seen, and what to do.
    """

    row: str
    title: str
    severity: Severity
    what: str
    next: str


@dataclass(frozen=True)
class Brief:
    """All that a decision on a stage needs.

    Attributes
    ----------
    stage : Stage
        Which.
    question : str
        What the stage answers.
    recommendation : Badge
        What the evidence speaks for.
    why : str
        What that rests on, in a sentence.
    how_sure : str
        How sure it is.
    costs : Ledger
        Money granted and spent so far.
    time : tuple of str
        Time so far and left, in sentences.
    choices : tuple of ChoiceLine
        Go on, go back, stop: what each costs and changes.
    warnings : tuple of Warned
        What is open in this stage, the gravest first.
    picture, picture_words : str
        Path of the one picture, and what it says; empty if nothing is drawn.
    target : str
        What is good enough; empty before the problem is stated.
    owner, deputy : str
        Who answers for the project; empty if nobody is named.
    in_service : str
        What is in service already.
    whereabouts : str
        Where the project is and why, if people stopped it or sent it back; else empty.
    decision : str
        The newest decision on the stage, and whether it stands; empty if nobody has decided.
    """

    stage: Stage
    question: str
    recommendation: Badge
    why: str
    how_sure: str
    costs: Ledger
    time: tuple[str, ...]
    choices: tuple[ChoiceLine, ...]
    warnings: tuple[Warned, ...]
    picture: str
    picture_words: str
    target: str
    owner: str
    deputy: str
    in_service: str
    whereabouts: str
    decision: str

    @property
    def of_stage(self) -> Facts:
        """What is told of the stage in words: a heading and a text each."""
        told = (
            ("evidence", f"{self.recommendation.text.capitalize()}. {self.why}"),
            ("how sure", self.how_sure),
            ("decided", self.decision),
        )
        return tuple((name, words) for name, words in told if words)

    @property
    def of_project(self) -> Facts:
        """What is told of the project in words: a heading and a text each."""
        deputy = f", deputy {self.deputy}" if self.deputy else ""
        told = (
            ("where", self.whereabouts),
            ("target", self.target),
            ("time", " ".join(self.time)),
            ("owner", f"{self.owner or 'nobody is named'}{deputy}"),
            ("in service", self.in_service),
        )
        return tuple((name, words) for name, words in told if words)

    @property
    def money_words(self) -> str:
        """Money spent and left, in a sentence."""
        costs = self.costs
        left = "no budget was stated"
        if costs.left is not None:
            granted = money(costs.granted, costs.currency)
            rest = money(abs(costs.left), costs.currency)
            left = f"{rest} left of {granted}" if costs.left >= 0 else f"{rest} more than {granted}"
        promised = (
            f", {money(costs.committed, costs.currency)} committed" if costs.committed else ""
        )
        return f"{money(costs.spent, costs.currency)} spent{promised}, {left}."

    @property
    def section(self) -> BriefSection:
        """The brief as a report has it."""
        rows = [
            (each.title, each.costs, f"Not on offer: {each.closed} {each.changes}")
            if each.closed
            else (each.title, each.costs, each.changes)
            for each in self.choices
        ]
        caption = f"What each choice after {self.stage} costs and changes"
        return BriefSection(
            self.stage.value,
            self.of_stage,
            self.of_project,
            tabled(caption, ("Choice", "Costs", "Changes"), rows),
            tuple(f"{each.title}: {each.what} {each.next}".strip() for each in self.warnings),
        )


def brief(workspace: Workspace, name: str, now: datetime | None = None) -> Brief:
    """Read what a decision on a stage needs.

    Parameters
    ----------
    workspace : Workspace
        The project.
    name : str
        Of the stage.
    now : datetime or None, default=None
        The time, with a zone; None: now.

    Raises
    ------
    RecordError
        If there is no such stage.
    """
    require(workspace, Action.VIEW)
    stage = parse_stage(name)
    return _Reader(workspace).brief(stage, utc(now))


def briefs(workspace: Workspace, now: datetime | None = None) -> tuple[Brief, ...]:
    """Read the brief of every stage that has begun."""
    reader = _Reader(workspace)
    at = utc(now)
    return tuple(reader.brief(stage, at) for stage in Stage if reader.of(stage))


class _Reader:
    """The newest verdicts of a project, each read once, and what follows for each stage."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace, record = workspace, workspace.record
        self._state = ProjectState.of(record)
        self._entries = {
            row: record.entry(mark.number)
            for row, mark in self._state.latest.items()
            if not is_decision(row)
        }
        self._verdicts = {row: entry.verdict for row, entry in self._entries.items()}
        problem = self._verdicts.get("problem")
        self._problem = problem if isinstance(problem, Problem) else None
        self._costs = project_ledger(workspace)
        self._serving = in_service(record)

    def of(self, stage: Stage) -> dict[str, Entry]:
        """The newest entries of a stage."""
        rows = [row.name for row in rows_of(stage)]
        return {row: self._entries[row] for row in rows if row in self._entries}

    def brief(self, stage: Stage, now: datetime) -> Brief:
        seen = Standpoint(
            self._workspace,
            self._state.marks,
            self._state.standings,
            self._verdicts,
            self._costs,
            self._serving is not None,
        )
        barriers = (self._state.barrier(row.name) for row in rows_of(stage))
        barrier = next(filter(None, barriers), "")
        badge, why = _recommended(stage, self._state, self._verdicts, barrier)
        picture, words = self._picture(stage)
        stated = self._problem or self._workspace.settings.problem
        return Brief(
            stage=stage,
            question=QUESTIONS[stage],
            recommendation=badge,
            why=why,
            how_sure=how_sure(stage, self._verdicts, self._measured(stage)),
            costs=self._costs,
            time=self._time(now),
            choices=choices(stage, seen, barrier),
            warnings=_warnings(self.of(stage)),
            picture=picture,
            picture_words=words,
            target=self._problem.good_enough if self._problem else "",
            owner=stated.owner,
            deputy=stated.deputy,
            in_service=_service_words(self._workspace.record, self._serving),
            whereabouts=self._state.whereabouts,
            decision=self._decision(stage),
        )

    def _measured(self, stage: Stage) -> str:
        """The one number of success: before a score is measured its chance, then that score."""
        check = target_now(self._verdicts, self._state.standings)
        if check is not None and stage in _AFTER_TRAIN:
            return sentence(check.words)
        chance = success_chance(self._workspace.record, self._state)
        if stage not in _FORETELLS or chance is None or chance.current is None:
            return ""
        told = chance.current
        bought = f"; {told.purchase_words}" if told.purchase_words else ""
        is_later = ROWS[told.row].stage is not stage
        since = "Known since then: the" if is_later else "The"
        return f"{since} chance to meet the target: {told.words}{bought}."

    def _decision(self, stage: Stage) -> str:
        now = self._state.standings[decision_of(stage)]
        if now.number is None:
            return ""
        said = sentence(self._workspace.record.entry(now.number).verdict.summary)
        is_current = now.state is State.CURRENT
        return said if is_current else f"{said} It is out of date: its verdicts have changed."

    def _time(self, now: datetime) -> tuple[str, ...]:
        if not self._state.marks:
            return ("Nothing has begun yet.",)
        began = self._workspace.record.entry(self._state.marks[0].number).at
        box = time_box_words(self._problem, self._verdicts.get("search"))
        return tuple(filter(None, (f"{days_words(began, now)}.", box)))

    def _picture(self, stage: Stage) -> tuple[str, str]:
        for row in _PICTURES[stage]:
            entry = self._entries.get(row)
            path = picture_of(ROWS[row], entry)
            if entry is not None and path:
                return path, f"{title_of(row)}: {entry.verdict.summary}"
        return "", ""


def _recommended(
    stage: Stage, state: ProjectState, verdicts: Mapping[str, Verdict], barrier: str
) -> tuple[Badge, str]:
    """What the evidence speaks for, and the sentence that says why."""
    if barrier:
        return Badge("go back", "no"), f"Nobody can go on: {barrier}"
    rows = [row.name for row in rows_of(stage)]
    current = [row for row in rows if state.standings[row].state is State.CURRENT]
    for answer in (Answer.NO, Answer.UNCLEAR):
        against = [row for row in current if state.standings[row].answer is answer]
        if against:
            row = against[-1]
            return _badge(verdicts[row]), f"{title_of(row)}: {verdicts[row].summary}"
    open_rows = [row for row in rows if row not in current]
    if open_rows:
        row = open_rows[0]
        why = state.standings[row].closed or f"Next: '{ROWS[row].command}'."
        is_stale = state.standings[row].state is State.STALE
        return Badge("not yet", "waiting"), (
            f"{title_of(row)} {'is out of date' if is_stale else 'has no verdict'}. {why}"
        )
    last = verdicts[rows[-1]]
    return _badge(last), f"{title_of(rows[-1])}: {last.summary}"


def _badge(verdict: Verdict) -> Badge:
    """What a verdict recommends, in the words that all pages have of it."""
    return Badge(_ANSWERS.get(verdict.badge, verdict.badge), verdict.answer.value)


def _warnings(entries: Mapping[str, Entry]) -> tuple[Warned, ...]:
    weights = (Severity.FAULT, Severity.WARNING)
    found = [
        Warned(row, title_of(row), finding.severity, finding.what, finding.next)
        for row, entry in entries.items()
        for finding in entry.verdict.findings
        if finding.severity in weights
    ]
    return tuple(sorted(found, key=lambda each: weights.index(each.severity)))


def _service_words(record: Record, entry: Entry | None) -> str:
    if entry is None:
        return "Nothing yet."
    at, by = put_into_service(record, entry)
    return f"The release of entry {entry.number}, since {day(at)} by {by}."
