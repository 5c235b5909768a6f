"""Sources of candidates: what families propose, then what a searcher draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leadline.engines.contract import Space
from leadline.engines.loading import load
from leadline.engines.own.import_path import is_import_path
from leadline.evaluation.machines.connected_families import connected_family
from leadline.phases.search.trial import Scalar

Params = Mapping[str, Scalar]

_N_DIGITS = 4
_MAX_DRAWS = 10


@dataclass
class CandidateSource:
    """The source of one family's candidates: its proposals, then a searcher.

    Attributes
    ----------
    name : str
        Name of the family in the settings.
    family : Family or Exception
        The family, or the error that its import raised.
    proposals : list of mapping
        Parameters that the family proposes and that were not tried yet; empty before `open`.
    space : mapping of str to Range or Choice
        What a searcher may draw from once they are used up; empty if the family has none.
    """

    name: str
    family: Any
    proposals: list[Params] = field(default_factory=list)
    space: Space = field(default_factory=dict)
    _default: Params = field(default_factory=dict)

    @property
    def complexity(self) -> int:
        """Rank of the family, from simple to rich; 0 where it has none."""
        rank = getattr(self.family, "complexity", 0)
        return rank if isinstance(rank, int) else 0

    @property
    def label(self) -> str:
        """Name of its trials, before their number."""
        return str(getattr(self.family, "name", "") or self.name)

    def open(self, task: str, columns: Mapping[str, str], n_rows: int) -> bool:
        """Ask the family for proposals and space; return whether it proposes anything.

        Parameters
        ----------
        task : str
            Classification or regression, as `leadline.engines.contract.Family` names them.
        columns : mapping of str to str
            Feature name to kind.
        n_rows : int
            Train rows there are.

        Raises
        ------
        Exception
            Whatever the family raises, when it is imported or asked.
        """
        if isinstance(self.family, Exception):
            raise self.family
        self.proposals = [dict(each) for each in self.family.candidates(task, columns, n_rows)]
        if not self.proposals and is_import_path(self.name):
            # an installed family may have nothing for a task; one that was named by path must
            from leadline.engines.own.finding import nothing_to_try

            raise nothing_to_try(self.name, self.family, task)
        if self.proposals:
            self._default = self.proposals[0]
            space = getattr(self.family, "space", None)
            self.space = dict(space(task, columns, n_rows)) if space else {}
        return bool(self.proposals)

    @property
    def is_exhausted(self) -> bool:
        """Whether there are no further candidates."""
        return not self.proposals and not self.space

    def next_params(
        self,
        observed: Sequence[tuple[Params, float]],
        searcher: str,
        seed: int,
        tried: Sequence[Params] = (),
    ) -> tuple[Params, bool]:
        """The next parameters, and whether a searcher proposed them.

        Parameters
        ----------
        observed : sequence of (mapping, float)
            Parameters of this family's trials, and the error that each is compared by.
        searcher : str
            Name of the engine that draws from the space.
        seed : int
            Seed of the draw.
        tried : sequence of mapping
            Parameters that are not to be drawn again; where nothing else is, they are all the same.
        """
        if self.proposals:
            return self.proposals.pop(0), False
        engine = load("searchers", searcher)(self.space, seed)
        for params, error in observed:
            engine.tell(params, error)
        for _ in range(_MAX_DRAWS):
            drawn = {name: _rounded(value) for name, value in engine.ask().items()}
            params = {**self._default, **drawn}
            if params not in tried:
                break
        return params, True


def candidate_sources(names: Sequence[str], folder: str) -> Iterator[CandidateSource]:
    """A source for each family, from simple to rich; a family that cannot be imported has one too.

    Installed families come first. A user's own model is imported only when its turn comes.

    Parameters
    ----------
    names : sequence of str
        Of installed families, or import paths.
    folder : str
        Of ``leadline.toml``: import paths are looked up there too.
    """
    distinct = list(dict.fromkeys(names))
    installed = [name for name in distinct if not is_import_path(name)]
    yield from sorted(
        (CandidateSource(name, _loaded(name, folder)) for name in installed),
        key=lambda source: source.complexity,
    )
    for name in distinct:
        if is_import_path(name):
            yield CandidateSource(name, _loaded(name, folder))


def _loaded(name: str, folder: str) -> Any:
    """The family of a name, or the error that its import raised."""
    try:
        return connected_family(name, folder)
    except Exception as error:  # a package of others may raise anything when it is imported
        return error


def _rounded(value: Scalar) -> Scalar:
    """A number of four significant digits: more of them change no result and are hard to read."""
    return float(f"{value:.{_N_DIGITS}g}") if isinstance(value, float) else value
