"""What a training job of a build costs beside training: its start-up, and the memory it has at its peak."""

import json
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench import child
from bench.work import INITIAL_SCALE, INITIAL_SEED, LEARNING_RATE, REG, SHUFFLE_SEED
from pipeline.data.preparation import Description
from pipeline.environment import fingerprint
from pipeline.experiments import keys
from pipeline.training.benchmarks import HIDDEN
from pipeline.training.specification import Specification

REPEATS = 5
BATCH_SIZE = 32
EPOCHS_FOR_MEMORY = 2


@dataclass(frozen=True)
class Cost:
    """Medians of seconds: until the first epoch begins, and of a whole job without its epoch; the peak in bytes."""

    startup_seconds: float
    overhead_seconds: float
    peak_bytes: int


def cost(data: Path, description: Description, images: int) -> Cost:
    """Measure jobs on the images prepared in `data`, in batches of BATCH_SIZE or of `images` if these are fewer."""

    def command(module: str, epochs: int, output: Path) -> list[str]:
        run = keys.canonical(specification(description, epochs, min(BATCH_SIZE, images)))
        return [sys.executable, "-m", module, "--specification", run, "--data", str(data), "--output", str(output)]

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        startups, overheads = [], []
        for _ in range(REPEATS):
            startups.append(child.run(command("bench.startup", 1, folder / "none")).seconds)
            whole = child.run(command("pipeline.training.step", 1, folder / "one")).seconds
            overheads.append(whole - sum(_epochs(folder / "one")))
        peak = child.run(command("pipeline.training.step", EPOCHS_FOR_MEMORY, folder / "two")).peak_bytes
    return Cost(statistics.median(startups), statistics.median(overheads), peak)


def specification(description: Description, epochs: int, batch_size: int) -> Specification:
    """What pipeline.experiments.keys.specification makes from config.yaml, without the packages that read it."""
    return {
        "learning_rate": LEARNING_RATE,
        "reg": REG,
        "batch_size": batch_size,
        "hidden": HIDDEN,
        "epochs": epochs,
        "seed": SHUFFLE_SEED,
        "initial_scale": INITIAL_SCALE,
        "initial_seed": INITIAL_SEED,
        "validation_fraction": description.validation_fraction,
        "split_seed": description.split_seed,
        "engine": "numpy",
        "data": description.fingerprint,
        "code": fingerprint.of_runs("numpy", hidden=True),
        "numpy": keys.numpy_version(),
    }


def _epochs(folder: Path) -> list[float]:
    timing: dict[str, list[float]] = json.loads((folder / "timing.json").read_text(encoding="utf-8"))
    return timing["seconds_per_epoch"]
