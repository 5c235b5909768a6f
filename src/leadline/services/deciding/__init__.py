"""Deciding: what people said, what differs between two entries, what a rerun makes stale."""
