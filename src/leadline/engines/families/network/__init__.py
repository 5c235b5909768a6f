"""Neural networks in PyTorch, for tables, images and text.

``architecture``, ``inputs``, ``estimator`` and ``variants``, which holds the families, do without
torch, which takes seconds to import; ``module``, ``training`` and ``answering`` are imported by the
first fit or prediction.
"""
