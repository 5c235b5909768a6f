"""Engines: model families, executors and more, found by name.

No module imports a built-in engine; it is found through an entry point, as one of another package
is. `contract`, `annotation_format` and `crowd_platform` say what an engine must do, `loading` finds
it, and `leadline.testing` checks it.
"""
