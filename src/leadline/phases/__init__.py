"""One module a row of the life cycle: evidence in, verdict out, and nothing else.

Everything here is pure: no file, no clock, no fitted model. `lifecycle` holds the table.
"""
