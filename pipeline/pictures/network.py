"""The network step: train a run once more, and keep the network of its best epoch, of which the run has numbers only.

    python -m pipeline.pictures.network --help

In the run's folder of results/networks, w1.npy (pixels, hidden) has the first weights, with the pixels as they are in
the image, logits.npy (testing images, classes) what the network answers to the images as prepared, and network.json the
rest.
"""

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.environment import numerics

os.environ |= numerics.ONE_THREAD  # read when NumPy is imported

import numpy as np
import numpy.typing as npt

from pipeline.cli.command_line import command
from pipeline.data.examples import Bytes, Prepared, Sorted
from pipeline.errors import RunError
from pipeline.files.arrays import read_array, write_array
from pipeline.files.sealed import read_json, write_json
from pipeline.training import descent, sgd
from pipeline.training.network import Weights, initial_weights
from pipeline.training.specification import Specification
from pipeline.training.step import prepared_for

MOST_APART = 0.01  # of testing accuracies; kernels of another processor round otherwise, and move it by less
MEND = "Hint: `rm -r results/networks` and build again."

Single = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Network:
    """A trained network, after its best epoch.

    `recorded` is the testing accuracy of the run. A run that diverged has neither that nor an epoch.
    """

    key: str
    best_epoch: int | None
    recorded: float | None


def initial(specification: Specification, pixels: int, classes: int) -> Weights:
    """The weights that a run starts from, with the pixels as they are in the image."""
    scale, seed = specification["initial_scale"], specification["initial_seed"]
    return initial_weights(pixels, specification["hidden"], classes, scale, seed)


def trained(specification: Specification, data: Prepared, classes: int) -> tuple[Weights, int | None]:
    """The weights after the best epoch, with the pixels as prepared, and that epoch.

    The first epoch with the highest validation accuracy is the best, as in pipeline.training.descent. A run that
    diverges has none, and the weights are those it starts from.
    """
    start = initial(specification, len(data.pixels), classes).reordered(data.pixels)
    rate, reg = specification["learning_rate"], specification["reg"]
    trainer = sgd.Trainer(start, data.training, rate, reg, specification["batch_size"])
    best, highest, found = start, -math.inf, None
    epochs = descent.epochs(trainer, data.validation, specification["epochs"], specification["seed"])
    for number, epoch in enumerate(epochs, start=1):
        if not epoch.finite:
            return start, None
        if epoch.validation_accuracy > highest:
            best, highest, found = trainer.weights.copy(), epoch.validation_accuracy, number
    return best, found


def logits(weights: Weights, examples: Sorted) -> Single:
    """The logits (n, classes) of examples, to the bit those that pipeline.training.sgd evaluates, but for a shift."""
    state, parts = sgd.State.of(weights), []
    with np.errstate(all="ignore"):
        for start in range(0, len(examples), sgd.CHUNK):
            part = slice(start, start + sgd.CHUNK)
            longest = int(examples.lengths[part].max())
            z: Single = examples.images[part, :longest].astype(np.float32) @ state.w1[:longest]
            z *= np.float32(-1 / sgd.BRIGHTEST)
            z -= state.b1
            np.exp(z, out=z)
            z += sgd.ONE
            np.reciprocal(z, out=z)
            parts.append((state.w2 @ z.T + state.b2).T)
    return np.concatenate(parts)


def accuracy(answers: Single, labels: Bytes) -> float:
    """The share of images whose largest logit is the label's; the first one wins a tie."""
    return int((answers.argmax(axis=1) == labels).sum()) / len(labels)


def read(folder: Path) -> tuple[Network, Single, Single]:
    """The network in a folder with its first weights and logits. Raises InputError."""
    w1, logits = (read_array(folder / f"{name}.npy", np.float32, MEND) for name in ("w1", "logits"))
    return read_json(folder / "network.json", Network, MEND), w1, logits


def write(specification: Specification, data: Path, run: Path, output: Path) -> None:
    """Train the run in the folder `run` once more on the images prepared in the folder `data` and write its network.

    Raises InputError or RunError, the latter if the network is not the run's.
    """
    told = read_json(run / "metrics.json", dict[str, Any]).get("testing_accuracy")
    classes, prepared = prepared_for(specification, data)
    weights, epoch = trained(specification, prepared, classes)
    answers = logits(weights, prepared.testing)
    again = accuracy(answers, prepared.testing.labels) if epoch else None
    if (again is None) != (told is None) or abs((again or 0) - (told or 0)) > MOST_APART:
        raise RunError(
            f"{run}: expected a run that comes out again, found the testing accuracy {again} for {told}. "
            f"Hint: `rm -rf {run}` and build again."
        )
    write_array(output / "w1.npy", weights.reordered(np.argsort(prepared.pixels)).w1.astype(np.float32))
    write_array(output / "logits.npy", answers)
    write_json(output / "network.json", Network(output.name, epoch, told))


main = command(write)

if __name__ == "__main__":
    main()
