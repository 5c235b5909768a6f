"""Labelling by people: the worklist and the guidelines."""
