"""Columns, dates and images as numbers that families learn from."""
