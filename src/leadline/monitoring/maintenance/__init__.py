"""Upkeep of a release in service: is it still whole, and when is it to be retrained."""
