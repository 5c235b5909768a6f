"""Sections [machines.NAME] of `leadline.toml`: language models that answer for money."""

from __future__ import annotations

import datetime
import ipaddress
import re
from dataclasses import dataclass, fields
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field

from leadline.errors import SettingsError
from leadline.phases.problem import Ethics
from leadline.phases.project_accounts.token_price import TokenPrices

_LENIENT = ConfigDict(coerce_numbers_to_str=True, allow_inf_nan=False)

# above a billion, sums of micro-dollars would not fit into a column
AtLeast0 = Annotated[float, Field(ge=0, le=1e9)]
_OLD_DAYS = 180


def _as_endpoint(value: str) -> str:
    """An address of the web without a secret in it."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError('It must be an address such as "https://api.example.org/v1"')
    if parts.username or parts.password or parts.query:
        raise ValueError("It must be without a name, password or query: the key is named by key")
    return value.rstrip("/")


def _as_variable(value: str) -> str:
    if value and not re.fullmatch(r"[A-Z_][A-Z0-9_]*", value):
        raise ValueError(
            "It must be the name of an environment variable in capitals, such as API_KEY, and "
            "never the key itself"
        )
    return value


def _as_name(value: str) -> str:
    # it stands in commands and on the record
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", value):
        raise ValueError("It must be made of letters, digits, - and _, at most 40 of them")
    return value


MachineName = Annotated[str, AfterValidator(_as_name)]


@dataclass(frozen=True, kw_only=True)
class EthicsSettings(Ethics):
    """[ethics]: the checklist, and whether data may leave the house.

    Attributes
    ----------
    data_leave_to : tuple of str
        Hosts outside that rows of data may be sent to; empty: none.
    data_leave_why : str
        Which data, on what ground.
    """

    data_leave_to: tuple[str, ...] = ()
    data_leave_why: str = ""

    @property
    def checklist(self) -> Ethics:
        """The part that every project answers."""
        return Ethics(**{item.name: getattr(self, item.name) for item in fields(Ethics)})


@dataclass(frozen=True, kw_only=True)
class Machine:
    """[machines.NAME]: one language model behind an address.

    Attributes
    ----------
    url, model : str
        Where it answers, and what it is called there.
    client : str
        Engine that speaks its interface: "openai", or one of an installed package.
    key : str
        Variable with the key of the address; empty: it asks for none.
    input, cached_input, output : float in [0, 1e9] or None
        US dollars for a million tokens: sent, kept by the server from before, answered. None: not
        stated; cached ones then cost as much as others.
    batch_share : float in (0, 1]
        What a request in a batch file costs, as a share of one that is answered at once.
    priced_on : date or None
        Day on which these prices were looked up.
    budget : float in [0, 1e9]
        Most US dollars that it may spend in this project.
    max_in_flight : int in [1, 1000]
        Requests that wait for an answer at once.
    timeout_s : float > 0
        Seconds after which an answer is given up.
    train : bool
        Whether models learn from what it labels, once a person has let it in on a verdict of yes.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _LENIENT

    url: Annotated[str, AfterValidator(_as_endpoint)]
    model: Annotated[str, Field(min_length=1)]
    client: MachineName = "openai"
    key: Annotated[str, AfterValidator(_as_variable)] = ""
    input: AtLeast0 | None = None
    cached_input: AtLeast0 | None = None
    output: AtLeast0 | None = None
    batch_share: Annotated[float, Field(gt=0, le=1)] = 1.0
    priced_on: datetime.date | None = None
    budget: AtLeast0 = 0.0
    max_in_flight: Annotated[int, Field(ge=1, le=1000)] = 8
    timeout_s: Annotated[float, Field(gt=0)] = 60.0
    train: bool = True

    @property
    def host(self) -> str:
        """Name of the computer that answers."""
        return urlsplit(self.url).hostname or ""

    @property
    def is_outside(self) -> bool:
        """Whether rows leave this computer when they are sent to it.

        Examples
        --------
        >>> [
        ...     Machine(url=f"http://{host}/v1", model="m").is_outside
        ...     for host in ("localhost:80", "127.0.0.1", "[::1]", "10.0.0.5", "127.0.0.1.org")
        ... ]
        [False, False, False, True, True]
        """
        if self.host == "localhost":
            return False
        try:
            return not ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return True

    @property
    def is_free(self) -> bool:
        """Whether somebody has said that it costs nothing."""
        return self.input == 0 and self.output == 0 and not self.cached_input

    def prices(self, name: str) -> TokenPrices:
        """What its tokens cost.

        Parameters
        ----------
        name : str
            What the machine is called, for the refusal.

        Raises
        ------
        SettingsError
            If nobody has stated it.
        """
        if self.input is None or self.output is None:
            missing = " and ".join(key for key in ("input", "output") if vars(self)[key] is None)
            raise SettingsError(
                f"[machines.{name}] states no price ({missing}).",
                "What is sent and answered needs a price before it is asked for.",
                f"Set input and output under [machines.{name}] in leadline.toml, in US dollars "
                "for a million tokens; 0 of a machine of your own.",
            )
        cached = self.input if self.cached_input is None else self.cached_input
        return TokenPrices(
            input=self.input,
            cached_input=cached,
            output=self.output,
            batch_share=self.batch_share,
        )

    def price_warning(self, today: datetime.date) -> str:
        """What is doubtful about the date of its prices; empty if nothing is.

        Examples
        --------
        >>> day = datetime.date(2026, 1, 1)
        >>> Machine(url="http://a", model="m", input=1, output=1).price_warning(day)
        'Nobody has said on which day its prices were looked up.'
        """
        if self.is_free or self.input is None:
            return ""
        if self.priced_on is None:
            return "Nobody has said on which day its prices were looked up."
        age = (today - self.priced_on).days
        if age < 0:
            return f"Its prices are dated {self.priced_on}, which is still to come."
        if age > _OLD_DAYS:
            return f"Its prices are of {self.priced_on}, {age:,} days old: they may have changed."
        return ""
