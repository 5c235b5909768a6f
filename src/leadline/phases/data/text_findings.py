"""Findings about texts whose words or length give the label away."""

from __future__ import annotations

from leadline.phases.data.suspicions import TellingWord, TextLeak
from leadline.phases.verdict import Finding, warning
from leadline.phases.wording import plural, share_words

_MOST_NAMED = 3


def text_findings(leaks: tuple[TextLeak, ...]) -> list[Finding]:
    """A warning for each column of texts, with the words, how often they stand, and an example.

    Parameters
    ----------
    leaks : tuple of TextLeak
        By the audit.
    """
    return [_finding(leak) for leak in leaks]


def _finding(leak: TextLeak) -> Finding:
    what = {
        "word": (
            f"Words of {leak.column!r} tell the label: {_words(leak)} (of {leak.n_rows:,} texts "
            "that were looked at)."
        ),
        "number": (
            f"{leak.column!r} has the label written in it, in {share_words(leak.score)} of the "
            f"{leak.n_rows:,} texts that were looked at."
        ),
        "few words": f"A few words of {leak.column!r} together tell the label "
        f"({_scored('a small tree', leak)}).{_strongest(leak)}",
        "all words": f"The words of {leak.column!r} tell the label almost perfectly "
        f"({_scored('a linear model', leak)}): too good to be true, if they are known only after "
        f"the fact.{_strongest(leak)}",
    }.get(leak.how, f"The {leak.how} of {leak.column!r} tells the label (score {leak.score:.3f}).")
    advice = "take it out of the texts" if leak.how == "number" else "take them out of the texts"
    if leak.how.startswith("length"):
        advice = "mend how the texts were collected"
    return warning(
        what,
        f"If that is known only after the fact, {advice}, or leave the column out: "
        f"exclude = [{leak.column!r}] under [data].",
        (leak.column,),
    )


def text_evidence(leak: TextLeak) -> str:
    """By what a text tells the label, in a few words.

    Examples
    --------
    >>> text_evidence(TextLeak(column="t", how="length in lines", score=0.99, n_rows=500))
    'length in lines, score 0.990'
    """
    told = _words(leak)
    return f"{leak.how}, score {leak.score:.3f}" + f": {told}" * bool(told)


def _scored(model: str, leak: TextLeak) -> str:
    return f"{model} scores {leak.score:.3f} on {leak.n_rows:,} texts"


def _strongest(leak: TextLeak) -> str:
    return f" The strongest: {_words(leak)}." if leak.words else ""


def _words(leak: TextLeak) -> str:
    return "; ".join(map(_word, leak.words[:_MOST_NAMED]))


def _word(word: TellingWord) -> str:
    if word.n_elsewhere:
        others = f"and in {word.n_elsewhere:,} of other classes"
    else:
        others = "and in no other"
    shown = "a line break" if word.word == "\n" else f'"{word.word}"'
    return (
        f"{shown} stands in {word.n_with:,} of {plural(word.n_of_value, 'text')} of "
        f"{word.value!r} {others}, as in “{word.example}”"
    )
