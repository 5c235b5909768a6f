"""Rows of the life cycle: a module for each, from its evidence to its verdict.

Everything here is pure: no file, no clock, no fitted model. `lifecycle` holds the table;
`performance`, `target` and `vocabulary` hold what several rows share.
"""
