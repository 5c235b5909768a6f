"""The same evidence with some of it changed, judged again."""

from __future__ import annotations

from dataclasses import fields
from importlib import import_module
from typing import Any, TypeVar

from leadline.phases.verdict import Severity, Verdict

V = TypeVar("V", bound=Verdict)


def again(verdict: V, **changes: Any) -> V:
    """Judge the evidence of a verdict again, with some of it changed."""
    module = import_module(type(verdict).__module__)
    evidence = {each.name: getattr(verdict, each.name) for each in fields(module.Evidence)}
    judged = module.assess(module.Evidence(**{**evidence, **changes}))
    assert isinstance(judged, type(verdict))
    return judged


def faults(verdict: Verdict) -> list[str]:
    """What is wrong, in words."""
    return _whats(verdict, Severity.FAULT)


def warnings(verdict: Verdict) -> list[str]:
    """What wants a person's eyes, in words."""
    return _whats(verdict, Severity.WARNING)


def notes(verdict: Verdict) -> list[str]:
    """What informs, in words."""
    return _whats(verdict, Severity.NOTE)


def _whats(verdict: Verdict, severity: Severity) -> list[str]:
    return [each.what for each in verdict.findings if each.severity is severity]
