"""Refusals that the contract tests raise."""

from __future__ import annotations

from leadline.errors import EngineError


def breach(found: str, needed: str) -> EngineError:
    """The refusal of an engine that breaks its contract."""
    return EngineError(found, needed, "See leadline.engines.contract, and mend the engine.")


def need(is_met: object, found: str, needed: str) -> None:
    """Raise unless the need is met."""
    if not is_met:
        raise breach(found, needed)
