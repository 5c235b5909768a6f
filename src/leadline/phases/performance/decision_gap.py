"""Decision without a threshold: where stream and test set miss each other."""

from __future__ import annotations

from leadline.phases.number_format import cost_words, percent_range
from leadline.phases.performance.default_decision import DefaultDecision
from leadline.phases.performance.stream_decision import StreamDecision
from leadline.phases.performance.stream_point import UNLIKE_STREAM
from leadline.phases.verdict import Finding, warning


def gap_findings(plain: DefaultDecision, on_stream: StreamDecision, currency: str) -> list[Finding]:
    """Where stream and test set miss each other, in what is right and in what mistakes cost.

    Parameters
    ----------
    plain : DefaultDecision
        On the test set.
    on_stream : StreamDecision
        The same on the stream.
    currency : str
        Of the costs.
    """
    tests = {each.name: each for each in plain.classes}
    pairs = [("The share that is right", on_stream.right, plain.right)]
    for each in on_stream.classes:
        test = tests.get(each.name)
        if test is not None and test.n_predicted:
            pairs.append((f"Precision of {each.name!r}", each.precision, test.precision))
        if test is not None and test.n_true:
            pairs.append((f"Recall of {each.name!r}", each.recall, test.recall))
    found = [
        warning(
            f"{name} is {'lower' if real.high < test.low else 'higher'} on the stream "
            f"({percent_range(real)}) than on the test set ({percent_range(test)}).",
            UNLIKE_STREAM,
        )
        for name, real, test in pairs
        if real.high < test.low or real.low > test.high
    ]
    return [*found, *_cost_gap(plain, on_stream, currency)]


def _cost_gap(plain: DefaultDecision, on_stream: StreamDecision, currency: str) -> list[Finding]:
    """Where mistakes cost more or less on the stream than on the test set, beyond chance."""
    real, test = on_stream.cost, plain.cost
    if real is None or test is None or (real.low <= test.high and test.low <= real.high):
        return []
    return [
        warning(
            f"Mistakes cost {'less' if real.high < test.low else 'more'} on the stream "
            f"({cost_words(real, currency)} a row) than on the test set "
            f"({cost_words(test, currency)}).",
            UNLIKE_STREAM,
        )
    ]
