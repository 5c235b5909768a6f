"""Accounting: what a project has cost."""

from leadline.services.accounting.costs import project_ledger
from leadline.services.accounting.ledger_words import ledger_sentences, ledger_table

__all__ = ["ledger_sentences", "ledger_table", "project_ledger"]
