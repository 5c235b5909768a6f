"""Packages: a release with all that another team needs to run it, and the code that runs it there."""
