"""Costs in a report: the accounts of a project, and what no model costs."""
