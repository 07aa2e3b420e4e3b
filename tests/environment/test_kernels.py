"""Kernels: every step but training makes the same bytes whatever the libraries would choose, and training is fast."""

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
from oracle import needs_compiler, on_each_engine, reference
from synthetic import tree

from pipeline.config import load as configuration_file
from pipeline.config.metrics import HISTORY_COLUMNS
from pipeline.config.settings import Engine
from pipeline.data import dataset, preparation
from pipeline.data.examples import Examples, split
from pipeline.environment import kernels, machine
from pipeline.experiments import keys
from pipeline.files import epoch_table
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
V3 = "fpu avx avx2 fma f16c bmi1 bmi2 abm movbe"
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
HASWELL = {"OPENBLAS_CORETYPE": "Haswell", "NPY_ENABLE_CPU_FEATURES": "X86_V3", "NPY_DISABLE_CPU_FEATURES": ""}
QEMU = shutil.which("qemu-x86_64") or shutil.which("qemu-x86_64-static")
needs_v3 = pytest.mark.skipif(kernels.architecture() != "x86-64-v3", reason="an x86-64 CPU without AVX2 and FMA")
needs_qemu = pytest.mark.skipif(QEMU is None, reason="no emulator of other CPUs (Debian's qemu-user)")

RUN = replace(CONFIGURATION, learning_rate=0.5, batch_size=16, hidden=32, epochs=2)
RNG = np.random.default_rng(0)
TRAINING, TESTING = (
    Examples(RNG.integers(0, 256, (count, 196), np.uint8), RNG.integers(0, 10, count, np.uint8)) for count in (200, 40)
)
# The step `collapse` in short: products and singular values, in double precision.
LINEARISE = (
    "import sys; from pathlib import Path;"
    "from pipeline.analysis import linearisation; from pipeline.data import preparation;"
    "of, sets = preparation.load(Path(sys.argv[1]));"
    "found = linearisation.linearise(sets.training.images, sets.training.labels, of.classes);"
    "linearisation.save(Path(sys.argv[2]), found)"
)
TRAIN = ("-m", "pipeline.training.step")
TRAIN_AS_TOLD = (  # with the kernels that the environment names
    "-c",
    "from pipeline.environment import kernels; kernels.take_fastest = lambda: None;"
    "from pipeline.training.step import main; main()",
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few prepared images."""
    folder = tmp_path_factory.mktemp("kernels")
    arrays = {
        "training_images": TRAINING.images,
        "training_labels": TRAINING.labels,
        "testing_images": TESTING.images,
        "testing_labels": TESTING.labels,
    }
    dataset.save(folder / "data", arrays, classes=10, name="small", source="mnist", fallback=False, files={})
    preparation.save(folder, *preparation.make(folder / "data", CONFIG.split.validation_fraction, CONFIG.split.seed))
    return folder


Make = Callable[..., bytes]
Train = Callable[..., Path]


@pytest.fixture(scope="module")
def linearised(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Make:
    """What a step that is no training makes in such an environment, in a process of its own."""

    def run(environment: Mapping[str, str], *emulator: str) -> bytes:
        output = tmp_path_factory.mktemp("linearised") / "linear.json"
        step = [*emulator, sys.executable, "-c", LINEARISE, prepared, output]
        subprocess.run(step, cwd=ROOT, env=os.environ | environment, check=True)
        return output.read_bytes()

    return run


@pytest.fixture(scope="module")
def train(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Train:
    """Train one short run in such an environment, in a process of its own; the folder with its files."""

    def run(engine: Engine, environment: Mapping[str, str], *emulator: str, program: tuple[str, str] = TRAIN) -> Path:
        data = dataset.read_manifest(prepared / "data").fingerprint
        specification = json.dumps(keys.specification(replace(CONFIG, engine=engine), RUN, 1, data))
        step = [sys.executable, *program, "--specification", specification, "--data", prepared]
        output = tmp_path_factory.mktemp("run") / "run"
        subprocess.run([*emulator, *step, "--output", output], cwd=ROOT, env=os.environ | environment, check=True)
        return output

    return run


def content(folder: Path) -> bytes:
    return b"".join((folder / name).read_bytes() for name in FILES)


# --- All steps but training


@needs_v3
@pytest.mark.parametrize("machine", MACHINES)
def test_a_step_makes_the_same_bytes_whatever_the_libraries_would_choose(linearised: Make, machine: str) -> None:
    assert linearised(MACHINES[machine] | kernels.same_everywhere()) == linearised(kernels.same_everywhere())


@needs_v3
def test_with_other_kernels_it_makes_other_bytes(linearised: Make) -> None:
    """So that the test of the same bytes does not hold of variables that do nothing.

    Every x86-64 CPU has the oldest kernels too, which round before they add.
    """
    assert linearised(MACHINES["Nehalem"]) != linearised(kernels.same_everywhere())


@pytest.mark.slow
@needs_v3
@needs_qemu
@pytest.mark.parametrize("model", ["EPYC", "max"])
def test_a_step_makes_the_same_bytes_on_emulated_cpus(linearised: Make, model: str) -> None:
    here = kernels.same_everywhere()
    assert linearised(here, str(QEMU), "-cpu", model) == linearised(here)


def test_a_build_has_its_jobs_take_them() -> None:
    settings = tree()
    found = Build(configuration_file.parse(settings, "x"), settings).environment
    assert found == {"PYTHONUTF8": "1"} | kernels.same_everywhere()


@pytest.mark.parametrize(
    ("cpuinfo", "expected"),
    [
        (
            f"model name\t: Zen 5\nflags\t\t: {V3} avx512f\n\nmodel name\t: Zen 5\nflags\t\t: fpu\n",
            ONE_THREAD | HASWELL,
        ),
        (f"model name\t: Xeon E5\nflags\t\t: {V3.replace('fma ', '')}\n", ONE_THREAD),
        (f"model name\t: Atom\nflags\t\t: {V3.replace('avx avx2 ', '')}\n", ONE_THREAD),
        ("processor\t: 0\nFeatures\t: fp asimd\n", ONE_THREAD),
        ("", ONE_THREAD),
        (None, ONE_THREAD),
    ],
)
def test_older_and_other_cpus_have_kernels_of_their_own(
    tmp_path: Path, cpuinfo: str | None, expected: Mapping[str, str]
) -> None:
    path = tmp_path / "cpuinfo"
    if cpuinfo is not None:
        path.write_text(cpuinfo)
    assert kernels.same_everywhere(path) == expected
    assert (kernels.architecture(path) == "x86-64-v3") == (expected != ONE_THREAD)
    if expected == ONE_THREAD:
        assert kernels.architecture(path) == os.uname().machine


def test_the_features_of_the_first_cpu_are_read_whatever_the_architecture(tmp_path: Path) -> None:
    path = tmp_path / "cpuinfo"
    path.write_text("processor\t: 0\nBogoMIPS\t: 48\nFeatures\t: fp asimd sve\nCPU part\t: 0xd0c\n\nFeatures\t: fp\n")
    assert machine.cpu_features(path) == {"fp", "asimd", "sve"}
    assert machine.cpu_features(tmp_path / "none") == set()


# --- Training


@on_each_engine
def test_training_takes_what_it_likes_in_the_environment_of_a_build(train: Train, engine: Engine) -> None:
    """A job inherits the variables of the other steps, or its user's, and drops them."""
    fastest = content(train(engine, {}))
    assert content(train(engine, kernels.same_everywhere())) == fastest
    assert content(train(engine, MACHINES["Nehalem"] | {"OMP_NUM_THREADS": "2"})) == fastest


@pytest.mark.parametrize("machine", ["this one", *MACHINES])
def test_runs_by_numpy_have_the_references_numbers_with_any_kernels(train: Train, machine: str) -> None:
    """In double precision, in which no kernel matters: to 1e-5, on whatever CPU this is."""
    run = train("numpy", MACHINES.get(machine, {}), program=TRAIN_AS_TOLD)
    found = epoch_table.read(run / "history.csv", HISTORY_COLUMNS)
    weights = initial_weights(196, RUN.hidden, 10, CONFIG.network.initial_scale, CONFIG.network.initial_seed)
    parts = split(TRAINING, CONFIG.split.validation_fraction, CONFIG.split.seed)
    expected, _ = reference(weights, *parts, RUN.learning_rate, RUN.reg, RUN.batch_size, RUN.epochs, 1)
    assert len(found) == len(expected) == 2
    for epoch, (training_loss_and_accuracy, of_validation, slack) in zip(found, expected, strict=True):
        told = [epoch[name] for name in HISTORY_COLUMNS[1:]]
        tolerances = 1e-5, slack[0] + 1e-12, 1e-5, slack[1] + 1e-12
        for value, wanted, most in zip(told, (*training_loss_and_accuracy, *of_validation), tolerances, strict=True):
            assert value == pytest.approx(wanted, abs=most)


@needs_compiler
@pytest.mark.parametrize("machine", MACHINES)
def test_compiled_runs_have_the_same_bytes_with_any_kernels(train: Train, machine: str) -> None:
    """NumPy draws their first weights and sums their norms."""
    run = train("compiled", MACHINES[machine], program=TRAIN_AS_TOLD)
    assert content(run) == content(train("compiled", {}))


@pytest.mark.slow
@needs_compiler
@needs_qemu
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="needs an x86-64 CPU")
@pytest.mark.parametrize("model", ["Nehalem", "max"])
def test_compiled_runs_have_the_same_bytes_on_emulated_cpus(train: Train, model: str) -> None:
    """With a kernel for the oldest, since a compiler would make one for the CPU that emulates."""
    old = {"CC": "gcc -march=x86-64-v2"}
    assert content(train("compiled", old, str(QEMU), "-cpu", model)) == content(train("compiled", {}))
