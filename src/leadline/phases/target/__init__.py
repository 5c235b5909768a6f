"""The target: what was measured beside it, the chance to reach it, what a score means."""
