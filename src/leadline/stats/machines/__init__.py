"""Statistics of machines: fit time, queueing, interruptions."""
