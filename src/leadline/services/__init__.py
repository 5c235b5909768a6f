"""What a person can do (`commands`) or see (`queries`), each in milliseconds.

The command line and the page ask here and nowhere else, so both always say the same.
"""
