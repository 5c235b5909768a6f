"""Candidates fitted on some rows and judged on others: fits, scores, predictions, examples."""
