"""The benchmark: every system does the same work, and what the command writes, says and refuses. No times."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from configuration import CONFIG_YAML, ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from bench import __main__ as command
from bench import floor, job, measure, systems, targets
from bench.measure import Measured, Runner
from bench.systems import ENTRIES, TEXTBOOK, ours
from bench.work import Outcome, Work
from pipeline.data import preparation
from pipeline.data.examples import Examples, Sorted, prepare
from pipeline.data.preparation import Description
from pipeline.environment import fingerprint, machine
from pipeline.experiments import keys
from pipeline.training import benchmarks
from pipeline.training.benchmarks import COMPILED, COMPILED_AVX2, NUMPY
from pipeline.training.network import initial_weights

PRESENT = systems.present()
ABSENT = [entry.name for entry in ENTRIES if entry.name not in PRESENT]
THREADS = dict.fromkeys(command.THREADS, "1")


def examples(rng, count: int, pixels: int, classes: int) -> Examples:
    images = rng.integers(0, 256, (count, pixels)).astype(np.uint8)
    images[:, rng.random(pixels) < 0.3] = 0
    return Examples(images, (np.arange(count) % classes).astype(np.uint8))


def small_work(seed: int, count: int, pixels: int, hidden: int, classes: int) -> Work:
    rng = np.random.default_rng(seed)
    prepared = prepare(examples(rng, count + 30, pixels, classes), examples(rng, 5, pixels, classes), 0.2, seed)
    weights = initial_weights(pixels, hidden, classes, 0.3, seed)
    return Work(prepared.training, prepared.validation, replace(weights, w1=weights.w1[prepared.pixels]))


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Path:
    """A folder of prepared images: 480 for training, 120 for validation."""
    folder = tmp_path_factory.mktemp("prepared")
    rng = np.random.default_rng(0)
    prepared = prepare(examples(rng, 600, 50, 10), examples(rng, 20, 50, 10), 0.2, 1)
    code = fingerprint.of(preparation.CODE)
    preparation.save(folder, Description("f" * 64, 10, 0.2, 1, code, np.__version__), prepared)
    return folder


def bench(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | THREADS | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


# --- The same work


def test_the_systems_that_need_no_peer_but_scikit_learn_are_tested():
    assert {TEXTBOOK, NUMPY, COMPILED, "scikit-learn"} <= set(PRESENT)


@pytest.mark.parametrize("name", [name for name in PRESENT if name != TEXTBOOK])
@settings(max_examples=15)
@given(
    seed=st.integers(0, 1000),
    count=st.integers(1, 60),
    pixels=st.integers(1, 20),
    hidden=st.integers(1, 8),
    classes=st.integers(3, 10),
    batch_size=st.integers(1, 32),
)
def test_a_system_agrees_with_the_textbook(name, seed, count, pixels, hidden, classes, batch_size):
    work = small_work(seed, count, pixels, hidden, classes)
    batch_size = min(batch_size, len(work.training))
    expected, found = (Runner(PRESENT[system](work, batch_size), len(work.training)) for system in (TEXTBOOK, name))
    for _ in range(2):
        for value, right, ties in zip(
            found.epoch()[1], expected.epoch()[1], (0, len(work.training), 0, len(work.validation)), strict=True
        ):
            # a near tie between two classes may fall either way in single precision
            assert value is None or value == pytest.approx(right, abs=1.01 / ties if ties else 1e-4)


@pytest.mark.parametrize("name", PRESENT)
def test_what_is_not_measured_is_said(name):
    work = small_work(1, 40, 6, 3, 4)
    outcome = PRESENT[name](work, 7).epoch(np.arange(len(work.training)))
    missing = [field for field, value in outcome._asdict().items() if value is None]
    assert missing == (["training_loss", "training_accuracy"] if name == "scikit-learn" else [])


def test_every_round_begins_with_another_system():
    names = ["a", "b", "c"]
    assert [measure.rotated(names, number) for number in range(4)] == [
        ["a", "b", "c"],
        ["b", "c", "a"],
        ["c", "a", "b"],
        ["a", "b", "c"],
    ]


@pytest.mark.parametrize("loss", [float("nan"), float("inf"), 2.0, 1.0002])
def test_a_loss_that_differs_is_named(loss):
    right = Outcome(1.0, 0.5, 1.0, 0.5)
    measure.check({TEXTBOOK: right, "good": Outcome(None, None, 1.00005, 0.5)}, 16)
    for wrong in (right._replace(training_loss=loss), right._replace(validation_loss=loss)):
        with pytest.raises(
            measure.RunError, match=r"^bad, batch size 16: expected the textbook's .* loss 1\.0+ ± 0\.0001, found"
        ):
            measure.check({TEXTBOOK: right, "good": right, "bad": wrong}, 16)


def test_other_work_ends_the_benchmark(data, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(ours, "LEARNING_RATE", 0.2)
    monkeypatch.setattr(os, "sched_setaffinity", lambda *_: None)  # the tests go on after this one
    for name in THREADS:
        monkeypatch.setenv(name, "1")
    output = tmp_path / "benchmark.json"
    with pytest.raises(SystemExit) as end:
        command.main(["--data", str(data), "--rounds", "1", "--batch-sizes", "16", "--output", str(output)])
    assert end.value.code == 1
    lines = capsys.readouterr().err.splitlines()
    engines = [name for name in (NUMPY, COMPILED, COMPILED_AVX2) if name in PRESENT]
    assert [line.split(",")[0] for line in lines if "expected" in line and "skipped" not in line] == engines
    assert not output.exists()


# --- The floors


def work_of(training: int, validation: int, pixels: int, hidden: int, classes: int) -> Work:
    """Black images."""
    sets = (
        Sorted(np.zeros((n, pixels), np.uint8), np.zeros(n, np.uint8), np.zeros(n, np.int32))
        for n in (training, validation)
    )
    return Work(*sets, initial_weights(pixels, hidden, classes, 0.3, 1))


def test_the_dense_floor_counts_the_products_of_an_epoch():
    # one image: 784 x 128 weights used twice in training (forward, gradient) and once in validation, 128 x 10 thrice
    # and once; a multiplication and an addition for each
    first, second = 100_352, 1_280
    assert floor.flops(work_of(1, 0, 784, 128, 10), np.size) == 2 * (2 * first + 3 * second)
    assert floor.flops(work_of(0, 1, 784, 128, 10), np.size) == 2 * (first + second)
    assert floor.flops(work_of(48_000, 12_000, 784, 128, 10), np.size) == 22_075_392_000


def test_the_sparse_floor_counts_the_products_whose_factors_are_not_zero():
    work = small_work(0, 50, 6, 3, 4)
    x, validation_x = (part.images.astype(np.int64) for part in (work.training, work.validation))
    d, ones = np.ones((64, 3)), np.ones((6, 3))
    first = (x > 0).astype(int) @ ones, (x > 0).T.astype(int) @ d, (validation_x > 0).astype(int) @ ones
    second = 3 * 64 * 3 * 4 + 16 * 3 * 4
    assert floor.flops(work, np.count_nonzero) == 2 * (sum(int(part.sum()) for part in first) + second)


def test_the_floors_are_at_one_rate(monkeypatch):
    monkeypatch.setattr(measure.Sgemm, "rate", lambda _: 1000.0)
    work = small_work(0, 50, 6, 3, 4)
    found = measure.measure({TEXTBOOK: PRESENT[TEXTBOOK]}, work, 8, 1)
    assert found.floor_seconds == floor.flops(work, np.size) / 1000
    assert found.sparse_floor_seconds == floor.flops(work, np.count_nonzero) / 1000


# --- Targets


@pytest.mark.parametrize("size", [16, 32, 64, 128])
def test_targets_are_ratios_to_an_engine_and_to_the_dense_floor(size):
    measured = Measured(size, {TEXTBOOK: 4.0, NUMPY: 1.0, COMPILED: 0.5, COMPILED_AVX2: 0.625, "JAX": 0.875}, 0.4, 0.1)
    assert [(verdict.ratio, verdict.found, verdict.met) for verdict in targets.verdicts(measured)] == [
        ("JAX / compiled engine for AVX2", 1.4, True),
        ("JAX / compiled engine", 1.75, False),
        ("PyTorch, eager / NumPy engine", None, False),
        ("textbook NumPy / NumPy engine", 4.0, True),
        ("NumPy engine / dense floor", 2.5, False),
    ]
    without = replace(measured, seconds={TEXTBOOK: 4.0, NUMPY: 1.0, COMPILED: 0.5, "JAX": 0.9})
    assert [(verdict.found, verdict.met) for verdict in targets.verdicts(without)][:2] == [(None, False), (1.8, True)]
    assert targets.verdicts(replace(measured, batch_size=17)) == []


# --- The command


def test_a_quick_try_writes_records_and_names_who_is_absent(data, tmp_path):
    output = tmp_path / "benchmark.json"
    result = bench("--images", 400, "--rounds", 1, "--batch-sizes", 32, 16, "--data", data, "--output", output)
    assert result.returncode == 0, result.stderr
    assert [line.split(":")[0] for line in result.stderr.splitlines() if "skipped" in line] == ABSENT
    for name in PRESENT:
        assert len(re.findall(rf"^ ?{re.escape(name)} +\d", result.stdout, re.MULTILINE)) == 2
    assert "until its first epoch" in result.stdout
    records = json.loads(output.read_text(encoding="utf-8"))
    assert [(record["batch_size"], record["system"]) for record in records] == [
        (size, name) for size in (16, 32) for name in PRESENT
    ]
    assert [group.batch_size for group in benchmarks.read(output).groups] == [16, 32], "what the report reads"
    for record in records:
        assert record["seconds_per_epoch"] > 0 < record["sparse_floor_seconds"] < record["floor_seconds"]
        assert {"python", "numpy", "blas", "scikit-learn"} <= set(record["versions"])
        assert "cpu" in record["machine"]


def test_what_is_measured_on_a_part_is_not_written_for_the_report(data, tmp_path):
    result = bench("--images", 40, "--rounds", 1, "--batch-sizes", 16, "--data", data)
    assert result.returncode == 0, result.stderr
    assert "report/benchmark.json: not written: expected 48,000 training images and at least 5 rounds" in result.stderr


def test_an_absent_peer_is_skipped_in_one_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    monkeypatch.delitem(sys.modules, "bench.systems.jax_scan", raising=False)
    entry = next(entry for entry in ENTRIES if entry.name == "JAX")
    absent = ModuleNotFoundError("No module named 'jax'", name="jax")
    assert systems._reason(entry, absent) == (
        "not installed. Hint: make bench installs it from locks/requirements-bench.lock."
    )
    broken = ImportError("libgomp.so.1: cannot open shared object file\nmore")
    assert systems._reason(entry, broken) == "its import failed: libgomp.so.1: cannot open shared object file."
    assert "JAX" not in systems.present()


def test_a_processor_without_avx2_skips_the_second_compilation_in_one_line(monkeypatch, caplog):
    monkeypatch.setattr(machine, "cpu_features", lambda: frozenset({"fp", "asimd"}))
    monkeypatch.setattr(machine, "cpu_model", lambda: "aarch64")
    monkeypatch.delitem(sys.modules, "bench.systems.compiled_avx2", raising=False)
    with caplog.at_level("INFO", "pipeline"):
        assert set(PRESENT) - set(systems.present()) <= {COMPILED_AVX2}
    lines = [line for line in caplog.messages if line.startswith(COMPILED_AVX2)]
    assert lines == [f"{COMPILED_AVX2}: skipped, expected an x86-64 processor with AVX2, found aarch64."]


@pytest.mark.skipif(COMPILED_AVX2 not in PRESENT, reason="this processor has no AVX2")
def test_the_engine_for_avx2_is_another_library():
    from bench.systems import compiled_avx2, compiled_engine

    libraries = [module.System.make.keywords["library"]._name for module in (compiled_avx2, compiled_engine)]
    assert len(set(libraries)) == 2


@pytest.mark.parametrize("name", [TEXTBOOK, NUMPY, COMPILED])
def test_what_all_is_compared_by_is_not_skipped(monkeypatch, name):
    module = f"bench.systems.{next(entry.module for entry in ENTRIES if entry.name == name)}"
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ModuleNotFoundError, match=module):
        systems.present()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--rounds", 0], "--rounds: expected at least 1, found 0. Hint: "),
        (["--batch-sizes", 0], "--batch-sizes: expected 1 to 480 (the training set), found 0."),
        (["--batch-sizes", 481], "--batch-sizes: expected 1 to 480 (the training set), found 481."),
        (["--images", 3], "--images: expected 4 to 480 (the training set), found 3."),
        (["--images", 481], "--images: expected 4 to 480 (the training set), found 481."),
        (["--data", "nowhere"], "nowhere/prepared.json: expected what an earlier step wrote, found no file. "),
    ],
)
def test_wrong_input_is_one_line(data, arguments, line):
    result = bench("--data", data, *arguments)
    assert result.returncode == 2
    assert result.stderr.startswith(line)
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_several_threads_are_refused(data):
    result = bench("--data", data, OMP_NUM_THREADS="2")
    assert result.returncode == 2
    assert "found OMP_NUM_THREADS=2. Hint: make bench sets them." in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_job_is_specified_as_a_build_does():
    from pipeline.config import load as config
    from pipeline.config.settings import Configuration

    settings = config.load(CONFIG_YAML)
    expected = keys.specification(settings, Configuration(0.1, 0.001, 32, 128, 1), 1, "f" * 64)
    found = job.specification(
        Description("f" * 64, 10, 0.2, 1024, fingerprint.of(preparation.CODE), np.__version__), 1, 32
    )
    assert list(found) == list(expected)
    assert found == expected | {"initial_scale": found["initial_scale"], "initial_seed": found["initial_seed"]}


# --- The locks


@pytest.mark.parametrize("name", ["locks/requirements-bench.lock", "locks/requirements-bench-torch.lock"])
def test_the_locks_have_no_addresses_and_no_cuda(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search("nvidia|cuda|triton", text)


def test_the_benchmark_runs_on_the_numpy_of_the_build():
    pins = [
        re.search(r"^numpy==\S+", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)[0]
        for name in ("locks/requirements.lock", "locks/requirements-bench.lock")
    ]
    assert pins[0] == pins[1]
