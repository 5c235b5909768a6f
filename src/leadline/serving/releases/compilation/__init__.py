"""Compiling of a release: plans of its parts, odd rows, and the test that no digit differs."""
