"""Engine contracts: model families, searchers, executors, registries, clients of language models.

An engine of another package is any class with these methods, named in the package's entry
points::

    [project.entry-points."leadline.families"]
    constant = "my_package.constant:Constants"

`leadline.testing` holds the checks that its author runs against it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias, TypeVar, runtime_checkable

Scalar: TypeAlias = str | int | float | bool | None
TASKS = ("binary", "multiclass", "regression")

Spec = TypeVar("Spec")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Range:
    """Numbers that a parameter may take.

    Attributes
    ----------
    low, high : float
        Ends, both included.
    is_log : bool, default=False
        Whether ratios count, not differences; both ends are above 0 then.
    is_whole : bool, default=False
        Whether only whole numbers are meant.
    """

    low: float
    high: float
    is_log: bool = False
    is_whole: bool = False


@dataclass(frozen=True)
class Choice:
    """Values that a parameter may take, in no order."""

    values: tuple[Scalar, ...]


Space: TypeAlias = Mapping[str, Range | Choice]
"""Parameter name to what it may be; what it leaves out stays as in the default candidate."""


@runtime_checkable
class Family(Protocol):
    """Makes candidates of one kind of model.

    Attributes
    ----------
    name : str
        The name of its entry point.
    complexity : int
        Rank from simple to rich; among equals the simpler is preferred. The built-in ones
        go from 0 (majority), which no other has, over 2 (linear) and 5 (boosting) to 9
        (prompted).

    Notes
    -----
    A family whose estimators hold classes of their own lists them, as ``module.Class``, in an
    attribute ``trusted``, or all of a package as ``package.*``: a stored release may hold these
    types and no others.

    A family may have a method ``space(task, columns, n_rows) -> Space``: further candidates are
    then drawn from it, where they do well, when those it proposes have been looked at.

    An estimator that is a network tells what it is made of and how its training went, after
    ``fit``, in two attributes: ``architecture_``, a list with a mapping of name to scalar for each
    layer in order, with at least ``"layer"`` (its kind, e.g. "dense") and ``"n_out"``; and
    ``epochs_``, a list with a mapping for each epoch: ``"train_loss"``, ``"valid_loss"`` (a
    number, or None) and ``"seconds"`` since the start of the fit. Both go on the record and on the
    page. If it has a parameter ``checkpoint``, it is given the path of a file that need not
    exist: what it writes there after an epoch, whole or not at all, it goes on from if it is
    stopped and fitted to the same rows again.

    A family whose models ask language models has a method ``connect(machines)``, given a mapping
    of the names under ``[machines]`` to `leadline.engines.language_models.connection.Connection`
    before it is asked for anything else. Its fitted models tell what an answer takes in two
    attributes, None where none was needed: ``cost_per_row_`` (money) and ``seconds_per_row_``. A
    method ``ask_once()`` of theirs is called where a request waits: from then on no row is asked
    for a second time, and `leadline.errors.EngineError` is raised for what got no answer.

    A project's own family need not be installed: ``[find] families`` takes an import path, as
    `leadline.engines.own` describes.
    """

    name: str
    complexity: int

    def candidates(
        self, task: str, columns: Mapping[str, str], n_rows: int
    ) -> Sequence[Mapping[str, Scalar]]:
        """Candidates worth trying, the default first.

        Parameters
        ----------
        task : {"binary", "multiclass", "regression"}
            What is predicted.
        columns : mapping of str to {"number", "category", "text", "date", "image"}
            Feature name to kind.
        n_rows : int
            Rows there are to learn from.

        Returns
        -------
        sequence of mapping of str to scalar
            Parameters for `build`. Empty if the family is not for this task or these columns: it
            is then not tried, and `build` is not called for them.
        """
        ...

    def build(
        self, params: Mapping[str, Scalar], task: str, columns: Mapping[str, str], seed: int
    ) -> Any:
        """An unfitted estimator.

        Parameters
        ----------
        params : mapping of str to scalar
            One of the candidates.
        task : {"binary", "multiclass", "regression"}
            What is predicted.
        columns : mapping of str to {"number", "category", "text", "date", "image"}
            Feature name to kind.
        seed : int
            Two estimators built with one seed and fitted to the same rows predict the same.

        Returns
        -------
        scikit-learn estimator
            Its ``X`` is a polars frame as `leadline.reading.conform` makes it, with
            missing values; its ``y`` an array of str (classes) or of float. A classifier has
            ``classes_`` and ``predict_proba``.
        """
        ...


@runtime_checkable
class Searcher(Protocol):
    """Proposes parameters from a space; made with ``(space, seed)``.

    It is made anew for each question and told all that is known, so it keeps nothing.
    """

    def tell(self, params: Mapping[str, Scalar], error: float) -> None:
        """Take note of a candidate and of the error that is expected of it.

        Parameters
        ----------
        params : mapping of str to scalar
            Those that the space does not name are of no interest.
        error : float
            The smaller the better.
        """
        ...

    def ask(self) -> Mapping[str, Scalar]:
        """Parameters worth trying, one for each name of the space."""
        ...


@runtime_checkable
class Executor(Protocol):
    """Runs tasks somewhere; made with ``n_jobs``, how many may run at once.

    Notes
    -----
    One whose tasks may run on other machines says so by an attribute ``is_shared``, True: what
    they need is then laid where those reach it.
    """

    @property
    def n_workers(self) -> int:
        """Tasks that may run at once: nobody submits more before one of them has ended."""
        ...

    def submit(self, task: Callable[[Spec], Result], spec: Spec) -> Future[Result]:
        """Begin a task.

        Parameters
        ----------
        task : callable
            A function at the top of a module. It may be run again after a failure, so it
            must leave nothing behind but its result.
        spec : object
            Small and picklable; big data are named by digest.

        Returns
        -------
        Future
            Its result, or what the task raised; an `EngineError` if its process died. To cancel
            it is to say that nobody waits for it any longer; whether the task is stopped is up to
            the executor.
        """
        ...


@runtime_checkable
class ModelClient(Protocol):
    """Speaks with one kind of server of language models; made without arguments.

    Requests and answers have the form of OpenAI's chat completions [1]_. What another interface
    wants otherwise is translated here, and nothing else: sending, time-outs, retries, money, and
    how a label is read are the same for all. It keeps nothing: of equal requests the bodies are
    equal.

    Attributes
    ----------
    name : str
        The name of its entry point, which ``[machines.NAME] client`` says.
    added_tokens : int
        Tokens, at most, that its server reads beside the texts of the messages and the schema: what
        is set aside before a request counts on it.

    References
    ----------
    .. [1] https://platform.openai.com/docs/api-reference/chat
    """

    name: str
    added_tokens: int

    def address(self, url: str) -> str:
        """Where requests go.

        Parameters
        ----------
        url : str
            Of the machine, as the settings have it, without a slash at its end.
        """
        ...

    def headers(self, secret: str) -> Mapping[str, str]:
        """What goes with each request beside its type; nothing of a key where there is none.

        Parameters
        ----------
        secret : str
            The key; empty where none is needed.
        """
        ...

    def body(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        """What is sent, as JSON.

        Parameters
        ----------
        request : mapping
            ``model``, ``messages``, ``max_tokens``, ``response_format`` with a JSON schema, and
            options that may be left out where the server knows none such: ``temperature``,
            ``logprobs``, ``top_logprobs``. ``n``, of several answers, may not: a client whose
            server gives one answer raises `EngineError`.
        """
        ...

    def response(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        """An answer as chat completions have it, from what the server sent.

        Parameters
        ----------
        said : mapping
            A response with status 200, whatever it holds.

        Returns
        -------
        mapping
            ``choices`` with ``message`` and ``finish_reason``, and ``usage``: ``prompt_tokens``,
            cached ones among them, ``prompt_tokens_details`` and ``completion_tokens``. Without
            ``choices`` where it holds no answer.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Run:
    """One page in a registry: a trial, a search, or the record as a whole.

    Attributes
    ----------
    key : str
        The same each time it is published, and no other run's in any project.
    name : str
        What a person reads.
    parent : str
        Key of the run it belongs under; empty for none.
    began_at, ended_at : datetime
        UTC.
    state : {"finished", "failed", "stopped"}
        How it ended.
    params : mapping of str to scalar
        What it was made from.
    metrics : mapping of str to float
        Numbers, finite.
    series : mapping of str to sequence of (int, float)
        Numbers along steps, ascending.
    tags : mapping of str to str
        Words, replaced when it is published again.
    texts : mapping of str to str
        Path to what the file holds; replaced likewise.
    folders : mapping of str to Path
        Path to the folder here whose files go there.
    version : str
        Stays as long as the run has not changed; empty: compare all of it.
    """

    key: str
    name: str
    began_at: datetime
    ended_at: datetime
    parent: str = ""
    state: Literal["finished", "failed", "stopped"] = "finished"
    params: Mapping[str, Scalar] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    series: Mapping[str, Sequence[tuple[int, float]]] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    folders: Mapping[str, Path] = field(default_factory=dict)
    version: str = ""


@dataclass(frozen=True, kw_only=True)
class Published:
    """Result of a publication.

    Attributes
    ----------
    where : str
        Its address, without any password.
    n_new, n_changed, n_same : int
        Runs that were not there, that were brought up to date, and that were as they should be.
    """

    where: str
    n_new: int
    n_changed: int
    n_same: int


@runtime_checkable
class Registry(Protocol):
    """Shows runs to people who look there; made with ``url``, empty for its own default."""

    def publish(self, project: str, runs: Sequence[Run]) -> Published:
        """Bring a project's runs up to date.

        Parameters
        ----------
        project : str
            Its name.
        runs : sequence of Run
            Parents before children. A run whose key is there is updated, never doubled; runs
            that are not among them stay.

        Raises
        ------
        EngineError
            If the registry cannot be reached, or refuses.
        """
        ...
