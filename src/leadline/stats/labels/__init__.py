"""Statistics of labels: agreement, ceiling, votes, annotators."""
