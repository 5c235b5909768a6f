"""What does each part of the forecast bring to curves of neural networks?

On the half of the sources on which choices were made, the method is asked with one part left out:
median absolute log error, coverage of the 90 % interval and its log width at 2 to 64 times the
largest size. What is learnt of networks is learnt without the source that is asked about. Where the
exponent of the likelihood is changed, networks are calibrated anew.

    python benchmarks/curves/parts.py
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import replace
from unittest.mock import patch

import numpy as np
import ours
from deep import instances_of, print_table, without
from learning import LEVELS
from networks import group_weights, networks
from running import forecasts

from leadline.stats.curves import marginal_likelihood
from leadline.stats.curves.learnt import Learnt, Table

_NEXT_TO_NOTHING = 1e-9


def main() -> None:
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    examples = networks("learning")
    instances, weights = instances_of(examples), group_weights(examples)
    for name, part in PARTS.items():
        exponent = 1.0 if part is _whole_likelihood else marginal_likelihood._EXPONENT
        with patch.object(marginal_likelihood, "_EXPONENT", exponent):
            without.cache_clear()
            learnt = {source: part(without(source)) for source in {e.source for e in examples}}
            found = forecasts(instances, [ours.NAME], learnt=learnt.__getitem__)
        print(f"{name}\n")
        print_table(instances, found, weights)


def _all_of_it(learnt: Learnt) -> Learnt:
    return learnt


def _whole_likelihood(learnt: Learnt) -> Learnt:
    return learnt


def _tables_alone(learnt: Learnt) -> Learnt:
    return replace(learnt, network_shares=dict.fromkeys(learnt.network_shares, _NEXT_TO_NOTHING))


def _networks_alone(learnt: Learnt) -> Learnt:
    shares = dict.fromkeys(learnt.network_shares, 1 - _NEXT_TO_NOTHING)
    return replace(learnt, network_shares=shares)


def _no_calibration(learnt: Learnt) -> Learnt:
    def plain(table: Table) -> Table:
        return replace(table, calibrated=np.broadcast_to(LEVELS, table.calibrated.shape))

    return replace(
        learnt,
        known=plain(learnt.known),
        hidden=plain(learnt.hidden),
        networks=plain(learnt.networks),
    )


PARTS: dict[str, Callable[[Learnt], Learnt]] = {
    "all of it": _all_of_it,
    "likelihood not to the power of a half": _whole_likelihood,
    "tables' prior alone": _tables_alone,
    "networks' prior alone": _networks_alone,
    "without calibration": _no_calibration,
}


if __name__ == "__main__":
    main()
