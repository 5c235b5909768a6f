"""Labels of a project: items, assignments, votes, adjudications, guidelines."""

from __future__ import annotations

from leadline.record.database import Database
from leadline.record.labels.adjudications import Adjudications
from leadline.record.labels.assignments import Assignments
from leadline.record.labels.guidelines import GuidelinesVersions
from leadline.record.labels.items import Items
from leadline.record.labels.votes import Votes


class Labels:
    """Everything that people are asked about items, and say of them.

    Votes and adjudications are evidence, and only ever appended to. Items are derived from them,
    assignments come and go. Whoever changes one of the four keeps the others true in the same
    transaction; each class says what its writers may rely on.

    Parameters
    ----------
    database : Database
        Where all of it is kept.

    Attributes
    ----------
    votes : Votes
        Labels that annotators give.
    items : Items
        What there is to label.
    assignments : Assignments
        Who is asked about what.
    adjudications : Adjudications
        Decisions on what the votes leave open.
    guidelines : GuidelinesVersions
        What annotators read.
    """

    def __init__(self, database: Database) -> None:
        self.votes = Votes(database)
        self.items = Items(database)
        self.assignments = Assignments(database, self.votes)
        self.adjudications = Adjudications(database)
        self.guidelines = GuidelinesVersions(database)
