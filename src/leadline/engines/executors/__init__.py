"""Executors: tasks in this process, in several, or on a cluster."""
