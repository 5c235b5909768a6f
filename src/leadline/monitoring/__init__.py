"""A release in service: blocks, observations, feature drift."""
