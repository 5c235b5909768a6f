"""The review of the real stream: the next row, rows as people see them, estimates, opinions."""
