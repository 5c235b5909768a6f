"""Sections of a report beside the verdicts: money, time, and machines that label."""

from __future__ import annotations

from functools import partial

from leadline.charts import costs as costs_chart
from leadline.charts import delegation as delegation_chart
from leadline.charts import timeline as timeline_chart
from leadline.phases.project_accounts.timeline import Timeline
from leadline.phases.verdict import Severity
from leadline.phases.wording import capital
from leadline.record import DelegationEntry
from leadline.report.costing.account_section import Accounts, AccountSection
from leadline.services.accounting import ledger_sentences, ledger_table, project_ledger
from leadline.services.delegation.machine_lines import delegation_lines, duel_table, wrong_table
from leadline.services.timing import project_timeline, timeline_sentences, timeline_tables
from leadline.workspace import Workspace


def project_accounts(workspace: Workspace) -> Accounts:
    """Money and time of a project, as its report tells them."""
    ledger, timeline = project_ledger(workspace), project_timeline(workspace)
    sentences = ledger_sentences(ledger)
    money = AccountSection(
        "What it has cost",
        sentences,
        (ledger_table(ledger),) if ledger.lines else (),
        partial(workspace.pictures.drawing, f"money:{ledger}", partial(costs_chart.chart, ledger)),
    )
    time = AccountSection(
        "Where it was when",
        timeline_sentences(timeline),
        timeline_tables(timeline),
        partial(
            workspace.pictures.drawing,
            f"time:{_drawn(timeline)}",
            partial(timeline_chart.chart, timeline),
        ),
    )
    return Accounts(" ".join(sentences[:2]), (money, time, *_machines(workspace)))


def _machines(workspace: Workspace) -> list[AccountSection]:
    """One section a machine on which there is a verdict: may it label here?"""
    return [
        AccountSection(
            f"May {line.name} label here? {capital(line.badge.text)}",
            tuple(filter(None, (line.entry.verdict.summary, line.decided, *_said(line.entry)))),
            tuple(
                table
                for table in (duel_table(line.entry.verdict), wrong_table(line.entry.verdict))
                if table.rows
            ),
            partial(
                workspace.pictures.drawing,
                f"delegation:{line.entry.verdict}",
                partial(delegation_chart.chart, line.entry.verdict),
            ),
        )
        for line in delegation_lines(workspace)
        if line.entry is not None
    ]


def _said(entry: DelegationEntry) -> list[str]:
    """Its warnings and faults; notes are for its page."""
    return [
        f"{finding.what} {finding.next}".strip()
        for finding in entry.verdict.findings
        if finding.severity is not Severity.NOTE
    ]


def _drawn(timeline: Timeline) -> tuple[object, ...]:
    """What its picture shows; of the moment it was made no more than the day."""
    stretches = [(each.stage, each.start) for each in timeline.stretches]
    waits = [(each.who, each.what, each.start, each.end) for each in timeline.waits]
    return timeline.at.date(), stretches, waits, timeline.answers
