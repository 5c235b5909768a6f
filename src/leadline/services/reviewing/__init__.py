"""The review of the real stream: order of judging, rows shown, estimates, opinions."""
