"""Specification of a fit: small, with data named by digest, so that it can be run anywhere.

Nothing here imports scikit-learn, which takes seconds: a page that shows a search needs only this.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version

from leadline.datasets.frames import Target, keeps_copies_together
from leadline.engines.own.import_path import is_import_path, parse_import_path
from leadline.engines.own.importing import source_version
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.search.trial import Scalar
from leadline.record.codec import to_json
from leadline.workspace import Workspace


@dataclass(frozen=True)
class FitSpec:
    """One fit to be measured.

    Attributes
    ----------
    artifacts : str
        Where the bytes are.
    data : Data
        The snapshot, its features and its split.
    target : Target
        What is predicted.
    scoring : str
        The metric.
    seed : int
        Of folds and of the fit.
    family, params
        The candidate.
    fold, n_folds : int
        Number of the fold from 0, and number of folds.
    n_train : int or None
        Only the first of the fold's shuffled train rows, as many as this; None for all.
    n_valid : int or None
        At most so many validation rows.
    folder : str
        Where ``leadline.toml`` lies: the family may be a module beside it.
    is_proof : bool
        Whether a model that no release could hold is refused.
    is_timed : bool
        Whether it is measured how long an answer takes.
    """

    artifacts: str
    data: Data
    target: Target
    scoring: str
    seed: int
    family: str = ""
    params: Mapping[str, Scalar] = field(default_factory=dict)
    fold: int = 0
    n_folds: int = 2
    n_train: int | None = None
    n_valid: int | None = None
    folder: str = ""
    is_proof: bool = False
    is_timed: bool = False


def spec_of(workspace: Workspace, problem: Problem, data: Data) -> FitSpec:
    """Specification that all fits of a project share; `dataclasses.replace` sets the rest."""
    return FitSpec(
        artifacts=workspace.artifacts.url,
        folder=str(workspace.folder),
        data=data,
        target=Target.of(problem),
        scoring=problem.scoring,
        seed=data.split.seed,
    )


def key_of(spec: FitSpec) -> str:
    """Digest of all that determines the outcome of a fit, except its size and repeat.

    Fits of specs with one key can stand for each other: snapshot, split, features, target, metric,
    seed, candidate, folds and software versions are the same, and so is the code of a project's
    own model.
    """
    split = asdict(spec.data.split)
    # told to people: it draws nothing
    del split["train_to"]
    if not split["draw"]:
        # fits from before there were several draws are found again
        del split["draw"]
    determining = {
        "leadline": version("leadline"),
        "scikit-learn": version("scikit-learn"),
        "snapshot": spec.data.snapshot,
        "split": split,
        "features": spec.data.features,
        "target": asdict(spec.target),
        "scoring": spec.scoring,
        "seed": spec.seed,
        "family": spec.family,
        "params": dict(sorted(spec.params.items())),
        "n_folds": spec.n_folds,
        "n_valid": spec.n_valid,
    }
    if spec.data.machine_rows:
        # the rows of one machine lie behind those of another
        weights = [[share.weight, share.n_rows] for share in spec.data.machine_shares]
        determining["machine_rows"] = [spec.data.machine_rows, weights]
    if keeps_copies_together(spec.data):
        determining["folds"] = "equal rows on one side"
    if is_import_path(spec.family):
        determining["code"] = source_version(parse_import_path(spec.family), spec.folder)
    return hashlib.sha256(to_json(determining).encode()).hexdigest()
