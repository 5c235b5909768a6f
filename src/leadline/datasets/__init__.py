"""Rows to learn from: files, frames, folds, samples of the stream, target leakage."""
