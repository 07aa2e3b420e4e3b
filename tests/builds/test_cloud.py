"""Machines without this one's file system: what is refused, and what a profile tells the platform's own command."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from committed import as_committed
from conftest import ROOT, Project

# What Snakemake needs to know of a storage provider until the Snakefile is read.
STORAGE = """
from snakemake_interface_storage_plugins.storage_object import StorageObjectRead, StorageObjectWrite
from snakemake_interface_storage_plugins.storage_provider import StorageProviderBase

class StorageProvider(StorageProviderBase):
    pass

class StorageObject(StorageObjectRead, StorageObjectWrite):
    pass

StorageProvider.__abstractmethods__ = frozenset()
"""
SCRIPT = "/project, of mine/.snakemake/tmp.abc/snakejob.training.sh"
# the command of a platform, and what it says of a job that waits or runs, one that succeeded, and one that failed
PLATFORMS = {
    "kubernetes": ("kubectl", [","], "1,", ",1"),
    "aws-batch": ("aws", ["RUNNABLE", "RUNNING"], "SUCCEEDED", "FAILED"),
    "google-batch": ("gcloud", ["QUEUED", "RUNNING"], "SUCCEEDED", "FAILED"),
    "azure-batch": ("az", [""], "success", "failure"),
}
# how it ends where it knows of no such job: what it prints, its last line on stderr, and its exit status
GONE = {
    "kubernetes": ("", "", 0),  # as it is asked to by --ignore-not-found
    "aws-batch": ("None", "", 0),
    "google-batch": ("", "ERROR: (gcloud.batch.jobs.describe) NOT_FOUND: Resource was not found.", 1),
    "azure-batch": ("", "ERROR: (TaskNotFound) The specified task does not exist.", 3),
}
UNREACHABLE = ("", "Unable to connect to the server.", 1)
# each is to be edited before it is used
PROFILES = pytest.mark.parametrize(
    "profile", [pytest.param(name, marks=as_committed(f"profiles/{name}")) for name in PLATFORMS]
)


def test_a_default_storage_provider_is_refused_in_a_line(make_project: Callable[..., Project], tmp_path: Path):
    plugin = tmp_path / "snakemake_storage_plugin_nowhere"
    plugin.mkdir()
    (plugin / "__init__.py").write_text(STORAGE)
    project = make_project()
    options = ("--default-storage-provider", "nowhere", "--default-storage-prefix", "nowhere://bucket")
    result = project.snakemake(*options, PYTHONPATH=str(tmp_path))
    assert result.returncode == 2, result.stdout
    line = result.stdout.strip().splitlines()[-1]
    assert line.startswith("--default-storage-provider: expected none, ")
    assert "found nowhere. Hint: 'Without a shared file system' in docs/cluster.md" in line
    assert not (project / "results").exists()
    assert "## Without a shared file system" in (ROOT / "docs/cluster.md").read_text(encoding="utf-8")


def setting(profile: str, name: str) -> str:
    settings = yaml.safe_load((ROOT / "profiles" / profile / "config.yaml").read_text(encoding="utf-8"))
    return settings[f"cluster-generic-{name}-cmd"]


def run(folder: Path, program: str, command: str, answer: str, error: str = "", status: int = 0) -> tuple[str, str]:
    """Run a command with a stand-in for the platform's: what it printed, and what the stand-in was told."""
    stand_in = folder / program
    stand_in.write_text(
        f"""#!/bin/sh\nprintf '%s\\n' "$@" >'{folder}/arguments'\ncat >'{folder}/input'
printf '{answer}'\nprintf '{error}' >&2\nexit {status}\n"""
    )
    stand_in.chmod(0o755)
    printed = subprocess.run(
        command,
        shell=True,
        cwd=ROOT,
        env={"PATH": f"{folder}:/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert printed.stderr in ("", error)
    return printed.stdout, (folder / "arguments").read_text() + (folder / "input").read_text()


@PROFILES
def test_a_platform_is_given_the_script_of_a_job(profile: str, tmp_path: Path):
    submit = setting(profile, "submit")
    assert "{" not in submit, "Snakemake would take it for one of its wildcards"
    identity, told = run(tmp_path, PLATFORMS[profile][0], f'{submit} "{SCRIPT}"', "")
    assert SCRIPT in told
    if profile == "azure-batch":  # its command says nothing of the name that it was given for the job
        assert identity.strip() in told.splitlines()


@as_committed("profiles/kubernetes", "profiles/google-batch")
def test_the_descriptions_of_a_job_are_sound_where_the_script_stands_in_them(tmp_path: Path):
    _, manifest = run(tmp_path, "kubectl", f'{setting("kubernetes", "submit")} "{SCRIPT}"', "")
    container = yaml.safe_load(manifest[manifest.index("# A job") :])["spec"]["template"]["spec"]["containers"][0]
    assert container["command"] == ["sh", SCRIPT]
    _, job = run(tmp_path, "gcloud", f'{setting("google-batch", "submit")} "{SCRIPT}"', "")
    task = json.loads(job[job.index("{\n") :])["taskGroups"][0]["taskSpec"]
    assert task["runnables"][0]["container"]["commands"] == ["sh", SCRIPT]


@PROFILES
def test_snakemake_is_told_what_became_of_a_job(profile: str, tmp_path: Path):
    program, underway, succeeded, failed = PLATFORMS[profile]
    answers = [((answer, "", 0), "running") for answer in underway]
    answers += [((succeeded, "", 0), "success"), ((failed, "", 0), "failed")]
    answers += [(GONE[profile], "failed"), (UNREACHABLE, "running")]
    for answer, expected in answers:
        printed, told = run(tmp_path, program, f"{setting(profile, 'status')} 'report-1'", *answer)
        assert printed.strip() == expected, answer
        assert "report-1" in told
