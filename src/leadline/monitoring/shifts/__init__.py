"""Shifts of a block's inputs: measured against the spread of the reference's blocks, and named."""
