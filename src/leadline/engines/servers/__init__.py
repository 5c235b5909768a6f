"""Servers of a release: over HTTP, and over files."""
