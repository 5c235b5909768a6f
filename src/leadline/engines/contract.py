"""What an engine must do.

A guest's engine is any class with these methods, named in its package's entry points::

    [project.entry-points."leadline.families"]
    constant = "my_package.constant:Constants"

`leadline.testing` holds the checks that its author runs against it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar, runtime_checkable

Scalar: TypeAlias = str | int | float | bool | None
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
        have 0 (majority), 1 (bayes), 2 (linear), 3 (neighbours), 4 (forest) and 5 (boosting).

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

    A project's own family need not be installed: ``[find] families`` takes an import path, as
    `leadline.engines.own` describes.
    """

    name: str
    complexity: int

    def candidates(
        self, task: str, columns: Mapping[str, str], n_rows: int
    ) -> Sequence[Mapping[str, Scalar]]:
        """What is worth trying, the default first.

        Parameters
        ----------
        task : {"binary", "multiclass", "regression"}
            What is predicted.
        columns : mapping of str to {"number", "category", "text", "date"}
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
        """An estimator that has learnt nothing yet.

        Parameters
        ----------
        params : mapping of str to scalar
            One of the candidates.
        task : {"binary", "multiclass", "regression"}
            What is predicted.
        columns : mapping of str to {"number", "category", "text", "date"}
            Feature name to kind.
        seed : int
            Two estimators built with one seed and fitted to the same rows predict the same.

        Returns
        -------
        scikit-learn estimator
            Its ``X`` is a polars frame as `leadline.engines.conform.conform` returns it, with
            missing values; its ``y`` an array of str (classes) or of float. A classifier has
            ``classes_`` and ``predict_proba``.
        """
        ...


@runtime_checkable
class Executor(Protocol):
    """Runs tasks somewhere; made with ``n_jobs``, how many may run at once."""

    def map(self, task: Callable[[Spec], Result], specs: Sequence[Spec]) -> Iterator[Result]:
        """Run a task once for each spec.

        Parameters
        ----------
        task : callable
            A function at the top of a module. It may be run again after a failure, so it
            must leave nothing behind but its result.
        specs : sequence
            Small and picklable; big data are named by digest.

        Returns
        -------
        iterator
            One result a spec, in the order of the specs, each as soon as it is there. What a
            task raises is raised when its result is due.
        """
        ...
