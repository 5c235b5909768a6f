"""Manifests by the schemas of Kubernetes and the tables of KServe; unknown keys are refused."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from tests.deployment.kserve_tables import UnknownKeyError, check, pod_of, validate

from leadline.deployment.deployment_files import deployment_files
from leadline.deployment.service_plan import ServicePlan
from leadline.serving.http import endpoints
from leadline.serving.http.telemetry.service_metrics import ServiceMetrics

Manifest = dict[str, Any]


def manifests(plan: ServicePlan) -> dict[str, Manifest]:
    """Every resource by its kind."""
    written = deployment_files("kubernetes", plan)
    read = [yaml.safe_load(text) for name, text in written.items() if name.endswith(".yaml")]
    return {each["kind"]: each for each in read}


def inference_service(plan: ServicePlan) -> Manifest:
    read: Manifest = yaml.safe_load(deployment_files("kserve", plan)["inference-service.yaml"])
    return read


def test_every_manifest_is_valid(plan: ServicePlan) -> None:
    found = manifests(plan)
    listed = found.pop("Kustomization")["resources"]
    assert set(found) == {
        "Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy",
    }  # fmt: skip
    for each in found.values():
        validate(each)
    assert len(listed) == len(found)
    assert set(listed) <= set(deployment_files("kubernetes", plan))


def test_manifests_of_an_odd_name(odd_plan: ServicePlan) -> None:
    for kind, each in manifests(odd_plan).items():
        if kind != "Kustomization":
            validate(each)
            assert each["metadata"]["name"] == odd_plan.name


def test_the_schema_finds_what_is_wrong(plan: ServicePlan) -> None:
    deployment = manifests(plan)["Deployment"]
    deployment["spec"]["template"]["spec"]["containers"][0]["readOnlyRootFilesystem"] = True
    with pytest.raises(kubernetes_validate.ValidationError, match="readOnlyRootFilesystem"):
        validate(deployment)


@pytest.mark.parametrize("target", ["kubernetes", "kserve"])
def test_a_pod_may_do_nothing_but_answer(plan: ServicePlan, target: str) -> None:
    pod = (
        manifests(plan)["Deployment"]["spec"]["template"]["spec"]
        if target == "kubernetes"
        else inference_service(plan)["spec"]["predictor"]
    )
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["terminationGracePeriodSeconds"] > 25
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["limits"] == container["resources"]["requests"]
    assert container["resources"]["limits"]["memory"] == "384Mi"
    assert container["args"][-2] == "--tokens"
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert re.fullmatch(r"(/v2)?/health/(live|ready)", container[probe]["httpGet"]["path"])
    for volume in pod["volumes"]:
        assert set(volume) & {"emptyDir", "secret"}, "no disk of the machine"


def test_labels_agree_and_names_do_not_clash(plan: ServicePlan) -> None:
    found = manifests(plan)
    template = found["Deployment"]["spec"]["template"]["metadata"]["labels"]
    for selector in (
        found["Deployment"]["spec"]["selector"]["matchLabels"],
        found["Service"]["spec"]["selector"],
        found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        found["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
    ):
        assert selector.items() <= template.items()
        assert selector


def test_the_plan_is_kept_when_it_scales_and_when_machines_are_emptied(plan: ServicePlan) -> None:
    found = manifests(plan)
    scaler = found["HorizontalPodAutoscaler"]["spec"]
    assert (scaler["minReplicas"], scaler["maxReplicas"]) == (3, 6)
    assert found["PodDisruptionBudget"]["spec"]["maxUnavailable"] == 1
    assert found["NetworkPolicy"]["spec"]["egress"] == []


def test_the_autoscaler_asks_for_a_metric_that_the_server_has(plan: ServicePlan) -> None:
    (pods,) = [
        each["pods"]
        for each in manifests(plan)["HorizontalPodAutoscaler"]["spec"]["metrics"]
        if each["type"] == "Pods"
    ]
    metrics = ServiceMetrics("x")
    metrics.watch("queue_requests", "", lambda: 7.0)
    assert f"\n{pods['metric']['name']} 7.0\n" in metrics.text().decode()
    assert pods["metric"]["name"] in deployment_files("kubernetes", plan)["README.md"]
    assert '"queue_requests"' in Path(endpoints.__file__).read_text(encoding="utf-8")


def test_the_inference_service_is_one_that_kserve_knows(plan: ServicePlan) -> None:
    service = inference_service(plan)
    check(service)
    validate(pod_of(service["spec"]["predictor"]))
    (container,) = service["spec"]["predictor"]["containers"]
    assert container["name"] == "kserve-container"
    assert {"name": "PROTOCOL", "value": "v2"} in container["env"]
    assert container["readinessProbe"]["httpGet"]["path"] == "/v2/health/ready"


def test_the_inference_service_of_an_odd_name(odd_plan: ServicePlan) -> None:
    service = inference_service(odd_plan)
    check(service)
    assert service["metadata"]["name"] == odd_plan.name


def test_the_tables_find_what_is_wrong(plan: ServicePlan) -> None:
    service = inference_service(plan)
    service["spec"]["predictor"]["replicas"] = 3
    with pytest.raises(UnknownKeyError, match="V1beta1PredictorSpec knows no 'replicas'"):
        check(service)
    service = inference_service(plan)
    service["spec"]["predictor"]["minReplicas"] = "3"
    with pytest.raises(UnknownKeyError, match="minReplicas is '3'"):
        check(service)
    pod = pod_of(inference_service(plan)["spec"]["predictor"])
    pod["spec"]["containers"][0]["readyProbe"] = {}
    with pytest.raises(kubernetes_validate.ValidationError, match="readyProbe"):
        validate(pod)
