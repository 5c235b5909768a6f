"""Deployment files: what a release in service runs on elsewhere, written from its capacity plan."""
