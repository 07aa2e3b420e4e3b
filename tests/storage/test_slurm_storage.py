"""Slurm whose jobs see nothing of the build's folder: sources and files come from a storage, and theirs go there.

The storage is a folder here (fs); the node sees it, the environment of Python, and Slurm's own files.
"""

import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from cluster.slurm import Cluster, cluster, missing, with_storage
from committed import as_committed
from conftest import SMALL, Project
from faults.striking import outputs, wait_until
from versioned import know

pytestmark = [
    as_committed("profiles/slurm"),  # which may name a partition or an account of its user's cluster
    pytest.mark.skipif(bool(missing()), reason=f"no Slurm here: {', '.join(missing())} not found"),
]

OTHERS = ("SHA256SUMS", "timings.csv", "config.json")  # tell of times, or lie elsewhere
FAILURE = re.compile(r"^A job on the cluster: expected (\d+) of \1 runs trained, found (\d+)\. .*", re.MULTILINE)


def trained(storage: Path) -> dict[str, int]:
    """When each run came to the storage, by key."""
    found = {}
    for sums in storage.glob("results/runs/*/SHA256SUMS"):
        with suppress(FileNotFoundError):  # it is being replaced
            found[sums.parent.name] = sums.stat().st_mtime_ns
    return found


def struck(project: Project, storage: Path, slurm: Cluster) -> str:
    """The output of a build whose job is killed when it has trained a run, and which has to fail."""
    build = subprocess.Popen(
        ["snakemake", *with_storage(storage)],
        cwd=project.folder,
        env=project.environment(**slurm.environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert wait_until(lambda: bool(trained(storage)))
        slurm.kill_jobs()
        output, _ = build.communicate(timeout=200)
    finally:
        build.kill()
    assert build.returncode == 1, output
    return output


def test_jobs_that_see_only_the_storage_are_killed_and_the_same_command_ends_with_the_bytes_of_a_local_build(
    make_project, tmp_path, finished
):
    project: Project = make_project(**SMALL)
    know(project.folder)
    storage = tmp_path / "storage"
    storage.mkdir()
    with cluster(project.folder) as slurm:
        assert slurm.ask("srun", "ls", str(tmp_path)).split() == ["project", "storage"]
        assert not slurm.ask("srun", "--chdir=/", "ls", str(project.folder)), "the folder looks empty to the node"
        output = struck(project, storage, slurm)
        kept = trained(storage)
        ((expected, found),) = FAILURE.findall(output)
        assert 0 < int(found) < int(expected), output
        project.build(*with_storage(storage), **slurm.environment)
        # as a build leaves it that is killed before the storage has it
        figure = "results/figures/randomisation"
        shutil.copytree(storage / figure, project / f".snakemake/storage/fs{storage}" / figure, dirs_exist_ok=True)
        shutil.rmtree(storage / figure)
        project.build(*with_storage(storage), **slurm.environment)
        assert project.planned(*with_storage(storage), **slurm.environment) == {}
    now = trained(storage)
    assert {key: now[key] for key in kept} == kept, "what was trained is not trained again"
    made = outputs(Project(storage)) | outputs(project)
    local = {name: digest for name, digest in outputs(finished).items() if Path(name).name not in OTHERS}
    assert {name: made.get(name) for name in local} == local, "every CSV among them, and the report"
