"""Accounts of a project as its report tells them: sections on money and on time."""

from __future__ import annotations

from functools import partial

from leadline.charts import costs as costs_chart
from leadline.charts import timeline as timeline_chart
from leadline.phases.project_accounts.timeline import Timeline
from leadline.report.costing.account_section import Accounts, AccountSection
from leadline.services.accounting import ledger_sentences, ledger_table, project_ledger
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
    return Accounts(" ".join(sentences[:2]), (money, time))


def _drawn(timeline: Timeline) -> tuple[object, ...]:
    """What its picture shows; of the moment it was made no more than the day."""
    stretches = [(each.stage, each.start) for each in timeline.stretches]
    waits = [(each.who, each.what, each.start, each.end) for each in timeline.waits]
    return timeline.at.date(), stretches, waits, timeline.answers
