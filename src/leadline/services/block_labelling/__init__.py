"""Labels for the rows of new data that the monitor asks for: which are left, answers, the page."""
