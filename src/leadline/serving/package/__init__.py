"""Packages: a release, the code that runs it, and all else that another team needs."""
