from __future__ import annotations

import pytest

from leadline.errors import ReleaseError
from leadline.serving.package.packing.needed_distributions import needed_distributions


def test_what_is_required_comes_along() -> None:
    found = {one.name: one for one in needed_distributions(["pydantic"])}
    assert "pydantic-core" in found["pydantic"].requires
    assert set(found["pydantic"].requires) <= set(found)
    assert found["pydantic"].version == found["pydantic"].installed.version


def test_what_only_an_extra_or_another_system_needs_does_not() -> None:
    # colorama on Windows, email-validator for an extra
    names = {one.name for one in needed_distributions(["click", "pydantic"])}
    assert not names & {"colorama", "email-validator", "tzdata"}


def test_the_module_may_be_called_otherwise() -> None:
    assert "scikit-learn" in {one.name for one in needed_distributions(["sklearn"])}


def test_what_nobody_brings_is_refused() -> None:
    with pytest.raises(ReleaseError, match="no_such_module is not installed here"):
        needed_distributions(["no_such_module"])
