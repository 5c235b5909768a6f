"""Deciding: what differs between two entries, and what a rerun makes stale."""
