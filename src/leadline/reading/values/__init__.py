"""Values of single cells: numbers, dates, units, and words for no value."""
