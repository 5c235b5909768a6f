"""Searchers: parameters worth trying next."""
