"""Commands and queries: what people do and see, each in milliseconds.

The command line and the page ask here and nowhere else, so both always say the same.
"""
