"""Effects of words: how much a model's answer to a text changes when a word is left out.

Words are proposed by what held-out texts with them are answered, compared with texts without; that
may be due to other words beside them. So each is then left out of texts that have it, and the
change of the answer is what the model owes to the word itself.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import stdtr, stdtrit

from leadline.stats.arrays import Floats, Ints
from leadline.stats.importance.multiple_tests import holm

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_WORD = re.compile(r"\w[\w'-]*")
_FEWEST_TEXTS = 5
_MOST_SHARE = 0.9  # a word of nearly all texts cannot tell them apart
_ERROR = 0.05
_LEAST_SHARE = 0.05  # of the largest effect: less is not worth a person's time


@dataclass(frozen=True)
class WordEffect:
    """What a word does to the answer.

    Attributes
    ----------
    word : str
        In small letters.
    effect, low, high : float
        Mean change of the answer by the word: with it, less without it; and its interval over
        texts.
    n_texts : int
        Texts that it was left out of.
    output : int
        Which of several answers to a text it moves up most, or of a single one 0.
    """

    word: str
    effect: float
    low: float
    high: float
    n_texts: int
    output: int = 0


def word_effects(
    predict: Callable[[list[str], Ints], ArrayLike],
    texts: Sequence[str],
    *,
    rng: np.random.Generator,
    n_most: int = 10,
    n_proposed: int = 40,
    n_texts_each: int = 40,
    confidence_level: float = 0.9,
    is_over: Callable[[], bool] = lambda: False,
) -> tuple[WordEffect, ...]:
    """The words that move a model's answers most, in each direction.

    Parameters
    ----------
    predict : callable
        From texts, and for each the number of the one that it was made from, to answers of shape
        (n_texts,) or (n_texts, n_outputs).
    texts : sequence of str
        Held-out ones.
    rng : numpy.random.Generator
        Draws the texts that a word is left out of.
    n_most : int, default=10
        Most words of each direction; with several outputs, of each of them.
    n_proposed : int, default=40
        Words that are left out.
    n_texts_each : int, default=40
        Most texts that each is left out of.
    confidence_level : float in (0, 1), default=0.9
        Of each interval.
    is_over : callable, optional
        Whether no time is left: no further word is left out.

    Returns
    -------
    tuple of WordEffect
        Those whose effect is not chance (5 % for all together) and is a twentieth of the largest or
        more; the largest rise first and the deepest fall last. Words of fewer than five texts are
        not looked at.

    Examples
    --------
    >>> texts = ["a good day", "a bad day", "one good cup", "one bad cup"] * 10
    >>> def predict(texts, _):
    ...     return [0.5 + 0.3 * ("good" in t) - 0.2 * ("bad" in t) for t in texts]
    >>> for each in word_effects(predict, texts, rng=np.random.default_rng(0)):
    ...     print(each.word, round(each.effect, 2))
    good 0.3
    bad -0.2
    """
    answers = _rows(predict(list(texts), np.arange(len(texts))))
    places = _places_of(texts)
    measured: list[tuple[str, Floats]] = []
    for word in _proposed(places, answers, n_proposed):
        if is_over():
            break
        taken = rng.permutation(places[word])[:n_texts_each]
        pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
        without = _rows(predict([pattern.sub(" ", texts[place]) for place in taken], taken))
        measured.append((word, answers[taken] - without))
    found = [_effect(word, changes, confidence_level) for word, changes in measured]
    p_values = holm([p_value for _, p_value in found])
    sure = [effect for (effect, _), p in zip(found, p_values.tolist(), strict=True) if p <= _ERROR]
    return _strongest(sure, n_most)


def _rows(answers: ArrayLike) -> Floats:
    rows: Floats = np.asarray(answers, dtype=np.float64)
    return rows.reshape(len(rows), -1)


def _places_of(texts: Sequence[str]) -> dict[str, Ints]:
    """The texts of each word that is neither rare nor everywhere."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        for word in {word.lower() for word in _WORD.findall(text)}:
            places[word].append(place)
    most = _MOST_SHARE * len(texts)
    return {
        word: np.array(each)
        for word, each in sorted(places.items())
        if _FEWEST_TEXTS <= len(each) <= most
    }


def _proposed(places: dict[str, Ints], answers: Floats, n_proposed: int) -> list[str]:
    """The words whose texts are answered most unlike the others, counted in standard errors."""
    centred = answers - answers.mean(axis=0)
    spread = np.sqrt(np.mean(centred**2, axis=0))
    spread = np.where(spread > 0, spread, np.inf)
    unlike = {
        word: float(np.max(np.abs(centred[each].mean(axis=0) / spread)) * np.sqrt(each.size))
        for word, each in places.items()
    }
    ranked = sorted(unlike, key=lambda word: -unlike[word])
    return [word for word in ranked[:n_proposed] if unlike[word] > 0]


def _effect(word: str, changes: Floats, confidence_level: float) -> tuple[WordEffect, float]:
    """A word's effect on the output that it moves up most, and the two-sided p-value."""
    means: Any = changes.mean(axis=0)
    output = int(np.argmax(means))
    mean, df = float(means[output]), changes.shape[0] - 1
    stderr = float(changes[:, output].std(ddof=1)) / np.sqrt(changes.shape[0])
    margin = float(stdtrit(df, (1 + confidence_level) / 2)) * stderr
    p_value = float(mean == 0)  # the same change in every text is no chance
    if stderr > 0:
        p_value = 2 * float(stdtr(df, -abs(mean) / stderr))
    effect = WordEffect(word, mean, mean - margin, mean + margin, changes.shape[0], output)
    return effect, min(p_value * changes.shape[1], 1.0)


def _strongest(effects: list[WordEffect], n_most: int) -> tuple[WordEffect, ...]:
    """At most so many of each output and direction, from the largest rise to the deepest fall."""
    least = _LEAST_SHARE * max((abs(each.effect) for each in effects), default=0.0)
    effects = [each for each in effects if abs(each.effect) >= least]
    kept: list[WordEffect] = []
    counts: defaultdict[tuple[int, bool], int] = defaultdict(int)
    for each in sorted(effects, key=lambda effect: -abs(effect.effect)):
        side = (each.output, each.effect > 0)
        counts[side] += 1
        if counts[side] <= n_most:
            kept.append(each)
    return tuple(sorted(kept, key=lambda effect: -effect.effect))
