"""Table of the default decision: the operating point where there is no threshold."""

from __future__ import annotations

from leadline.phases.performance.default_decision import SHARES, DefaultDecision, NumberErrors
from leadline.phases.performance.stream_decision import StreamDecision
from leadline.phases.verdict import Bounds
from leadline.phases.wording import plural, signed_digits, three_digits
from leadline.report.text_table import Table, number, share, tabled


def default_decision_table(point: DefaultDecision) -> Table:
    """Class by class, or how far numbers are off.

    Parameters
    ----------
    point : DefaultDecision
        As the test set has it.
    """
    caption = f"{point.name} on {point.n_test:,} test rows"
    if point.numbers is None:
        classes = [
            (
                each.name,
                f"{each.n_true:,}",
                share(each.precision),
                share(each.recall),
                f"{each.n_stream:,}",
            )
            for each in point.classes
        ]
        head = ("Class", "Test rows", "Precision", "Recall", "Predicted on the stream")
        return tabled(caption, head, classes)
    numbers = point.numbers
    band = "not known: too few test rows"
    if numbers.low is not None and numbers.high is not None:
        band = f"{signed_digits(numbers.low)} to {signed_digits(numbers.high)} of the prediction"
    rows = [
        (f"Off by at most {three_digits(numbers.tolerance)}", share(point.right)),
        ("90 of 100 truths lie within", band),
        *((f"{part:.0%} of rows are off by at most", number(at)) for part, at in _off_by(numbers)),
        ("Mean of truth minus prediction", signed_digits(numbers.bias)),
        ("Mean prediction, test set", number(numbers.mean_predicted)),
        ("Mean prediction, stream", number(numbers.mean_on_stream)),
    ]
    return tabled(caption, ("What", "Value"), rows)


def stream_decision_table(point: DefaultDecision, real: StreamDecision, n_judged: int) -> Table:
    """The same on the real stream, beside the test set.

    Parameters
    ----------
    point : DefaultDecision
        As the test set has it.
    real : StreamDecision
        As the stream has it.
    n_judged : int
        Rows judged.
    """
    caption = f"{point.name} on the real stream, from {plural(n_judged, 'judgment')}"
    if real.numbers is None:
        tests = {each.name: each for each in point.classes}
        classes = [
            (
                each.name,
                share(each.precision),
                share(tests[each.name].precision) if each.name in tests else "",
                share(each.recall),
                share(tests[each.name].recall) if each.name in tests else "",
                f"{each.n_predicted:,}",
            )
            for each in real.classes
        ]
        names = ("Class", "Precision, stream", "Precision, test", "Recall, stream", "Recall, test")
        return tabled(caption, (*names, "Predicted on the stream"), classes)
    assert point.numbers is not None
    rows = [
        (f"Off by at most {three_digits(point.numbers.tolerance)}, stream", share(real.right)),
        ("The same, test set", share(point.right)),
        ("Off by, on average", _between(real.numbers.error)),
        ("Mean of truth minus prediction, stream", _between(real.numbers.bias)),
        ("The same, test set", signed_digits(point.numbers.bias)),
    ]
    return tabled(caption, ("What", "Value"), rows)


def _between(bounds: Bounds | None) -> str:
    return "not known" if bounds is None else f"{number(bounds.low)} to {number(bounds.high)}"


def _off_by(numbers: NumberErrors) -> list[tuple[float, float]]:
    """The half, most, and nearly all."""
    known = zip(SHARES, numbers.off_by, strict=True)
    return [(part, at) for part, at in known if part in {0.5, 0.8, 0.95}]
