"""Scenario of a demo project: question, files, true labels of the stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Scenario:
    """Settings, files and true labels of a demo project.

    Attributes
    ----------
    name : str
        Of the project.
    files, stream, later : tuple of str
        Labelled rows, unlabelled rows, and rows to watch, in the folder.
    truth : tuple of str
        Label of each row of the stream: the answers of the simulated reviewer.
    label : str
        The column to predict.
    problem, data, ethics, prices, labels, serve, watch : mapping
        Settings.
    """

    name: str
    files: tuple[str, ...]
    stream: tuple[str, ...]
    later: tuple[str, ...]
    truth: tuple[str, ...]
    label: str
    problem: Mapping[str, Any]
    data: Mapping[str, Any]
    ethics: Mapping[str, Any]
    prices: Mapping[str, Any]
    serve: Mapping[str, Any]
    watch: Mapping[str, Any]
    labels: Mapping[str, Any] = field(default_factory=dict)
