"""Which runs share a job of a cluster. How it goes on Slurm: tests/cluster."""

import re
from types import SimpleNamespace

import pytest
from conftest import ROOT

from pipeline.workflow import sources
from pipeline.workflow.batches import CPUS, GROUP, Batches, run_together


def workflow(**properties: object) -> SimpleNamespace:
    """What is used of Snakemake's workflow."""
    groups = SimpleNamespace(group_components={GROUP: 3})
    return SimpleNamespace(**{"group_settings": groups, "parent_groupids": {}} | properties)


def test_a_run_stays_in_its_batch():
    batches, here = Batches(), workflow()
    first = [batches.of(here, key) for key in "abcdefg"]
    assert first == ["train-0"] * 3 + ["train-1"] * 3 + ["train-2"]
    assert [batches.of(here, key) for key in "gfedcba"] == first[::-1]
    assert here.parent_groupids == dict.fromkeys(first, GROUP), "the profile's number is for all of them"


def test_without_a_number_in_the_profile_each_run_is_a_job_of_its_own():
    batches, here = Batches(), workflow(group_settings=SimpleNamespace(group_components={}))
    assert [batches.of(here, key) for key in "abb"] == ["train-0", "train-1", "train-1"]


@pytest.mark.parametrize("variable", CPUS)
def test_a_job_runs_all_it_holds_on_the_cpus_it_has(monkeypatch, variable):
    for name in CPUS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, "4")
    settings = SimpleNamespace(keep_going=False)
    there = workflow(execution_settings=settings, global_resources={})
    assert run_together(there) == []
    assert there.group_settings.group_components[GROUP] > 100_000
    assert settings.keep_going
    assert there.global_resources == {"_cores": 4}


def test_without_a_number_of_cpus_snakemake_has_its_own(monkeypatch):
    for name in CPUS:
        monkeypatch.delenv(name, raising=False)
    there = workflow(execution_settings=SimpleNamespace(keep_going=False), global_resources={"_cores": 2})
    assert run_together(there) == []
    assert there.global_resources == {"_cores": 2}


def test_only_runs_are_sent():
    """Their files are kept when a job is lost (keep-incomplete), and only theirs have a name of their own."""
    snakefile = (ROOT / "Snakefile").read_text(encoding="utf-8")
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in sources.workflow_files()]
    rules = [name for text in texts for name in re.findall(r"^(?:rule|checkpoint) (\w+):", text, re.MULTILINE)]
    here = re.search(r"^localrules:\n((?:    \w+,\n)+)", snakefile, re.MULTILINE)[1]
    assert set(rules) - set(re.findall(r"\w+", here)) == {"train"}


def test_where_the_step_of_a_run_lies_is_no_part_of_its_rule() -> None:
    """Snakemake runs a rule's jobs again when its text is another: a module that moves trains nothing."""
    (rule,) = re.findall(r"^rule train:\n(?:[ \n].*\n|\n)+", (ROOT / "rules/training.smk").read_text(), re.MULTILINE)
    assert "shell:" in rule
    assert "pipeline." not in rule


def test_the_snakefile_includes_every_file_of_rules() -> None:
    rules = [path.relative_to(ROOT).as_posix() for path in (ROOT / "rules").glob("*.smk")]
    assert sorted(sources.workflow_files()) == sorted(["Snakefile", *rules])
