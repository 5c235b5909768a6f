"""Purchases of rows: planned in rounds, and simulated before any money is spent."""
