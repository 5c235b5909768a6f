"""Manifest of a release: task, columns, threshold, digests, versions."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from leadline.engines.contract import TASKS, Scalar
from leadline.errors import ReleaseError
from leadline.reading.schema import IMAGE_SIZE, ReadingSchema

_OF_BEFORE = "it was sealed before releases were compiled"


@dataclass(frozen=True, kw_only=True)
class Card:
    """Statements of its maker about a release.

    Attributes
    ----------
    project : str
        Name of the project.
    label : str
        The column that is predicted.
    task : {"binary", "multiclass", "regression"}
        What kind of label it is.
    positive : str
        The class that counts as a hit; empty unless binary.
    classes : tuple of str
        All classes; empty for regression.
    columns : mapping of str to {"number", "category", "text", "date", "image"}
        Feature name to kind: the input schema.
    threshold : float or None
        Rows that score at least this are flagged; None unless binary.
    confidence : float or None
        Of several classes: a row whose likeliest class scores less has no answer. None: all rows
        have one, as in releases of before.
    confusion_costs : mapping of str to mapping of str to float
        Of several classes: true class to class said to what that costs; what is not named costs 1.
        The class of least expected cost is then answered. Empty: the likeliest one, as in releases
        of before.
    point : str
        Name of the operating point.
    costs : mapping of str to scalar
        What errors cost, and in which currency.
    data_digest : str
        Of the snapshot learnt from.
    metrics : mapping of str to scalar
        What was measured before the release.
    missing : tuple of str
        Words that stand for a missing value in files.
    made_by : str
        Who asked for it.
    image_size : int
        Pixels of the longer side that images were scaled down to.
    reading : tuple of mapping
        How the cells of each column are read, as `ReadingSchema.to_payload` has it; empty in
        releases of before there were schemas.
    family : str
        The family that made the model, as it was named; empty if not stated.
    """

    project: str
    label: str
    task: str
    columns: Mapping[str, str]
    positive: str = ""
    classes: tuple[str, ...] = ()
    threshold: float | None = None
    confidence: float | None = None
    confusion_costs: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    point: str = ""
    costs: Mapping[str, Scalar] = field(default_factory=dict)
    data_digest: str = ""
    metrics: Mapping[str, Scalar] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    made_by: str = ""
    image_size: int = IMAGE_SIZE
    reading: tuple[Mapping[str, Any], ...] = ()
    family: str = ""

    def __post_init__(self) -> None:
        if self.task not in TASKS:
            raise ValueError(f"task is {self.task!r}; one of {', '.join(TASKS)} is needed.")
        if not self.columns:
            raise ValueError("columns is empty; a release needs at least one feature. Name it.")
        if self.task == "binary" and not (self.positive and self._has_threshold()):
            raise ValueError(
                "A binary release needs a positive class and a finite threshold; got "
                f"{self.positive!r} and {self.threshold}. Pass both."
            )
        self._refuse_costs()
        if self.confidence is not None and not (
            self.task == "multiclass" and 0 < self.confidence <= 1
        ):
            raise ValueError(
                f"confidence is {self.confidence}; above 0 and at most 1 is needed, of several "
                "classes only. Pass none to answer all rows."
            )

    @property
    def may_abstain(self) -> bool:
        """Whether rows may be left without an answer."""
        return self.confidence is not None

    @property
    def reading_schema(self) -> ReadingSchema:
        """How the cells of each column are read."""
        return ReadingSchema.from_payload(self.reading)

    def _refuse_costs(self) -> None:
        """Raise a ValueError unless confusions are of classes known, and each has a cost."""
        if not self.confusion_costs:
            return
        if self.task != "multiclass" or self.confidence is not None:
            raise ValueError(
                "confusion_costs are for several classes, all of whose rows have an answer. Pass "
                "none, or no confidence."
            )
        for truth, each in self.confusion_costs.items():
            for said, cost in each.items():
                if not ({truth, said} <= set(self.classes) and 0 <= cost < math.inf):
                    raise ValueError(
                        f"confusion_costs has {cost} for {truth!r} said to be {said!r}; a finite "
                        "number of at least 0 for two of the classes is needed. Correct it."
                    )

    def _has_threshold(self) -> bool:
        return self.threshold is not None and math.isfinite(self.threshold)


@dataclass(frozen=True, kw_only=True)
class Manifest(Card):
    """A card, and what was found while sealing.

    Attributes
    ----------
    model_digest, golden_digest : str
        SHA-256 of the two files.
    n_golden : int
        Rows that are replayed before the model may answer.
    rows_digest : str
        SHA-256 of the digests of the rows it was made of; empty in releases of before there were
        any.
    usual_repeats : float or None
        Share of new rows that equal one of them by chance.
    rows_form : {"hashed", "mixed"}
        How those rows are digested.
    usual_digest : str
        SHA-256 of what training saw: categories and missing values; empty where it is not known.
    compiled_digest : str
        SHA-256 of the compiled form, by which few rows are answered fast; empty if there is none.
    compiled_rows : int
        Rows on which the compiled form gave every digit of the slow path.
    not_compiled : str
        Why there is no compiled form, in a clause; empty in releases of before there were any.
    versions : mapping of str to str
        Of what the model depends on.
    lock : tuple of str
        Every installed distribution as ``name==version``.
    made_at : str
        ISO 8601, UTC.
    release_id : str
        First characters of the digest of the written manifest; not written in it.
    """

    model_digest: str
    golden_digest: str
    n_golden: int
    versions: Mapping[str, str]
    lock: tuple[str, ...]
    made_at: str
    rows_digest: str = ""
    usual_repeats: float | None = None
    rows_form: str = "hashed"
    usual_digest: str = ""
    compiled_digest: str = ""
    compiled_rows: int = 0
    not_compiled: str = ""
    release_id: str = ""

    @property
    def fast_path(self) -> str:
        """Whether few rows are answered fast, in a sentence for a person."""
        if self.compiled_digest:
            return (
                "Few rows go the fast path: its compiled form gave every digit of the model on "
                f"{self.compiled_rows:,} rows, odd ones among them."
            )
        return f"Every row goes the slow path: {self.not_compiled or _OF_BEFORE}."

    def to_bytes(self) -> bytes:
        """JSON, the same for the same manifest."""
        payload = {name: value for name, value in asdict(self).items() if name != "release_id"}
        return json.dumps(payload, indent=1, allow_nan=False).encode()

    @classmethod
    def from_bytes(cls, data: bytes, release_id: str) -> Self:
        """The manifest that `to_bytes` wrote.

        Raises
        ------
        ReleaseError
            If it is not one.
        """
        known = {one.name for one in fields(cls)}
        try:
            payload = {key: value for key, value in json.loads(data).items() if key in known}
            for name in ("classes", "missing", "lock"):
                payload[name] = tuple(payload[name])
            payload["reading"] = tuple(payload.get("reading", ()))
            ReadingSchema.from_payload(payload["reading"])
            return cls(**{**payload, "release_id": release_id})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ReleaseError(
                f"The manifest of release {release_id} cannot be read: {error}.",
                "One that this version wrote is needed.",
                "Make the release again.",
            ) from error
