"""Evidence of capacity: what a server did under load, on which machine, and what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass

NEAR_LOW, NEAR_HIGH = -0.25, 0.40
"""How far a measured p99 may be from the planned one and still be as planned."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What one instance did for clients that wait for their answer: a closed loop.

    Attributes
    ----------
    n_clients : int
        Clients that asked again as soon as they were answered.
    per_s : float
        Requests answered a second.
    p50_s, p99_s : float
        Latency in seconds.
    """

    n_clients: int
    per_s: float
    p50_s: float
    p99_s: float


@dataclass(frozen=True, kw_only=True)
class BatchTime:
    """What one request of some rows takes.

    Attributes
    ----------
    n_rows : int
        Rows of the request.
    wall_s : float
        Median seconds until its answer, nothing else being asked.
    cpu_s : float
        Processor seconds of the server a request.
    """

    n_rows: int
    wall_s: float
    cpu_s: float


@dataclass(frozen=True, kw_only=True)
class Step:
    """What was answered at one rate of requests that come at random: an open loop.

    Latency counts from the moment a request was due.

    Attributes
    ----------
    rate_per_s : float
        Requests a second that were due.
    seconds : float
        How long.
    n_requests, n_failed : int
        Due; and without a good answer among them.
    p50_s, p99_s : float or None
        Latency in seconds, a failed one taken as infinite; None if that is what comes out. Of
        several runs the 99th percentile is the median of theirs.
    p99_high_s : float or None
        What the 99th percentile stays below in 95 of 100 such runs, and of several runs what that
        of a further one stays below in 99 of 100; None if that cannot be said.
    lag_s : float
        99th percentile of how late the generator itself was.
    """

    rate_per_s: float
    seconds: float
    n_requests: int
    n_failed: int
    p50_s: float | None
    p99_s: float | None
    p99_high_s: float | None
    lag_s: float

    def holds(self, promised_s: float) -> bool:
        """Whether the upper bound of its p99 is within what is promised."""
        return self.p99_high_s is not None and self.p99_high_s <= promised_s


@dataclass(frozen=True, kw_only=True)
class Noise:
    """What else the machine did while it measured.

    Attributes
    ----------
    n_processors : int
        Of the machine.
    others_share, stolen_share : float
        Share of all processors' time that went to other programs, and to other machines of the
        same host.
    waiting_share : float
        Share of the time for which the server was ready to run and had no processor.
    """

    n_processors: int
    others_share: float
    stolen_share: float
    waiting_share: float


@dataclass(frozen=True, kw_only=True)
class Verification:
    """A deployed address, driven at the rate that was planned for it.

    Attributes
    ----------
    url : str
        Where.
    at : str
        When, UTC.
    by : str
        Who asked for it.
    n_instances : int
        Instances behind the address.
    step : Step
        What was measured.
    planned_p99_s : float or None
        The p99 that the plan has for the rate of one instance; None where it has none.
    promised_s : float
        What was promised.
    """

    url: str
    at: str
    by: str
    n_instances: int
    step: Step
    planned_p99_s: float | None
    promised_s: float

    @property
    def holds(self) -> bool:
        """Whether the measured p99 is within what is promised."""
        return self.step.p99_s is not None and self.step.p99_s <= self.promised_s

    @property
    def error(self) -> float | None:
        """How far the measured p99 is from the planned one, as a share of it; None if unknown."""
        if self.planned_p99_s is None or self.step.p99_s is None:
            return None
        return self.step.p99_s / self.planned_p99_s - 1

    @property
    def is_as_planned(self) -> bool:
        """Whether that is within -25 and +40 percent."""
        return self.error is not None and NEAR_LOW <= self.error <= NEAR_HIGH

    @property
    def words(self) -> str:
        """What came out, in a sentence."""
        step = self.step
        failed = f", {step.n_failed:,} of {step.n_requests:,} failed" if step.n_failed else ""
        if step.p99_s is None:
            return (
                f"At {step.rate_per_s:,.0f} requests a second {self.url} did not keep up{failed}."
            )
        planned = (
            f", planned {ms(self.planned_p99_s)} ({self.error:+.0%})"
            if self.planned_p99_s is not None and self.error is not None
            else ""
        )
        return (
            f"At {step.rate_per_s:,.0f} requests a second {self.url} answered 99% within "
            f"{ms(step.p99_s)}{planned}, promised {ms(self.promised_s)}{failed}."
        )


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One instance, measured, and what is expected of it.

    Attributes
    ----------
    loads : tuple of Load
        Closed loops: one client, and so many that more would get no more answers, repeated.
    service_s : float
        Seconds of one request alone.
    batch_per_s : float
        Rows a second when a file is scored.
    peak_per_s : float
        Requests a second expected at the peak.
    growth : float
        Factor the peak may grow by.
    spare : int
        Instances that may be down.
    instance_per_hour : float
        Price of one instance.
    instance_per_hour_low : float or None
        Its price where it may be taken away; None: there is one price.
    priced_at : str
        Date of the price; empty if not stated.
    currency : str
        Of the price.
    promised_s : float or None
        Seconds within which 99 of 100 requests are to be answered; None in plans of before there
        were promises.
    steps : tuple of Step
        Open loops at rising rates, in the order in which they were tried.
    repeats : tuple of Step
        Runs at the planned rate.
    planned : Step or None
        All of these together; None if there are none.
    empty_s : float or None
        Seconds of a request that asks for nothing.
    batches : tuple of BatchTime
        Requests of 1 to 256 rows.
    noise : Noise or None
        Of the machine; None where it does not tell.
    n_server_processors : int
        Processors that the server had, all but the one of the generator; 0 where the two shared
        all, and in plans of before, which did not keep it.
    verifications : tuple of Verification
        Deployed addresses that were driven since.
    waits_s : float or None
        Seconds that a row waits for the answer of another server, such as a language model's; None
        where the model answers by itself.
    """

    loads: tuple[Load, ...]
    service_s: float
    batch_per_s: float
    peak_per_s: float
    growth: float
    spare: int
    instance_per_hour: float
    priced_at: str
    currency: str
    instance_per_hour_low: float | None = None
    promised_s: float | None = None
    steps: tuple[Step, ...] = ()
    repeats: tuple[Step, ...] = ()
    planned: Step | None = None
    empty_s: float | None = None
    batches: tuple[BatchTime, ...] = ()
    noise: Noise | None = None
    n_server_processors: int = 0
    verifications: tuple[Verification, ...] = ()
    waits_s: float | None = None

    @property
    def processor_words(self) -> str:
        """Processors that the server had to itself; empty where it had none, or that is not known.

        The generator has one, whatever the machine has.
        """
        n = self.n_server_processors
        return f"{n} of {n + 1} processors, the generator of the load the other" if n else ""


def ms(seconds: float) -> str:
    """A latency as a person reads it.

    Examples
    --------
    >>> ms(0.03142), ms(0.00314), ms(1.2345)
    ('31 ms', '3.1 ms', '1,234 ms')
    """
    value = seconds * 1e3
    return f"{value:,.1f} ms" if value < 10 else f"{value:,.0f} ms"
