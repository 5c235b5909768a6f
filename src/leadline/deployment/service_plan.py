"""Service plan: what deployment files say of a release, its replicas and their limits."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass

from leadline.errors import SettingsError

_HOURS_A_MONTH = 730
_QUEUE_SHARE = 0.4
_REPLICA_SHARE = 0.3
_FEWEST_AT_ONCE = 2
_LONGEST_NAME = 50  # a DNS label has 63 characters, and ours get endings
_MIB = 2**20
_FOLDER = re.compile(r"/[a-zA-Z0-9._/-]*")
_IMAGE = re.compile(r"[a-z0-9]([a-zA-Z0-9._:/@-]*[a-zA-Z0-9])?")


@dataclass(frozen=True, kw_only=True)
class ServicePlan:
    """Facts of a deployment.

    Attributes
    ----------
    project : str
        Name of the project, and of the model in the Open Inference Protocol.
    release_id : str
        Of the release in service.
    digest : str
        SHA-256 of its bundle.
    python : str
        Version that sealed it, such as "3.11"; its models open with no other.
    n_replicas : int >= 1
        Server processes, spares included.
    n_spare : int >= 0
        Of them, those that may be down at the peak.
    rate_per_s : float > 0
        Requests a second that one replica answered when it was measured.
    peak_per_s : float > 0
        Requests a second that are planned for.
    limit_s : float > 0
        Seconds within which 99 % of answers are wanted.
    memory_mib : int > 0
        Limit of one replica's memory in MiB.
    price : str
        What the replicas cost, with currency and date.
    image : str
        Name of the container image.
    base : str
        Image that the container is built on.
    port : int
        Where clients ask.
    folder : str
        Where a package lies on a machine without containers.
    """

    project: str
    release_id: str
    digest: str
    python: str
    n_replicas: int
    n_spare: int
    rate_per_s: float
    peak_per_s: float
    limit_s: float
    memory_mib: int
    price: str
    image: str
    base: str
    port: int
    folder: str

    def __post_init__(self) -> None:
        for name in (self.image, self.base):
            if not _IMAGE.fullmatch(name):
                raise SettingsError(
                    f"{name!r} is no name of an image.",
                    "Letters, digits and the marks . _ - / : @ are needed.",
                    "Write it as 'registry.example/team/churn:1'.",
                )
        if not _FOLDER.fullmatch(self.folder):
            raise SettingsError(
                f"{self.folder!r} is no folder that every system takes.",
                "A path from the root is needed, of letters, digits and the marks . _ - /.",
                "Write it as '/srv/churn'.",
            )

    @property
    def name(self) -> str:
        """Name of services, units and images: the project's in small letters and dashes."""
        return slug(self.project)

    @property
    def n_at_once(self) -> int:
        """Requests that a balancer hands to one replica at the same time.

        As many as it answers in three tenths of the time wanted: more would wait inside, where
        they can no longer be turned away, and fewer would not fill a batch.
        """
        return max(math.ceil(self.rate_per_s * self.limit_s * _REPLICA_SHARE), _FEWEST_AT_ONCE)

    @property
    def queue_ms(self) -> int:
        """Milliseconds that a request may wait for a replica before it is answered 503."""
        return max(round(self.limit_s * 1000 * _QUEUE_SHARE), 1)

    @property
    def n_queued(self) -> int:
        """Requests that may wait for all replicas together: as many as leave in `queue_ms`."""
        return max(math.ceil(self.rate_per_s * self.n_replicas * self.queue_ms / 1000), 1)

    @property
    def n_most(self) -> int:
        """Replicas that an autoscaler may start."""
        return 2 * self.n_replicas

    @property
    def n_down(self) -> int:
        """Replicas that may be stopped at once on purpose, such as to empty a machine."""
        return max(self.n_spare, 1)

    @property
    def ports(self) -> tuple[int, ...]:
        """Ports of the replicas on one machine: those above the port that clients ask."""
        return tuple(self.port + 1 + index for index in range(self.n_replicas))

    @property
    def metrics_port(self) -> int:
        """Port of this machine where the balancer tells what it sees."""
        return self.port + 405


def slug(words: str) -> str:
    """A name that every system takes: small letters, digits and dashes, 50 at most.

    Examples
    --------
    >>> slug("Flüge 2013: delays")
    'fluge-2013-delays'
    >>> slug("顧客")
    'release'
    """
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST_NAME].strip("-")
    # a DNS label of a service begins with a letter
    return name if name[:1].isalpha() else f"release-{name}".strip("-")


def memory_limit_mib(n_bytes: int) -> int:
    """A limit that leaves as much again as was needed, in steps of 64 MiB.

    Parameters
    ----------
    n_bytes : int
        That a server held after it had answered.

    Examples
    --------
    >>> memory_limit_mib(150 * 2**20)
    320
    """
    return 64 * math.ceil(2 * n_bytes / _MIB / 64)


def price_note(n_replicas: int, per_hour: float, currency: str, priced_at: str) -> str:
    """What replicas cost a month, in words.

    Parameters
    ----------
    n_replicas : int
        Of them.
    per_hour : float
        Price of one.
    currency : str
        Of the price.
    priced_at : str
        Date of the price; empty if not stated.

    Examples
    --------
    >>> price_note(3, 0.1, "EUR", "2026-11-01")
    '3 replicas at 0.1 EUR an hour each: 219 EUR a month (price of 2026-11-01)'
    """
    cost = n_replicas * per_hour * _HOURS_A_MONTH
    date = f"price of {priced_at}" if priced_at else "price without a date"
    words = f"{n_replicas} replica{'' if n_replicas == 1 else 's'}"
    return (
        f"{words} at {per_hour:g} {currency} an hour each: {cost:,.0f} {currency} a month ({date})"
    )
