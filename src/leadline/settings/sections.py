"""Schema of `leadline.toml`: a frozen dataclass for each section.

The annotations carry types and ranges; pydantic checks them once, when the file is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, StringConstraints

from leadline.settings.access_sections import AccessSettings
from leadline.settings.label_sections import LabelSettings
from leadline.settings.machine_sections import EthicsSettings, Machine, MachineName
from leadline.settings.notify import NotifySettings
from leadline.settings.price_sections import Currency, Prices
from leadline.settings.service_sections import ServeSettings, WatchSettings
from leadline.settings.team_sections import StoreSettings, WorkSettings

_LENIENT = ConfigDict(coerce_numbers_to_str=True, allow_inf_nan=False)
# keys of a section are checked where the file is parsed; those of the table of a column are not
_STRICT = ConfigDict(coerce_numbers_to_str=True, extra="forbid")

AtLeast0 = Annotated[float, Field(ge=0)]
Above0 = Annotated[float, Field(gt=0)]
# it stands within sentences and pictures
Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
# a number, not a text or a truth value that could be read as one
_Costs = Mapping[str, Mapping[str, Annotated[float, Field(ge=0, strict=True)]]]


@dataclass(frozen=True, kw_only=True)
class WordSettings:
    """[problem.words]: what people call the rows, the classes and the errors.

    Attributes
    ----------
    units : str
        Many rows; empty: the unit with an s.
    classes : mapping of str to str
        What a row of each class is; a class that is not named goes by its value, or by the name of
        the column where the values only say yes and no.
    hit, miss, false_alarm : str
        Of two classes: one that counts and is flagged, one that counts and is not, one that does
        not count and is flagged; each with its article. Empty: made from the words of the classes.
    measured_in : str
        What a predicted number is counted in.
    """

    units: Word = ""
    classes: Mapping[str, Word] = field(default_factory=dict)
    hit: Word = ""
    miss: Word = ""
    false_alarm: Word = ""
    measured_in: Word = ""


@dataclass(frozen=True, kw_only=True)
class ProblemSettings:
    """[problem]: what is predicted for whom, and what an error costs.

    Attributes
    ----------
    question, label : str
        In the words of whoever asks; the column to predict.
    target_score : float
        Good enough, in units of `scoring`.
    unit : str
        What one row is.
    positive : str
        The class that counts as a hit; empty lets the rarer class be it.
    task : {"auto", "binary", "multiclass", "regression"}
        "auto" looks at the label.
    scoring : str
        Metric of the target; empty takes the task's default.
    cost_miss, cost_false_alarm : float >= 0
        What one error of each kind costs, in `currency`.
    words : WordSettings
        What rows, classes and errors are called.
    costs : mapping of str to mapping of str to float >= 0
        Of three classes or more: true class to class said to what that costs; what is not named
        costs 1. Empty: all mistakes weigh the same.
    tolerance : float >= 0
        How far off a predicted number may be and still be of use; 0: not said.
    today : str
        How it is decided today, without the model; empty: not said.
    today_misses, today_false_alarms : float >= 0
        Errors of that in 1,000 rows: what the model is held against.
    currency : str
        Three letters.
    budget : float >= 0
        Money granted for the science.
    time_box_s : float > 0
        Seconds granted to the search.
    owner : str
        Who asks, and decides.
    deputy : str
        Who answers when the owner cannot.
    assumed : tuple of str
        Keys that the file leaves out or lists as assumed: nobody has confirmed them.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _LENIENT

    question: str
    label: Annotated[str, Field(min_length=1)]
    target_score: float
    unit: str = "row"
    positive: str = ""
    task: Literal["auto", "binary", "multiclass", "regression"] = "auto"
    scoring: str = ""
    cost_miss: AtLeast0 = 1.0
    cost_false_alarm: AtLeast0 = 1.0
    words: WordSettings = field(default_factory=WordSettings)
    costs: _Costs = field(default_factory=dict)
    tolerance: AtLeast0 = 0.0
    today: str = ""
    today_misses: AtLeast0 = 0.0
    today_false_alarms: AtLeast0 = 0.0
    currency: Currency = "USD"
    budget: AtLeast0 = 0.0
    time_box_s: Above0 = 60.0
    owner: str = ""
    deputy: str = ""
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ColumnSettings:
    """[data.columns.NAME]: how one column is read, where it was read otherwise than meant.

    Attributes
    ----------
    kind : {"", "number", "category", "text", "date"}
        What it holds; empty: as recognised.
    decimal : {"", ".", ","}
        The decimal mark of its numbers.
    thousands : {"", ",", ".", " ", "'"}
        The mark between groups of three digits.
    order : str
        Of its dates: "day-month-year", "month-day-yy" and the like; empty: as recognised.
    missing : tuple of str
        Words of this column that stand for "no value".
    odd_cells : {"", "refuse", "missing", "words"}
        What becomes of cells that do not fit; empty: as for all columns.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _STRICT

    kind: Literal["", "number", "category", "text", "date"] = ""
    decimal: Literal["", ".", ","] = ""
    thousands: Literal["", ",", ".", " ", "'"] = ""
    order: Literal[
        "",
        "year-month-day",
        "day-month-year",
        "month-day-year",
        "day-month-yy",
        "month-day-yy",
    ] = ""
    missing: tuple[str, ...] = ()
    odd_cells: Literal["", "refuse", "missing", "words"] = ""


@dataclass(frozen=True, kw_only=True)
class DataSettings:
    """[data]: which files, and how they are read and split.

    Attributes
    ----------
    files : tuple of str, at least one
        Labelled rows, as paths from the folder of `leadline.toml`.
    stream : tuple of str
        Files of what the model meets in service; they need no label.
    time, group : str
        Column that dates a row; column of what belongs together. Empty: none.
    exclude : tuple of str
        Columns the model must not see.
    missing : tuple of str
        Further words that stand for "no value".
    odd_cells : {"refuse", "missing", "words"}
        What becomes of a few cells that are no numbers among many that are: the file is refused,
        they count as no value, or the column is read as words.
    skip_lines, footer_rows : int >= 0
        Lines above the header, and rows below the data, that are left out.
    sheet : str
        Of a workbook; empty: the first.
    columns : mapping of str to ColumnSettings
        Columns that are read otherwise than recognised.
    split : {"auto", "random", "group", "time"}
        How the test rows are set aside.
    test_share : float in (0, 0.9]
        Share of rows set aside.
    seed : int
        Salt of the split.
    image_size : int in [4, 512]
        Pixels of the longer side that images are scaled down to.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _LENIENT

    files: Annotated[tuple[str, ...], Field(min_length=1)]
    stream: tuple[str, ...] = ()
    time: str = ""
    group: str = ""
    exclude: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    odd_cells: Literal["refuse", "missing", "words"] = "refuse"
    skip_lines: Annotated[int, Field(ge=0)] = 0
    footer_rows: Annotated[int, Field(ge=0)] = 0
    sheet: str = ""
    columns: Mapping[str, ColumnSettings] = field(default_factory=dict)
    split: Literal["auto", "random", "group", "time"] = "auto"
    test_share: Annotated[float, Field(gt=0, le=0.9)] = 0.2
    seed: Annotated[int, Field(ge=0)] = 0
    image_size: Annotated[int, Field(ge=4, le=512)] = 64


