"""Section of `leadline.toml` on prices: what labels and machines cost."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import AfterValidator, ConfigDict, Field

_LENIENT = ConfigDict(coerce_numbers_to_str=True, allow_inf_nan=False)

AtLeast0 = Annotated[float, Field(ge=0)]
Above0 = Annotated[float, Field(gt=0)]


def _as_currency(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{3}", text.strip()):
        raise ValueError("It must be the three letters of a currency, such as EUR")
    return text.strip().upper()


def _as_day(text: str) -> str:
    try:
        return datetime.date.fromisoformat(text.strip()).isoformat() if text.strip() else ""
    except ValueError:
        raise ValueError("It must be a day such as 2026-01-31, or empty") from None


Currency = Annotated[str, AfterValidator(_as_currency)]
Day = Annotated[str, AfterValidator(_as_day)]


@dataclass(frozen=True, kw_only=True)
class Machine:
    """[[prices.machines]]: one kind of machine that may be hired.

    Attributes
    ----------
    name : str
        What the plan calls it.
    on_demand, spot : float >= 0
        Price of an hour for certain, and of an hour that may be cut short; 0: no spot price.
    interruptions_per_hour : float >= 0
        How often a spot machine is taken away.
    restart_s : float >= 0
        Until work goes on after that.
    checkpoint_s : float > 0
        Between two times at which work is saved.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _LENIENT

    name: Annotated[str, Field(min_length=1)]
    on_demand: AtLeast0
    spot: AtLeast0 = 0.0
    interruptions_per_hour: AtLeast0 = 0.05
    restart_s: AtLeast0 = 180.0
    checkpoint_s: Above0 = 600.0


@dataclass(frozen=True, kw_only=True)
class Prices:
    """[prices]: what labels and machines cost, in the problem's currency.

    Attributes
    ----------
    wage_per_hour, machine_per_hour : float >= 0
        Of one person labelling; of one machine.
    seconds_per_label : float > 0
        One person's time for one vote.
    fee_share : float >= 0
        What a platform asks on top of the wages, as a share of them.
    people, hours_per_day : float > 0
        Who label, and how long each does so a day.
    row : float >= 0
        Of one more row without a label, for a machine to label; 0: there are no others than those
        there are.
    machines : tuple of Machine
        What else could be hired, for `leadline plan` to compare.
    dollar_rate : float >= 0
        What a US dollar costs; 0: not stated. Of no use where the currency is the US dollar.
    priced_at : str
        Date of the prices; empty if not stated.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _LENIENT

    wage_per_hour: AtLeast0 = 15.0
    seconds_per_label: Above0 = 10.0
    fee_share: AtLeast0 = 0.0
    people: Above0 = 1.0
    hours_per_day: Annotated[float, Field(gt=0, le=24)] = 4.0
    machine_per_hour: AtLeast0 = 0.10
    row: AtLeast0 = 0.0
    machines: tuple[Machine, ...] = ()
    dollar_rate: AtLeast0 = 0.0
    priced_at: Day = ""

    @property
    def vote_cost(self) -> float:
        """Money for one vote: wages and the platform's fee on top.

        Examples
        --------
        >>> prices = Prices(wage_per_hour=18.0, seconds_per_label=10.0, fee_share=0.2)
        >>> round(prices.vote_cost, 6)
        0.06
        """
        wage = self.seconds_per_label * self.wage_per_hour / 3600.0
        return wage * (1.0 + self.fee_share)
