from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from tests.serving.conftest import Sealed

from leadline.serving.package.packing.bill_of_materials import bill_of_materials
from leadline.serving.package.packing.needed_distributions import Needed, needed_distributions
from leadline.serving.releases.manifest import Manifest

AT = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def manifest(release: Sealed) -> Manifest:
    return release.open().manifest


@pytest.fixture(scope="module")
def needed() -> tuple[Needed, ...]:
    return needed_distributions(["numpy", "sklearn", "skops", "uvicorn", "cryptography"])


@pytest.fixture(scope="module")
def bill(manifest: Manifest, needed: tuple[Needed, ...]) -> dict[str, Any]:
    written = bill_of_materials(manifest, needed, use="To warn of late trains.", made_at=AT)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written) is None
    said: dict[str, Any] = json.loads(written)
    return said


def test_the_validator_sees_what_is_wrong(manifest: Manifest) -> None:
    written = bill_of_materials(manifest, (), use="", made_at=AT)
    harmed = written.replace('"machine-learning-model"', '"model"')
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(harmed) is not None


def test_all_that_is_installed_is_listed(bill: dict[str, Any], needed: tuple[Needed, ...]) -> None:
    libraries = {
        (one["name"], one["version"]) for one in bill["components"] if one["type"] == "library"
    }
    assert {(one.name, one.version) for one in needed} < libraries
    (numpy,) = [one for one in bill["components"] if one["name"] == "numpy"]
    assert numpy["licenses"][0]["expression"].startswith("BSD-3-Clause")
    assert numpy["externalReferences"][0]["hashes"]
    (h11,) = [one for one in bill["components"] if one["name"] == "h11"]
    assert h11["licenses"][0]["license"]["name"] == "MIT License"


def test_the_model_has_a_card(bill: dict[str, Any], manifest: Manifest) -> None:
    (model,) = [one for one in bill["components"] if one["type"] == "machine-learning-model"]
    assert model["hashes"] == [{"alg": "SHA-256", "content": manifest.model_digest}]
    card = model["modelCard"]
    assert card["considerations"]["useCases"] == ["To warn of late trains."]
    measured = card["quantitativeAnalysis"]["performanceMetrics"]
    assert measured == [{"type": "roc_auc", "value": "0.9"}]


def test_every_component_is_reached_from_the_package(bill: dict[str, Any]) -> None:
    needs = {one["ref"]: one.get("dependsOn", []) for one in bill["dependencies"]}
    reached, waiting = set[str](), {bill["metadata"]["component"]["bom-ref"]}
    while waiting:
        reference = waiting.pop()
        reached.add(reference)
        waiting |= set(needs[reference]) - reached
    assert {one["bom-ref"] for one in bill["components"]} < reached


def test_the_same_is_written_for_the_same(manifest: Manifest, needed: tuple[Needed, ...]) -> None:
    one, other = (bill_of_materials(manifest, needed, use="", made_at=AT) for _ in range(2))
    assert one == other