@dataclass(frozen=True, kw_only=True)
class FindSettings:
    """[find]: which families of models are tried, and how.

    Attributes
    ----------
    families : tuple of str, at least one
        Names of families of models, or import paths of a person's own.
    folds : int in [2, 20]
        Folds of the cross-validation.
    searcher : str
        Who proposes parameters when a family's own proposals are used up; "none": nobody.
    executor : str
        Where trials run.
    n_jobs : int >= 0
        How many at once; 0 for one a core.
    money_limit : float >= 0
        What the machine of one search may cost, at the price under [prices]; 0 for no limit.
    cpu_limit_s : float >= 0
        Seconds of processors that one search may use; 0 for no limit.
    memory_limit_gb : float >= 0
        What a candidate may take; 0 for four fifths of what is free.
    accept_loss : float >= 0
        What a simpler candidate may lose against the best, in units of the metric; of errors
        without bounds a share of the baseline's.
    hundredth_worth : float >= 0
        What a hundredth of the metric is worth in a year; with the price of an instance and the
        rows a year under [serve], what answers cost counts in the choice. 0: not stated.
    importance_s : float >= 0
        Seconds, at most, for what the chosen candidate leans on; never more than a twentieth of the
        time box. 0: it is not looked at.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _LENIENT

    families: Annotated[tuple[str, ...], Field(min_length=1)] = (
        "majority", "bayes", "linear", "neighbours", "forest", "boosting",
    )  # fmt: skip
    folds: Annotated[int, Field(ge=2, le=20)] = 5
    searcher: str = "optuna"
    executor: str = "loky"
    n_jobs: Annotated[int, Field(ge=0)] = 0
    money_limit: AtLeast0 = 0.0
    cpu_limit_s: AtLeast0 = 0.0
    memory_limit_gb: AtLeast0 = 0.0
    accept_loss: AtLeast0 = 0.002
    hundredth_worth: AtLeast0 = 0.0
    importance_s: AtLeast0 = 3.0


@dataclass(frozen=True, kw_only=True)
class SlicesSettings:
    """[slices]: where it is looked whether the model fares worse.

    Attributes
    ----------
    columns : tuple of str
        Columns that slices are made of, those that the model does not see too; empty: all that it
        does see.
    most_pairs : int >= 0
        Pairs of slices looked at, at most; the largest.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _LENIENT

    columns: tuple[str, ...] = ()
    most_pairs: Annotated[int, Field(ge=0, le=5_000)] = 200


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything `leadline.toml` says.

    Attributes
    ----------
    name : str
        The project's.
    problem, data, ethics, prices, labels, find, slices, serve, watch, notify, work, store, access
        One a section.
    machines : mapping of str to Machine
        Name to language model, one a section [machines.NAME].
    """

    name: Annotated[str, Field(min_length=1)]
    problem: ProblemSettings
    data: DataSettings
    ethics: EthicsSettings = field(default_factory=EthicsSettings)
    prices: Prices = field(default_factory=Prices)
    labels: LabelSettings = field(default_factory=LabelSettings)
    find: FindSettings = field(default_factory=FindSettings)
    slices: SlicesSettings = field(default_factory=SlicesSettings)
    serve: ServeSettings = field(default_factory=ServeSettings)
    watch: WatchSettings = field(default_factory=WatchSettings)
    notify: NotifySettings = field(default_factory=NotifySettings)
    work: WorkSettings = field(default_factory=WorkSettings)
    store: StoreSettings = field(default_factory=StoreSettings)
    access: AccessSettings = field(default_factory=AccessSettings)
    machines: Mapping[MachineName, Machine] = field(default_factory=dict)

    @property
    def label_cost(self) -> float:
        """Money for one more labelled row."""
        return self.labels.expected_votes * self.prices.vote_cost

    @property
    def per_dollar(self) -> float:
        """What a US dollar costs in the currency of the problem; 0 if nobody has said."""
        return 1.0 if self.problem.currency == "USD" else self.prices.dollar_rate


SECTIONS: dict[str, type] = {
    "problem": ProblemSettings,
    "data": DataSettings,
    "ethics": EthicsSettings,
    "prices": Prices,
    "labels": LabelSettings,
    "find": FindSettings,
    "slices": SlicesSettings,
    "serve": ServeSettings,
    "watch": WatchSettings,
    "notify": NotifySettings,
    "work": WorkSettings,
    "store": StoreSettings,
    "access": AccessSettings,
}
# tables that a person names: [machines.NAME]
NAMED_SECTIONS: dict[str, type] = {"machines": Machine}
# what shapes the problem: assumed until the file says it
TO_CONFIRM = (
    "question", "unit", "positive", "scoring", "target_score", "cost_miss", "cost_false_alarm",
    "currency", "budget", "time_box_s", "owner",
)  # fmt: skip
