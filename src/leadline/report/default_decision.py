"""Table of the default decision: the operating point where there is no threshold."""

from __future__ import annotations

from leadline.phases.default_decision import SHARES, DefaultDecision, NumberErrors
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
        band = f"{numbers.low:+,.3g} to {numbers.high:+,.3g} of the prediction"
    rows = [
        (f"Off by at most {numbers.tolerance:,.3g}", share(point.right)),
        ("90 of 100 truths lie within", band),
        *((f"{part:.0%} of rows are off by at most", number(at)) for part, at in _off_by(numbers)),
        ("Mean of truth minus prediction", f"{numbers.bias:+,.3g}"),
        ("Mean prediction, test set", number(numbers.mean_predicted)),
        ("Mean prediction, stream", number(numbers.mean_on_stream)),
    ]
    return tabled(caption, ("What", "Value"), rows)


def _off_by(numbers: NumberErrors) -> list[tuple[float, float]]:
    """The half, most, and nearly all."""
    known = zip(SHARES, numbers.off_by, strict=True)
    return [(part, at) for part, at in known if part in {0.5, 0.8, 0.95}]
