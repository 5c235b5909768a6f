"""What fixes a fit: small, its data named by digest, so that it can be run anywhere, and again.

Nothing here imports scikit-learn, which takes seconds: who watches a search must not wait for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version

from leadline.datasets.frames import Target
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
        Which fold of how many.
    n_train : int or None
        First so many of the fold's shuffled train rows; None for all.
    n_valid : int or None
        At most so many validation rows.
    folder : str
        Where ``leadline.toml`` lies: the family may be a module beside it.
    is_proof : bool
        Whether a model that no release could hold is refused.
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


def spec_of(workspace: Workspace, problem: Problem, data: Data) -> FitSpec:
    """What every fit of a project has in common; `dataclasses.replace` says the rest."""
    return FitSpec(
        artifacts=workspace.artifacts.url,
        folder=str(workspace.folder),
        data=data,
        target=Target.of(problem),
        scoring=problem.scoring,
        seed=data.split.seed,
    )


def key_of(spec: FitSpec) -> str:
    """What fixes the outcome of a fit but for its size and repeat, as a digest.

    Two specs of one key may share what was measured: the snapshot and its split, the features, the
    target, the metric, the seed, the candidate, the folds, and the versions that computed agree.
    So does the code of a model of a person's own.
    """
    said = {
        "leadline": version("leadline"),
        "scikit-learn": version("scikit-learn"),
        "snapshot": spec.data.snapshot,
        "split": asdict(spec.data.split),
        "features": spec.data.features,
        "target": asdict(spec.target),
        "scoring": spec.scoring,
        "seed": spec.seed,
        "family": spec.family,
        "params": dict(sorted(spec.params.items())),
        "n_folds": spec.n_folds,
        "n_valid": spec.n_valid,
    }
    if is_import_path(spec.family):
        said["code"] = source_version(parse_import_path(spec.family), spec.folder)
    return hashlib.sha256(to_json(said).encode()).hexdigest()
