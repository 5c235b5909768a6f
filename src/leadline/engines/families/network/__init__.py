"""Neural networks in PyTorch, for tables, images and text.

``architecture``, ``inputs`` and the families ``tables``, ``images`` and ``texts`` do without torch,
which takes seconds to import; ``module``, ``training`` and ``answering`` are imported
by the first fit or answer.
"""
