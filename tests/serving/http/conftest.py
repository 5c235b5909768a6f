"""Two releases, and a pointer that is moved between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.serving.conftest import Sealed, make_release

from leadline.serving.http import shadow_scorer
from leadline.serving.http.served_release import PointerFollower
from leadline.serving.releases.bundle import seal
from leadline.serving.releases.pointer import Candidate, Pointer, write_pointer


@dataclass
class Two:
    """Two releases in one folder, and a pointer that is moved between them."""

    first: Sealed
    second: str
    counter: int = 0

    @property
    def pointer(self) -> Path:
        return self.first.folder / "in-service.json"

    def move(
        self,
        digest: str,
        *,
        counter: int | None = None,
        project: str = "delays",
        candidate: str = "",
        share: float = 0.0,
    ) -> None:
        self.counter = self.counter + 1 if counter is None else counter
        at = datetime.now(UTC).isoformat()
        tried = Candidate(candidate[:12], candidate, share) if candidate else None
        said = Pointer(project, self.counter, digest[:12], digest, "Ada", "why", at, tried)
        write_pointer(self.first.folder, said, self.first.key)

    def follower(self, counter: int = 0) -> PointerFollower:
        return PointerFollower(
            self.pointer, counter, "delays", trusted=[self.first.key.public_key()]
        )


@pytest.fixture
def eager_shadows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shadows that this process starts have its priority; those of real servers stand behind."""
    monkeypatch.syspath_prepend(Path(__file__).parents[3])
    monkeypatch.setattr(shadow_scorer, "__name__", "tests.serving.http.eager_shadow")


@pytest.fixture
def two(tmp_path: Path) -> Two:
    first = make_release(tmp_path / "releases")
    other = make_release(tmp_path / "other", family="majority")
    second = seal(
        first.folder, model=other.model, card=other.card, golden_X=other.X[:5], key=first.key
    )
    return Two(first, second.digest)
