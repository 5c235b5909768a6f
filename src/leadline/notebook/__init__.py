"""Python API: projects in a notebook, and the same statistics for whoever has no project.

Its names are found at the package itself: ``import leadline as ll``.
"""
