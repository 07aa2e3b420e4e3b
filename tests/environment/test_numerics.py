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
from configuration import CONFIG_YAML, ROOT
from conftest import Project
from oracle import reference
from synthetic import RANDOMISATION, tree

from pipeline.config import load as configuration_file
from pipeline.config.metrics import HISTORY_COLUMNS
from pipeline.data import dataset, preparation
from pipeline.data.examples import Examples, split
from pipeline.environment import cpu, numerics
from pipeline.environment.numerics import Numerics
from pipeline.errors import InputError, RunError
from pipeline.experiments import keys
from pipeline.files import epoch_table
from pipeline.randomisation import step as randomisation
from pipeline.training import step as training
from pipeline.training.network import initial_weights
from pipeline.workflow.build import Build

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


RUN = replace(CONFIGURATION, learning_rate=0.5, batch_size=16, hidden=32, epochs=2)
RNG = np.random.default_rng(0)
TRAINING, TESTING = (
    Examples(RNG.integers(0, 256, (count, 196), np.uint8), RNG.integers(0, 10, count, np.uint8)) for count in (200, 40)
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few prepared images."""
    folder = tmp_path_factory.mktemp("numerics")
    arrays = {
        "training_images": TRAINING.images,
        "training_labels": TRAINING.labels,
        "testing_images": TESTING.images,
        "testing_labels": TESTING.labels,
    }
    dataset.save(folder / "data", arrays, classes=10, name="small", source="mnist", fallback=False, files={})
    preparation.save(folder, *preparation.make(folder / "data", CONFIG.split.validation_fraction, CONFIG.split.seed))
    return folder


Train = Callable[..., Path]


@pytest.fixture(scope="module")
def train(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Train:
    """Train one short run in a process of its own; the folder with its files."""

    def run(wanted: Numerics, machine: Mapping[str, str], *emulator: str) -> Path:
        data = dataset.read_manifest(prepared / "data").fingerprint
        specification = json.dumps(keys.specification(replace(CONFIG, numerics=wanted), RUN, 1, data))
        step = [sys.executable, "-m", "pipeline.training.step", "--specification", specification, "--data", prepared]
        output = tmp_path_factory.mktemp("run") / "run"
        environment = os.environ | machine | numerics.environment(wanted)
        subprocess.run([*emulator, *step, "--output", output], cwd=ROOT, env=environment, check=True)
        return output

    return run


def content(folder: Path) -> bytes:
    return b"".join((folder / name).read_bytes() for name in FILES)


@pytest.fixture(scope="module")
def portable(train: Train) -> bytes:
    """What a portable run is here."""
    return content(train("portable", {}))


@needs_v3
@pytest.mark.parametrize("machine", MACHINES)
def test_portable_runs_have_the_same_bytes_whatever_the_libraries_would_choose(
    train: Train, portable: bytes, machine: str
) -> None:
    assert content(train("portable", MACHINES[machine])) == portable


@pytest.mark.parametrize("machine", ["this one", *MACHINES])
def test_fast_runs_have_the_references_numbers_with_any_kernels(train: Train, machine: str) -> None:
    """In double precision, in which no kernel matters: to 1e-5, on whatever CPU this is."""
    found = epoch_table.read(train("fast", MACHINES.get(machine, {})) / "history.csv", HISTORY_COLUMNS)
    weights = initial_weights(196, RUN.hidden, 10, CONFIG.network.initial_scale, CONFIG.network.initial_seed)
    parts = split(TRAINING, CONFIG.split.validation_fraction, CONFIG.split.seed)
    expected, _ = reference(weights, *parts, RUN.learning_rate, RUN.reg, RUN.batch_size, RUN.epochs, 1)
    assert len(found) == len(expected) == 2
    for epoch, (training_loss_and_accuracy, of_validation, slack) in zip(found, expected, strict=True):
        told = [epoch[name] for name in HISTORY_COLUMNS[1:]]
        tolerances = 1e-5, slack[0] + 1e-12, 1e-5, slack[1] + 1e-12
        for value, wanted, most in zip(told, (*training_loss_and_accuracy, *of_validation), tolerances, strict=True):
            assert value == pytest.approx(wanted, abs=most)


@needs_v3
def test_without_portable_numerics_other_kernels_have_other_bytes(train: Train, portable: bytes) -> None:
    """So that the tests of the same bytes do not hold of a setting that does nothing.

    Any CPU that can have portable numerics has the oldest kernels too, which round before they add.
    """
    assert content(train("fast", MACHINES["Nehalem"])) != portable


@needs_v3
@pytest.mark.skipif(QEMU is None, reason="no emulator of other CPUs (Debian's qemu-user)")
@pytest.mark.parametrize("model", ["EPYC", "max"])
def test_portable_runs_have_the_same_bytes_on_emulated_cpus(train: Train, portable: bytes, model: str) -> None:
    assert content(train("portable", {}, str(QEMU), "-cpu", model)) == portable


def test_portable_numerics_are_avx2_and_fma_on_one_thread_and_fast_ones_are_left_to_the_libraries() -> None:
    assert numerics.environment("fast") == {}
    assert numerics.environment("portable") == {
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "OPENBLAS_CORETYPE": "Haswell",
        "NPY_ENABLE_CPU_FEATURES": "X86_V3",
        "NPY_DISABLE_CPU_FEATURES": "",
    }


@needs_v3
def test_a_build_sets_the_environment_of_its_jobs(make_project: Callable[..., Project]) -> None:
    project = make_project(source="sample", numerics="portable", randomisation=RANDOMISATION | {"epochs": 1})
    # the job itself would refuse any other environment
    project.build("results/randomisation/true_labels/true_labels.csv", **MACHINES["Nehalem"])


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
    monkeypatch.delenv(name)
    with pytest.raises(RunError, match=f"expected the environment variables {name}={expected[name]}, found others"):
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
