"""Estimate of the stream that is published: by people alone, or with a machine's reading.

Which of the two was settled before anybody judged a row.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from leadline.phases.performance.stream_reader import ReadPoint, StreamReader
from leadline.phases.problem import Problem
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Bounds
from leadline.record import DeclaredReader, RowReading
from leadline.services.reviewing.stream_estimate import (
    believed_answers,
    estimate_stream,
    judged_readings,
    kept_bands,
)
from leadline.stats.arrays import Bools, Floats
from leadline.stats.machine_votes.band_confusion import BandConfusion
from leadline.stats.machine_votes.stream_reading import StreamReading, reading_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.services.reviewing.majority_judgments import MajorityJudgments
    from leadline.stats.judgments import StreamEstimate
    from leadline.workspace import Workspace


def published_estimate(
    workspace: Workspace, number: int, tuning: Tuning, majority: MajorityJudgments
) -> tuple[StreamEstimate, StreamReader | None]:
    """Estimate the stream as it is published, and say what a machine's reading makes of it.

    Parameters
    ----------
    workspace : Workspace
        The project.
    number : int
        The tuning's entry.
    tuning : Tuning
        With every row drawn until now.
    majority : MajorityJudgments
        What people said; at least one row has an answer.

    Returns
    -------
    StreamEstimate
        With the reading where the machine was declared before anybody judged a row and its reading
        is of use; else by people alone.
    StreamReader or None
        Both sides; None where no machine reads this stream.
    """
    alone = estimate_stream(workspace.artifacts, tuning, majority)
    reader = workspace.record.delegation.readings.reader(number)
    if reader is None or not tuning.bands:
        return alone, None
    said = workspace.record.delegation.readings.of(reader)
    problem = workspace.record.latest_of(Problem)
    found = _read(workspace, tuning, majority, alone, said, problem.positive if problem else "")
    told = _told(reader, tuning, found)
    return (found.with_machine if told.is_headline else alone), told


def _read(
    workspace: Workspace,
    tuning: Tuning,
    majority: MajorityJudgments,
    alone: StreamEstimate,
    said: Sequence[RowReading],
    positive: str,
) -> StreamReading:
    """Hold what the machine says beside what people say."""
    bands, scores = kept_bands(workspace.artifacts, tuning)
    both = [each for each in said if each.row in majority.answers]
    # a row of which people are unsure tells of neither
    further = [each for each in said if each.row not in majority.shown]
    told = believed_answers(bands, scores, majority)
    truth = np.array([told[each.row] for each in both], dtype=np.float64)
    judged = (np.array([scores[each.row] for each in both], dtype=np.float64), truth)
    confusion = BandConfusion.of(
        bands, (*judged, _yes(both, positive)), (_scores(further), _yes(further, positive))
    )
    found = reading_in(
        bands,
        judged_readings(bands, scores, majority),
        confusion,
        n_judged=len(majority.answers),
        people_alone=alone,
    )
    agreed = _yes(both, positive) == [majority.answers[each.row] for each in both]
    return replace(found, n_agreed=int(np.sum(agreed)))


def _scores(readings: Sequence[RowReading]) -> Floats:
    return np.array([each.score for each in readings], dtype=np.float64)


def _yes(readings: Sequence[RowReading], positive: str) -> Bools:
    return np.array([each.value == positive for each in readings], dtype=np.bool_)


def _told(reader: DeclaredReader, tuning: Tuning, found: StreamReading) -> StreamReader:
    people, read = found.people_alone, found.with_machine
    points = () if found.unused else tuple(enumerate(tuning.points))
    return StreamReader(
        machine=reader.machine,
        model=reader.model,
        by=reader.by,
        is_declared_first=not reader.n_judged,
        n_judged_read=found.n_judged_read,
        n_agreed=found.n_agreed,
        n_further=found.n_further,
        unused=found.unused or "",
        points=tuple(
            ReadPoint(
                name=point.name,
                precision=Bounds.at(people.precision, at),
                recall=Bounds.at(people.recall, at),
                read_precision=Bounds.at(read.precision, at),
                read_recall=Bounds.at(read.recall, at),
            )
            for at, point in points
        ),
    )
