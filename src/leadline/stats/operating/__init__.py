"""Operating points: thresholds on a score, their measures, and guarantees.

Nothing is imported here: a server needs one of these modules, and not what the others import.
"""
