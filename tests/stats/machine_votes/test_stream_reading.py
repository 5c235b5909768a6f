"""A machine as second reader of a judged stream: worth its weight, or left aside."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit

from leadline.stats.arrays import Bools, Floats
from leadline.stats.judgments import Bands, StreamEstimate, sample
from leadline.stats.judgments.band_prior import LOG_ODDS
from leadline.stats.judgments.reviewer_errors import believed
from leadline.stats.machine_votes import band_confusion, stream_reading
from leadline.stats.machine_votes.band_confusion import BandConfusion
from leadline.stats.machine_votes.stream_reading import StreamReading, Unused, rows_to_read

N = 6000
CUTS = [0.7, 0.4, 0.2]


def stream(seed: int) -> tuple[Floats, Bools, np.random.Generator]:
    """Scores that are probabilities, and what is true."""
    rng = np.random.default_rng(seed)
    scores = rng.beta(0.4, 2.0, N)
    return scores, rng.random(N) < scores, rng


def read(
    scores: Floats,
    truth: Bools,
    machine: Bools,
    rng: np.random.Generator,
    n_read: int = 800,
    n_judged: int = 150,
) -> StreamReading:
    rows = sample(scores, CUTS, n_judged, rng)
    bands = Bands.of(scores, CUTS)
    is_judged = np.isin(np.arange(N), rows)
    further = rows_to_read(bands.bands[bands.slice_of(scores)], is_judged, rng)[:n_read]
    says = np.full(N, np.nan)
    for each in (rows, further):
        says[each] = machine[each]
    return stream_reading(scores, CUTS, rows, truth[rows], says)


def widths(found: StreamEstimate) -> Floats:
    sides = [each.high - each.low for each in (found.precision, found.recall)]
    return np.concatenate(sides)


def test_a_good_machine_saves_a_fifth_of_the_width_and_keeps_the_truth() -> None:
    held, saved = [], []
    for seed in range(8):
        scores, truth, rng = stream(seed)
        found = read(scores, truth, truth ^ (rng.random(N) < 0.05), rng)
        assert found.unused is None
        assert found.n_judged_read == 150
        assert found.n_further == 800
        assert found.n_agreed / 150 > 0.85
        flagged = scores[:, None] >= np.array(CUTS)
        hits = (truth * 1.0) @ flagged
        for its, real in (
            (found.with_machine.precision, hits / flagged.sum(axis=0)),
            (found.with_machine.recall, hits / truth.sum()),
        ):
            held.append((its.low <= real) & (real <= its.high))
        saved.append(widths(found.with_machine).mean() / widths(found.people_alone).mean())
    assert np.mean(held) >= 0.75
    assert np.mean(saved) < 0.8


@pytest.mark.parametrize("machine", ["coin", "says yes", "repeats the model", "turned round"])
def test_a_machine_that_tells_nothing_changes_nothing(machine: str) -> None:
    changed = []
    for seed in range(4):
        scores, truth, rng = stream(seed)
        said = {
            "coin": rng.random(N) < 0.5,
            "says yes": np.ones(N, dtype=np.bool_),
            "repeats the model": scores > 0.35,
            "turned round": ~truth ^ (rng.random(N) < 0.1),
        }[machine]
        found = read(scores, truth, said, rng)
        if found.unused is not None:
            assert found.with_machine is found.people_alone
            assert found.unused is Unused.TELLS_NOTHING
        changed.append(widths(found.with_machine).mean() / widths(found.people_alone).mean())
    assert np.mean(changed) == pytest.approx(1.0, abs=0.03)


def test_a_reading_with_gaps_is_left_aside() -> None:
    scores, truth, rng = stream(0)
    rows = sample(scores, CUTS, 100, rng)
    says = truth * 1.0
    for n_missing, n_judged, expected in (
        (15, 100, Unused.GAPS),
        (5, 100, None),
        (0, 25, Unused.FEW),
    ):
        told = says.copy()
        told[rows[:n_missing]] = np.nan
        judged = rows[:n_judged]
        assert stream_reading(scores, CUTS, judged, truth[judged], told).unused is expected
    only_judged = np.full(N, np.nan)
    only_judged[rows] = says[rows]
    found = stream_reading(scores, CUTS, rows, truth[rows], only_judged)
    assert found.unused is Unused.NOTHING_FURTHER
    with pytest.raises(ValueError, match="0, 1 or nan"):
        stream_reading(scores, CUTS, rows, truth[rows], says * 2)


def one_band(hits: int, misses: int, false: int, right: int, yes: int, no: int) -> Floats:
    """What is said of the highest band where the others hold nothing."""
    bands = Bands.of(np.linspace(0.01, 0.99, 400), [0.5])
    band = int(bands.bands[-1])
    last = np.zeros(bands.sizes.size)
    last[-1] = 1
    here = np.arange(bands.n_bands) == band
    judged = (last * hits, last * misses, last * false, last * right)
    confusion = BandConfusion(bands, *judged, here * yes, here * no)
    found: Floats = confusion.evidence().log_likelihood[band]
    return found


def test_nothing_is_said_of_a_band_in_which_people_found_one_kind_only() -> None:
    for alone in (0, 1):
        assert np.all(one_band(0, alone, 0, 12, 3, 197) == 0)
        assert np.all(one_band(9, 1, 0, alone, 180, 20) == 0)
    assert np.ptp(one_band(0, 2, 0, 12, 3, 197)) > 0
    assert np.ptp(one_band(9, 1, 1, 1, 180, 20)) > 0


def test_where_a_machine_says_yes_the_more_the_higher_the_score_a_band_is_read_so() -> None:
    """Of negatives it says yes to .1, .27, .5, .73 and .9, band by band; of positives to more."""
    scores = np.linspace(0.001, 0.999, 5000)
    bands = Bands.of(scores, [0.2, 0.4, 0.6, 0.8])
    slices = [int(np.flatnonzero(bands.bands == band)[0]) for band in range(2, bands.n_bands)]
    counts = np.zeros((4, bands.sizes.size))
    further = np.zeros((2, bands.n_bands))
    rates = expit(np.array([-2.2, -1.0, 0.0, 1.0, 2.2]))
    for place, false_alarms in enumerate(rates):
        # few of the highest band were judged, and a tenth of it is negative
        n_negative, n_positive = (2, 18) if place == 4 else (40, 40)
        hit = expit(np.log(false_alarms / (1 - false_alarms)) + 2.0)
        yes = round(hit * n_positive), round(false_alarms * n_negative)
        counts[:, slices[place]] = yes[0], n_positive - yes[0], yes[1], n_negative - yes[1]
        share = 0.9 if place == 4 else 0.5
        said = round(400 * (share * hit + (1 - share) * false_alarms))
        further[:, place + 2] = said, 400 - said
    curve = BandConfusion(bands, *counts, *further).evidence().log_likelihood[-1]
    # as if half of its negatives got a no, .98 would be said of it: the others' mean
    shares = expit(LOG_ODDS)
    most = shares[int(np.argmax(curve))]
    assert 0.75 < most < 0.96


@pytest.mark.parametrize(
    "counts", [(8, 2, 1, 9, 60, 140), (0, 2, 0, 12, 3, 197), (14, 1, 2, 1, 90, 10)]
)
def test_what_further_rows_say_of_a_band_is_the_integral(
    counts: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(band_confusion, "_BLIND", 1e-9)
    hits, misses, false, right, yes, no = counts
    curve = one_band(*counts)
    to_positive = stats.beta(0.5 + hits, 0.5 + misses)
    to_negative = stats.beta(0.5 + false, 0.5 + right)

    def likelihood(p: float) -> float:
        """By brute force, on levels of both rates."""
        levels = (np.arange(600) + 0.5) / 600
        s, f = to_positive.ppf(levels)[:, None], to_negative.ppf(levels)
        return float(np.mean(stats.binom.pmf(yes, yes + no, p * s + (1 - p) * f)))

    places = [np.argmin(np.abs(expit(LOG_ODDS) - p)) for p in (0.02, 0.05, 0.1, 0.3, 0.6, 0.85)]
    shares = expit(LOG_ODDS[places])
    exact = np.array([likelihood(float(p)) for p in shares])
    # where what was judged leaves no doubt, the rest matters to nobody
    whole = exact * shares ** (hits + misses) * (1 - shares) ** (false + right)
    likely = whole > 0.02 * whole.max()
    assert np.sum(likely) > 1
    assert np.ptp(curve[places][likely] - np.log(exact[likely])) < 0.2


def test_further_rows_are_spread_over_the_bands_and_a_longer_list_holds_the_shorter() -> None:
    band = np.repeat([0, 1, 2], [500, 40, 5])
    drawn = np.zeros(545, dtype=np.bool_)
    drawn[[0, 500, 540]] = True
    order = rows_to_read(band, drawn, np.random.default_rng(3))
    assert sorted(order) == sorted(set(range(545)) - {0, 500, 540})
    assert np.bincount(band[order[:60]]).tolist() == [28, 28, 4]
    again = rows_to_read(band, np.zeros(545, dtype=np.bool_), np.random.default_rng(3))
    assert len(set(again[:60]) & set(order[:60])) > 50


def test_rows_that_two_misjudge_alike_do_not_make_the_machine_look_blind() -> None:
    """Of 2,000 rows that score .02 some twenty are called positive by both by mistake."""
    rng = np.random.default_rng(4)
    scores = np.concatenate([np.linspace(0.015, 0.025, 2000), np.full(300, 0.6)])
    truth = rng.random(2300) < scores
    machine = truth ^ (rng.random(2300) < 0.05)
    yes = rng.binomial(2, np.where(truth, 0.9, 0.1))
    bands = Bands.of(scores, [0.5])
    answered = yes != 1
    low = answered & (scores < 0.5)
    real = believed(bands, scores, yes, 2 - yes)
    taken, known = (
        BandConfusion.of(bands, (scores[low], told[low], machine[low]), (scores[:0], machine[:0]))
        for told in ((yes == 2) * 1.0, real)
    )
    right = [each.hits.sum() / (each.hits + each.misses).sum() for each in (taken, known)]
    assert right[0] < 0.75
    assert right[1] > 0.85
    assert known.n_judged == np.sum(low)
