"""Sections of `leadline.toml` that a team shares: hours for its work, and where the record lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

_LENIENT = ConfigDict(coerce_numbers_to_str=True, allow_inf_nan=False)


@dataclass(frozen=True, kw_only=True)
class WorkSettings:
    """[work]: what the people who ship and watch the model have time for.

    Attributes
    ----------
    hours_per_day : float in (0, 24]
        Hours that each owner has for this project on a working day, Monday to Friday.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _LENIENT

    hours_per_day: Annotated[float, Field(gt=0, le=24)] = 4.0


@dataclass(frozen=True, kw_only=True)
class StoreSettings:
    """[store]: where the record and the artifacts lie, if not in this folder.

    Attributes
    ----------
    url : str
        Of the database, which may hold many projects: ``sqlite:///../team.db``, a path from the
        folder of `leadline.toml`, or ``postgresql+psycopg://...``. Empty: in ``.leadline``.
        ``LEADLINE_STORE`` goes before it, and is the place for an address with a password.
    artifacts : str
        Folder or address of the artifacts; empty: ``.leadline/artifacts``. ``LEADLINE_ARTIFACTS``
        goes before it.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _LENIENT

    url: str = ""
    artifacts: str = ""
