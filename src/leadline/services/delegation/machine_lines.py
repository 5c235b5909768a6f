"""Page of delegations: each machine, whether it may label here, and what a person decided."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.errors import LeadlineError, RecordError
from leadline.phases.delegation import FEWEST_ROWS, Delegation, WrongRow
from leadline.phases.lifecycle import Badge
from leadline.phases.number_format import percent
from leadline.phases.permissions import Action
from leadline.phases.verdict import Answer
from leadline.phases.wording import plural
from leadline.record import DelegationEntry, Permission
from leadline.report.text_table import Table, share, tabled
from leadline.services.delegation.machine_task import judged_blind, machine_task, why_outdated
from leadline.services.identity.permission import require
from leadline.workspace import Workspace

_NOT_YET = Badge("not yet", "waiting")


@dataclass(frozen=True)
class MachineLine:
    """One machine that is declared, or was.

    Attributes
    ----------
    name : str
        Its name in the settings.
    entry : DelegationEntry or None
        The newest verdict on it; None before there is one.
    outdated : str
        Why that verdict no longer holds; empty if it does.
    n_new : int
        Rows that two people have judged since.
    """

    name: str
    entry: DelegationEntry | None
    outdated: str = ""
    n_new: int = 0

    @property
    def is_current(self) -> bool:
        """Whether there is a verdict that holds."""
        return self.entry is not None and not self.outdated

    @property
    def may_label(self) -> bool:
        """Whether a person let it in on a verdict that holds."""
        decided = self.entry.decided if self.entry else None
        return self.is_current and decided is not None and decided.choice is Permission.GO

    @property
    def badge(self) -> Badge:
        """Where it stands, in a word or two."""
        if self.entry is None:
            return _NOT_YET
        if self.outdated:
            return Badge("out of date", "stale")
        verdict = self.entry.verdict
        if self.entry.decided is not None and not self.may_label:
            return Badge("people only", Answer.NO.value)
        if self.may_label and verdict.answer is not Answer.GO:
            return Badge(f"{verdict.badge}, let in", "unclear")
        return Badge("let in" if self.may_label else verdict.badge, verdict.answer.value)

    @property
    def decided(self) -> str:
        """What a person decided on the verdict, in a sentence; empty if nobody has."""
        said = self.entry.decided if self.entry else None
        if said is None:
            return ""
        what = "it may label" if said.choice is Permission.GO else "it may not label"
        return f"{said.by} decided that {what}: {said.why}"


def delegation_lines(workspace: Workspace) -> tuple[MachineLine, ...]:
    """Every machine that is declared, and every one on which there is a verdict.

    Empty in a project without machines.
    """
    require(workspace, Action.VIEW)
    newest = workspace.record.delegation.verdicts.newest()
    names = dict.fromkeys((*workspace.settings.machines, *newest))
    if not names:
        return ()
    n_blind = len(judged_blind(workspace))
    return tuple(_line(workspace, name, newest.get(name), n_blind) for name in names)


def delegation_line(workspace: Workspace, name: str) -> MachineLine:
    """One machine.

    Raises
    ------
    RecordError
        If none of that name is declared, nor on the record.
    """
    found = {line.name: line for line in delegation_lines(workspace)}
    if name not in found:
        raise RecordError(
            f"There is no machine {name!r}.",
            "It is declared in leadline.toml, or has a verdict on the record.",
            f"There are: {', '.join(map(repr, found)) or 'none'}.",
        )
    return found[name]


def _line(
    workspace: Workspace, name: str, entry: DelegationEntry | None, n_blind: int
) -> MachineLine:
    if entry is None:
        return MachineLine(name, None, n_new=n_blind)
    n_new = max(n_blind - entry.verdict.n_blind, 0)
    if name not in workspace.settings.machines:
        return MachineLine(name, entry, "it is not declared any more", n_new)
    try:
        outdated = why_outdated(machine_task(workspace, name), entry.verdict)
    except LeadlineError as error:
        outdated = f"it cannot be asked now: {error.found}"
    return MachineLine(name, entry, outdated, n_new)


def next_step(line: MachineLine) -> str:
    """What to do about a machine now, as a command with its reason; empty if nothing."""
    ask = f"leadline machine label {line.name} --blind-rows"
    if line.entry is None:
        return (
            f"Let two or three people label the same {FEWEST_ROWS} to 100 rows, each alone; then "
            f"'{ask}' and 'leadline machine delegation {line.name}'."
        )
    if line.outdated or line.n_new:
        return f"'{ask}', then 'leadline machine delegation {line.name}'."
    if line.decided:
        return ""
    if line.entry.verdict.answer is Answer.GO:
        return f"'leadline machine decide {line.name} go' or 'stop', with --why."
    if line.entry.verdict.answer is Answer.NO:
        return f"'leadline machine decide {line.name} stop', with --why."
    return f"what is missing, as said above; then '{ask}' and this verdict again."


def duel_table(verdict: Delegation) -> Table:
    """The machine beside each person."""
    return tabled(
        "How often each is as close to the other people",
        ("Person", "Rows", "This person", "The machine", "Takes the place"),
        [
            (
                duel.name,
                f"{duel.n_rows:,}",
                percent(duel.person.estimate),
                share(duel.machine),
                "yes" if duel.won else "no",
            )
            for duel in verdict.duels
        ],
    )


def part_table(verdict: Delegation) -> Table:
    """The machine on each class and slice."""
    words = {
        True: "as good as people",
        False: "not shown to be as good",
        None: "too few rows to know",
    }
    return tabled(
        "Which rows it is good at",
        ("Rows that are", "How many", "As close as a person", "The machine is"),
        [
            (
                part.name,
                f"{part.n_rows:,}",
                "not known" if part.machine is None else percent(part.machine),
                words[part.passes],
            )
            for part in (*verdict.classes, *verdict.slices)
        ],
    )


def wrong_caption(verdict: Delegation) -> str:
    """What is listed of the rows that the machine labels otherwise."""
    if verdict.is_of_numbers:
        return "Rows on which it lies outside of all that people say"
    return "Rows it labels other than most people"


def wrong_table(verdict: Delegation) -> Table:
    """Rows that the machine labels other than most people, side by side."""
    more = verdict.n_wrong - len(verdict.wrong)
    rest = f" ({plural(more, 'more row')} not shown)" if more else ""
    return tabled(
        f"{wrong_caption(verdict)}{rest}",
        ("Row", "People say", "Machine says", "It is sure"),
        [(row.shown or row.item, row.said, row.machine, _sure(row)) for row in verdict.wrong],
    )


def _sure(row: WrongRow) -> str:
    return "does not say" if row.confidence is None else percent(row.confidence)
