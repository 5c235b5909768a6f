"""Accounting: what a project has cost, and where it was when."""

from leadline.services.accounting.account_sections import project_accounts
from leadline.services.accounting.costs import project_ledger
from leadline.services.accounting.ledger_words import ledger_sentences, ledger_table

__all__ = ["ledger_sentences", "ledger_table", "project_accounts", "project_ledger"]
