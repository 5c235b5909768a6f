"""Precision and recall on a stream from judgments, with a machine as second reader of its rows.

Simulated streams at three thresholds, judged as the review has them judged. The machine reads the
judged rows and further ones. It errs on a tenth of the rows, on those that the model gets wrong up
to five times as often; or it tells nothing, repeats the model, is turned round, or is blind below
the lowest threshold. Streams of the public sets, once: the score is how many of three weaker
machines say yes, the reader is gpt-4o, the truth is what most people say. *Least* is the width over
that of people alone that is left where many rows of each range of the scores are judged, each range
speaks for itself, and the machine reads all rows. After ± is the standard error of a coverage.

With `--judges E,M` people say yes to a share E of the negatives and no to a share M of the
positives, each of `--votes` on a row by himself; of one vote a row it is taken for the truth.

    python benchmarks/machines/stream_reading.py [--draws 200] [--judged 200] [--read 1000]
        [--seed 0] [--only simulated,sets] [--like "5% positive"] [--judges .1,.1] [--votes 2]
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from public_sets import questions, vote_sets
from scipy.special import expit, logit, ndtri

from leadline.stats.judgments import Bands, sample
from leadline.stats.judgments.reviewer_errors import believed, readings_of_votes
from leadline.stats.machine_votes import StreamReading, stream_reading
from leadline.stats.machine_votes.band_confusion import BandConfusion
from leadline.stats.machine_votes.stream_reading import reading_in, rows_to_read

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_N_ROWS = 20_000
_WEAKER = ("mistral-v03", "llama-31", "gemini_flash")


@dataclass(frozen=True)
class Stream:
    """Scores, what is true, what the machine says of every row, and the thresholds."""

    scores: np.ndarray
    truth: np.ndarray
    says: np.ndarray
    thresholds: np.ndarray


@dataclass(frozen=True)
class Unread:
    """What a simulated machine may depend on."""

    truth: np.ndarray
    scores: np.ndarray
    thresholds: np.ndarray
    rng: np.random.Generator


Draw = Callable[[np.random.Generator], Stream]
Say = Callable[[Unread], np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--judged", type=int, default=200)
    parser.add_argument("--read", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="simulated,sets")
    parser.add_argument("--like", default="", help="lines whose name matches this")
    parser.add_argument("--judges", default="0,0", help="false yes, misses")
    parser.add_argument("--votes", type=int, default=1, help="a row")
    options = parser.parse_args()
    judges = "" if options.judges == "0,0" else f", {options.votes} votes, wrong {options.judges}"
    header = (
        f"{options.judged} judged{judges}, {options.read:,} read, {options.draws} draws",
        "agrees",
        "used",
        *(
            f"{what}: {cell}"
            for what in ("precision", "recall")
            for cell in ("covers", "people alone", "width", "least")
        ),
    )
    for name in options.only.split(","):
        found = {"simulated": simulated, "sets": public}[name]()
        rows = [
            row
            for each in found
            if re.search(options.like, each[0])
            for row in compared(*each, options)
        ]
        print(markdown(header, rows), end="\n\n", flush=True)


def compared(name: str, draw: Draw, options: argparse.Namespace) -> Iterator[list[str]]:
    """One line of coverage and width over all thresholds, whether the reading is used or not."""
    rng = np.random.default_rng(options.seed)
    found: list[list[tuple[float, ...]]] = [[], []]
    agreed, used, least = [], [], []
    for _ in range(options.draws):
        stream = draw(rng)
        rows = sample(stream.scores, stream.thresholds, options.judged, rng)
        reading = read(stream, rows, options, rng)
        agreed.append(np.mean(stream.says == stream.truth))
        used.append(reading.unused is None)
        least.append(least_widths(stream, rows))
        for place, truth in enumerate(truths(stream)):
            sides = [reading.with_machine, reading.people_alone]
            both = [(each.precision, each.recall)[place] for each in sides]
            for at, its in enumerate(truth):
                ends = [(float(one.low[at]), float(one.high[at])) for one in both]
                found[place].append(
                    (
                        *(float(low <= its <= high) for low, high in ends),
                        *(high - low for low, high in ends),
                    )
                )
    cells = [name, f"{np.mean(agreed):.2f}", f"{np.mean(used):.2f}"]
    for part, bound in zip(found, np.mean(least, axis=0), strict=True):
        covers, alone, width, width_alone = np.mean(part, axis=0)
        # thresholds of one draw go together
        by_draw = np.array(part)[:, 0].reshape(options.draws, -1).mean(axis=1)
        error = by_draw.std(ddof=1) / np.sqrt(options.draws)
        cells += [f"{covers:.3f} ± {error:.3f}", f"{alone:.3f}"]
        cells += [f"{width / width_alone:.2f}", f"{bound:.2f}"]
    print(*cells, sep=" | ", file=sys.stderr, flush=True)
    yield cells


def read(
    stream: Stream, rows: np.ndarray, options: argparse.Namespace, rng: np.random.Generator
) -> StreamReading:
    """Let people judge, and the machine read these rows and further ones."""
    bands = Bands.of(stream.scores, stream.thresholds)
    is_judged = np.isin(np.arange(stream.scores.size), rows)
    band = bands.bands[bands.slice_of(stream.scores)]
    further = rows_to_read(band, is_judged, rng)[: options.read]
    truth = stream.truth[rows]
    if options.judges != "0,0":
        false_yes, misses = map(float, options.judges.split(","))
        yes = rng.binomial(options.votes, np.where(truth == 1, 1 - misses, false_yes))
        if options.votes > 1:
            return read_votes(stream, rows, (yes, options.votes - yes), further)
        truth = yes
    says = np.full(stream.scores.size, np.nan)
    for each in (rows, further):
        says[each] = stream.says[each]
    return stream_reading(stream.scores, stream.thresholds, rows, truth, says)


def read_votes(
    stream: Stream, rows: np.ndarray, votes: tuple[np.ndarray, np.ndarray], further: np.ndarray
) -> StreamReading:
    """The same from several votes a row, as a review has them; a tie is no answer."""
    bands = Bands.of(stream.scores, stream.thresholds)
    given = bands, stream.scores[rows], *votes
    answered = votes[0] != votes[1]
    judged = rows[answered]
    confusion = BandConfusion.of(
        bands,
        (stream.scores[judged], believed(*given)[answered], stream.says[judged] == 1),
        (stream.scores[further], stream.says[further] == 1),
    )
    return reading_in(bands, readings_of_votes(*given), confusion, n_judged=judged.size)


def least_widths(stream: Stream, rows: np.ndarray) -> tuple[float, float]:
    """Root of what the machine leaves to chance over what people alone do: precision, recall."""
    bands = Bands.of(stream.scores, stream.thresholds)
    band = bands.bands[bands.slice_of(stream.scores)]
    left = np.zeros((2, bands.n_bands))
    for at in np.unique(band):
        here, n_judged = band == at, np.sum(band[rows] == at)
        truth, says = stream.truth[here], stream.says[here]
        variance = truth.var() / max(n_judged, 1) * (1 - n_judged / here.sum())
        both = truth.std() * says.std()
        tells = ((truth * says).mean() - truth.mean() * says.mean()) / both if both else 0.0
        left[:, at] = variance, variance * (1 - tells**2)
    sizes = bands.band_sizes
    of_recall, of_precision = [], []
    for first, recall in zip(bands.first_alerts, truths(stream)[1], strict=True):
        is_alert = np.arange(bands.n_bands) >= first
        # by how much either moves with the positives of a band, up to a factor
        for found, slope in ((of_precision, is_alert), (of_recall, is_alert - recall)):
            alone, read = left @ (slope * sizes) ** 2
            found.append(np.sqrt(read / alone) if alone else 1.0)
    return float(np.mean(of_precision)), float(np.mean(of_recall))


def truths(stream: Stream) -> tuple[np.ndarray, np.ndarray]:
    """Precision and recall at each threshold."""
    flagged = stream.scores[:, None] >= stream.thresholds
    hits = stream.truth @ flagged
    return hits / np.maximum(flagged.sum(axis=0), 1), hits / max(stream.truth.sum(), 1)


def simulated() -> Iterator[tuple[str, Draw]]:
    """Streams of two kinds, and machines of several."""
    for share, area, cuts in ((0.05, 0.95, (0.6, 0.3, 0.1)), (0.2, 0.9, (0.7, 0.45, 0.2))):
        for error, joint in ((0.1, 1), (0.1, 3), (0.1, 5), (0.05, 1), (0.05, 5), (0.2, 3)):
            words = f"{share:.0%} positive, wrong on {error:.0%}, joint errors × {joint}"
            yield words, _stream(share, area, cuts, _wrong(error, joint))
        for name, say in _ODD.items():
            yield f"{share:.0%} positive, {name}", _stream(share, area, cuts, say)


def _stream(share: float, area: float, cuts: tuple[float, ...], say: Say) -> Draw:
    """Scores of a normal mixture with a given area under the ROC curve, bent and shifted."""
    distance = np.sqrt(2) * ndtri(area)

    def draw(rng: np.random.Generator) -> Stream:
        truth = (rng.random(_N_ROWS) < share) * 1.0
        signal = rng.standard_normal(_N_ROWS) + distance * truth
        right = distance * signal - distance**2 / 2 + logit(share)
        shift, slope = rng.normal(0, 0.5), np.exp(rng.normal(0, 0.3))
        bend = rng.normal(0, 0.05)
        scores = expit(shift + slope * right + bend * right**2 * np.sign(right))
        thresholds = expit(shift + slope * logit(np.array(cuts)))
        said = say(Unread(truth, scores, thresholds, rng))
        return Stream(scores, truth, said, thresholds)

    return draw


def _wrong(error: float, joint: float) -> Say:
    """Wrong `joint` times as often where the model is, at its middle threshold; else less often."""

    def say(rows: Unread) -> np.ndarray:
        wrong = (rows.scores >= rows.thresholds[1]) != (rows.truth == 1)
        p = np.empty(rows.truth.size)
        for kind in (0, 1):
            here = rows.truth == kind
            share = np.mean(wrong[here])
            there = min(error * joint, 0.95, error / max(share, 1e-9))
            p[here & wrong] = there
            p[here & ~wrong] = max(error - share * there, 0.0) / max(1 - share, 1e-9)
        return np.abs(rows.truth - (rows.rng.random(rows.truth.size) < p))

    return say


def _blind_below(rows: Unread) -> np.ndarray:
    """Good above the lowest threshold; below it says no whatever is true."""
    return np.where(rows.scores >= rows.thresholds.min(), _wrong(0.1, 1)(rows), 0.0)


_ODD: dict[str, Say] = {
    "a coin": lambda rows: (rows.rng.random(rows.truth.size) < 0.5) * 1.0,
    "repeats the model": lambda rows: (rows.scores >= rows.thresholds[1]) * 1.0,
    "turned round": lambda rows: 1 - _wrong(0.1, 1)(rows),
    "blind below": _blind_below,
}


def public() -> Iterator[tuple[str, Draw]]:
    """Each question of the public sets as a stream; draws differ by the rows that are judged."""
    for votes in vote_sets():
        for question in questions(votes):
            weaker = [question.machines[name] for name in _WEAKER]
            scores = np.mean(weaker, axis=0)
            stream = Stream(
                scores, question.truth, question.machines["gpt-4o"], np.array([0.9, 0.6, 0.3])
            )
            yield question.name, lambda _, stream=stream: stream


if __name__ == "__main__":
    main()
