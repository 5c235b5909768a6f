"""Where candidates come from: what families propose, then what a searcher makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leadline.engines.contract import Space
from leadline.engines.loading import load, load_family
from leadline.engines.own.import_path import is_import_path
from leadline.phases.search.trial import Scalar

Params = Mapping[str, Scalar]

_N_DIGITS = 4
_MOST_ASKED = 10


@dataclass
class Source:
    """Where the candidates of one family come from.

    Attributes
    ----------
    name : str
        The family's, as the settings name it.
    family : Family or Exception
        Itself, or what stands in the way of it.
    proposals : list of mapping
        What it proposes and nobody has tried; empty before `open`.
    space : mapping of str to Range or Choice
        What a searcher may draw from when they are used up; empty if the family has none.
    """

    name: str
    family: Any
    proposals: list[Params] = field(default_factory=list)
    space: Space = field(default_factory=dict)
    _default: Params = field(default_factory=dict)

    @property
    def complexity(self) -> int:
        """Rank of the family; what has none is the simplest, and fails by itself."""
        rank = getattr(self.family, "complexity", 0)
        return rank if isinstance(rank, int) else 0

    @property
    def label(self) -> str:
        """What its trials are called, before their number."""
        return str(getattr(self.family, "name", "") or self.name)

    def open(self, task: str, columns: Mapping[str, str], n_rows: int) -> bool:
        """Ask the family what is worth trying; say whether there is anything.

        Raises
        ------
        Exception
            Whatever a guest's family raises, when it is loaded or asked.
        """
        if isinstance(self.family, Exception):
            raise self.family
        self.proposals = [dict(each) for each in self.family.candidates(task, columns, n_rows)]
        if not self.proposals and is_import_path(self.name):
            # a family of ours may pass a task by in silence; one that was named by path may not
            from leadline.engines.own.finding import nothing_to_try

            raise nothing_to_try(self.name, self.family, task)
        if self.proposals:
            self._default = self.proposals[0]
            space = getattr(self.family, "space", None)
            self.space = dict(space(task, columns, n_rows)) if space else {}
        return bool(self.proposals)

    @property
    def is_empty(self) -> bool:
        """Whether nothing more can come from here."""
        return not self.proposals and not self.space

    def further(
        self, told: Sequence[tuple[Params, float]], searcher: str, seed: int
    ) -> tuple[Params, bool]:
        """The next parameters, and whether a searcher proposed them.

        Parameters
        ----------
        told : sequence of (mapping, float)
            Parameters of this family's trials with the error expected of each.
        searcher : str
            Who draws from the space.
        seed : int
            Of the draw.
        """
        if self.proposals:
            return self.proposals.pop(0), False
        engine = load("searchers", searcher)(self.space, seed)
        for params, error in told:
            engine.tell(params, error)
        tried = [dict(params) for params, _ in told]
        for _ in range(_MOST_ASKED):
            asked = {name: _short(value) for name, value in engine.ask().items()}
            params = {**self._default, **asked}
            if params not in tried:
                break
        return params, True


def sources(names: Sequence[str], folder: str) -> Iterator[Source]:
    """The families of these names, simple before rich; a name without a family among them.

    The installed ones come first: the code of a person's own model runs when its turn comes.
    """
    distinct = list(dict.fromkeys(names))
    installed = [name for name in distinct if not is_import_path(name)]
    yield from sorted(
        (Source(name, _loaded(name, folder)) for name in installed),
        key=lambda source: source.complexity,
    )
    for name in distinct:
        if is_import_path(name):
            yield Source(name, _loaded(name, folder))


def _loaded(name: str, folder: str) -> Any:
    """The family of a name, or what stands in its way."""
    try:
        return load_family(name, folder)
    except Exception as error:  # a guest's package may raise anything when it is imported
        return error


def _short(value: Scalar) -> Scalar:
    """A number as people write it: nobody can tell a learning rate by its fifth digit."""
    return float(f"{value:.{_N_DIGITS}g}") if isinstance(value, float) else value
