"""Votes of the record as answers in files, and back."""

from __future__ import annotations

from collections.abc import Mapping

from leadline.engines.annotation_format import Answer
from leadline.record import Vote

# of the same name and meaning in both
_SHARED = ("item", "value", "seconds", "at", "reason", "comment")


def answer_of(vote: Vote) -> Answer:
    """A vote as a file holds it, without what only the record knows, such as its price."""
    shared = {name: getattr(vote, name) for name in _SHARED}
    version = "" if vote.guidelines is None else str(vote.guidelines)
    return Answer(judge=vote.annotator, guidelines=version, **shared)


def vote_of(answer: Answer, versions: Mapping[str, int]) -> Vote:
    """An answer as a vote.

    Parameters
    ----------
    answer : Answer
        From a file.
    versions : mapping of str to int
        Versions of the guidelines on the record, as files name them. Another one belongs to
        somebody else's guidelines; the vote is then without.
    """
    shared = {name: getattr(answer, name) for name in _SHARED}
    version = versions.get(answer.guidelines)
    return Vote(annotator=answer.judge, guidelines=version, **shared)
