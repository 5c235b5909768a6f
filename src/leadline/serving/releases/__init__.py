"""Releases: bundle, manifest, model, keys, environment, predictions."""
