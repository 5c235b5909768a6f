"""How well are 92 large-scale curves extrapolated? Mean RMSLE beside peers and published figures.

Fitted where Training is 1, scored where it is 0: root mean squared log error a curve, then the mean
over the 72 image curves, the 20 language curves and all. Forecasts are not clipped.

    python benchmarks/curves/google.py [--domain image|language] [--peers NAMES] [--limit N]
"""

from __future__ import annotations

import numpy as np
import ours
from peers import CONSTRAINED, PUBLISHED
from running import Instance, arguments, forecasts, point, thin
from scoring import figure, inside, markdown, rmsle
from sources import google

_METHODS = ["last", CONSTRAINED, "M1", "M2", "M3", "M4", "BNSL", ours.NAME]
# as one who asks declares them: shares of images misclassified, and losses of language models
_FAMILIES = {"image": "image-network", "language": "language-model"}
_METRICS_OF = {"image": "error_rate", "language": "log_loss"}


def main() -> None:
    parser = arguments(__doc__, _METHODS)
    parser.add_argument("--domain", choices=["image", "language"])
    options = parser.parse_args()
    instances = [
        Instance(
            s.curve.sizes,
            s.curve.errors,
            None,
            s.at,
            s.truth,
            family=_FAMILIES[s.domain],
            metric=_METRICS_OF[s.domain],
            group=s.domain,
        )
        for s in google()
        if options.domain in {None, s.domain}
    ]
    instances = thin(instances, options.limit)
    found = forecasts(instances, options.methods, jobs=options.jobs)
    scores = {
        name: [rmsle(i.truth, point(f)) for i, f in zip(instances, found[name], strict=True)]
        for name in options.methods
    }
    rows = [[name, *_means(instances, scores[name])] for name in options.methods]
    for name, published in PUBLISHED.items():
        rows.append([name, *[figure(published.get(d)) for d in ("image", "language", "all")]])
    counts = [sum(i.group == d for i in instances) for d in ("image", "language")]
    header = [f"image ({counts[0]})", f"language ({counts[1]})", f"all ({len(instances)})"]
    print(markdown(["mean RMSLE", *header], rows))
    if ours.NAME in found:
        covered = [
            float(inside(i.truth, f).mean())
            for i, f in zip(instances, found[ours.NAME], strict=True)
        ]
        print()
        print(
            markdown(
                ["coverage of the 90 % interval", *header],
                [[ours.NAME, *_means(instances, covered, digits=3)]],
            )
        )


def _means(instances: list[Instance], values: list[float], digits: int = 4) -> list[str]:
    """Means over the image, the language and all curves."""
    domain = np.array([i.group for i in instances])
    array = np.array(values)
    chosen = [domain == "image", domain == "language", np.full(len(array), True)]
    return [figure(float(array[c].mean()) if c.any() else None, digits) for c in chosen]


if __name__ == "__main__":
    main()
