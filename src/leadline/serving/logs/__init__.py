"""Served rows and their outcomes: files of JSON lines, and how they are read again."""
