"""What a server tells of itself: metrics and log lines."""
