"""Builds whose runs are trained by a stand-in for Kubernetes, with a bucket of moto's S3; no cluster, no container."""

import subprocess
from collections.abc import Iterator

import pytest
from committed import as_committed
from conftest import Project
from faults.striking import wait_until
from versioned import know

from storage.bucket import Bucket
from storage.conftest import TRAINED, differing, timings
from storage.kubernetes_api import Cluster, cluster

pytestmark = as_committed("profiles/kubernetes")  # which names its user's image and bucket

IMAGE = "registry.example.org/mnist:latest"
CANDIDATES = 2  # runs of the first pod: the grid
RUNS = ("results/runs.csv", "results/histories.csv", "results/norms.csv")  # what comes after is made here


@pytest.fixture
def kubernetes() -> Iterator[Cluster]:
    """A stand-in for a cluster."""
    with cluster() as made:
        yield made


def test_a_build_whose_pod_is_killed_keeps_what_it_trained_and_ends_as_a_plain_one(
    make_folder, server: Bucket, kubernetes: Cluster, plain: Project
):
    project: Project = make_folder("project")
    know(project.folder)
    command = (
        *("--profile", "profiles/kubernetes", *server.arguments),
        *("--precommand", "export REPORT_JOB_CPUS=1", "--seconds-between-status-checks", "1", *RUNS),
    )
    variables = server.environment | kubernetes.environment
    build = subprocess.Popen(
        ["snakemake", *command],
        cwd=project.folder,
        env=project.environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert wait_until(lambda: len(server.objects(TRAINED)) > 0)
        (pod,) = kubernetes.pods.values()
        pod.kill()
        output, _ = build.communicate(timeout=300)
    finally:
        build.kill()
    assert build.returncode == 1, output
    (line,) = [line for line in output.splitlines() if line.startswith("A job on the cluster: ")] or [output]
    assert f"expected {CANDIDATES} of {CANDIDATES} runs trained, found 1. " in line
    assert "Hint: see .snakemake/auxiliary/kubernetes-logs/snakejob-" in line
    assert "Traceback" not in output
    kept = timings(server)
    assert len(kept) == 1
    project.build(*command, **variables)
    assert kept.items() <= timings(server).items()
    assert set(RUNS) <= set(server.objects())
    assert differing(server, plain) == []
    for pod in kubernetes.all_pods:
        assert str(project.folder) not in pod.command + pod.log, "the folder of the build is another machine's"
        assert "pip " not in pod.command
        (container,) = pod.job["spec"]["template"]["spec"]["containers"]
        assert container["image"] == IMAGE
