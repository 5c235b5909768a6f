"""Processes: run with a limit, usage, a load generator, a release server."""
