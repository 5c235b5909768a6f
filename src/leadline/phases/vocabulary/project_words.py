"""Words of the project: what people call its rows, its classes and its errors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_YES = frozenset({"yes", "y", "true", "t", "1", "1.0", "positive", "pos"})
_NO = frozenset({"no", "n", "false", "f", "0", "0.0", "negative", "neg"})
_PREFIX = re.compile(r"^(?:is|has|was|will|did|label)[ _-]+", re.IGNORECASE)
_VOWEL = re.compile(r"^(?:[aeio]|un(?!i)|hour|honest|heir)", re.IGNORECASE)
_ENDS_IN_S = re.compile(r"(?:s|x|z|ch|sh)$")


@dataclass(frozen=True, kw_only=True)
class ClassWord:
    """What people call one class of the label.

    Attributes
    ----------
    value : str
        The class, as the data have it.
    word : str
        What ends the sentence "this flight is ...".
    """

    value: str
    word: str


@dataclass(frozen=True, kw_only=True)
class Words:
    """The words in which a project is talked about.

    Attributes
    ----------
    unit, units : str
        What one row is, and many of them.
    positive, negative : str
        What a row is that counts as a hit, and any other; each ends the sentence "this row is
        ...". Of two classes only.
    hit, miss, false_alarm : str
        A positive row that is flagged, one that is not, and a negative row that is flagged; each
        with its article.
    label : str
        The column to predict, in words.
    measured_in : str
        What a predicted number is counted in; empty where nobody has said.
    classes : tuple of ClassWord
        What each class is called; empty for numbers.
    """

    unit: str = "row"
    units: str = "rows"
    positive: str = "real"
    negative: str = "not real"
    hit: str = "a hit"
    miss: str = "a miss"
    false_alarm: str = "a false alarm"
    label: str = "label"
    measured_in: str = ""
    classes: tuple[ClassWord, ...] = ()

    def of_class(self, value: str) -> str:
        """What a class is called; the class itself where nobody has named it.

        Examples
        --------
        >>> words = Words(classes=(ClassWord(value="yes", word="late"),))
        >>> words.of_class("yes"), words.of_class("other")
        ('late', 'other')
        """
        return next((each.word for each in self.classes if each.value == value), value)

    def counts(self, n_positive: int, n_negative: int) -> str:
        """Numbers of rows of the two classes.

        Examples
        --------
        >>> Words(positive="late", negative="on time").counts(1_140, 218)
        '1,140 late, 218 on time'
        """
        return f"{n_positive:,} {self.positive}, {n_negative:,} {self.negative}"


NO_WORDS = Words()
"""Those of a project that has stated none, as in verdicts from before they were kept."""


def with_article(noun: str) -> str:
    """A noun with "a" or "an".

    Examples
    --------
    >>> with_article("flight"), with_article("order"), with_article("user"), with_article("hour")
    ('a flight', 'an order', 'a user', 'an hour')
    """
    return f"{'an' if _VOWEL.match(noun) else 'a'} {noun}"


def many(noun: str) -> str:
    """More than one of a noun, by the rule; words with a plural of their own are to be stated.

    Examples
    --------
    >>> many("flight"), many("enquiry"), many("day"), many("box")
    ('flights', 'enquiries', 'days', 'boxes')
    """
    if re.search(r"[^aeiou]y$", noun):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if _ENDS_IN_S.search(noun) else f"{noun}s"


def column_in_words(name: str) -> str:
    """The name of a column as words.

    Examples
    --------
    >>> column_in_words("is_late"), column_in_words("arrivalDelay"), column_in_words("SPAM")
    ('late', 'arrival delay', 'SPAM')
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    plain = _PREFIX.sub("", spaced.replace("_", " ")).strip() or name
    return plain if plain.isupper() else plain.lower()


def class_words(
    label: str, positive: str, values: Sequence[str], stated: dict[str, str]
) -> tuple[ClassWord, ...]:
    """What each class is called: as stated, else by its value, else by the name of the column.

    Parameters
    ----------
    label : str
        The column to predict.
    positive : str
        The class that counts as a hit; empty unless there are two.
    values : sequence of str
        The classes, as the data have them.
    stated : dict of str to str
        Words that a person gave, by class.

    Examples
    --------
    "Yes" says nothing without the column; "spam" does.

    >>> [each.word for each in class_words("is_late", "yes", ["yes", "no"], {})]
    ['late', 'not late']
    >>> [each.word for each in class_words("kind", "spam", ["spam", "ham"], {"ham": "fine"})]
    ['spam', 'fine']
    """
    return tuple(
        ClassWord(value=each, word=stated.get(each) or _default_word(label, positive, each))
        for each in values
    )


def _default_word(label: str, positive: str, value: str) -> str:
    """By the column where the value only says yes or no, and counts as just that."""
    is_plain = value.lower() in _YES | _NO and bool(positive)
    if not is_plain:
        return value
    about = column_in_words(label)
    counts = positive.lower() in _YES
    says_yes = (value == positive) is counts
    return about if says_yes else f"not {about}"


def project_words(  # noqa: PLR0913 -- one word a piece
    *,
    unit: str,
    units: str = "",
    label: str,
    positive: str,
    hit: str = "",
    miss: str = "",
    false_alarm: str = "",
    measured_in: str = "",
    classes: tuple[ClassWord, ...] = (),
) -> Words:
    """All words of a project, from those that are stated.

    Examples
    --------
    >>> words = project_words(unit="flight", label="late", positive="yes")
    >>> words.miss, words.false_alarm
    ('a flight that is late but not flagged', 'a flight that is not late but flagged')
    """
    if positive and not classes:  # on the record since before classes had words
        other = "no" if positive.lower() in _YES else f"not {positive}"
        classes = class_words(label, positive, (positive, other), {})
    named = {each.value: each.word for each in classes}
    hit_word = named.get(positive, positive or Words.positive)
    others = [word for value, word in named.items() if value != positive]
    other_word = others[0] if positive and len(others) == 1 else f"not {hit_word}"
    one = with_article(unit)
    return Words(
        unit=unit,
        units=units or many(unit),
        positive=hit_word,
        negative=other_word,
        hit=hit or f"{one} that is {hit_word} and flagged",
        miss=miss or f"{one} that is {hit_word} but not flagged",
        false_alarm=false_alarm or f"{one} that is {other_word} but flagged",
        label=column_in_words(label),
        measured_in=measured_in,
        classes=classes,
    )
