"""Accounts of a project: what it has cost, and where it was when."""
