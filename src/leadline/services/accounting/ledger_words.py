"""Words for a ledger: sentences that its numbers compute, and its lines as a table."""

from __future__ import annotations

from leadline.phases.number_format import duration, money, percent, work_time
from leadline.phases.project_accounts.ledger import ExpenseKind, Ledger, LedgerLine
from leadline.phases.wording import capital, plural
from leadline.report.text_table import Table, tabled

_HEAD = ("Stage", "What", "How many", "Spent", "Committed", "People", "Machines")
_NO_PRICE = "no price"


def ledger_sentences(ledger: Ledger) -> tuple[str, ...]:
    """Return what has been spent, of what, what is left, and what the sums leave out."""
    if not ledger.lines:
        return (_granted(ledger), "Nothing is spent yet: no answer, no run, no reported work.")
    told = [_granted(ledger), _spent(ledger)]
    if ledger.people_hours:
        hours_a_day = ledger.hours_a_day
        same = hours_a_day.labelling == hours_a_day.other
        day = (
            f"{hours_a_day.other:g} hours a working day"
            if same
            else f"{hours_a_day.labelling:g} hours a working day of who labels, "
            f"{hours_a_day.other:g} of others"
        )
        told.append(
            f"People have worked {people_words(ledger)} on it, counted as one person's; {day}."
        )
    told += _limits(ledger)
    return tuple(told)


def _granted(ledger: Ledger) -> str:
    if ledger.granted <= 0:
        return "No budget was stated: [problem] budget in leadline.toml."
    return f"{money(ledger.granted, ledger.currency)} are granted."


def _spent(ledger: Ledger) -> str:
    labels, machines, models = map(
        ledger.money_of, (ExpenseKind.LABELS, ExpenseKind.MACHINES, ExpenseKind.MODELS)
    )
    currency = ledger.currency
    spent = money(ledger.spent, currency)
    told = (
        f"{capital(spent)} are spent: {money(labels, currency)} on labels, "
        f"{money(machines, currency)} on machine time"
    )
    if models:
        told += f", {money(models, currency)} on language models"
    if ledger.committed:
        told += f"; {money(ledger.committed, currency)} more are committed"
    left = ledger.left
    if left is None:
        return f"{told}."
    if left < 0:
        return f"{told}. That is {money(-left, currency)} more than was granted."
    share = percent(left / ledger.granted)
    return f"{told}. {money(left, currency)} are left, {share} of the budget."


def _limits(ledger: Ledger) -> list[str]:
    priced = "machine time that no search or curve has priced is at today's price"
    told = [f"Superseded, withdrawn and failed work is in the sums; {priced}."]
    if not all(line.kind.has_price for line in ledger.lines):
        told.append("Judgments and reported work have no price: they are hours, and not money.")
    if ledger.n_untimed:
        told.append(
            f"{plural(ledger.n_untimed, 'run')} of machines from before their time was kept "
            "are in no sum."
        )
    return told


def people_words(ledger: Ledger) -> str:
    """Return how long people worked on a project."""
    return _people(ledger.people_hours, ledger.working_days)


def ledger_table(ledger: Ledger) -> Table:
    """Return the lines of a ledger, and their sums."""
    rows = [_row(line, ledger) for line in ledger.lines]
    if len(rows) > 1:
        rows.append(
            (
                "all",
                "",
                "",
                money(ledger.spent, ledger.currency),
                money(ledger.committed, ledger.currency) if ledger.committed else "",
                people_words(ledger),
                _machine(ledger.machine_hours),
            )
        )
    return tabled("What it has cost, by stage", _HEAD, rows)


def _row(line: LedgerLine, ledger: Ledger) -> tuple[str, ...]:
    committed = money(line.committed, ledger.currency) if line.committed else ""
    if line.hours_committed:
        committed = plural(round(line.hours_committed, 1), "hour")
    return (
        line.stage.value,
        line.kind.words,
        f"{line.n:,}",
        money(line.money, ledger.currency) if line.kind.has_price else _NO_PRICE,
        committed,
        _people(line.people_hours, line.working_days),
        _machine(line.machine_hours),
    )


def _people(hours: float, days: float) -> str:
    return work_time(3600 * hours, hours / days) if hours else ""


def _machine(hours: float) -> str:
    return duration(3600 * hours) if hours else ""
