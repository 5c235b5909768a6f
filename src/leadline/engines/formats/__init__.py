"""Annotation formats: files of items and votes, written and read."""
