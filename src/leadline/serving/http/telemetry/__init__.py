"""Metrics and log lines of a server."""
