"""The data sets of the find benchmarks: a frame, its label and what is asked of it."""

from __future__ import annotations

import gzip
import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from sklearn import datasets

from leadline.reading.table import ReadingOptions, read_tables

_SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


@dataclass(frozen=True)
class Case:
    """Rows and the question.

    Attributes
    ----------
    frame : DataFrame
        Features and label.
    label : str
        The column to predict.
    task, scoring, positive : str
        As in ``leadline.toml``.
    """

    frame: pl.DataFrame
    label: str
    task: str
    scoring: str
    positive: str = ""


def flights(rows: int) -> Case:
    """The embedded example: departures that arrive more than half an hour late."""
    from leadline.demo import flights as demo

    with tempfile.TemporaryDirectory() as folder:
        story = demo.write_files(Path(folder))
        frame = pl.read_parquet(Path(folder) / story.files[0])
    return Case(_some(frame.drop_nulls("late"), rows), "late", "binary", "roc_auc", "yes")


def bike(rows: int) -> Case:
    """Bikes hired in an hour."""
    frame = _csv(_SHARED / "streams" / "bike_hour.csv.gz")
    left_out = ("casual", "registered", "instant")
    frame = frame.drop([name for name in left_out if name in frame.columns])
    return Case(_some(frame, rows), "count", "regression", "r2")


def weather(rows: int) -> Case:
    """Whether it rains on a day."""
    frame = _csv(_SHARED / "streams" / "weather.csv.gz")
    label = frame.columns[-1]
    values = sorted(frame[label].cast(pl.String).unique().to_list())
    return Case(_some(frame, rows), label, "binary", "roc_auc", values[-1])


def sms(rows: int) -> Case:
    """Messages that nobody wants."""
    lines = (_SHARED / "text" / "sms_spam.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t", 1) for line in lines if "\t" in line]
    frame = pl.DataFrame(pairs, schema=["label", "message"], orient="row")
    return Case(_some(frame, rows), "label", "binary", "roc_auc", "spam")


def digits(rows: int) -> Case:
    """Handwritten digits as 64 numbers."""
    return Case(_some(_bundled(datasets.load_digits()), rows), "target", "multiclass", "accuracy")


def cancer(rows: int) -> Case:
    """Breast cancer: benign or malignant."""
    frame = _bundled(datasets.load_breast_cancer())
    return Case(_some(frame, rows), "target", "binary", "roc_auc", "0")


def diabetes(rows: int) -> Case:
    """Progression of diabetes after a year."""
    return Case(_some(_bundled(datasets.load_diabetes()), rows), "target", "regression", "r2")


def ai4i(rows: int) -> Case:
    """Machines that fail; without the columns that say how they failed."""
    leaks = ("TWF", "HDF", "PWF", "OSF", "RNF")
    return Case(_table("ai4i", rows).drop(leaks), "Machine_failure", "binary", "roc_auc", "1")


def air(rows: int) -> Case:
    """Carbon monoxide by what cheap sensors say."""
    frame = _table("air", rows, missing=("-200",)).drop_nulls("CO(GT)")
    return Case(frame, "CO(GT)", "regression", "r2")


def wine(rows: int) -> Case:
    """Quality of red wine, as a number."""
    return Case(_table("wine", rows), "quality", "regression", "r2")


def ckd(rows: int) -> Case:
    """Kidney disease."""
    return Case(_table("ckd", rows), "classification", "binary", "roc_auc", "ckd")


def framingham(rows: int) -> Case:
    """Heart disease within ten years."""
    return Case(_table("framingham", rows), "TenYearCHD", "binary", "roc_auc", "1")


def hr_attrition(rows: int) -> Case:
    """Who leaves a company."""
    return Case(_table("hr_attrition", rows), "Attrition", "binary", "roc_auc", "Yes")


def crop(rows: int) -> Case:
    """What grows on a soil."""
    return Case(_table("crop", rows), "crop", "multiclass", "accuracy")


def avocado(rows: int) -> Case:
    """Price of avocados."""
    return Case(_table("avocado", rows), "AveragePrice", "regression", "r2")


def _table(name: str, rows: int, missing: tuple[str, ...] = ()) -> pl.DataFrame:
    """A public table as a project reads it."""
    options = ReadingOptions(images=None, missing=missing)
    path = _SHARED / "tables" / f"{name}.csv.gz"
    return _some(read_tables([path], options=options).frame, rows)


def _bundled(bunch: object) -> pl.DataFrame:
    names = [str(name).replace(" ", "_") for name in bunch.feature_names]
    frame = pl.DataFrame(bunch.data, schema=names, orient="row")
    return frame.with_columns(pl.Series("target", bunch.target))


def _csv(path: Path) -> pl.DataFrame:
    return pl.read_csv(io.BytesIO(gzip.decompress(path.read_bytes())), try_parse_dates=True)


def _some(frame: pl.DataFrame, rows: int) -> pl.DataFrame:
    """At most so many rows, at random, the same each time."""
    return frame if frame.height <= rows else frame.sample(rows, seed=0)


DATA_SETS: dict[str, Callable[[int], Case]] = {
    "flights": flights,
    "bike": bike,
    "weather": weather,
    "sms": sms,
    "digits": digits,
    "breast cancer": cancer,
    "diabetes": diabetes,
    "ai4i": ai4i,
    "air": air,
    "wine": wine,
    "ckd": ckd,
    "framingham": framingham,
    "hr_attrition": hr_attrition,
    "crop": crop,
    "avocado": avocado,
}
