"""Connections of the server: limits of time and size, and its end."""
