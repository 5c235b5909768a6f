"""Statistics of a model in service: its error from few labels, drift, staleness.

Nothing is imported here: a server needs one of these modules, and not what the others import.
"""
