"""A snapshot as rows to learn from: frames, folds, samples."""
