"""Portable numerics: the same bytes whatever kernels the libraries would choose, and a word where they cannot be."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from configuration import CONFIG_YAML
from conftest import Project
from synthetic import RANDOMISATION, tree

from pipeline import config as configuration_file
from pipeline import cpu, dataset, keys, numerics, preparation, randomisation, training
from pipeline.build import Build
from pipeline.errors import InputError, RunError
from pipeline.numerics import Numerics

ROOT = Path(__file__).parent.parent
CONFIG = configuration_file.load(CONFIG_YAML)
CONFIGURATION = CONFIG.experiments["default"].configurations[0]
FILES = ("history.csv", "norms.csv", "metrics.json")
# What the libraries would choose on other machines: kernels of another generation, NumPy's without AVX2, more threads.
MACHINES = {
    "Nehalem": {"OPENBLAS_CORETYPE": "Nehalem", "NPY_DISABLE_CPU_FEATURES": "X86_V3"},
    "Sandy Bridge": {"OPENBLAS_CORETYPE": "Sandybridge", "OPENBLAS_NUM_THREADS": "4"},
    "an unknown one": {"OPENBLAS_CORETYPE": "Prescott"},
}
QEMU = shutil.which("qemu-x86_64") or shutil.which("qemu-x86_64-static")
V3 = "fpu avx avx2 fma f16c bmi1 bmi2 abm movbe"


def capable() -> bool:
    """Whether this CPU can have portable numerics."""
    try:
        cpu.require("portable", "config.yaml")
    except InputError:
        return False
    return True


needs_v3 = pytest.mark.skipif(not capable(), reason="portable numerics need an x86-64 CPU with AVX2 and FMA")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few prepared images."""
    folder, rng = tmp_path_factory.mktemp("numerics"), np.random.default_rng(0)
    arrays = {
        "training_images": rng.integers(0, 256, (500, 196), np.uint8),
        "training_labels": rng.integers(0, 10, 500, np.uint8),
        "testing_images": rng.integers(0, 256, (100, 196), np.uint8),
        "testing_labels": rng.integers(0, 10, 100, np.uint8),
    }
    dataset.save(folder / "data", arrays, classes=10, name="small", source="mnist", fallback=False, files={})
    preparation.save(folder, *preparation.make(folder / "data", CONFIG.split.validation_fraction, CONFIG.split.seed))
    return folder


Train = Callable[..., bytes]


@pytest.fixture
def train(prepared: Path, tmp_path: Path) -> Train:
    """Train one short run in a process of its own; what its files hold."""
    chosen = replace(CONFIGURATION, learning_rate=0.5, batch_size=16, epochs=2)

    def run(wanted: Numerics, machine: Mapping[str, str], *emulator: str) -> bytes:
        data = dataset.read_manifest(prepared / "data").fingerprint
        specification = json.dumps(keys.specification(replace(CONFIG, numerics=wanted), chosen, 1, data))
        step = [sys.executable, "-m", "pipeline.training", "--run", specification, "--data", prepared]
        output = tmp_path / "run"
        environment = os.environ | machine | numerics.environment(wanted)
        subprocess.run([*emulator, *step, "--output", output], cwd=ROOT, env=environment, check=True)
        return b"".join((output / name).read_bytes() for name in FILES)

    return run


@needs_v3
def test_portable_runs_have_the_same_bytes_whatever_the_libraries_would_choose(train: Train) -> None:
    expected = train("portable", {})
    for name, machine in MACHINES.items():
        assert train("portable", machine) == expected, name


def test_fast_runs_have_the_machines_bytes(train: Train) -> None:
    """Without a difference here, the test above would hold for a setting that does nothing."""
    if len({train("fast", machine) for machine in MACHINES.values()}) == 1:
        pytest.skip("NumPy has one kind of kernels here, whichever it is told to use")


@needs_v3
@pytest.mark.skipif(QEMU is None, reason="no emulator of other CPUs (Debian's qemu-user)")
def test_portable_runs_have_the_same_bytes_on_emulated_cpus(train: Train) -> None:
    expected = train("portable", {})
    for model in ("EPYC", "max"):
        assert train("portable", {}, str(QEMU), "-cpu", model) == expected, model


@needs_v3
def test_a_build_sets_the_environment_of_its_jobs(make_project: Callable[..., Project]) -> None:
    project = make_project(source="sample", numerics="portable", randomisation=RANDOMISATION | {"epochs": 1})
    # the job itself would refuse any other environment
    project.build("results/randomisation/true_labels.csv", **MACHINES["Nehalem"])


def test_only_portable_numerics_are_part_of_the_key() -> None:
    fast, portable = (
        keys.specification(replace(CONFIG, numerics=each), CONFIGURATION, 1, "a" * 64) for each in ("fast", "portable")
    )
    assert keys.key(fast) != keys.key(portable)
    assert portable == fast | {"environment": numerics.environment("portable")}
    assert "environment" not in fast, "the keys of runs from before there were numerics"


def test_a_configuration_without_numerics_is_fast() -> None:
    settings = tree()
    del settings["numerics"]
    assert configuration_file.parse(settings, "config.yaml").numerics == "fast"
    assert configuration_file.parse(settings | {"numerics": "portable"}, "config.yaml").numerics == "portable"


def test_numerics_train_the_randomization_tests_again() -> None:
    def how(chosen: Numerics) -> str:
        settings = tree(randomisation=RANDOMISATION, numerics=chosen)
        return Build(configuration_file.parse(settings, "x"), settings).tests_training

    assert how("fast") != how("portable")
    assert randomisation.Training(**json.loads(how("portable"))).environment == numerics.environment("portable")


@pytest.mark.parametrize("name", sorted(numerics.environment("portable")))
def test_a_portable_run_is_refused_in_another_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    expected = numerics.environment("portable")
    for variable, value in expected.items():
        monkeypatch.setenv(variable, value)
    numerics.confirm(expected)
    monkeypatch.setenv(name, "other")
    specification = keys.specification(replace(CONFIG, numerics="portable"), CONFIGURATION, 1, "a" * 64)
    with pytest.raises(RunError, match=f"expected the environment variables {name}={expected[name]}, found others"):
        training.run(specification, tmp_path)


@pytest.mark.parametrize(
    ("cpuinfo", "found"),
    [
        (f"model name\t: Xeon E5\nflags\t\t: {V3.replace('fma ', '')}\n", "found Xeon E5, without fma."),
        (f"model name\t: Atom\nflags\t\t: {V3.replace('avx avx2 ', '')}\n", "found Atom, without avx, avx2."),
        ("model name\t: Cortex\nFeatures\t: fp asimd\n", "found Cortex, without avx, avx2, fma"),
    ],
)
def test_a_cpu_that_cannot_is_told_in_one_line(tmp_path: Path, cpuinfo: str, found: str) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text(cpuinfo)
    cpu.require("fast", "config.yaml", path)
    with pytest.raises(InputError) as caught:
        cpu.require("portable", "config.yaml", path)
    (line,) = caught.value.problems
    assert line.startswith("config.yaml: numerics: expected an x86-64 CPU with AVX2 and FMA (x86-64-v3) for portable, ")
    assert found in line
    assert line.endswith(" Hint: numerics: fast")
    path.write_text(f"model name\t: any\nflags\t\t: {V3} avx512f\n")
    cpu.require("portable", "config.yaml", path)
