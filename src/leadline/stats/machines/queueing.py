"""Queueing: latency of requests, and the replicas that carry a peak."""

from __future__ import annotations

import math

from leadline.stats.arrays import check_positive


def p99_latency(service_s: float, utilisation: float) -> float:
    """Return the latency that 99 of 100 requests stay below.

    One server, random arrivals, exponential service: the time in the system is exponential with
    mean ``E[S] / (1 - rho)``, so its 99 % point is ``E[S] ln(100) / (1 - rho)`` [1]_.

    Parameters
    ----------
    service_s : float > 0
        Mean seconds of service, queue excluded.
    utilisation : float in [0, 1)
        Share of time the server is busy: arrival rate times `service_s`.

    Returns
    -------
    float
        Seconds.

    Raises
    ------
    ValueError
        If `service_s` is not above 0, or `utilisation` is outside [0, 1): at 1 the queue grows
        without end.

    References
    ----------
    .. [1] L. Kleinrock (1975), Queueing Systems, volume 1: Theory, section 5.10.

    Examples
    --------
    >>> round(p99_latency(0.002, 0.5), 4)
    0.0184
    """
    check_positive(service_s, "service_s")
    if not 0 <= utilisation < 1:
        raise ValueError(
            f"utilisation must lie in [0, 1); got {utilisation}. Add replicas until it does."
        )
    return service_s * math.log(100) / (1 - utilisation)


def replicas_needed(
    peak_per_s: float,
    rate_per_replica: float,
    growth: float = 1.0,
    spare: int = 1,
    *,
    ceiling: float = 0.6,
) -> int:
    """Return the replicas that carry the peak with room to spare.

    Parameters
    ----------
    peak_per_s : float > 0
        Requests a second at the peak.
    rate_per_replica : float > 0
        Requests a second at which one replica is saturated.
    growth : float > 0, default=1.0
        Factor by which the peak may grow over the time planned for.
    spare : int >= 0, default=1
        Replicas that may fail or be replaced at the peak.
    ceiling : float in (0, 1], default=0.6
        Utilisation planned for; above it the wait grows steeply.

    Returns
    -------
    int
        ``ceil(peak * growth / (rate * ceiling)) + spare``.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> replicas_needed(peak_per_s=900, rate_per_replica=500, growth=2, spare=1)
    7
    """
    check_positive(peak_per_s, "peak_per_s")
    check_positive(rate_per_replica, "rate_per_replica")
    check_positive(growth, "growth")
    if spare < 0:
        raise ValueError(f"spare must not be negative; got {spare}.")
    if not 0 < ceiling <= 1:
        raise ValueError(f"ceiling must lie in (0, 1]; got {ceiling}. 0.6 leaves room for bursts.")
    # what is whole but for rounding must not cost a replica
    return math.ceil(peak_per_s * growth / (rate_per_replica * ceiling) - 1e-9) + spare
