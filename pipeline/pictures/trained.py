"""The networks of runs that were trained once more: what pipeline.pictures.network writes, and how it is read.

In a run's folder of results/networks, w1.npy (pixels, hidden) has the first weights, with the pixels as they are in the
image, logits.npy (testing images, classes) what the network answers to the images as prepared, and network.json the
rest.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.data.examples import Single
from pipeline.files.arrays import read_array, write_array
from pipeline.files.sealed import read_json, write_json

MEND = "Hint: `rm -r results/networks` and build again."


@dataclass(frozen=True)
class Network:
    """A trained network, after its best epoch.

    `recorded` is the testing accuracy of the run. A run that diverged has neither that nor an epoch.
    """

    key: str
    best_epoch: int | None
    recorded: float | None


def read(folder: Path) -> tuple[Network, Single, Single]:
    """The network in a folder with its first weights and logits. Raises InputError."""
    w1, logits = (read_array(folder / f"{name}.npy", np.float32, MEND) for name in ("w1", "logits"))
    return read_json(folder / "network.json", Network, MEND), w1, logits


def write(network: Network, w1: Single, logits: Single, folder: Path) -> None:
    """Write a network with its first weights and logits into a folder."""
    write_array(folder / "w1.npy", w1)
    write_array(folder / "logits.npy", logits)
    write_json(folder / "network.json", network)
