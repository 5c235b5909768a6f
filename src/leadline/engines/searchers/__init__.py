"""Searchers: what parameters are worth trying next."""
