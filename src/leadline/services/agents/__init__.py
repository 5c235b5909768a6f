"""Agents: what a coding agent may see, start and propose; people grant, answer and decide."""
