"""Compiled form of a release: its reading, columns and model in NumPy and plain Python."""
