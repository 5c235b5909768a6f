"""Software bill of materials of a package: CycloneDX 1.6 in JSON.

It lists the release as a machine-learning model, Leadline's code that serves it, and every
distribution that is installed from the lock, with what each says of its licence and what it needs.

References
----------
CycloneDX 1.6, ECMA-424, https://cyclonedx.org/docs/1.6/json/
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import distribution, version
from typing import Any

from leadline.serving.package.packing.hashed_lock import locked_hashes
from leadline.serving.package.packing.licence_texts import field_of, licence_of
from leadline.serving.package.packing.needed_distributions import Needed
from leadline.serving.releases.manifest import Manifest

_FORMAT = "CycloneDX"
_VERSION = "1.6"


def bill_of_materials(
    manifest: Manifest, needed: Sequence[Needed], *, use: str, made_at: datetime
) -> str:
    """The bill of a package.

    Parameters
    ----------
    manifest : Manifest
        Of the release in it.
    needed : sequence of Needed
        Distributions of its lock.
    use : str
        What the model is meant for.
    made_at : datetime
        With its zone.

    Returns
    -------
    str
        JSON, the same for the same arguments.
    """
    code = f"pkg:pypi/leadline@{version('leadline')}"
    model = f"release:{manifest.release_id}"
    package = f"package:{manifest.project}:{manifest.release_id}"
    purls = {one.name: f"pkg:pypi/{one.name}@{one.version}" for one in needed}
    needs = [{"ref": package, "dependsOn": sorted([code, model])}, {"ref": model}]
    needs.append({"ref": code, "dependsOn": sorted(_outermost(needed, purls))})
    needs += [
        {"ref": purls[one.name], "dependsOn": sorted(purls[each] for each in one.requires)}
        for one in needed
    ]
    bill = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": _FORMAT,
        "specVersion": _VERSION,
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{package}{made_at}')}",
        "version": 1,
        "metadata": {
            "timestamp": made_at.isoformat(timespec="seconds"),
            "tools": {"components": [_leadline("")]},
            "component": {
                "type": "application",
                "bom-ref": package,
                "name": manifest.project,
                "version": manifest.release_id,
                "description": f"Release of {manifest.project}, and what it takes to run it.",
            },
        },
        "components": [
            _model(manifest, model, use),
            _leadline(code),
            *(_library(one, purls[one.name]) for one in needed),
        ],
        "dependencies": needs,
    }
    return json.dumps(bill, indent=1, ensure_ascii=False) + "\n"


def _outermost(needed: Sequence[Needed], purls: dict[str, str]) -> list[str]:
    """Those that no other one brings: what the code itself asks for."""
    brought = {name for one in needed for name in one.requires}
    return [purls[one.name] for one in needed if one.name not in brought]


def _leadline(reference: str) -> dict[str, Any]:
    """The code that serves; the same, without a reference, is the tool that made the bill."""
    part: dict[str, Any] = {"type": "library" if reference else "application"}
    if reference:
        part |= {"bom-ref": reference, "purl": reference}
    part |= {"name": "leadline", "version": version("leadline")}
    return part | _licences(Needed("leadline", version("leadline"), ()))


def _library(one: Needed, purl: str) -> dict[str, Any]:
    part = {"type": "library", "bom-ref": purl, "name": one.name, "version": one.version}
    part |= {"purl": purl, **_licences(one)}
    if said := field_of(one.installed, "Summary"):
        part["description"] = said
    references = [
        {
            "type": "distribution",
            "url": purl,
            "hashes": [
                {"alg": "SHA-256", "content": each.removeprefix("sha256:")}
                for each in locked_hashes(one.name, one.version)
            ],
        }
    ]
    return part | {"externalReferences": references} if references[0]["hashes"] else part


def _licences(one: Needed) -> dict[str, Any]:
    """What a distribution says of its licence, in the form for it."""
    said, is_expression = licence_of(distribution(one.name))
    if not said:
        return {}
    if is_expression:
        return {"licenses": [{"expression": said, "acknowledgement": "declared"}]}
    return {"licenses": [{"license": {"name": said, "acknowledgement": "declared"}}]}


def _model(manifest: Manifest, reference: str, use: str) -> dict[str, Any]:
    """The release, with a short card of its model."""
    measured = [
        {"type": name, "value": str(value)}
        for name, value in sorted(manifest.metrics.items())
        if value is not None
    ]
    card: dict[str, Any] = {
        "modelParameters": {
            "approach": {"type": "supervised"},
            "task": manifest.task,
            "architectureFamily": manifest.family or "not stated",
            "inputs": [{"format": f"{name}: {kind}"} for name, kind in manifest.columns.items()],
            "outputs": [{"format": manifest.label}],
        },
        "considerations": {"useCases": [use]},
    }
    if measured:
        card["quantitativeAnalysis"] = {"performanceMetrics": measured}
    return {
        "type": "machine-learning-model",
        "bom-ref": reference,
        "name": manifest.project,
        "version": manifest.release_id,
        "hashes": [{"alg": "SHA-256", "content": manifest.model_digest}],
        "modelCard": card,
    }
