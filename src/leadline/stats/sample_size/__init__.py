"""Sample sizes: the number of test rows that shows a target."""
