"""Evaluation of candidates: fits, scores, predictions, examples and their explanations."""
