"""Scoring of files: rows in, a table of predictions out."""
