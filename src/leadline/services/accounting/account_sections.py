"""Sections of the report on money and time."""

from __future__ import annotations

from leadline.charts import ledger as ledger_chart
from leadline.report.account_section import Accounts, AccountSection
from leadline.services.accounting.costs import project_ledger
from leadline.services.accounting.ledger_words import ledger_sentences, ledger_table
from leadline.workspace import Workspace


def project_accounts(workspace: Workspace) -> Accounts:
    """Money and time of a project, as its report tells them."""
    ledger = project_ledger(workspace)
    sentences = ledger_sentences(ledger)
    money = AccountSection(
        "What it has cost",
        sentences,
        (ledger_table(ledger),) if ledger.lines else (),
        ledger_chart.chart(ledger),
    )
    return Accounts(" ".join(sentences[:2]), (money,))
