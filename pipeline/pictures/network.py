"""The network step: train a run once more, and keep the network of its best epoch, of which the run has numbers only.

python -m pipeline.pictures.network --help
"""

from pathlib import Path
from typing import Any

from pipeline.environment import kernels

kernels.take_fastest()

import numpy as np

from pipeline.cli.command_line import command
from pipeline.errors import RunError
from pipeline.files.sealed import read_json
from pipeline.pictures import trained
from pipeline.pictures.trained import Network
from pipeline.training import descent, engines
from pipeline.training.network import accuracy
from pipeline.training.run import start
from pipeline.training.specification import Specification
from pipeline.training.step import prepared_for

MOST_APART = 0.01  # of testing accuracies; kernels of another processor round otherwise, and move it by less


def write(specification: Specification, data: Path, run: Path, output: Path) -> None:
    """Train the run in the folder `run` once more on the images prepared in the folder `data` and write its network.

    Raises InputError or RunError, the latter if the network is not the run's.
    """
    told = read_json(run / "metrics.json", dict[str, Any]).get("testing_accuracy")
    classes, prepared = prepared_for(specification, data)
    make = engines.trainer(specification["engine"], specification["hidden"])
    trainer = start(make, specification, prepared, classes)
    result = descent.train(trainer, specification, prepared)
    epoch = None if result.diverged else int(result.metrics["best_epoch"])
    answers = trainer.logits(result.best, prepared.testing)
    again = accuracy(answers, prepared.testing.labels) if epoch else None
    if (again is None) != (told is None) or abs((again or 0) - (told or 0)) > MOST_APART:
        raise RunError(
            f"{run}: expected a run that comes out again, found the testing accuracy {again} for {told}. "
            f"Hint: `rm -rf {run}` and build again."
        )
    w1 = result.best.reordered(np.argsort(prepared.pixels)).w1.astype(np.float32)
    trained.write(Network(output.name, epoch, told), w1, answers, output)


main = command(write)

if __name__ == "__main__":
    main()
