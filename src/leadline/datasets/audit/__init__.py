"""The audit of a data set: groups, leaks, near repeats, sentinels, spellings."""
