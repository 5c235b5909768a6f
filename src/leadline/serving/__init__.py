"""Serving: a release as a package, its answers over HTTP and over files, and the log of them.

It knows nothing of the project it came from: no record, no settings, no life cycle.
"""
