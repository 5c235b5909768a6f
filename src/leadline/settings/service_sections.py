"""Sections of `leadline.toml` on a model in service: how it is served, and how it is watched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field

from leadline.settings.price_sections import Day

_LENIENT = ConfigDict(coerce_numbers_to_str=True, allow_inf_nan=False)

AtLeast0 = Annotated[float, Field(ge=0)]
Above0 = Annotated[float, Field(gt=0)]


@dataclass(frozen=True, kw_only=True)
class ServeSettings:
    """[serve]: the load the release must bear, the price of an instance, and what is logged.

    Attributes
    ----------
    peak_per_s : float > 0
        Requests a second expected at the peak.
    growth : float > 0
        Factor the peak may grow by.
    spare : int >= 0
        Instances that may fail.
    p99_ms : float > 0
        Milliseconds within which 99 of 100 requests are to be answered: the promise.
    measure_s : float >= 5
        Seconds for which capacity measures a server.
    instance_per_hour : float >= 0
        Price of one instance.
    priced_at : str
        Date of the price; empty if not stated.
    machine : str
        A machine of [[prices.machines]] whose price counts instead; empty: none.
    rows_per_year : float >= 0
        Rows to be answered in a year; 0: not stated.
    executor : str
        Who scores files, if more than one process is asked for: loky, ray.
    log : bool
        Whether `leadline serve` logs what it answers.
    keep_days : int >= 0
        Days that logged rows and their outcomes are kept; 0: for ever.
    promote : bool
        Whether an approved release takes the place of another by itself.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _LENIENT

    peak_per_s: Above0 = 10.0
    growth: Above0 = 1.5
    spare: Annotated[int, Field(ge=0)] = 1
    p99_ms: Above0 = 100.0
    measure_s: Annotated[float, Field(ge=5)] = 90.0
    instance_per_hour: AtLeast0 = 0.10
    priced_at: Day = ""
    machine: str = ""
    rows_per_year: AtLeast0 = 0.0
    executor: str = "loky"
    log: bool = False
    keep_days: Annotated[int, Field(ge=0)] = 90
    promote: bool = True


@dataclass(frozen=True, kw_only=True)
class WatchSettings:
    """[watch]: how evidence is grouped once the model is in service.

    Attributes
    ----------
    block : {"day", "week", "month"}
        Time that one look at the stream covers.
    retrain_cost : float >= 0
        Money for one retraining.
    error_cost : float >= 0 or None
        Money for one wrong answer in service, whatever its kind. None: of a label with two classes
        what the problem has for a miss and for a false alarm, else 1.
    key : str
        Column that names a row, so that it is known again; empty: by its values.
    labels : int >= 1
        Rows of a block that a label is asked for.
    tolerance : float in [0, 1)
        Rise of the share wrong that is accepted.
    false_alarm_years : float > 0
        Years between two false alarms, at least on average.
    backtest_s : float >= 0
        Seconds after which decay begins no further model of the past, and monitor no further
        challenger.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _LENIENT

    block: Literal["day", "week", "month"] = "week"
    retrain_cost: AtLeast0 = 50.0
    error_cost: AtLeast0 | None = None
    key: str = ""
    labels: Annotated[int, Field(ge=1)] = 50
    tolerance: Annotated[float, Field(ge=0, lt=1)] = 0.0
    false_alarm_years: Above0 = 3.0
    backtest_s: AtLeast0 = 120.0
