"""Servers: how a release answers."""
