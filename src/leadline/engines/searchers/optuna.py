"""Parameters proposed by Optuna's tree of Parzen estimators [1]_.

References
----------
.. [1] J. Bergstra, R. Bardenet, Y. Bengio, B. Kégl (2011), Algorithms for hyper-parameter
   optimization. Advances in Neural Information Processing Systems 24.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from leadline.engines.contract import Choice, Range, Scalar, Space

_N_AT_RANDOM = 5


class Optuna:
    """A study in memory: told what was tried, asked for the next.

    Parameters
    ----------
    space : mapping of str to Range or Choice
        What may be proposed.
    seed : int, default=0
        Of the sampler.
    """

    def __init__(self, space: Space, seed: int = 0) -> None:
        self._distributions = {name: _distribution(each) for name, each in space.items()}
        with warnings.catch_warnings():
            # multivariate sampling is called experimental, and has been for years
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            sampler = optuna.samplers.TPESampler(
                n_startup_trials=_N_AT_RANDOM, multivariate=True, seed=seed
            )
        verbosity = optuna.logging.get_verbosity()
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._study = optuna.create_study(sampler=sampler)
        optuna.logging.set_verbosity(verbosity)

    def tell(self, params: Mapping[str, Scalar], error: float) -> None:
        """Add what was tried, if it lies in the space."""
        known = {name: params[name] for name in self._distributions if name in params}
        if len(known) < len(self._distributions) or not all(
            _is_within(self._distributions[name], value) for name, value in known.items()
        ):
            return
        trial = optuna.trial.create_trial(
            params=known, distributions=self._distributions, value=error
        )
        self._study.add_trial(trial)

    def ask(self) -> dict[str, Scalar]:
        """Where good ones are dense and bad ones are not."""
        params: dict[str, Scalar] = self._study.ask(self._distributions).params
        return params


def _distribution(among: Range | Choice) -> BaseDistribution:
    if isinstance(among, Choice):
        return CategoricalDistribution(among.values)
    if among.is_whole:
        return IntDistribution(int(among.low), int(among.high), log=among.is_log)
    return FloatDistribution(among.low, among.high, log=among.is_log)


def _is_within(distribution: BaseDistribution, value: Scalar) -> bool:
    try:
        return distribution._contains(distribution.to_internal_repr(value))
    except (TypeError, ValueError):
        return False
