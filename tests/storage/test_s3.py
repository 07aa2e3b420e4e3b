"""Builds in folders that share a bucket of moto's S3 and nothing else, and what its faults come to."""

import os
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import Project
from faults.striking import at_work, wait_until

from pipeline.config.settings import SAMPLE_NAME
from storage.bucket import PREFIX, Bucket, Fault
from storage.conftest import TRAINED, differing, make, report, timings

CORES = ("--cores", "2")


@dataclass(frozen=True)
class Handed:
    """A build that was begun in one folder, killed, and ended in another."""

    folder: Project
    kept: dict[str, bytes]  # the times of the runs that the first folder trained
    throttled: int


def problems(output: str) -> list[str]:
    """The lines that say what was expected and found."""
    return [line for line in output.splitlines() if re.search(r"expected .*, found:? ", line)]


@pytest.fixture(scope="module")
def handed(server: Bucket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Handed]:
    """A build that one folder began, until it was killed, and another ended, some of whose requests were refused."""
    folders: Path = tmp_path_factory.mktemp("folders")
    first, second = make(folders / "first"), make(folders / "second")
    build = first.start(*CORES, *server.arguments, **server.environment)
    begun = wait_until(lambda: len(server.objects(TRAINED)) > 1 or build.poll() is not None)
    os.killpg(build.pid, signal.SIGKILL)
    build.wait()
    assert begun and build.returncode == -signal.SIGKILL
    assert wait_until(lambda: not at_work(first.folder))
    kept = timings(server)
    assert kept
    with server.fault(Fault("throttle", every=3, times=20)) as fault:
        output = second.build(*CORES, *server.arguments, **server.environment)
    assert not re.search("Retrieving from|Storing in|Removing local copy", output), "what counts would not be seen"
    assert f"Built on {SAMPLE_NAME}" in output
    yield Handed(second, kept, fault.struck)


def test_a_second_folder_ends_what_a_first_began_with_the_bytes_of_a_plain_build(server, handed: Handed, plain):
    assert report(handed.folder) == report(plain)
    assert differing(server, plain) == []
    assert handed.folder.planned(*CORES, *server.arguments, **server.environment) == {}


def test_what_the_first_folder_trained_is_not_trained_again(server, handed: Handed):
    assert handed.kept.items() <= timings(server).items()
    assert len(handed.kept) < len(timings(server))


def test_a_throttled_request_is_made_again(handed: Handed):
    assert handed.throttled == 20


@pytest.mark.parametrize(
    ("kind", "method", "found"),
    [("deny", "", "Forbidden"), ("deny", "PUT", "AccessDenied"), ("throttle", "", "reached max retries")],
)
def test_a_bucket_that_refuses_is_told_in_a_line_before_anything_is_trained(server, make_folder, kind, method, found):
    project: Project = make_folder("refused")
    before = server.objects()
    with server.fault(Fault(kind, method=method)) as fault:
        result = project.snakemake(*CORES, *server.arguments, **server.environment)
    assert fault.struck
    assert result.returncode == 2, result.stdout
    (line,) = problems(result.stdout)
    assert line.startswith(f"{PREFIX}: expected ")
    assert found in line and "Hint: " in line
    assert "Traceback" not in result.stdout
    assert server.objects() == before


def test_a_lost_file_is_named_and_the_same_command_makes_it_again_with_the_same_bytes(server, handed: Handed, plain):
    lost = next(key for key in server.objects(r"^results/runs/.*/metrics\.json$") if not _of(handed.kept, key))
    others = {key: timing for key, timing in timings(server).items() if Path(key).parent != Path(lost).parent}
    command = (*CORES, *server.arguments)
    with server.fault(Fault("lose", path=f"/{lost}$", method="GET")) as fault:  # since it was looked for
        result = handed.folder.snakemake(*command, "--forcerun", "runs", **server.environment)
    assert fault.struck
    assert result.returncode == 1, result.stdout
    assert f"{PREFIX}/{lost}" in result.stdout and "NoSuchKey" in result.stdout
    assert "Traceback" not in result.stdout
    server.delete(lost)
    server.delete("results/tables/summary.csv")
    handed.folder.build(*command, **server.environment)
    assert differing(server, plain) == []
    assert report(handed.folder) == report(plain)
    assert others.items() <= timings(server).items()
    assert {lost, "results/tables/summary.csv"} <= set(server.objects())


def _of(kept: dict[str, bytes], key: str) -> bool:
    """Whether an object is of a run that is among these."""
    return any(Path(one).parent == Path(key).parent for one in kept)
