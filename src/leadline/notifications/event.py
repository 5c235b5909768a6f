"""Event: something that needs a person, and the message that tells of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True)
class Event:
    """Something that needs a person.

    Attributes
    ----------
    kind : str
        alarm, retrain, rollback, check, run, mention, decision, judgment, or test.
    key : str
        What happened, unique within kind and project: told once, however often it is found.
    title : str
        In a few words.
    text : str
        In sentences: what was found, and what to do next.
    facts : mapping of str to str
        Release, row and the like, for machines.
    """

    kind: str
    key: str
    title: str
    text: str
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Unique within the project."""
        return f"{self.kind}/{self.key}"


def written(event: Event, project: str) -> str:
    """The message as JSON: the same bytes each time it is tried.

    Parameters
    ----------
    event : Event
        What happened.
    project : str
        Where.

    Returns
    -------
    str
        With ``id``, by which a receiver knows a double.

    Examples
    --------
    >>> import json
    >>> said = json.loads(written(Event("check", "1", "It failed", "Look."), "flights"))
    >>> said["id"], said["kind"], said["project"], said["title"]
    ('84c14f1393c0ac1b77138b3a0cd46c2a', 'check', 'flights', 'It failed')
    """
    identity = hashlib.sha256(f"{project}\0{event.name}".encode()).hexdigest()[:32]
    said = {
        "id": identity,
        "kind": event.kind,
        "project": project,
        "title": event.title,
        "text": event.text,
        "facts": dict(event.facts),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return json.dumps(said, ensure_ascii=False)
