"""Embedding of texts, each text once."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Sequence
from functools import cache as remembered
from pathlib import Path
from types import EllipsisType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leadline.engines.embeddings.cache import Cache, default_folder
from leadline.engines.embeddings.packaged import Identity, identity, model_folder

if TYPE_CHECKING:
    from leadline.engines.embeddings.bert import Bert
    from leadline.engines.embeddings.wordpiece import WordPieces

N_DIMENSIONS = 384
_COMPUTED = "1"  # counts up when the same text would come out otherwise
_MOST_PIECES = 256  # what the language model was trained on
_CHUNK = 64
# for fewer, a request to a release among them, writing would take longer than computing
_WORTH_KEEPING = 4


def embed(texts: Sequence[str], cache: Path | EllipsisType | None = ...) -> NDArray[np.float32]:
    """Embeddings of texts: vectors of their meaning.

    Each distinct text is embedded once and kept by its digest; processes that embed the same
    texts at the same time share the work. About 60 texts of the length of a text message are
    embedded a second on one core.

    Parameters
    ----------
    texts : sequence of str, length n_texts
        Of any length; of each the first 254 word pieces are read.
    cache : Path or None, optional
        Folder to keep vectors in; None for none. Left out, it is ``LEADLINE_CACHE``, or
        ``leadline`` in the user's cache folder.

    Returns
    -------
    numpy.ndarray of float32, shape (n_texts, 384)
        Rows of length 1. A row depends on its text alone, to the last bit on one machine.

    Raises
    ------
    EngineError
        If no language model is installed.
    """
    keys = _keys(texts, identity())
    kept = Cache(default_folder() if cache is ... else cache)
    wanted = dict(zip(keys, texts, strict=True))
    found = kept.read(list(wanted))
    missing = [key for key in wanted if key not in found]
    # each process in an order of its own: what one has done, the others find
    random.Random(os.getpid()).shuffle(missing)  # noqa: S311 -- no secret
    for start in range(0, len(missing), _CHUNK):
        some = missing[start : start + _CHUNK]
        if start:
            found |= kept.read(some)
        new = {key: _vector(wanted[key]) for key in some if key not in found}
        if len(new) >= _WORTH_KEEPING:
            kept.write(new)
        found |= new
    vectors = np.empty((len(keys), N_DIMENSIONS), dtype=np.float32)
    for place, key in enumerate(keys):
        vectors[place] = found[key]
    return vectors


def _keys(texts: Sequence[str], model: Identity) -> list[bytes]:
    """A digest of each text and what embeds it."""
    begun = hashlib.sha256("\0".join((_COMPUTED, *model, "")).encode())
    keys = []
    for text in texts:
        digest = begun.copy()
        # a lone surrogate is no UTF-8, and still a text
        digest.update(text.encode("utf-8", "surrogatepass"))
        keys.append(digest.digest())
    return keys


def _vector(text: str) -> NDArray[np.float32]:
    pieces, network = _model(model_folder())
    return network.vector(pieces.numbers(text))


@remembered
def _model(folder: Path) -> tuple[WordPieces, Bert]:
    """The language model, opened once a process: a file that never changes."""
    # scipy is not for those who only ask whether there is a model
    from leadline.engines.embeddings.bert import Bert
    from leadline.engines.embeddings.wordpiece import WordPieces

    return WordPieces.read(folder / "vocab.txt", _MOST_PIECES), Bert.read(folder)
