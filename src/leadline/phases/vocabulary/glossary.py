"""Glossary: the terms that pages use, each with a sentence that anybody understands."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A term of the field or of this house.

    Attributes
    ----------
    name : str
        As a dictionary would list it.
    sentence : str
        What it means, without another term that would have to be looked up first.
    """

    name: str
    sentence: str

    @property
    def anchor(self) -> str:
        """Its place on a page.

        Examples
        --------
        >>> Term("Operating point", "...").anchor
        'term-operating-point'
        """
        return "term-" + re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")


_SENTENCES = {
    "90% interval": "A range that holds the true value in nine of ten such cases.",
    "Accuracy": "Of 100 rows, how many the model is right about.",
    "Adjudication": "One person decides a row on which those who labelled it disagree.",
    "Alarm": "Raised in service when errors have risen, or the target is missed, beyond chance.",
    "Annotator": "A person who says what the label of a row is.",
    "Average precision": "How pure the top of the model's ranking is, from 0 to 1; more is better.",
    "Balanced accuracy": "Accuracy where each class counts the same, however rare it is.",
    "Baseline": "The simplest thing one could do, such as always saying the most frequent class.",
    "Budgeted search": "Trying models for a time that is fixed before.",
    "Calibration": "Whether a score of 0.3 comes true three times in ten.",
    "Canary": "A model that answers a small share of the real requests, as a trial.",
    "Candidate": "One model, with its settings, that was tried.",
    "Capacity": "How many requests a second a server answers in the time that was promised.",
    "Challenger": "A newer model that is measured beside the one in service.",
    "Champion": "The model that is in service now.",
    "Decay": "How much worse a model gets as the world moves on from what it learnt.",
    "Delegation": "Whether a machine may label rows here in the place of people.",
    "Drift": "New data look different from those the model learnt from.",
    "Error rate": "Of 100 rows, how many the model is wrong about.",
    "F1 score": "One number for hits against misses and false alarms together; 1 is perfect.",
    "False alarm": "A row that is flagged though nothing is the matter.",
    "Flagged": "The model says: look at this one.",
    "Gold": "Rows whose label is known, hidden among others to see how well people label.",
    "Golden rows": "Rows kept with their answers, to see that a model still answers the same.",
    "Hit": "A row that is flagged, and rightly.",
    "Learning curve": "How the error falls as there are more rows to learn from.",
    "Log loss": "A penalty for saying with certainty what turns out false; less is better.",
    "Mean absolute error": "How far off a predicted number is, on average.",
    "Miss": "A row that should be flagged and is not.",
    "Operating point": "How easily the model flags: the more it finds, the more false alarms.",
    "p99": "The time within which 99 of 100 requests are answered.",
    "Permutation test": "Would as good a score come out if the labels were dealt at random?",
    "Precision": "Of 100 rows that are flagged, how many are flagged rightly.",
    "R²": "What part of the ups and downs of a number the model explains; 1 is all.",
    "Recall": "Of 100 rows that should be flagged, how many are.",
    "Release": "A model with its operating point, signed, ready to answer.",
    "Reviewer": "A person who judges rows of the real stream without seeing what the model says.",
    "ROC AUC": (
        "How often the model ranks a row that counts above one that does not; 0.5 is a coin."
    ),
    "Root mean squared error": "How far off a predicted number is, where large errors count more.",
    "Shadow": "A model that is tried on the real requests, but whose answers nobody gets.",
    "Slice": "A part of the rows, such as one region, that is looked at by itself.",
    "Snapshot": "The data as they were on one day, kept unchanged.",
    "Stale": "Something it stands on has changed since.",
    "Stream": "Rows as the model meets them in service, not chosen by anybody.",
    "Test set": "Rows that the model never learnt from, kept to see how good it is.",
    "Threshold": "Rows that score at least this are flagged.",
    "Time box": "The time granted to a task; it ends there, finished or not.",
    "Verdict": "What the project concludes on one question, with what it rests on.",
}
# how pages write them, too
_FORMS = {
    "90% intervals": "90% interval",
    "90% range": "90% interval",
    "90% confidence": "90% interval",
    "annotators": "Annotator",
    "calibrated": "Calibration",
    "candidates": "Candidate",
    "challengers": "Challenger",
    "F1": "F1 score",
    "false alarms": "False alarm",
    "hits": "Hit",
    "learning curves": "Learning curve",
    "misses": "Miss",
    "operating points": "Operating point",
    "shuffled labels": "Permutation test",
    "explained variance": "R²",
    "releases": "Release",
    "reviewers": "Reviewer",
    "ranking quality": "ROC AUC",
    "slices": "Slice",
    "out of date": "Stale",
    "real stream": "Stream",
    "test rows": "Test set",
    "test row": "Test set",
    "verdicts": "Verdict",
}

TERMS = {name: Term(name, sentence) for name, sentence in _SENTENCES.items()}
"""Every term by its name."""

_BY_FORM = {form.lower(): TERMS[name] for form, name in ({n: n for n in TERMS} | _FORMS).items()}
_ANY = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(re.escape(form) for form in sorted(_BY_FORM, key=len, reverse=True))
    + r")(?![\w-])",
    re.IGNORECASE,
)


def terms_in(text: str) -> list[tuple[int, int, Term]]:
    """Where a text uses terms of the glossary, from left to right.

    Examples
    --------
    >>> [(start, term.name) for start, _, term in terms_in("Precision, and real streams")]
    [(0, 'Precision')]
    >>> [term.name for _, _, term in terms_in("average precision on the real stream")]
    ['Average precision', 'Stream']
    """
    return [
        (found.start(), found.end(), _BY_FORM[found[0].lower()]) for found in _ANY.finditer(text)
    ]
